"""Items that a pack inherits and does not ask: what is left of a set of packs, what may not go.

A skip holds for the calls of the pack that writes it and of those that inherit it. Where another
pack of the same call asks the item without going through it, the item stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from qa_rules.errors import Fault
from qa_rules.form_schema import QuestionSpec
from qa_rules.schema import HintSpec, Pack

if TYPE_CHECKING:
    from qa_rules.packs import PackFile

_Q = TypeVar("_Q", bound=QuestionSpec)
_H = TypeVar("_H", bound=HintSpec)


def asked_items(packs: Sequence[Pack], chosen: Iterable[str]) -> frozenset[str]:
    """Return the ids of the items that the chosen packs ask; all of them where none is named."""
    named = {p.pack: p for p in packs}
    roots = [name for name in chosen if name in named] or list(named)
    return frozenset().union(*(_asked(name, named) for name in roots))


def _asked(name: str, named: Mapping[str, Pack]) -> frozenset[str]:
    pack = named.get(name)
    if pack is None:
        return frozenset()
    above = frozenset().union(*(_asked(parent, named) for parent in pack.inherits))
    return (above - set(pack.skips)) | {i.id for i in pack.items}


def asked_questions(questions: Iterable[_Q], items: frozenset[str]) -> tuple[_Q, ...]:
    """Return questions without the items that are not asked; one that has none left goes.

    So does a question that hangs on the answer to one that went.
    """
    kept: list[_Q] = []
    for question in questions:
        names = tuple(i for i in question.items or () if i in items)
        if names != (question.items or ()):
            question = question.model_copy(update={"items": names})
        if question.items != ():
            kept.append(question)
    while True:
        known = items | {q.id for q in kept}
        left = [q for q in kept if _gate(q) is None or _gate(q) in known]
        if len(left) == len(kept):
            return tuple(kept)
        kept = left


def _gate(question: QuestionSpec) -> str | None:
    return question.asked_if.question if question.asked_if is not None else None


def asked_hints(hints: Iterable[_H], items: frozenset[str]) -> tuple[_H, ...]:
    """Return hints without the items that are not asked; one for those alone goes with them."""
    out: list[_H] = []
    for hint in hints:
        names = tuple(i for i in hint.unless_done if i in items)
        if hint.on.item is not None and hint.on.item not in items:
            continue
        if names == hint.unless_done:
            out.append(hint)
        elif names:
            out.append(hint.model_copy(update={"unless_done": names}))
    return tuple(out)


def check_skips(files: Sequence["PackFile"]) -> list[Fault]:
    """Return a fault for a skip of what is not inherited, or of what can fail a call."""
    named = {f.pack.pack: f.pack for f in files}
    items = {i.id: i for f in files for i in f.pack.items}
    faults: list[Fault] = []
    for file in files:
        above = frozenset().union(*(_asked(p, named) for p in file.pack.inherits))
        for n, name in enumerate(file.pack.skips):
            message = ""
            if name not in above:
                message = f"{name} is not inherited: take it out of skips"
            elif items[name].severity.critical:
                message = f"{name} can fail a call, so it cannot be skipped: take it out of skips"
            if message:
                faults.append(file.source.fault(("skips", n), message))
    return faults
