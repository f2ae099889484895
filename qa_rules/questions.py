"""The questions of a form as the machine answers them: by items, by a measure or by words.

Each answer carries the words or the value that it rests on. What it earns is `score`'s work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qa_rules.form_schema import Band, Measure
from qa_rules.forms import PackQuestion
from qa_rules.metrics import CALLED, judge_metric
from qa_rules.packs import PackItem, PackSet
from qa_rules.state import elsewhere, ruled_out, severity
from qa_rules.types import (
    ANSWERS,
    Answer,
    CallFacts,
    Evidence,
    Finding,
    Gate,
    Mode,
    Severity,
    State,
)
from qa_rules.wording import fact, plain
from qa_rules.world import Known, known_facts

YES, PARTLY, NO = ANSWERS
NOT_APPLICABLE, NEEDS_REVIEW, OPEN = "n/a", "needs_review", "open"
_UNDECIDED = (State.WAITING, State.DUE, State.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call's questions are answered from; `metrics` are its measures by name."""

    findings: Mapping[str, Finding]
    facts: CallFacts
    seconds: float
    metrics: Mapping[str, float]

    @property
    def known(self) -> dict[str, Known]:
        """The facts by name."""
        return known_facts(self.facts)


def machine_answers(packs: PackSet, heard: Heard) -> Iterator[tuple[str, Answer]]:
    """Yield each question with its section: items that no question asks, then the form's own."""
    taken = {item for q in packs.questions for item in q.items or ()}
    for item in packs.items:
        if item.id not in taken:
            yield item.section, _of_item(item, _found(item, heard))
    items = {i.id: i for i in packs.judged}
    for question in packs.questions:
        yield question.section, _of_question(question, items, heard)


def _of_item(item: PackItem, found: Finding) -> Answer:
    answer = _answer(found)
    return Answer(
        question_id=item.id,
        title=item.title,
        severity=found.severity,
        answer=answer,
        points=0.0,
        possible=0.0,
        evidence=found.evidence,
        near_miss=found.near_miss,
        note=found.reason,
        machine=answer,
        choices=(*ANSWERS, NOT_APPLICABLE),
        weight=item.weight,
        items=(item.id,),
    )


def _found(item: PackItem, heard: Heard) -> Finding:
    """Return an item's finding; a measured item that applies is judged by the metrics."""
    found = heard.findings.get(item.id)
    if found is None:
        reason = ruled_out(item, heard.known) or "not measured"
        kind = severity(item, heard.known)
        found = Finding(item.id, item.title, kind, State.NOT_APPLICABLE, reason)
    unmeasured = found.state is State.WAITING or found.reason.endswith("not measured")
    if item.metric is not None and unmeasured:
        return judge_metric(item, found.severity, heard.metrics, heard.seconds)
    return found


def _answer(found: Finding) -> str:
    """Return how a finding answers its question."""
    if found.state is State.NEEDS_REVIEW:
        return NEEDS_REVIEW
    if found.state in _UNDECIDED:
        return NOT_APPLICABLE
    if found.state is State.DONE:
        return YES
    if found.state is State.LATE and not found.severity.critical:
        return PARTLY
    return NO


# -- the form's own questions ---------------------------------------------------------------------


def _of_question(question: PackQuestion, items: Mapping[str, PackItem], heard: Heard) -> Answer:
    """Return a question with the machine's answer, "" where it has none."""
    gate, asked, why = _gate(question, heard.known)
    blank = Answer(
        question_id=question.id,
        title=question.title,
        severity=Severity(question.severity),
        answer=OPEN,
        points=0.0,
        possible=0.0,
        note=why,
        mode=question.how,
        choices=question.choices,
        weight=question.weight,
        gate=gate,
        asked=asked,
        help=question.help,
    )
    if not asked or question.how is Mode.MANUAL:
        return blank
    if question.metric is not None:
        return _measured(question.metric, blank, heard)
    names = question.items or (question.id,)
    found = [_found(items[name], heard) for name in names]
    return _joined(question, blank, found)


def _gate(question: PackQuestion, known: Mapping[str, Known]) -> tuple[Gate | None, bool, str]:
    """Return what the question waits for, whether the call's facts let it be asked, and why not."""
    law = question.jurisdictions
    if elsewhere(law, known):
        return None, False, f"law in {', '.join(law)}"
    when = question.asked_if
    if when is None:
        return None, True, ""
    for name, wanted in (when.fact or {}).items():
        values = wanted if isinstance(wanted, tuple) else (wanted,)
        if known.get(name) not in values:
            return None, False, f"asked only if {fact(name, wanted)}"
    if when.question is None:
        return None, True, ""
    return Gate(when.question, tuple(str(a) for a in when.answer or ())), True, ""


def _joined(question: PackQuestion, blank: Answer, found: Sequence[Finding]) -> Answer:
    """Return the answer that items give together; those that do not apply are left out."""
    counted = [f for f in found if _answer(f) != NOT_APPLICABLE]
    kind = next((f.severity for f in counted if f.severity.critical), blank.severity)
    answer = _together([_answer(f) for f in counted], critical=kind.critical)
    if answer == NO and question.rule is not None and question.how is Mode.SUGGEST:
        answer = ""  # a likely sign that was not heard suggests nothing
    return replace(
        blank,
        severity=kind,
        machine=_fitting(answer, question),
        evidence=tuple(e for f in counted for e in f.evidence),
        near_miss=next((f.near_miss for f in counted if f.near_miss is not None), None),
        note="; ".join(dict.fromkeys(f.reason for f in (counted or found) if f.reason)),
        items=tuple(f.rule_id for f in found),
    )


def _together(answers: Sequence[str], *, critical: bool) -> str:
    """Return the answer of several items: one that fails the call decides, doubt goes next."""
    if not answers:
        return NOT_APPLICABLE
    if critical and NO in answers:
        return NO
    if NEEDS_REVIEW in answers:
        return NEEDS_REVIEW
    return answers[0] if len(set(answers)) == 1 else PARTLY


def _fitting(answer: str, question: PackQuestion) -> str:
    """Return yes, partly or no as the question's own choices say it."""
    if answer not in ANSWERS:
        return answer  # n/a, needs review or none
    if question.scale is not None:
        return str({YES: question.scale, PARTLY: question.scale // 2, NO: 0}[answer])
    return NO if answer == PARTLY and not question.partly else answer


# -- measures -------------------------------------------------------------------------------------


def _measured(measure: Measure, blank: Answer, heard: Heard) -> Answer:
    """Return the answer of the first band that holds the value; none where it was not measured."""
    value = heard.metrics.get(measure.name)
    called = CALLED.get(measure.name) or plain(measure.name)
    if value is None:
        return replace(blank, note=f"not measured: {called}")
    for name, least in measure.needs.items():
        there = heard.metrics.get(name, 0.0)
        if there < least:
            what = CALLED.get(name) or plain(name)
            return replace(
                blank, note=f"too little to go by: {what}: {there:g}, at least {least:g}"
            )
    band = next((b for b in measure.bands if _holds(b, value)), None)
    wanted = " or ".join(f"{_range(b)} for {b.answer}" for b in measure.bands)
    note = f"{called}: {round(value, 2):g}, wanted {wanted}"
    proof = Evidence(note, heard.seconds, heard.seconds, engine="metric")
    answer = str(band.answer if band is not None else _otherwise(measure, blank))
    return replace(blank, machine=answer, note=note, evidence=(proof,))


def _otherwise(measure: Measure, blank: Answer) -> str:
    scaled = "otherwise" not in measure.model_fields_set and NO not in blank.choices
    return "0" if scaled else str(measure.otherwise)


def _holds(band: Band, value: float) -> bool:
    low = band.at_least is None or value >= band.at_least
    return low and (band.at_most is None or value <= band.at_most)


def _range(band: Band) -> str:
    if band.at_least is None:
        return f"at most {band.at_most:g}"
    if band.at_most is None:
        return f"at least {band.at_least:g}"
    return f"{band.at_least:g} to {band.at_most:g}"
