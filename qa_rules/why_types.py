"""What an explanation of an item in a call says, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.types import Label, Utterance
from qa_rules.heard import SURE
from qa_rules.types import CallFacts, Evidence, Finding, HappenedEvent, Severity, State


@dataclass(frozen=True, slots=True)
class Judged:
    """A call that is over, and what rules made of it.

    `told` is what telephony and redaction told; `unread` are stretches that could not be read.
    """

    said: Sequence[Utterance]
    labels: Mapping[int, Sequence[Label]]
    findings: Sequence[Finding]
    happened: Sequence[HappenedEvent]
    facts: CallFacts
    seconds: float
    told: Sequence[HappenedEvent] = ()
    unread: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Words that meet the item, or a part of it, and the way that found them.

    `against` says why they do not count, "" where they do. `part` counts from 1.
    """

    words: Evidence
    way: str
    part: int = 1
    against: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Where the item was looked for, in words and in seconds; None is not opened, or to the end."""

    text: str
    opens: float | None = None
    closes: float | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """The closest thing said, its score (0 to 1) and the way that it comes closest to."""

    words: Evidence
    score: float
    way: str = ""


@dataclass(frozen=True, slots=True)
class Failing:
    """A part of a condition that does not hold, and for an event or a want what came nearest."""

    text: str
    nearest: Nearest | None = None


@dataclass(frozen=True, slots=True)
class Applies:
    """The item's condition, whether it held, what of it did not, and the words that made it."""

    text: str
    held: bool
    failing: tuple[Failing, ...] = ()
    words: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """How close an utterance came by meaning, or by a want; it counts from `needs` on."""

    kind: str
    name: str
    score: float
    needs: float
    review: float
    text: str
    start: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the recogniser's confidence did; each 0 to 1, None where there was nothing to hear.

    `words` is the least of the words that count and `words_need` what they need; `span` is the
    mean of the speaker's words in the window and `span_needs` from where an absence is believed.
    """

    words: float | None
    words_need: float
    span: float | None
    span_needs: float = SURE
    unread: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """All that led to an item's state in a call. `parts` of `missing` were never heard."""

    item: str
    title: str
    pack: str
    section: str
    severity: Severity
    speaker: str
    state: State
    reason: str
    at: float | None
    heard_by_words: bool
    window: Window
    applies: Applies | None = None
    counts: tuple[Seen, ...] = ()
    refused: tuple[Seen, ...] = ()
    more_refused: int = 0
    parts: int = 0
    missing: tuple[str, ...] = ()
    nearest: Nearest | None = None
    person_from: float | None = None
    """The near miss from which an absence of this item is left to a person."""
    meanings: tuple[Meaning, ...] = ()
    hearing: Hearing | None = None
