"""Whether the names that packs write point at something in the packs of the call."""

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from qa_rules.errors import Fault
from qa_rules.form_schema import QuestionSpec
from qa_rules.match_schema import Condition, MatchSpec, When
from qa_rules.schema import EventSpec, HintSpec, ItemSpec, Pack
from qa_rules.source import Source

if TYPE_CHECKING:
    from qa_rules.packs import PackSet

SYSTEM_EVENTS = (
    "call_start",
    "silence_10s",
    "overtalk_3s",
    "capture_masked",
    "card_digits",
    "hold_start",
    "hold_end",
    "hold_30s",
    "hold_60s",
    "transfer_start",
    "transfer_end",
    "voicemail_reached",
    "supervisor_joined",
    "anger_1",
    "anger_2",
    "anger_3",
    "anger_4",
    "anger_cleared",
)
"""Events that need no words: derived from times and the anger ladder, or told by the telephony."""

Reference = tuple[str, str, tuple[str | int, ...]]
"""What kind of name it is ("event", "item", "question" ...), the name, and where it is written."""


def check_references(packs: "PackSet") -> list[Fault]:
    """Return a fault for every name that points at nothing."""
    written = {i.id for f in packs.files for i in f.pack.items}
    forms = [f.pack.form for f in packs.files if f.pack.form is not None]
    asked = {q.id for form in forms for q in form.questions}
    known = {
        "event": {e.id for e in packs.events} | set(SYSTEM_EVENTS),
        "intent": {i.id for i in packs.intents},
        "item": written,
        "section": set(packs.form.sections),
        "question": written | asked,
    }
    faults: list[Fault] = []
    for file in packs.files:
        faults.extend(_duplicates(file.pack, file.source))
        for kind, name, path in references(file.pack):
            if name not in known[kind]:
                near = difflib.get_close_matches(name, sorted(known[kind]), n=1, cutoff=0.5)
                advice = f"did you mean {near[0]}?" if near else f"define the {kind} first"
                faults.append(file.source.fault(path, f"no {kind} called {name}: {advice}"))
    return faults


def references(pack: Pack) -> Iterator[Reference]:
    """Yield every name that a pack refers to."""
    for n, event in enumerate(pack.events):
        yield from _of_event(event, ("events", n))
    for n, item in enumerate(pack.items):
        yield from _of_item(item, ("items", n))
    for n, hint in enumerate(pack.hints):
        yield from _of_hint(hint, ("hints", n))
    for n, cue in enumerate(pack.mood):
        yield from _of_match(cue.match, ("mood", n, "match"))
    for n, question in enumerate(pack.form.questions if pack.form is not None else ()):
        yield from _of_question(question, ("form", "questions", n))
    for n, reason in enumerate(pack.wrapup.reasons):
        for m, intent in enumerate(reason.intents):
            yield "intent", intent, ("wrapup", "reasons", n, "intents", m)
    for n, outcome in enumerate(pack.wrapup.outcomes):
        if outcome.event is not None:
            yield "event", outcome.event, ("wrapup", "outcomes", n, "event")


def _of_event(event: EventSpec, at: tuple[str | int, ...]) -> Iterator[Reference]:
    if event.match is not None:
        yield from _of_match(event.match, (*at, "match"))
    if event.of is not None:
        yield "event", event.of, (*at, "of")
    if event.after is not None:
        yield "event", event.after, (*at, "after")


def _of_item(item: ItemSpec, at: tuple[str | int, ...]) -> Iterator[Reference]:
    yield "section", item.section, (*at, "section")
    yield from _of_when(item.when, at)
    if item.applies_if is not None:
        yield from _of_condition(item.applies_if, (*at, "applies_if"))
    if item.match is not None:
        yield from _of_match(item.match, (*at, "match"))


def _of_question(question: QuestionSpec, at: tuple[str | int, ...]) -> Iterator[Reference]:
    yield "section", question.section, (*at, "section")
    for m, name in enumerate(question.items or ()):
        yield "item", name, (*at, "items", m)
    if question.asked_if is not None and question.asked_if.question is not None:
        yield "question", question.asked_if.question, (*at, "asked_if", "question")
    rule, there = question.rule, (*at, "rule")
    if rule is None:
        return
    yield from _of_when(rule.when, there)
    if rule.applies_if is not None:
        yield from _of_condition(rule.applies_if, (*there, "applies_if"))
    yield from _of_match(rule.match, (*there, "match"))


def _of_when(when: When | None, at: tuple[str | int, ...]) -> Iterator[Reference]:
    if when is None:
        return
    for m, name in enumerate(when.before or ()):
        yield "event", name, (*at, "when", "before", m)
    if when.after is not None:
        yield "event", when.after, (*at, "when", "after")


def _of_hint(hint: HintSpec, at: tuple[str | int, ...]) -> Iterator[Reference]:
    for kind in ("intent", "event", "item"):
        name = getattr(hint.on, kind)
        if name is not None:
            yield kind, name, (*at, "on", kind)
    if hint.on.words is not None:
        yield from _of_match(hint.on.words, (*at, "on", "words"))
    if hint.if_ is not None:
        yield from _of_condition(hint.if_, (*at, "if"))
    for m, name in enumerate(hint.unless_done):
        yield "item", name, (*at, "unless_done", m)


def _of_condition(condition: Condition, at: tuple[str | int, ...]) -> Iterator[Reference]:
    for kind in ("event", "intent", "item"):
        name = getattr(condition, kind)
        if name is not None:
            yield kind, name, (*at, kind)
    if condition.count is not None:
        yield "event", condition.count.event, (*at, "count", "event")
    for key in ("all", "any"):
        for m, inner in enumerate(getattr(condition, key) or ()):
            yield from _of_condition(inner, (*at, key, m))
    if condition.not_ is not None:
        yield from _of_condition(condition.not_, (*at, "not"))


def _of_match(match: MatchSpec, at: tuple[str | int, ...]) -> Iterator[Reference]:
    for m, way in enumerate(match.any_of):
        if way.intent is not None:
            yield "intent", way.intent, (*at, "any_of", m, "intent")
    for m, inner in enumerate(match.all_of):
        yield from _of_match(inner, (*at, "all_of", m))


def _duplicates(pack: Pack, source: Source) -> Iterable[Fault]:
    """Yield a fault for an id that one file gives twice."""
    for part in ("events", "items", "intents", "hints", "mood"):
        seen: set[str] = set()
        for n, entry in enumerate(getattr(pack, part)):
            if entry.id in seen:
                yield source.fault((part, n, "id"), f"{part} has {entry.id} twice: rename one")
            seen.add(entry.id)
