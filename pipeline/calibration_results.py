"""What a calibration round shows: who agrees on which question, and how far from the expert.

The group is everybody who handed a call in, the expert with them. A question splits the group where
fewer than SPLIT of the pairs of answers to it are equal; one that splits two rounds of its form
running is marked for a change of the form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.agreement import (
    Agreement,
    Distance,
    Ratings,
    agreement,
    distance,
    percent_agreement,
)
from pipeline.calibrating import answered, asks, card_of
from pipeline.errors import RecordNotFound
from pipeline.reviewing import lines
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import RoundCall, WholeRound
from pipeline.store.repo import Store
from qa_rules.types import Scorecard

SPLIT: Final = 80.0
"""Percent of equal pairs below which a question splits the group: chosen. People agree on 67 to
80 % of a form's answers where nobody calibrates, and 85 % is the trade's target."""
LATEST: Final = 12
"""Rounds of a form that a question's kappa is pooled over."""
NO_ANSWER: Final = ("", "open", "needs_review")


@dataclass(frozen=True, slots=True)
class Said:
    """A person's answer to a question of a call, "" where they gave none, and their note."""

    person: str
    answer: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """A call on which the group does not agree about a question."""

    call: RoundCall
    said: tuple[Said, ...]
    machine: str


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question: how the group agrees in this round, and over all rounds of the form so far.

    `machine` is how the machine agrees with the expert in this round.
    """

    id: str
    title: str
    here: Agreement
    pooled: Agreement
    rounds: int
    machine: Agreement
    splits: bool
    before: bool
    calls: tuple[Split, ...]

    @property
    def change(self) -> bool:
        """Whether it splits the second round running: the form is asked to change."""
        return self.splits and self.before


@dataclass(frozen=True, slots=True)
class PersonResult:
    """A person, or the machine: how far from the expert in points, and how their answers agree."""

    name: str
    calls: int
    distance: Distance | None
    agrees: Agreement
    machine: bool = False


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call with the score by each person's answers, and by the machine's; None for none."""

    call: RoundCall
    scores: Mapping[str, float | None]
    machine: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """A round's results. `absent` are those who handed nothing in."""

    whole: WholeRound
    people: tuple[str, ...]
    absent: tuple[str, ...]
    group: Agreement
    questions: tuple[QuestionResult, ...]
    persons: tuple[PersonResult, ...]
    calls: tuple[CallResult, ...]

    @property
    def splitting(self) -> tuple[QuestionResult, ...]:
        """The questions that split the group, the worst first."""
        found = [q for q in self.questions if q.splits]
        return tuple(sorted(found, key=lambda q: (not q.change, q.here.percent or 0.0)))


@dataclass(frozen=True, slots=True)
class _Read:
    """A round read whole: each call's card by the machine, and by each who handed it in."""

    whole: WholeRound
    machine: Mapping[str, Scorecard]
    cards: Mapping[tuple[str, str], Scorecard]

    @property
    def people(self) -> tuple[str, ...]:
        """Who handed anything in."""
        came = {person for _, person in self.cards}
        return tuple(p for p in self.whole.people if p in came)

    def answer(self, call_id: str, person: str, question: str) -> str | None:
        """Return a person's answer; None where there is none."""
        card = self.cards.get((call_id, person))
        return _of(card, question) if card is not None else None

    def titles(self) -> dict[str, str]:
        """Return the questions asked of any call, in the form's order."""
        return {a.question_id: a.title for c in self.machine.values() for a in asks(c)}

    def items(self, question: str) -> list[Ratings]:
        """Return what the group answered to a question, an item for each call that asks it."""
        calls = [
            c for c, card in self.machine.items() if question in {a.question_id for a in asks(card)}
        ]
        return [[self.answer(c, p, question) for p in self.people] for c in calls]

    def pairs(self, person: str | None) -> dict[str, list[tuple[str, str]]]:
        """Return a person's answers, or the machine's, beside the expert's, by question."""
        found: dict[str, list[tuple[str, str]]] = {}
        for call_id, machine in self.machine.items():
            for line in asks(machine):
                name = line.question_id
                expert = self.answer(call_id, self.whole.round.expert, name)
                other = (
                    _sure(line.machine) if person is None else self.answer(call_id, person, name)
                )
                if expert is not None and other is not None:
                    found.setdefault(name, []).append((other, expert))
        return found


def results(store: Store, whole: WholeRound) -> Results:
    """Return what a round shows, of what is handed in so far."""
    read = _read(store, whole)
    earlier = [_read(store, w) for w in _earlier(store, whole)]
    every = [item for name in read.titles() for item in read.items(name)]
    machine = read.pairs(None)
    questions = tuple(
        _question(read, earlier, name, title, machine.get(name, ()))
        for name, title in read.titles().items()
    )
    expert = whole.round.expert
    others = [p for p in read.people if p != expert]
    return Results(
        whole,
        read.people,
        tuple(p for p in whole.people if p not in read.people),
        agreement(every),
        questions,
        tuple(_person(read, p) for p in [*others, *([None] if expert in read.people else [])]),
        tuple(
            CallResult(
                call,
                {p: c.score for p in read.people if (c := read.cards.get((call.call_id, p)))},
                read.machine[call.call_id].score,
            )
            for call in whole.calls
            if call.call_id in read.machine
        ),
    )


@dataclass(frozen=True, slots=True)
class Blind:
    """The machine's answer to a question of a round's call, and the expert's."""

    question: str
    title: str
    machine: str
    expert: str


def machine_pairs(store: Store, whole: WholeRound) -> list[Blind]:
    """Return the machine's answers beside the expert's, given blind, in a round."""
    read = _read(store, whole)
    named = read.titles()
    return [Blind(q, named[q], m, e) for q, pairs in read.pairs(None).items() for m, e in pairs]


def _question(
    read: _Read,
    earlier: Sequence[_Read],
    name: str,
    title: str,
    machine: Iterable[tuple[str, str]],
) -> QuestionResult:
    here = agreement(read.items(name))
    asked = [e for e in earlier if name in e.titles()]
    pooled = [*read.items(name), *(item for e in asked for item in _any(e.items(name)))]
    return QuestionResult(
        name,
        title,
        here,
        agreement(pooled, crossed=not asked),
        1 + len(asked),
        agreement(list(machine)),
        _splits(here.percent),
        bool(asked) and _splits(percent_agreement(asked[0].items(name))),
        tuple(_differs(read, name)) if _splits(here.percent) else (),
    )


def _any(items: Iterable[Ratings]) -> list[Ratings]:
    return [one for one in items if any(r is not None for r in one)]


def _splits(percent: float | None) -> bool:
    return percent is not None and percent < SPLIT


def _differs(read: _Read, question: str) -> Iterable[Split]:
    for call in read.whole.calls:
        if call.call_id not in read.machine:
            continue
        said = []
        for person in read.people:
            card = read.cards.get((call.call_id, person))
            line = lines(card).get(question) if card is not None else None
            note = line.person.note if line is not None and line.person is not None else ""
            said.append(Said(person, read.answer(call.call_id, person, question) or "", note))
        if len({s.answer for s in said if s.answer}) > 1:
            machine = lines(read.machine[call.call_id])[question].machine
            yield Split(call, tuple(said), machine)


def _person(read: _Read, person: str | None) -> PersonResult:
    expert = read.whole.round.expert
    pairs = []
    for call_id, machine in read.machine.items():
        own = machine if person is None else read.cards.get((call_id, person))
        best = read.cards.get((call_id, expert))
        if own is not None and best is not None and None not in (own.score, best.score):
            pairs.append((float(own.score or 0.0), float(best.score or 0.0)))
    answers = [pair for found in read.pairs(person).values() for pair in found]
    return PersonResult(
        person or "Machine", len(pairs), distance(pairs), agreement(answers), person is None
    )


def _earlier(store: Store, whole: WholeRound) -> list[WholeRound]:
    until = whole.round.closed_at or "9"
    found = Calibrations(store.database).closed(whole.round.form, until, LATEST)
    return [w for w in found if w.round.id != whole.round.id]


def _read(store: Store, whole: WholeRound) -> _Read:
    machine: dict[str, Scorecard] = {}
    for call in whole.calls:
        try:
            machine[call.call_id] = card_of(store, call)
        except RecordNotFound:
            continue  # its score is gone: the round is shown without the call
    given = Calibrations(store.database).answers(whole.round.id)
    cards = {
        (r.call_id, r.person): answered(machine[r.call_id], given.get((r.call_id, r.person), {}))
        for r in whole.readings
        if r.submitted_at and r.call_id in machine
    }
    return _Read(whole, machine, cards)


def _of(card: Scorecard, question: str) -> str | None:
    line = lines(card).get(question)
    return _sure(line.answer) if line is not None else None


def _sure(answer: str) -> str | None:
    return None if answer in NO_ANSWER else answer
