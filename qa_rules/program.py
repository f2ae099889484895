"""A set of packs, compiled: every need in one index, and what hangs on each of them.

Made once and shared by every call with these packs; nothing in it changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.languages import ENGLISH, Language
from qa_rules.conditions import dependencies
from qa_rules.index import NeedIndex
from qa_rules.match_schema import Condition, MatchSpec
from qa_rules.phrases import Hit, Matcher, Need, compile_match, join_hits
from qa_rules.schema import EventSpec, HintSpec, ItemSpec, MoodSpec

SILENCE_EVENT_S = 10.0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose need it is: `kind` "event" | "item" | "hint" | "mood", its id, and which part."""

    kind: str
    id: str
    part: int


@dataclass(frozen=True, slots=True)
class Program:
    """Compiled packs. `watchers` maps what a condition looks at to the items that hang on it."""

    index: NeedIndex = field(repr=False)
    owners: tuple[Owner, ...] = field(repr=False)
    numbers: dict[tuple[str, str], tuple[int, ...]] = field(repr=False)
    matchers: dict[tuple[str, str], Matcher] = field(repr=False)
    watchers: dict[str, tuple[str, ...]] = field(repr=False)
    derived: dict[str, tuple[EventSpec, ...]] = field(repr=False)
    silences: tuple[float, ...] = ()
    language: Language = ENGLISH

    def warm_up(self) -> None:
        """Compile every regular expression, so that no call has to."""
        for row in self.index.listed:
            for way in (*row.need.ways, *row.need.none_of):
                way.regex  # noqa: B018 - compiled by being looked at

    def whole(self, kind: str, owner: str, hits: dict[int, Hit]) -> Hit | None:
        """Return the joined hit where every need of an owner is met, else None."""
        found = [hits.get(n) for n in self.numbers[kind, owner]]
        sure = [h for h in found if h is not None]
        return join_hits(sure) if sure and len(sure) == len(found) else None


def compile_program(
    events: tuple[EventSpec, ...],
    items: tuple[ItemSpec, ...],
    hints: tuple[HintSpec, ...],
    mood: tuple[MoodSpec, ...],
    language: Language = ENGLISH,
) -> Program:
    """Compile the parts of a pack set."""
    needs: list[tuple[Need, str]] = []
    owners: list[Owner] = []
    numbers: dict[tuple[str, str], tuple[int, ...]] = {}
    matchers: dict[tuple[str, str], Matcher] = {}
    for kind, name, speaker, match in _matches(events, items, hints, mood):
        matcher = compile_match(match, name, language)
        matchers[kind, name] = matcher
        first = len(needs)
        for part, need in enumerate(matcher.needs):
            needs.append((need, speaker))
            owners.append(Owner(kind, name, part))
        numbers[kind, name] = tuple(range(first, len(needs)))
    silences = {h.on.silence_s for h in hints if h.on.silence_s is not None} | {SILENCE_EVENT_S}
    return Program(
        index=NeedIndex(needs),
        owners=tuple(owners),
        numbers=numbers,
        matchers=matchers,
        watchers=_watchers(items),
        derived=_derived(events),
        silences=tuple(sorted(silences)),
        language=language,
    )


def _matches(
    events: tuple[EventSpec, ...],
    items: tuple[ItemSpec, ...],
    hints: tuple[HintSpec, ...],
    mood: tuple[MoodSpec, ...],
) -> Iterator[tuple[str, str, str, MatchSpec]]:
    for event in events:
        if event.match is not None:
            yield "event", event.id, event.speaker, event.match
    for item in items:
        if item.match is not None:
            yield "item", item.id, item.speaker, item.match
    for hint in hints:
        if hint.on.words is not None:
            yield "hint", hint.id, hint.speaker or "customer", hint.on.words
    for cue in mood:
        yield "mood", cue.id, "customer", cue.match


def _watchers(items: tuple[ItemSpec, ...]) -> dict[str, tuple[str, ...]]:
    out: dict[str, dict[str, None]] = {}
    for item in items:
        for name in _looks_at(item):
            out.setdefault(name, {})[item.id] = None
    return {name: tuple(ids) for name, ids in out.items()}


def _looks_at(item: ItemSpec) -> Iterator[str]:
    condition: Condition | None = item.applies_if
    if condition is not None:
        yield from dependencies(condition)
    if item.when is not None:
        if item.when.after is not None:
            yield f"event:{item.when.after}"
        for event in item.when.before or ():
            yield f"event:{event}"
        if item.when.within_s is not None and item.when.after is None:
            yield "agent"
    if item.fact is not None:
        yield f"fact:{item.fact.name}"


def _derived(events: tuple[EventSpec, ...]) -> dict[str, tuple[EventSpec, ...]]:
    out: dict[str, tuple[EventSpec, ...]] = {}
    for event in events:
        if event.of is not None:
            out[event.of] = (*out.get(event.of, ()), event)
    return out
