"""A form filled in: points, sections, auto-fails, and what a person must look at.

The only place that scores. `score` asks the questions of a call; `with_people` takes what people
answered into a card, which holds all that it needs: no pack is read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qa_rules.packs import PackSet
from qa_rules.questions import NEEDS_REVIEW, NO, NOT_APPLICABLE, OPEN, Heard, machine_answers
from qa_rules.types import (
    Answer,
    CallFacts,
    Finding,
    Mode,
    PersonAnswer,
    Scorecard,
    ScoredSection,
    Severity,
)

COMPLIANCE = "compliance"
LATE_SHARE = 0.5
"""What a required item that was said late earns; an auto-fail item earns nothing."""

_SHARES = {"yes": 1.0, "partly": LATE_SHARE, NO: 0.0}
_UNSETTLED = (NEEDS_REVIEW, OPEN)
_OUT = (NOT_APPLICABLE, *_UNSETTLED)


def score(
    packs: PackSet,
    findings: Sequence[Finding],
    *,
    facts: CallFacts,
    seconds: float,
    turns: int,
    metrics: Mapping[str, float],
    people: Iterable[PersonAnswer] = (),
) -> Scorecard:
    """Return the scorecard of a call of `seconds` with `turns` changes of the floor.

    `people` are the answers of persons, the latest of a question last; one to a question that the
    form does not ask is left out.
    """
    form = packs.form
    if seconds < form.exclude.min_seconds:
        limit = form.exclude.min_seconds
        return _not_scored(_empty(packs), f"the call is {seconds:.0f} s long, under {limit:g} s")
    if turns < form.exclude.min_turns:
        return _not_scored(_empty(packs), f"{turns} turns, under {form.exclude.min_turns}")
    heard = Heard({f.rule_id: f for f in findings}, facts, seconds, metrics)
    asked: dict[str, list[Answer]] = {name: [] for name in form.sections}
    for section, answer in machine_answers(packs, heard):
        asked[section].append(answer)
    sections = tuple(
        ScoredSection(name, spec.title, spec.weight, None, tuple(asked[name]))
        for name, spec in form.sections.items()
    )
    return with_people(replace(_empty(packs), sections=sections), people)


def with_people(card: Scorecard, people: Iterable[PersonAnswer]) -> Scorecard:
    """Return a card with these answers of persons in place of those that it had.

    An empty answer takes an earlier one back; one that the question does not know is left out. A
    card that an earlier version made, whose answers have no weight, stays as it is.
    """
    if not any(a.choices for s in card.sections for a in s.answers):
        return card
    by_person = {p.question_id: p for p in people}
    lines = {
        a.question_id: replace(a, person=_taken(a, by_person.get(a.question_id)))
        for s in card.sections
        for a in s.answers
    }
    final: dict[str, str] = {}
    for name in lines:
        _settle(name, lines, final)
    sections = tuple(
        _section(s, [_earned(lines[a.question_id], final) for a in s.answers])
        for s in card.sections
    )
    return _total(replace(card, sections=sections))


def _empty(packs: PackSet) -> Scorecard:
    return Scorecard(
        form="+".join(packs.chosen),
        version=packs.version,
        status="not_scored",
        score=None,
        compliance=None,
        auto_fail=False,
        auto_fail_items=(),
        passed=None,
        needs_review=0,
        sections=(),
        pass_mark=packs.form.pass_mark,
        parts=packs.parts,
    )


def _not_scored(card: Scorecard, reason: str) -> Scorecard:
    return replace(
        card,
        status="not_scored",
        reason=reason,
        score=None,
        compliance=None,
        auto_fail=False,
        auto_fail_items=(),
        passed=None,
    )


# -- one answer -----------------------------------------------------------------------------------


def _taken(line: Answer, given: PersonAnswer | None) -> PersonAnswer | None:
    return given if given is not None and given.answer in line.choices else None


def _settle(name: str, lines: Mapping[str, Answer], final: dict[str, str]) -> str:
    """Note and return the answer that counts; a question that waits for another asks it first."""
    if name not in final:
        line = lines[name]
        final[name] = OPEN  # what a ring of gates would read; loading refuses rings
        gate = line.gate
        before = _settle(gate.question, lines, final) if gate and gate.question in lines else ""
        final[name] = _final(line, before)
    return final[name]


def _final(line: Answer, before: str) -> str:
    """Return the answer that counts; `before` is the answer of the question that it hangs on."""
    if not line.asked:
        return NOT_APPLICABLE
    if line.gate is not None and before not in line.gate.answers:
        return before if before in _UNSETTLED else NOT_APPLICABLE
    if line.person is not None:
        return line.person.answer
    if line.mode is Mode.MANUAL or not line.machine:
        return OPEN
    if line.mode is Mode.SUGGEST and line.machine != NOT_APPLICABLE:
        return OPEN
    return line.machine


def _earned(line: Answer, final: Mapping[str, str]) -> Answer:
    """Return an answer with its points; only what is in the denominator is possible."""
    answer = final[line.question_id]
    share = _share(answer, line.choices)
    counts = answer not in _OUT and not (line.severity is Severity.OPTIONAL and share == 0)
    possible = line.weight if counts else 0.0
    return replace(line, answer=answer, points=round(possible * share, 4), possible=possible)


def _share(answer: str, choices: Sequence[str]) -> float:
    """Return the part of its weight that an answer earns."""
    if answer in _OUT:
        return 0.0
    if answer in _SHARES:
        return _SHARES[answer]
    return int(answer) / max(int(c) for c in choices if c.isdigit())


# -- the card -------------------------------------------------------------------------------------


def _section(section: ScoredSection, answers: Sequence[Answer]) -> ScoredSection:
    return replace(section, answers=tuple(answers), score=_of_possible(answers))


def _of_possible(answers: Sequence[Answer]) -> float | None:
    """Return the points earned of those possible, 0 to 100; None where none are possible."""
    possible = sum(a.possible for a in answers)
    if possible <= 0:
        return None
    return round(100 * sum(a.points for a in answers) / possible, 2)


def _total(card: Scorecard) -> Scorecard:
    answers = [a for s in card.sections for a in s.answers]
    card = replace(
        card,
        needs_review=sum(a.answer == NEEDS_REVIEW for a in answers),
        unanswered=sum(a.answer == OPEN for a in answers),
    )
    total = _weighted(card.sections)
    if total is None:
        waits = card.needs_review + card.unanswered
        reason = "all that applies waits for a person" if waits else "no item applies to this call"
        return _not_scored(card, reason)
    failed = [a for a in answers if a.severity.critical and _fails(a)]
    final = 0.0 if failed else total
    return replace(
        card,
        status="scored",
        reason="",
        score=final,
        compliance=0.0 if failed else _compliance(card.sections),
        auto_fail=bool(failed),
        auto_fail_items=tuple(i for a in failed for i in (a.items or (a.question_id,))),
        passed=_passed(final, card.pass_mark, answers),
    )


def _fails(answer: Answer) -> bool:
    """Return whether an answer is the worst of its question: no, or 0 of a scale."""
    return answer.answer not in _OUT and _share(answer.answer, answer.choices) == 0


def _weighted(sections: Sequence[ScoredSection]) -> float | None:
    """Return the mean of the sections that have a score, their weights made to sum to 100."""
    scored = [(s.score, s.weight) for s in sections if s.score is not None]
    weight = sum(w for _, w in scored)
    if not scored or weight <= 0:
        return None
    return round(sum(s * w for s, w in scored) / weight, 2)


def _compliance(sections: Sequence[ScoredSection]) -> float | None:
    """Return the share of points of the compliance section and of every item that can auto-fail."""
    return _of_possible(
        [a for s in sections for a in s.answers if s.id == COMPLIANCE or a.severity.critical]
    )


def _passed(final: float, pass_mark: float, answers: Sequence[Answer]) -> bool | None:
    """Return whether the call passes; None while what could fail it waits for a person."""
    if final < pass_mark:
        return False
    return None if any(a.severity.critical and a.answer in _UNSETTLED for a in answers) else True
