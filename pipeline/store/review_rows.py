"""What reviews of calls are made of: plain values, no connection behind them."""

from dataclasses import dataclass

DRAFT, SHARED, DISPUTED, FINAL = "draft", "shared", "disputed", "final"
OPEN, UPHELD, REVISED = "open", "upheld", "revised"


@dataclass(frozen=True, slots=True)
class Review:
    """A person's review of a call; times are ISO 8601 in UTC, empty for what has not been.

    `score_seq` is the number of the event whose scorecard the review is of; `until_at` the end of
    the window in which its agent may dispute it; `seen_at` when the agent first opened it.
    """

    id: int
    call_id: str
    form: str
    version: str
    score_seq: int
    reviewer: str
    state: str
    strength: str
    change: str
    taken_at: str
    due_at: str
    saved_at: str
    shared_at: str
    until_at: str
    seen_at: str
    disputed_at: str
    final_at: str
    final_by: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review with what a list says of its call."""

    review: Review
    agent: str
    queue: str
    started_at: str
    seconds: float
    score: float | None
    auto_fail: bool
    disputes: int
    """How many are open."""


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """What a reviewer answered; `error` is the class of the machine's error where it erred."""

    question_id: str
    answer: str
    note: str = ""
    error: str = ""
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A question that the agent disputes; `was` is the answer it had, `answer` the one after."""

    review_id: int
    question_id: str
    reason: str
    second: float | None
    opened_by: str
    opened_at: str
    was: str
    state: str
    answer: str
    note: str
    resolved_by: str
    resolved_at: str
