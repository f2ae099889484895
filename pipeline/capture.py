"""What the redactor remembers: the card being taken, the question asked, numbers nothing names.

State and its arithmetic only; which number is what is decided in `pipeline.redact`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.types import Channel, Utterance
from pipeline.identifiers import LONGEST_CARD, Piece, Run, holds_card, starts_card
from pipeline.masks import Mask
from pipeline.number_cues import Named

CAPTURE_S = 120.0
"""How long after the card was asked for, or its last digits, a number is taken as part of it."""
COMPLETE_S = 60.0
"""The same once the number is complete: security code and repetitions come soon."""
HOT_S = 20.0
"""How long after the question or the last digits even two digits are part of the card."""
CHAIN_S = 15.0
"""The longest pause inside a number that nothing names."""
CHAIN_WORDS = 6
"""The most words inside such a number that are neither digits nor fillers."""
CHAIN_DIGITS = 12
"""A number of this many digits that nothing names is hidden: a card number with some lost."""
CHAIN_LEAST = 2
"""Fewer digits are part of such a number only where they are all that was said."""
CARD_DIGITS = 3
WHOLE_CARD = 15
"""Fewer figures do not make a card complete: one in twelve beginnings passes the check too."""


@dataclass(slots=True)
class Kept:
    """An utterance as heard, what is hidden in it, and its numbers that nothing names."""

    said: Utterance
    masks: list[Mask] = field(default_factory=list)
    unnamed: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Capture:
    """A card being taken: open until `until`; `hot` while digits are expected at once.

    `awaited` once the agent has asked for it or digits have come: then all that the customer says
    may hold digits, those that the recogniser made words of too. `code` is the figures hidden as
    security codes.
    """

    until: float = -1.0
    hot: float = -1.0
    figures: dict[Channel, list[Piece]] = field(default_factory=dict)
    complete: bool = False
    awaited: bool = False
    code: str = ""

    def open(self, at: float, *, asked: bool = False) -> None:
        """Begin to take a card, at this second of the call; `asked` if the agent asks for it."""
        self.awaited = self.awaited or asked
        if at > self.until or self.complete:
            self.figures, self.complete, self.code = {}, False, ""
        self.until, self.hot = at + CAPTURE_S, at + HOT_S

    def take(self, run: Run, channel: Channel, at: float) -> None:
        """Count figures that were hidden as part of the card."""
        self.awaited = True
        held = self.figures.setdefault(channel, [])
        held.extend(run.pieces)
        self.complete = self.complete or holds_card(held, WHOLE_CARD)
        self.until = at + (COMPLETE_S if self.complete else CAPTURE_S)
        self.hot = at + HOT_S

    def heard(self, digits: str) -> bool:
        """Return whether any side has said these figures as part of the card."""
        return any(digits in "".join(p.digits for p in held) for held in self.figures.values())


@dataclass(frozen=True, slots=True)
class Ask:
    """A number that was asked for or named, and the second until which it is awaited.

    Once `answered` it holds only for what goes on with the answer.
    """

    kind: Named
    strong: bool
    until: float
    answered: bool = False


def chain_to(kept: Kept, run: Run, before: Iterable[Kept]) -> list[tuple[Kept, Run]]:
    """Return the unnamed numbers that a speaker said in a row, up to this one."""
    chain = [(kept, run)]
    same = [
        (old, part)
        for old in before
        if old.said.channel is kept.said.channel
        for part in old.unnamed
        if part is not run
    ]
    for old, part in reversed(same):
        later, first = chain[0]
        if old is later:
            between = sum(w.isalpha() for w in later.said.text[part.end : first.start].split())
            pause = 0.0
        else:
            between, pause = part.after + first.before, later.said.start - old.said.end
        if pause > CHAIN_S or between > CHAIN_WORDS:
            break
        chain.insert(0, (old, part))
    return chain


def betrayed(chain: list[tuple[Kept, Run]]) -> list[tuple[Kept, Run]]:
    """Return the part of a chain that is a card number, by its check digit or by its length.

    By length alone it must be all that its speaker said, and no longer than a card number: two
    telephone numbers in a row are not one.
    """
    for at in range(len(chain)):
        if starts_card([piece for _, run in chain[at:] for piece in run.pieces]):
            return chain[at:]
    count, part = 0, chain[-1:]
    if len(part[0][1].digits) >= CHAIN_DIGITS:
        return part
    for at in range(len(chain) - 1, -1, -1):
        count += len(chain[at][1].digits)
        if not chain[at][1].alone or count > LONGEST_CARD:
            break
        part = chain[at:] if count >= CHAIN_DIGITS else part
    return part if sum(len(run.digits) for _, run in part) >= CHAIN_DIGITS else []
