"""What a pack's own file lacks: lines, hints, examples, and duties that its code stands for.

A code ("P05") stands for a role or a module. Which duties it has is what the shipped pack of that
code holds its agents to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from qa_rules.lint import LEAST_EXAMPLES, LEAST_LINES
from qa_rules.packs import SHIPPED, PackFile, PackItem, PackSet, read_pack
from qa_rules.schema import EventSpec, MoodSpec, Pack
from qa_rules.types import Severity


@dataclass(frozen=True, slots=True)
class Duty:
    """An item of the shipped pack of a code."""

    item: str
    title: str
    severity: Severity
    pack: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a pack lacks, by id.

    `lines`: fewer than four `yes` or `no` lines; `hints`: an item that fails the call and raises no
    card; `examples`: nothing that an agent could say; `not_examples`: items by meaning, and wants,
    without lines that are not meant; `intents`: too few examples. `code` is "" where the pack names
    none, and `known_code` says whether a shipped pack has it.
    """

    code: str
    known_code: bool
    lines: tuple[str, ...]
    hints: tuple[str, ...]
    examples: tuple[str, ...]
    intents: tuple[str, ...]
    not_examples: tuple[str, ...]
    duties: tuple[Duty, ...]

    @property
    def none(self) -> bool:
        """Whether nothing is lacking; few not_examples of wants alone are no fault."""
        lists = (self.lines, self.hints, self.examples, self.intents, self.duties)
        return not any(lists) and (bool(not self.code) or self.known_code)


def gaps(packs: PackSet, name: str) -> Gaps:
    """Return what a pack of a set lacks."""
    file = next(f for f in packs.files if f.pack.pack == name)
    own = [i for i in packs.items if i.pack == name]
    pack = file.pack
    same = _of_code(pack.code) if pack.code else ()
    shipped = [f for f in same if f.pack.language == pack.language] or same
    return Gaps(
        code=pack.code,
        known_code=bool(shipped),
        lines=tuple(_few_lines(pack)),
        hints=tuple(_no_card(packs, own)),
        examples=tuple(
            i.id for i in own if i.match and not i.example and not i.severity.prohibited
        ),
        intents=tuple(i.id for i in pack.intents if len(i.examples) < LEAST_EXAMPLES),
        not_examples=tuple(_no_counters(pack)),
        duties=tuple(_absent(packs, shipped)),
    )


def _few_lines(pack: Pack) -> Iterator[str]:
    for item in pack.items:
        if item.match and min(len(item.tests.yes), len(item.tests.no)) < LEAST_LINES:
            yield item.id
    heard: tuple[EventSpec | MoodSpec, ...] = (*pack.events, *pack.mood)
    for rule in heard:
        if rule.match and not (rule.tests.yes and rule.tests.no):
            yield rule.id


def _no_card(packs: PackSet, own: Sequence[PackItem]) -> Iterator[str]:
    """Yield items that fail a call and of which no card tells the agent."""
    raised = {h.on.item for h in packs.hints if h.on.item} | {
        name for h in packs.hints for name in h.unless_done
    }
    for item in own:
        heard_first = item.severity is Severity.AUTO_FAIL and item.match is not None
        if heard_first and item.hint is None and item.id not in raised:
            yield item.id


def _no_counters(pack: Pack) -> Iterator[str]:
    for item in pack.items:
        ways = item.match.any_of if item.match is not None else ()
        if any(w.semantic is not None and not w.semantic.not_examples for w in ways):
            yield item.id
    yield from (i.id for i in pack.intents if not i.not_examples)


@cache
def _of_code(code: str) -> tuple[PackFile, ...]:
    texts = ((p, p.read_text(encoding="utf-8")) for p in sorted(SHIPPED.glob("*.yaml")))
    return tuple(read_pack(text, str(p)) for p, text in texts if f"\ncode: {code}\n" in text)


def _absent(packs: PackSet, shipped: Sequence[PackFile]) -> Iterator[Duty]:
    """Yield the duties of a code that none of the packs has."""
    have = {i.id for i in packs.items}
    for file in shipped:
        for item in file.pack.items:
            if item.id not in have:
                yield Duty(item.id, item.title, item.severity, file.pack.pack)
