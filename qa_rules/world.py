"""What is known of a call so far: the memory that conditions and windows are judged by."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qa_rules.clarity import Speech, SpeechLog
from qa_rules.types import CallFacts, Evidence, HappenedEvent, State
from qa_rules.wording import Wording

Known = str | int | float | bool
_FACT_FIELDS = ("direction", "queue", "language", "jurisdiction", "company", "agent", "customer")


def known_facts(facts: CallFacts) -> dict[str, Known]:
    """Return a call's facts by name; an empty text is not known."""
    named: dict[str, Known] = {n: getattr(facts, n) for n in _FACT_FIELDS if getattr(facts, n)}
    return {**facts.values, **named}


@dataclass(slots=True)
class World:
    """A call's facts, events, wants and item states.

    `now` is the second up to which every utterance that begins before it has been given;
    `agent_spoke` is the second of the agent's first word; `ended` the call's length once it is
    over. `reached` is the highest level of anger so far, `anger` the level it is at; `speech` is
    who spoke when, and how well it was heard.
    """

    facts: dict[str, Known] = field(default_factory=dict)
    now: float = 0.0
    agent_spoke: float | None = None
    ended: float | None = None
    anger: int = 0
    reached: int = 0
    happened: list[HappenedEvent] = field(default_factory=list)
    wants: dict[str, float] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    unheard: list[tuple[float, float]] = field(default_factory=list)
    speech: SpeechLog | list[Speech] = field(default_factory=SpeechLog)
    wording: Wording = field(default_factory=Wording)
    _first: dict[str, float] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def happen(self, event: HappenedEvent) -> None:
        """Note that something happened."""
        self.happened.append(event)
        self._first[event.id] = min(event.at, self._first.get(event.id, event.at))
        self._count[event.id] = self._count.get(event.id, 0) + 1

    def first(self, event: str) -> float | None:
        """Return the second at which an event first happened, None where it did not."""
        return self._first.get(event)

    def count(self, event: str) -> int:
        """Return how often an event has happened."""
        return self._count.get(event, 0)

    def evidence_of(self, event: str) -> tuple[Evidence, ...]:
        """Return the words of an event's first time, empty where there were none."""
        return next((e.evidence for e in self.happened if e.id == event), ())

    def branch(self) -> "World":
        """Return a copy that can be changed without changing this one."""
        return dataclasses.replace(
            self,
            happened=list(self.happened),
            speech=self.speech.branch() if isinstance(self.speech, SpeechLog) else [*self.speech],
            wants=dict(self.wants),
            states=dict(self.states),
            _first=dict(self._first),
            _count=dict(self._count),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """Why something is judged: the words or the clock; `key` tells one moment from another."""

    at: float
    key: str
    why: str = ""
    evidence: tuple[Evidence, ...] = ()


def spans_text(seconds: float) -> str:
    """Return a call second as minutes and seconds, for people."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def overlapping(
    spans: Iterable[tuple[float, float]], start: float, end: float
) -> Iterator[tuple[float, float]]:
    """Yield the spans that share time with start to end."""
    for begin, stop in spans:
        if begin < end and stop > start:
            yield begin, stop
