"""Scores, forms and their differences as plain data, for the API and the command line alike.

The keys are a promise; new ones may be added.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from pipeline.rescoring import FormState, Rescored
from pipeline.result import scorecard_data
from pipeline.store.scores import Scored
from qa_rules.card_diff import CardDiff, words
from qa_rules.forms import version_text
from qa_rules.packs import PackSet
from qa_rules.types import PersonAnswer

_DIFF: TypeAdapter[CardDiff] = TypeAdapter(CardDiff)
_PEOPLE: TypeAdapter[list[PersonAnswer]] = TypeAdapter(list[PersonAnswer])
_STATE: TypeAdapter[FormState] = TypeAdapter(FormState)


def scored_data(scored: Scored) -> dict[str, Any]:
    """Return one score of a call without its questions."""
    card, event = scored.event.scorecard, scored.event
    return {
        "seq": scored.seq,
        "at": event.at,
        "by": event.by,
        "why": event.why or "call",
        "form": card.form,
        "versions": {p.pack: p.version for p in card.parts},
        "hashes": {p.pack: p.hash for p in card.parts},
        "rules": card.version,
        "status": card.status,
        "reason": card.reason,
        "score": card.score,
        "compliance": card.compliance,
        "auto_fail": card.auto_fail,
        "auto_fail_items": list(card.auto_fail_items),
        "passed": card.passed,
        "needs_review": card.needs_review,
        "unanswered": card.unanswered,
    }


def people_data(people: Sequence[PersonAnswer]) -> list[dict[str, Any]]:
    """Return the answers of persons, every one that was given."""
    data: list[dict[str, Any]] = _PEOPLE.dump_python(list(people), mode="json")
    return data


def diff_data(done: Rescored) -> dict[str, Any]:
    """Return a call scored again: both cards, the difference, and the same in words."""
    before, diff = done.before, done.diff
    return {
        "call": done.call_id,
        "before": None if before is None else scorecard_data(before),
        "after": scorecard_data(done.after),
        "same": diff is not None and diff.same,
        "diff": None if diff is None else _DIFF.dump_python(diff, mode="json"),
        "words": [] if diff is None else words(diff),
        "notes": list(done.notes),
    }


def form_data(packs: PackSet) -> dict[str, Any]:
    """Return what packs ask: sections, items that are questions, and the form's own questions."""
    taken = {item for q in packs.questions for item in q.items or ()}
    asked: list[dict[str, Any]] = [
        {
            "id": i.id,
            "title": i.title,
            "section": i.section,
            "weight": i.weight,
            "severity": i.severity.value,
            "mode": "auto",
            "by": "item",
            "pack": i.pack,
        }
        for i in packs.items
        if i.id not in taken
    ]
    asked += [
        {
            "id": q.id,
            "title": q.title,
            "help": q.help,
            "section": q.section,
            "weight": q.weight,
            "severity": q.severity.value,
            "mode": q.how.value,
            "by": _by(q.items, q.metric, q.rule),
            "items": list(q.items or ()),
            "measure": q.metric.name if q.metric is not None else None,
            "choices": list(q.choices),
            "asked_if": q.asked_if.model_dump(mode="json", exclude_none=True)
            if q.asked_if is not None
            else None,
            "pack": q.pack,
        }
        for q in packs.questions
    ]
    form = packs.form
    return {
        "form": "+".join(packs.chosen),
        "version": version_text(packs.parts),
        "pass_mark": form.pass_mark,
        "exclude": form.exclude.model_dump(mode="json"),
        "sections": [
            {"id": name, "title": s.title, "weight": s.weight} for name, s in form.sections.items()
        ],
        "questions": asked,
    }


def state_data(state: FormState) -> dict[str, Any]:
    """Return how a pack's form stands to the calls that it scored."""
    data: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return data | {"locked": state.locked}


def _by(items: object, metric: object, rule: object) -> str:
    named = (("items", items), ("metric", metric), ("rule", rule))
    return next((name for name, given in named if given is not None), "person")
