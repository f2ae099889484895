"""How far the machine's answers agree with people's, per question and week. Pure but `machine`.

A reviewer sees the machine's answer before they give theirs, so this is the most it may be called
right by; the experts of calibration rounds do not see it, and stand apart as `blind`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pipeline.agreement import Agreement, agreement
from pipeline.calibration_results import machine_pairs
from pipeline.periods import Period
from pipeline.store.calibration import Calibrations
from pipeline.store.machine_answers import Met, met
from pipeline.store.repo import Store

UNNAMED: Final = "unnamed"
"""The class of an error that nobody named."""
LONGEST_WEEKS: Final = 52


@dataclass(frozen=True, slots=True)
class Week:
    """A week that begins on the Monday `first`."""

    first: date
    agrees: Agreement


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """A question: how the machine agrees with people, week by week, and how it errs.

    `stood` answers were let stand rather than given; to `unsure` questions the machine gave none.
    `errors` counts the classes of error; `blind` is against the experts of calibration rounds.
    """

    id: str
    title: str
    agrees: Agreement
    stood: int
    unsure: int
    errors: Mapping[str, int]
    weeks: tuple[Week, ...]
    blind: Agreement


@dataclass(frozen=True, slots=True)
class MachineAgreement:
    """The machine against people over whole weeks; the questions it does worst on come first."""

    whole: QuestionAgreement
    questions: tuple[QuestionAgreement, ...]
    weeks: tuple[date, ...]


def machine(store: Store, period: Period, question: str = "") -> MachineAgreement:
    """Return how the machine agrees with people over a period; blocks on the database."""
    found = met(store.database, period.since, period.until)
    rounds = Calibrations(store.database).listed()
    blind = [
        Met(b.question, b.title, w.round.closed_at, b.machine, b.expert)
        for w in rounds
        if w.round.closed and period.since <= w.round.closed_at < period.until
        for b in machine_pairs(store, w)
    ]
    if question:
        found, blind = ([m for m in part if m.question == question] for part in (found, blind))
    return summed(found, blind, period)


def summed(found: Sequence[Met], blind: Sequence[Met], period: Period) -> MachineAgreement:
    """Sum up what met, per question and week; `blind` are the experts' answers."""
    first = period.first - timedelta(period.first.weekday())
    weeks = tuple(first + timedelta(7 * k) for k in range((period.last - first).days // 7 + 1))[
        -LONGEST_WEEKS:
    ]
    by_question: dict[str, list[Met]] = defaultdict(list)
    by_blind: dict[str, list[Met]] = defaultdict(list)
    for one in found:
        by_question[one.question].append(one)
    for one in blind:
        by_blind[one.question].append(one)
    names = list(dict.fromkeys([*by_question, *by_blind]))
    questions = [
        _summed(name, by_question.get(name, []), by_blind.get(name, []), weeks, period)
        for name in names
    ]
    questions.sort(key=lambda q: (q.agrees.percent is None, q.agrees.percent or 0.0, q.id))
    return MachineAgreement(_summed("", found, blind, weeks, period), tuple(questions), weeks)


def _summed(
    name: str,
    found: Sequence[Met],
    blind: Sequence[Met],
    weeks: Sequence[date],
    period: Period,
) -> QuestionAgreement:
    by_week: dict[date, list[Met]] = defaultdict(list)
    for one in found:
        day = period.local(one.at).date()
        by_week[day - timedelta(day.weekday())].append(one)
    wrong = [m for m in found if m.machine and m.machine != m.person]
    title = next((m.title for m in (*found, *blind)), "") if name else ""
    return QuestionAgreement(
        name,
        title,
        agreement(_pairs(found)),
        sum(m.stood for m in found),
        sum(not m.machine for m in found),
        dict(Counter(m.error or UNNAMED for m in wrong).most_common()),
        tuple(Week(w, agreement(_pairs(by_week.get(w, ())))) for w in weeks),
        agreement(_pairs(blind)),
    )


def _pairs(found: Iterable[Met]) -> list[tuple[str, str]]:
    return [(m.machine, m.person) for m in found if m.machine]
