"""Secrets out of a call's words, before anything leaves the session.

Card numbers, security codes, account and national numbers, PINs, passwords and one-time codes, as
people say them: spread over turns, repeated by the agent, with digits that the recogniser lost. One
redactor a call; it reads no clock and does no I/O. What a number is called is found in
`pipeline.number_cues`, digits in `pipeline.identifiers`, hiding in `pipeline.masks`.

The rules, in order. A card number that passes its check digit is hidden wherever it stands. A
number with a name is what its name says. While a card is being taken every number is part of it
unless it plainly is something else. A number that nothing names is shown until, with what its
speaker said just before, it grows to twelve digits.
"""

import re
from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.types import Channel, Utterance
from pipeline import number_cues as cue_words
from pipeline.capture import (
    CARD_DIGITS,
    CHAIN_DIGITS,
    CHAIN_LEAST,
    CHAIN_S,
    CHAIN_WORDS,
    COMPLETE_S,
    Ask,
    Capture,
    Kept,
    betrayed,
    chain_to,
)
from pipeline.identifiers import Run, holds_card, runs, shaped
from pipeline.masks import Mask, hide, muted, redact, settle
from pipeline.number_cues import LONGEST, REPLACEMENTS, SHORTEST, Cue, Named

ASKED_S = {True: 60.0, False: 25.0}
"""How long a question for a secret (True) or harmless number waits for its answer."""
GOES_ON_S = 10.0
"""How long after a named number its name holds for what follows."""
GOES_ON_WORDS = 2
PARTIAL_DIGITS = 4
KEPT = 48
"""Utterances remembered, for numbers that begin before it is known what they are."""

_PAID = re.compile(
    r"(?<!n't )(?<!not )(?:gone|went) through|(?:payment|transaction)(?: has| have|'s| is| was)*"
    r"(?: been)?(?: all)? (?:approved|successful|accepted|complete|completed|taken|processed)"
    r"|recording (?:is |has been )?(?:now )?(?:back on|resumed)|resum\w+ (?:the )?recording",
    re.IGNORECASE,
)


class Mute(NamedTuple):
    """Seconds of a channel that no recording may hold."""

    channel: Channel
    start: float
    end: float


class Earlier(NamedTuple):
    """An utterance given before that turns out to hold a secret."""

    utterance_id: int
    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redacted:
    """A final fit to be published, and what else follows from it.

    `card_digits` is true where figures of a card number were hidden, here or in `earlier`.
    """

    utterance: Utterance
    kinds: tuple[str, ...] = ()
    mute: tuple[Mute, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    card_digits: bool = False


class Redactor:
    """One call's redaction. Not for two threads at once."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque(maxlen=KEPT)
        self._capture = Capture()
        self._ask: Ask | None = None
        self._password_until = -1.0
        self._password_by: Channel | None = None
        self._now = 0.0

    def final(self, said: Utterance) -> Redacted:
        """Hide what must not be read in a final, and in earlier ones that it completes."""
        kept = Kept(said)
        self._kept.append(kept)
        touched: dict[int, Kept] = {}
        awaited = self._secret_awaited(said.channel, said.start)
        named = cue_words.cues(said.text)
        self._close_paid(said)
        self._point_back(said, named, touched)
        kept.masks += _shape_masks(said.text)
        used: list[Cue] = []
        for run in runs(said.text):
            cue = cue_words.name_of(said.text, run, named)
            kind = self._kind(said.text, run, cue, said.channel, said.start)
            if cue is not None:
                used.append(cue)
            if kind is None:
                self._unnamed(kept, run, cue, touched)
                continue
            kept.masks.append(_mask(run, kind))
            if kind in (Named.CARD, Named.CVV, Named.EXPIRY):
                self._took(run, kind, said)
            elif self._ask is not None and self._ask.kind is kind:
                self._ask = Ask(kind, True, said.end + GOES_ON_S, answered=True)
        self._passwords(kept)
        self._remember(said, named, used)
        self._now = max(self._now, said.end)
        answer = self._answer(kept, touched)
        if not awaited:
            return answer
        whole = Mute(said.channel, said.start, said.end)
        return replace(answer, mute=(*(m for m in answer.mute if not _within(m, whole)), whole))

    def unheard(self, channel: Channel, start: float, end: float) -> tuple[Mute, ...]:
        """Return what to silence of speech that gave no words: all of it while a card is taken.

        Recognisers give up on strings of like digits, and then only the sound holds the number.
        """
        return (Mute(channel, start, end),) if self._secret_awaited(channel, start) else ()

    def partial(self, channel: Channel, text: str) -> str:
        """Return a partial fit to be shown: no run of four or more digits that might go on."""
        found = runs(text)
        named = cue_words.cues(text) if found else []
        masks = _shape_masks(text) if found or any(c.isdigit() for c in text) else []
        for run in found:
            cue = cue_words.name_of(text, run, named)
            kind = self._kind(text, run, cue, channel, self._now)
            if kind is not None:
                masks.append(_mask(run, kind))
            elif self._may_grow(text, run, cue, channel):
                masks.append(Mask(run.start, run.end, "number", "[number]"))
        span = cue_words.password_said(text)
        if span is None and self._answers_password(channel, self._now):
            span = cue_words.password_answer(text)
        if span is not None:
            masks.append(Mask(*span, Named.PASSWORD.value, REPLACEMENTS[Named.PASSWORD]))
        return hide(text, settle(masks))

    def _kind(
        self, text: str, run: Run, cue: Cue | None, channel: Channel, at: float
    ) -> Named | None:
        """Return the secret that a run is, None where it may be read."""
        if holds_card(run.pieces):
            return Named.CARD
        taking = at <= self._capture.until or _opens(cue)
        plain = cue_words.plain(text, run)
        name, strong = (cue.kind, cue.strong) if cue is not None else self._asked(run, at)
        if plain is not None and not (plain == "date" and name is Named.EXPIRY):
            return None
        count = len(run.digits)
        if taking and count >= CARD_DIGITS and run.digits in self._capture.code:
            return Named.CVV
        if name is not None and name.secret:
            if name is Named.CVV and channel is Channel.AGENT and not self._repeats_code(run):
                return self._card(text, run, channel, at) if taking else None
            found = self._secret(name, run, taking, own=cue is not None)
            if found is not None or name is not Named.CARD:
                return (
                    found if found is not None or not taking else self._card(text, run, channel, at)
                )
        elif name is not None and self._vouched(name, strong, count, at):
            return None
        return self._card(text, run, channel, at) if taking else None

    def _secret(self, name: Named, run: Run, taking: bool, *, own: bool) -> Named | None:
        """Return what a run named as a secret is, by its length too."""
        count = len(run.digits)
        if name is Named.EXPIRY and (not taking or count > 6):
            return Named.CARD if taking and count > 6 else None
        if name is Named.CVV and count > 4:
            return Named.CARD
        if run.alone and self._ask is not None and self._ask.kind is name:
            least = 1 if name is Named.CVV else 2
        else:
            least = SHORTEST.get(name, CARD_DIGITS if own else CARD_DIGITS + 1)
        return name if count >= least else None

    def _repeats_code(self, run: Run) -> bool:
        """Return whether figures of the agent, who is never asked for a code, may be one."""
        return len(run.digits) in (3, 4) or (run.alone and run.digits in self._capture.code)

    def _card(self, text: str, run: Run, channel: Channel, at: float) -> Named | None:
        """Return what a run that nothing names is while a card is being taken."""
        count = len(run.digits)
        if self._capture.complete:
            if cue_words.expiry_typed(text, run):
                return Named.EXPIRY
            if count in (3, 4) and channel is Channel.CUSTOMER:
                return Named.EXPIRY if run.digits[:2] <= "12" and count == 4 else Named.CVV
        least = CARD_DIGITS
        if at <= self._capture.hot:
            least = 1 if run.alone else CARD_DIGITS if self._capture.complete else 2
        if count < least:
            return None
        if channel is Channel.AGENT and count < CARD_DIGITS and not run.alone:
            return Named.CARD if self._capture.heard(run.digits) else None
        own = channel is Channel.AGENT and not self._capture.heard(run.digits)
        return None if own and cue_words.priced(text, run) else Named.CARD

    def _vouched(self, name: Named, strong: bool, count: int, at: float) -> bool:
        """Return whether a harmless name lets a number of this length stay."""
        if at > self._capture.until:
            return count <= LONGEST.get(name, 0)
        sure = strong or name is Named.AMOUNT
        return sure and count <= min(LONGEST.get(name, 0), CHAIN_DIGITS)

    def _asked(self, run: Run, at: float) -> tuple[Named | None, bool]:
        if self._ask is None or at > self._ask.until:
            return None, False
        if self._ask.answered and run.before > GOES_ON_WORDS:
            return None, False
        return self._ask.kind, self._ask.strong

    def _took(self, run: Run, kind: Named, said: Utterance) -> None:
        """Note that figures of a card were hidden."""
        if kind is Named.CARD:
            if said.start > self._capture.until:
                self._capture.open(said.end)
            self._capture.take(run, said.channel, said.end)
            return
        if kind is Named.CVV:
            self._capture.code += run.digits
        self._capture.until = max(self._capture.until, said.end + COMPLETE_S)
        if self._ask is not None and self._ask.kind is kind and len(run.digits) >= CARD_DIGITS:
            self._ask = None

    def _unnamed(self, kept: Kept, run: Run, cue: Cue | None, touched: dict[int, Kept]) -> None:
        """Keep a number that may be part of a card, and hide it with its like once it is one."""
        said = kept.said
        name = cue.kind if cue is not None else self._asked(run, said.start)[0]
        harmless = name is not None and not name.secret and len(run.digits) <= LONGEST[name]
        if harmless or cue_words.plain(said.text, run) is not None:
            return
        if len(run.digits) < CHAIN_LEAST and not run.alone:
            return
        kept.unnamed.append(run)
        chain = betrayed(chain_to(kept, run, self._kept))
        if not chain:
            return
        self._hide_chain(chain, touched)
        since = chain[0][0].said.start
        others = [
            (other, part)
            for other in self._kept
            if other.said.channel is not said.channel and other.said.start >= since - CHAIN_S
            for part in other.unnamed
            if len(part.digits) >= CARD_DIGITS
        ]
        self._hide_chain(others, touched)

    def _hide_chain(self, chain: list[tuple[Kept, Run]], touched: dict[int, Kept]) -> None:
        for kept, run in chain:
            kept.masks.append(_mask(run, Named.CARD))
            kept.unnamed.remove(run)
            self._took(run, Named.CARD, kept.said)
            touched[kept.said.id] = kept

    def _point_back(self, said: Utterance, named: list[Cue], touched: dict[int, Kept]) -> None:
        """Hide what was just said where this utterance calls it a card number."""
        if not any(c.kind is Named.CARD and cue_words.points_back(said.text, c) for c in named):
            return
        recent = [
            (kept, run)
            for kept in self._kept
            if kept.said is not said and said.start - kept.said.end <= CHAIN_S
            for run in kept.unnamed
            if len(run.digits) >= CARD_DIGITS
        ]
        self._hide_chain(recent, touched)

    def _close_paid(self, said: Utterance) -> None:
        if said.channel is not Channel.CUSTOMER and _PAID.search(said.text):
            self._capture = Capture()
            self._ask = None

    def _remember(self, said: Utterance, named: list[Cue], used: list[Cue]) -> None:
        """Note which number is asked for, to know the answer by."""
        if any(c.kind is Named.CARD for c in named):
            fresh = any(c not in used for c in named if c.kind is Named.CARD)
            if fresh or said.end > self._capture.until:
                self._capture.open(said.end, asked=fresh and said.channel is not Channel.CUSTOMER)
            if not self._capture.complete:
                self._ask = None
                return
        if not named:
            return
        last = named[-1]
        secret = [c for c in named if c.kind.secret]
        if secret and said.end <= self._capture.until and not self._capture.complete:
            last = secret[-1]
        if last.kind is Named.CARD:
            self._ask = None
            return
        answered = last in used
        wait = GOES_ON_S if answered else ASKED_S[last.kind.secret]
        self._ask = Ask(last.kind, last.strong, said.end + wait, answered)
        if said.channel is not Channel.CUSTOMER and not last.kind.secret:
            self._capture.awaited = False

    def _secret_awaited(self, channel: Channel, at: float) -> bool:
        """Return whether what a side says now may be card data, whatever was recognised."""
        if channel is Channel.AGENT:
            return False
        if self._ask is not None and self._ask.kind in (Named.CVV, Named.EXPIRY):
            return at <= self._ask.until and at <= self._capture.until
        return self._capture.awaited and not self._capture.complete and at <= self._capture.until

    def _passwords(self, kept: Kept) -> None:
        said = kept.said
        span = cue_words.password_said(said.text)
        if span is None and self._answers_password(said.channel, said.start):
            span = cue_words.password_answer(said.text)
        if span is not None:
            kept.masks.append(Mask(*span, Named.PASSWORD.value, REPLACEMENTS[Named.PASSWORD]))
            self._password_until = -1.0
        if cue_words.asks_password(said.text):
            self._password_until, self._password_by = said.end + ASKED_S[False], said.channel

    def _answers_password(self, channel: Channel, at: float) -> bool:
        return at <= self._password_until and channel is not self._password_by

    def _may_grow(self, text: str, run: Run, cue: Cue | None, channel: Channel) -> bool:
        """Return whether a partial's number might be the beginning of something longer."""
        if cue_words.plain(text, run) is not None:
            return False
        if len(run.digits) < PARTIAL_DIGITS:
            last = next((k for k in reversed(self._kept) if k.said.channel is channel), None)
            return last is not None and bool(last.unnamed) and run.before <= CHAIN_WORDS
        vouched = cue is not None and not cue.kind.secret and run.after > 0
        return not (vouched and cue is not None and len(run.digits) <= LONGEST[cue.kind])

    def _answer(self, kept: Kept, touched: dict[int, Kept]) -> Redacted:
        touched.pop(kept.said.id, None)
        mute: list[Mute] = []
        earlier: list[Earlier] = []
        for old in sorted(touched.values(), key=lambda k: k.said.id):
            masks = settle(old.masks)
            earlier.append(Earlier(old.said.id, hide(old.said.text, masks), _kinds(masks)))
            mute += [Mute(old.said.channel, *span) for span in muted(old.said, masks)]
        masks = settle(kept.masks)
        mute += [Mute(kept.said.channel, *span) for span in muted(kept.said, masks)]
        card = bool(touched) or any(m.kind == Named.CARD.value for m in masks)
        return Redacted(redact(kept.said, masks), _kinds(masks), tuple(mute), tuple(earlier), card)


def _within(mute: Mute, whole: Mute) -> bool:
    return mute.channel is whole.channel and whole.start <= mute.start and mute.end <= whole.end


def _opens(cue: Cue | None) -> bool:
    return cue is not None and cue.kind is Named.CARD


def _mask(run: Run, kind: Named) -> Mask:
    return Mask(run.start, run.end, kind.value, REPLACEMENTS[kind])


def _shape_masks(text: str) -> list[Mask]:
    return [Mask(start, end, kind, REPLACEMENTS[Named(kind)]) for kind, start, end in shaped(text)]


def _kinds(masks: list[Mask]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.kind for m in masks))
