"""What calibration rounds are made of: plain values, no connection behind them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """A calibration round; times are ISO 8601 in UTC, empty for what has not been."""

    id: int
    name: str
    form: str
    version: str
    expert: str
    opened_by: str
    opened_at: str
    closed_at: str
    closed_by: str

    @property
    def closed(self) -> bool:
        """Whether it is over, and its results are everybody's."""
        return bool(self.closed_at)


@dataclass(frozen=True, slots=True)
class RoundCall:
    """A call of a round; `score_seq` is the number of the event whose scorecard is answered."""

    position: int
    call_id: str
    score_seq: int
    agent: str
    queue: str
    started_at: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One person's going through one call of a round; `submitted_at` is empty for a draft."""

    call_id: str
    person: str
    saved_at: str
    submitted_at: str


@dataclass(frozen=True, slots=True)
class Given:
    """A person's answer to a question, and what they noted beside it."""

    answer: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WholeRound:
    """A round with its calls in order, and where everybody stands."""

    round: Round
    calls: tuple[RoundCall, ...]
    readings: tuple[Reading, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Who takes part: the reviewers by name, the expert last."""
        names = sorted({r.person for r in self.readings} - {self.round.expert})
        return (*names, self.round.expert)

    def done(self, person: str) -> int:
        """Return how many calls a person has handed in."""
        return sum(bool(r.submitted_at) for r in self.readings if r.person == person)

    def finished(self, person: str) -> bool:
        """Return whether a person takes part and has handed in every call."""
        own = [r for r in self.readings if r.person == person]
        return bool(own) and all(r.submitted_at for r in own)

    def reading(self, call_id: str, person: str) -> Reading | None:
        """Return a person's reading of a call; None where they do not take part."""
        found = (r for r in self.readings if r.call_id == call_id and r.person == person)
        return next(found, None)


Answers = Mapping[tuple[str, str], Mapping[str, Given]]
"""(call, person) -> question -> what was given."""
