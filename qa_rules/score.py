"""A form filled in from findings: points, sections, auto-fails, and what a person must look at."""

from collections.abc import Mapping, Sequence

from qa_rules.metrics import judge_metric
from qa_rules.packs import PackItem, PackSet
from qa_rules.state import ruled_out, severity
from qa_rules.types import (
    Answer,
    CallFacts,
    Finding,
    Scorecard,
    ScoredSection,
    Severity,
    State,
)
from qa_rules.world import known_facts

COMPLIANCE = "compliance"
LATE_SHARE = 0.5
"""What a required item that was said late earns; an auto-fail item earns nothing."""

_UNDECIDED = (State.WAITING, State.DUE, State.NOT_APPLICABLE)


def score(
    packs: PackSet,
    findings: Sequence[Finding],
    *,
    facts: CallFacts,
    seconds: float,
    turns: int,
    metrics: Mapping[str, float],
) -> Scorecard:
    """Return the scorecard of a call of `seconds` with `turns` changes of the floor."""
    form = packs.form
    if seconds < form.exclude.min_seconds:
        limit = form.exclude.min_seconds
        return _not_scored(packs, f"the call is {seconds:.0f} s long, under {limit:g} s")
    if turns < form.exclude.min_turns:
        return _not_scored(packs, f"{turns} turns, under {form.exclude.min_turns}")
    found = {f.rule_id: f for f in findings}
    answers = [
        (item, _answer(item, _measured(item, found.get(item.id), facts, seconds, metrics)))
        for item in packs.items
    ]
    sections = tuple(_section(packs, name, answers) for name in form.sections)
    total = _weighted(sections)
    if total is None:
        return _not_scored(packs, "no item applies to this call")
    failed = tuple(i.id for i, a in answers if a.severity.critical and a.answer == "no")
    final = 0.0 if failed else total
    return Scorecard(
        form="+".join(packs.chosen),
        version=packs.version,
        status="scored",
        score=final,
        compliance=0.0 if failed else _compliance(answers),
        auto_fail=bool(failed),
        auto_fail_items=failed,
        passed=_passed(final, form.pass_mark, answers),
        needs_review=sum(1 for _, a in answers if a.answer == "needs_review"),
        sections=sections,
    )


def _not_scored(packs: PackSet, reason: str) -> Scorecard:
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
        reason=reason,
    )


def _measured(
    item: PackItem,
    found: Finding | None,
    facts: CallFacts,
    seconds: float,
    metrics: Mapping[str, float],
) -> Finding:
    """Return an item's finding; a measured item that applies is judged by the metrics."""
    known = known_facts(facts)
    if found is None:
        reason = ruled_out(item, known) or "not measured"
        kind = severity(item, known)
        found = Finding(item.id, item.title, kind, State.NOT_APPLICABLE, reason)
    unmeasured = found.state is State.WAITING or found.reason.endswith("not measured")
    if item.metric is not None and unmeasured:
        return judge_metric(item, found.severity, metrics, seconds)
    return found


def _answer(item: PackItem, found: Finding) -> Answer:
    """Return how a finding answers its question, and what that earns."""
    answer, share, counts = _earned(found.state, found.severity)
    possible = item.weight if counts else 0.0
    return Answer(
        question_id=item.id,
        title=item.title,
        severity=found.severity,
        answer=answer,
        points=round(possible * share, 4),
        possible=possible,
        evidence=found.evidence,
        near_miss=found.near_miss,
        note=found.reason,
    )


def _earned(state: State, kind: Severity) -> tuple[str, float, bool]:
    """Return the answer, the share of the points, and whether they are in the denominator."""
    optional = kind is Severity.OPTIONAL
    if state is State.NEEDS_REVIEW:
        return "needs_review", 0.0, False
    if state in _UNDECIDED:
        return "n/a", 0.0, False
    if state is State.DONE:
        return "yes", 1.0, True
    if state is State.LATE and not kind.critical:
        return "partly", LATE_SHARE, True
    return "no", 0.0, not optional


def _section(
    packs: PackSet, name: str, answers: Sequence[tuple[PackItem, Answer]]
) -> ScoredSection:
    spec = packs.form.sections[name]
    mine = tuple(a for i, a in answers if i.section == name)
    return ScoredSection(name, spec.title, spec.weight, _share(mine), mine)


def _share(answers: Sequence[Answer]) -> float | None:
    """Return the points earned of those possible, 0 to 100; None where none are possible."""
    possible = sum(a.possible for a in answers)
    if possible <= 0:
        return None
    return round(100 * sum(a.points for a in answers) / possible, 2)


def _weighted(sections: Sequence[ScoredSection]) -> float | None:
    """Return the mean of the sections that have a score, their weights made to sum to 100."""
    scored = [(s.score, s.weight) for s in sections if s.score is not None]
    weight = sum(w for _, w in scored)
    if not scored or weight <= 0:
        return None
    return round(sum(s * w for s, w in scored) / weight, 2)


def _compliance(answers: Sequence[tuple[PackItem, Answer]]) -> float | None:
    """Return the share of points of the compliance section and of every item that can auto-fail."""
    return _share([a for i, a in answers if i.section == COMPLIANCE or a.severity.critical])


def _passed(
    final: float, pass_mark: float, answers: Sequence[tuple[PackItem, Answer]]
) -> bool | None:
    """Return whether the call passes; None while an auto-fail item waits for a person."""
    if final < pass_mark:
        return False
    open_critical = any(a.severity.critical and a.answer == "needs_review" for _, a in answers)
    return None if open_critical else True
