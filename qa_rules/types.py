"""The words of quality assurance: what is checked, what was found, how it is shown and scored."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.types import Channel


class Severity(StrEnum):
    """What breaking an item costs."""

    AUTO_FAIL = "AF"
    REQUIRED = "REQ"
    OPTIONAL = "OPT"
    PROHIBITED_AUTO_FAIL = "P-AF"
    PROHIBITED = "P"

    @property
    def critical(self) -> bool:
        """Whether failing this item fails the whole call."""
        return self in (Severity.AUTO_FAIL, Severity.PROHIBITED_AUTO_FAIL)

    @property
    def prohibited(self) -> bool:
        """Whether the item names what must not be said."""
        return self in (Severity.PROHIBITED, Severity.PROHIBITED_AUTO_FAIL)


class State(StrEnum):
    """Where an item stands. `violated` is for prohibited items; for them `done` means kept."""

    WAITING = "waiting"
    DUE = "due"
    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    VIOLATED = "violated"
    NOT_APPLICABLE = "n/a"
    NEEDS_REVIEW = "needs_review"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that something rests on; times in seconds from the call's start.

    `engine` names what matched: "phrase", "pattern", "semantic", "intent", "fact", "metric",
    "manual". `utterance_id` is None for facts and metrics.
    """

    quote: str
    start: float
    end: float
    utterance_id: int | None = None
    channel: Channel | None = None
    engine: str = "phrase"
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class HappenedEvent:
    """Something that happened at call second `at`; `value` is what the telephony told with it."""

    id: str
    at: float
    evidence: tuple[Evidence, ...] = ()
    value: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The closest thing said, for an absence; `score` is 0 to 1."""

    evidence: Evidence
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's result, or its state so far.

    `at` is the call second of the decision; `searched` the span looked through for an absence.
    `reason` says in plain words why the state is what it is.
    """

    rule_id: str
    title: str
    severity: Severity
    state: State
    reason: str = ""
    at: float | None = None
    evidence: tuple[Evidence, ...] = ()
    near_miss: NearMiss | None = None
    searched: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """An item as the agent's checklist shows it before anything is said.

    `due_s` is the second of the call by which it is due, where that is known at the start.
    `conditional` items apply only once something has happened.
    """

    rule_id: str
    label: str
    title: str
    severity: Severity
    section: str
    example: str = ""
    due_s: float | None = None
    pack: str = ""
    conditional: bool = False


class Priority(StrEnum):
    """How a hint is shown: `critical` breaks in, `normal` waits for a pause, `low` is small."""

    CRITICAL = "critical"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Hint:
    """Advice for the agent. `id` is unique in the call and the same however the call is replayed.

    `text` is what to do or say, short; `detail` is the longer line; `why` says what called for it.
    """

    id: str
    rule_id: str
    text: str
    at: float
    expires_at: float
    priority: Priority = Priority.NORMAL
    detail: str = ""
    why: str = ""
    topic: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class HintEnd:
    """A hint is over: `reason` "said" | "expired" | "replaced" | "topic" | "dismissed"."""

    hint_id: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Anger:
    """The customer's anger: level 0 to 4, and whether the flag is up, from `at` on.

    `reasons` are the cues that carry the level now.
    """

    level: int
    flagged: bool
    at: float
    reasons: tuple[Evidence, ...] = ()


RuleOutput = Finding | Hint | HintEnd | Anger
"""What evaluating a call yields, in order. A Finding replaces the earlier one of its rule."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call besides its words. `values` holds further facts by name.

    Known names: called_local_hour (int), recording_notice_played (bool), capture_masked (bool),
    campaign (str), calls_last_7_days (int), regulated (bool), first_contact (bool).
    """

    direction: str = "inbound"
    queue: str = ""
    language: str = "en"
    jurisdiction: str = ""
    company: str = ""
    agent: str = ""
    customer: str = ""
    values: dict[str, str | int | float | bool] = field(default_factory=dict)


ANSWERS = ("yes", "partly", "no")
"""What a question without a scale is answered with, the best first."""


class Mode(StrEnum):
    """Who answers a question.

    `auto`: the machine's answer counts. `suggest`: it is shown, and counts once a person answers.
    `manual`: a person alone. A person's answer goes before the machine's in every mode.
    """

    AUTO = "auto"
    SUGGEST = "suggest"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Gate:
    """A question is asked only where another has one of these answers."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """A person's answer to a question of a call; `answer` "" takes an earlier one back.

    `at` is ISO 8601 in UTC; `second` the second of the call that the person points at.
    """

    question_id: str
    answer: str
    by: str = ""
    at: str = ""
    note: str = ""
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a scorecard.

    `answer` is what counts: "yes" | "partly" | "no", a step of a scale ("0", "1" ...), "n/a",
    "needs_review" (the machine was not sure) or "open" (a person has not answered). `points` of
    `possible`, both 0 where the answer leaves the denominator. `machine` is the machine's own
    answer, "" where it gives none; `person` a person's, None where there is none. `choices` are
    the answers that a person may give, the best first. `weight` is what the answer is worth;
    `items` are those that it rests on; without `gate` and `asked` the question is always asked.
    """

    question_id: str
    title: str
    severity: Severity
    answer: str
    points: float
    possible: float
    evidence: tuple[Evidence, ...] = ()
    near_miss: NearMiss | None = None
    note: str = ""
    mode: Mode = Mode.AUTO
    machine: str = ""
    person: PersonAnswer | None = None
    choices: tuple[str, ...] = ()
    weight: float = 0.0
    items: tuple[str, ...] = ()
    gate: Gate | None = None
    asked: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class ScoredSection:
    """A section of a scorecard; `score` is 0 to 100, None where nothing in it applied."""

    id: str
    title: str
    weight: float
    score: float | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class FormPart:
    """What one pack asks: the version its author gave it, and a hash of what is asked."""

    pack: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A form filled in, by machine and by the people who answered questions of it.

    `score` and `compliance` are 0 to 100. `status` is "scored" or "not_scored"; then `reason` says
    why and `score` is None. An auto-fail makes both scores 0 and keeps the sections' detail.
    `version` is a hash of the packs whole, `parts` the form's version: that of each pack in it.
    `needs_review` counts answers that the machine was not sure of, `unanswered` those that wait
    for a person by the form's will.
    """

    form: str
    version: str
    status: str
    score: float | None
    compliance: float | None
    auto_fail: bool
    auto_fail_items: tuple[str, ...]
    passed: bool | None
    needs_review: int
    sections: tuple[ScoredSection, ...]
    reason: str = ""
    unanswered: int = 0
    pass_mark: float = 0.0
    parts: tuple[FormPart, ...] = ()
