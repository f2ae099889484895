"""Calibration as its pages show it: numbers in words, rows of charts, where everybody stands.

Pure: no I/O, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.agreement import ENOUGH, Agreement, Distance
from pipeline.calibrating import may_end, may_see
from pipeline.calibration_results import PersonResult, Results
from pipeline.machine_agreement import MachineAgreement, QuestionAgreement
from pipeline.periods import short
from pipeline.reviewing import ERRORS
from pipeline.store.calibration_rows import WholeRound
from streaming import chart_rows, charts
from streaming.chart_rows import Row, Rows
from streaming.chart_scale import PERCENT, Axis, Value
from streaming.charts import Chart
from streaming.review_views import said

BANDS: Mapping[str, str] = {"ready": "good", "coach": "warn", "rewrite": "critical", "skewed": ""}
"""The colour of a band of kappa."""
BAND_WORDS: dict[str, str] = {
    "ready": "ready",
    "coach": "coach",
    "rewrite": "rewrite the question",
    "skewed": "nearly all the same",
}
MACHINE_BANDS: Mapping[str, str] = BAND_WORDS | {"coach": "watch", "rewrite": "mend the rule"}
PERSON_BANDS: Mapping[str, str] = BAND_WORDS | {"rewrite": "far apart"}
POINTS = Axis(lambda v: f"{v:+.0f}" if v else "0")
SHORT_ERRORS: Mapping[str, str] = {
    "asr": "misheard",
    "speaker": "wrong speaker",
    "rule": "wrong rule",
    "meaning": "meaning",
    "policy": "policy",
    "unnamed": "not named",
}


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the list, and what this person has to do with it."""

    whole: WholeRound
    mine: bool
    left: int
    see: bool
    end: bool
    next_call: int | None
    """Position of the first call that this person has not handed in."""


def line_of(whole: WholeRound, person: str) -> RoundLine:
    """Return how a person stands to a round."""
    mine = person in whole.people and any(r.person == person for r in whole.readings)
    done = {r.call_id for r in whole.readings if r.person == person and r.submitted_at}
    left = [c.position for c in whole.calls if c.call_id not in done] if mine else []
    still = left if not whole.round.closed else []
    return RoundLine(
        whole,
        mine,
        len(still),
        may_see(whole, person),
        may_end(whole, person),
        still[0] if still else None,
    )


def kappa_words(found: Agreement) -> str:
    """Return kappa with its interval, or why there is none."""
    if not found.n:
        return "none"
    if found.kappa is None:
        return f"all {said(found.common).lower()}: kappa says nothing"
    text = f"{found.kappa:.2f}"
    if found.low is not None and found.high is not None:
        text += f" ({found.low:.2f} to {found.high:.2f})"
    return text


def count_words(found: Agreement) -> str:
    """Return how many items there were, and whether they are too few."""
    return f"n {found.n}" + ("" if found.enough else ", too few to tell")


def prevalence_words(found: Agreement) -> str:
    """Return the commonest answer with its share."""
    if found.prevalence is None:
        return ""
    return f"{found.prevalence:.0f} % {said(found.common).lower()}"


def points_words(value: float, low: float | None, high: float | None, *, signed: bool) -> str:
    """Return points with their interval."""
    form = "{:+.1f}" if signed else "{:.1f}"
    text = form.format(value)
    return (
        text
        if low is None or high is None
        else f"{text} ({form.format(low)} to {form.format(high)})"
    )


def distance_words(found: Distance | None) -> str:
    """Return the mean distance from the expert with its interval."""
    if found is None:
        return "none"
    return points_words(found.mean_absolute, found.absolute_low, found.absolute_high, signed=False)


def bias_words(found: Distance | None) -> str:
    """Return the bias with its interval, and what it means."""
    if found is None:
        return "none"
    text = points_words(found.bias, found.bias_low, found.bias_high, signed=True)
    if abs(found.bias) < 0.05:
        return text
    return f"{text}, {'milder' if found.bias > 0 else 'stricter'}"


def agreement_rows(found: Results) -> Rows:
    """Draw how far the group agrees on each question."""
    rows = [
        Row(q.title, (Value(q.here.percent, n=q.here.n),))
        for q in sorted(found.questions, key=lambda q: q.here.percent or 0.0)
        if q.here.n
    ]
    return chart_rows.dots(
        "agreement", "Agreement on each question", ("Question", "Equal pairs"), rows, guide=80.0
    )


def bias_rows(persons: Sequence[PersonResult]) -> Rows:
    """Draw how far each person, and the machine, lie from the expert."""
    rows = [
        Row(p.name, (Value(p.distance.bias, p.distance.bias_low, p.distance.bias_high, p.calls),))
        for p in persons
        if p.distance is not None
    ]
    return chart_rows.dots(
        "bias",
        "Points from the expert",
        ("Who", "Mean, milder to the right"),
        rows,
        POINTS,
        guide=0.0,
    )


def week_chart(found: MachineAgreement) -> Chart:
    """Draw the machine's agreement with people week by week."""
    values = tuple(Value(w.agrees.percent, n=w.agrees.n) for w in found.whole.weeks)
    return charts.lines(
        "weeks",
        "Equal answers by week",
        [short(w) for w in found.weeks],
        [charts.Series("Equal answers", values)],
        PERCENT,
    )


def kappa_chart(found: MachineAgreement) -> Chart:
    """Draw the machine's kappa with people week by week, with intervals."""
    values = tuple(
        Value(w.agrees.kappa, w.agrees.low, w.agrees.high, w.agrees.n) for w in found.whole.weeks
    )
    return charts.lines(
        "kappas",
        "Kappa by week",
        [short(w) for w in found.weeks],
        [charts.Series("Kappa", values)],
        Axis(lambda v: f"{v:.1f}", min([0.0, *(v.low or 0.0 for v in values)]), 1.0, (0.2, 0.5)),
        guides=((0.8, "ready"), (0.6, "coach")),
    )


def spark_of(found: QuestionAgreement) -> chart_rows.Spark:
    """Draw a question's weeks the height of a word."""
    numbers = [w.agrees.percent if w.agrees.n else None for w in found.weeks]
    return chart_rows.spark("Equal answers", numbers, PERCENT)


def error_words(errors: Mapping[str, int]) -> str:
    """Return classes of errors with their counts."""
    return ", ".join(f"{SHORT_ERRORS.get(k, k)} {n}" for k, n in errors.items())


def known_words() -> dict[str, object]:
    """Return what every page of calibration may say."""
    return {
        "said": said,
        "kappa": kappa_words,
        "count": count_words,
        "prevalence": prevalence_words,
        "far": distance_words,
        "bias": bias_words,
        "bands": BANDS,
        "band_words": BAND_WORDS,
        "machine_bands": MACHINE_BANDS,
        "person_bands": PERSON_BANDS,
        "errors": error_words,
        "error_names": ERRORS,
        "enough": ENOUGH,
    }
