"""What the packs of a call ask: their questions put together, and the version of that.

What an answer earns is `score`'s work.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from qa_rules.errors import Fault
from qa_rules.form_schema import QuestionSpec
from qa_rules.metrics import CALLED
from qa_rules.schema import ItemSpec, Pack
from qa_rules.types import FormPart

if TYPE_CHECKING:
    from qa_rules.packs import PackFile, PackSet

_ASKED = {
    "id",
    "title",
    "severity",
    "severity_if",
    "section",
    "weight",
    "speaker",
    "when",
    "applies_if",
    "metric",
    "fact",
}
"""What of an item belongs to the form; the words that it is heard by do not."""
_WORDS = {"match", "min_confidence", "tests"}

Place = tuple[str | int, ...]


class PackQuestion(QuestionSpec):
    """A question, with the pack that it is from and where that pack is law."""

    pack: str = ""
    jurisdictions: tuple[str, ...] = ()


def questions(packs: Iterable[Pack]) -> tuple[PackQuestion, ...]:
    """Return the questions of packs; a later one of a known id takes the earlier one's place."""
    out: dict[str, PackQuestion] = {}
    for pack in packs:
        place: dict[str, Any] = {"pack": pack.pack, "jurisdictions": pack.jurisdictions}
        for question in pack.form.questions if pack.form is not None else ():
            out[question.id] = PackQuestion.model_construct(**dict(question), **place)
    return tuple(out.values())


def form_parts(packs: Iterable[Pack]) -> tuple[FormPart, ...]:
    """Return the version and the hash of what each pack asks; packs that ask nothing are not in."""
    return tuple(
        FormPart(p.pack, p.version, _hash(asked)) for p in packs if (asked := _asked(p)) is not None
    )


def version_text(parts: Sequence[FormPart]) -> str:
    """Return a form's version in words: that of each pack in it."""
    return ", ".join(f"{p.pack} {p.version}" for p in parts)


def _asked(pack: Pack) -> dict[str, Any] | None:
    if not pack.items and pack.form is None and not pack.skips:
        return None
    form = None
    if pack.form is not None:
        words = {"questions": {"__all__": {"rule": _WORDS}}}
        form = pack.form.model_dump(mode="json", by_alias=True, exclude=words)
    items = [i.model_dump(mode="json", by_alias=True, include=_ASKED) for i in pack.items]
    asked = {"form": form, "items": items, "jurisdictions": list(pack.jurisdictions)}
    return {**asked, "skips": list(pack.skips)} if pack.skips else asked


def _hash(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# -- what a form must hold to ---------------------------------------------------------------------


def check_form(packs: "PackSet") -> list[Fault]:
    """Return a fault for each question that cannot be asked as it is written."""
    own = {q.id: q for q in packs.questions}
    faults: list[Fault] = []
    asked: dict[str, str] = {}
    for file in packs.files:
        written = file.pack.form.questions if file.pack.form is not None else ()
        for n, question in enumerate(written):
            last = own.get(question.id)
            if last is None or last.pack != file.pack.pack:
                continue  # of skipped items alone, or replaced by a later pack's
            for path, message in _of_question(packs, question, asked):
                at: Place = ("form", "questions", n, *path)
                faults.append(file.source.fault(at, f"{question.id}: {message}"))
    return [*faults, *_twice(packs.files)]


def _of_question(
    packs: "PackSet", question: QuestionSpec, asked: dict[str, str]
) -> Iterator[tuple[Place, str]]:
    items = {i.id: i for i in packs.items}
    if question.id in items:
        yield ("id",), "an item has this id already: rename the question"
    for m, name in enumerate(question.items or ()):
        if name in asked:
            yield ("items", m), f"{name} is asked by {asked[name]} already: take it out of one"
        asked[name] = question.id
    named = [items[i] for i in question.items or () if i in items]
    if len(named) > 1 and any(map(_may_fail, named)) and not all(map(_must_fail, named)):
        yield ("items",), "items that fail the call go alone or together: ask the others apart"
    yield from _measures(question)
    if question.asked_if is not None and question.asked_if.question is not None:
        if _in_ring(packs, question.id):
            yield ("asked_if", "question"), "these questions wait for each other: break the ring"
        yield from _gate(packs, question, question.asked_if.question)


def _may_fail(item: ItemSpec) -> bool:
    return item.severity.critical or any(s.critical for s in item.severity_if.values())


def _must_fail(item: ItemSpec) -> bool:
    return item.severity.critical and all(s.critical for s in item.severity_if.values())


def _measures(question: QuestionSpec) -> Iterator[tuple[Place, str]]:
    if question.metric is None:
        return
    listed = ", ".join(sorted(CALLED))
    if question.metric.name not in CALLED:
        yield ("metric", "name"), f"no measure called {question.metric.name}: write one of {listed}"
    for name in question.metric.needs:
        if name not in CALLED:
            yield ("metric", "needs"), f"no measure called {name}: write one of {listed}"


def _gate(packs: "PackSet", question: QuestionSpec, gate: str) -> Iterator[tuple[Place, str]]:
    """A gate is a question, or an item that no question asks, with answers that it can have."""
    if question.asked_if is None or question.asked_if.answer is None:
        return
    by = next((q.id for q in packs.questions if gate in (q.items or ())), None)
    if by is not None:
        yield ("asked_if", "question"), f"{gate} is asked by {by}: write {by}"
    other = next((q for q in packs.questions if q.id == gate), None)
    allowed = (*other.choices, "n/a") if other is not None else ("yes", "partly", "no", "n/a")
    for answer in question.asked_if.answer:
        if str(answer) not in allowed:
            listed = ", ".join(dict.fromkeys(allowed))
            yield ("asked_if", "answer"), f"{gate} is never {answer}: write one of {listed}"


def _in_ring(packs: "PackSet", start: str) -> bool:
    gates = {
        q.id: q.asked_if.question
        for q in packs.questions
        if q.asked_if is not None and q.asked_if.question is not None
    }
    seen, name = set(), gates.get(start)
    while name is not None and name not in seen:
        seen.add(name)
        name = gates.get(name)
    return start in seen


def _twice(files: Iterable["PackFile"]) -> Iterator[Fault]:
    for file in files:
        seen: set[str] = set()
        for n, question in enumerate(file.pack.form.questions if file.pack.form else ()):
            if question.id in seen:
                message = f"the form asks {question.id} twice: rename one"
                yield file.source.fault(("form", "questions", n, "id"), message)
            seen.add(question.id)
