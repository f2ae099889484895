"""A pack file as data: what may be written, checked when it is read.

Matches and conditions are in `match_schema`, forms in `form_schema`; where a fault stands in the
file is `source`'s work.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_rules.form_schema import FormSpec, SectionSpec
from qa_rules.lines import Tests
from qa_rules.match_schema import (
    Condition,
    Id,
    ItemId,
    MatchLike,
    Scalar,
    Speaker,
    Spec,
    When,
)
from qa_rules.types import Priority, Severity, State

__all__ = [
    "EventSpec",
    "FormSpec",
    "HintSpec",
    "IntentSpec",
    "ItemHint",
    "ItemSpec",
    "MoodSpec",
    "Pack",
    "SectionSpec",
    "Tests",
    "Wrapup",
]


class EventSpec(Spec):
    """Something that happens in a call. Without `match` or `of` a system tells it."""

    id: Id
    title: str = ""
    """A clause that stands after "when" or "before": the card number is read."""
    speaker: Speaker = "any"
    match: MatchLike | None = None
    of: Id | None = None
    """Happens when this other event has happened `nth` times."""
    nth: Annotated[int, Field(ge=1)] = 2
    after: Id | None = None
    """Counts only once this other event has happened."""
    told_by: str = ""
    """The system that tells it, where no words do and the product raises no such event itself."""
    tests: Tests = Tests()

    @model_validator(mode="after")
    def _one(self) -> "EventSpec":
        if self.match is not None and self.of is not None:
            raise ValueError("write match or of, not both")
        if self.told_by and self.of is not None:
            raise ValueError("told_by is for an event that a system tells: leave of out")
        return self


class Metric(Spec):
    """A measured number and what it must be."""

    name: Id
    op: Literal["<", "<=", ">", ">=", "=="]
    value: float


class FactCheck(Spec):
    """A fact of the call and what it must be; `unknown` is the state where it is not known."""

    name: Id
    equals: Scalar | tuple[Scalar, ...] = True
    """The value wanted; a list means any of them."""
    unknown: Literal["needs_review", "n/a"] = "needs_review"


class ItemHint(Spec):
    """The card for an item that is due."""

    text: Annotated[str, Field(max_length=90)]
    detail: str = ""
    lead_s: Annotated[float, Field(ge=0)] = 10.0
    cooldown_s: Annotated[float, Field(ge=0)] = 45.0
    max_per_call: Annotated[int, Field(ge=1)] = 2
    priority: Priority = Priority.NORMAL
    topic: str = ""
    expires_s: Annotated[float, Field(gt=0)] = 25.0


class ItemSpec(Spec):
    """One check: what must, or must not, be said or done."""

    id: ItemId
    title: str
    label: Annotated[str, Field(max_length=32)] = ""
    severity: Severity
    severity_if: dict[str, Severity] = Field(default_factory=dict)
    """Another severity where this fact is true ({all_party: AF})."""
    section: Id
    weight: Annotated[float, Field(ge=0)] = 1.0
    speaker: Speaker = "agent"
    when: When | None = None
    applies_if: Condition | None = None
    match: MatchLike | None = None
    metric: Metric | None = None
    fact: FactCheck | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.45
    example: str = ""
    hint: ItemHint | None = None
    tests: Tests = Tests()
    sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> "ItemSpec":
        given = [k for k in ("match", "metric", "fact") if getattr(self, k) is not None]
        if len(given) != 1:
            have = " and ".join(given) or "none"
            raise ValueError(f"write exactly one of match, metric or fact; found {have}")
        return self


class IntentSpec(Spec):
    """What a speaker may want, by examples for the classifier."""

    id: Id
    title: str
    speaker: Speaker = "customer"
    examples: Annotated[tuple[str, ...], Field(min_length=1)]
    not_examples: tuple[str, ...] = ()


class HintOn(Spec):
    """What raises a hint: exactly one of the keys (`item` with `state`)."""

    intent: Id | None = None
    event: Id | None = None
    item: ItemId | None = None
    state: State | None = None
    anger: Annotated[int, Field(ge=1, le=4)] | None = None
    silence_s: Annotated[float, Field(gt=0)] | None = None
    words: MatchLike | None = None

    @model_validator(mode="after")
    def _one(self) -> "HintOn":
        keys = ("intent", "event", "item", "anger", "silence_s", "words")
        if len([k for k in keys if getattr(self, k) is not None]) != 1:
            raise ValueError(f"write exactly one of {', '.join(keys)}")
        if (self.item is None) != (self.state is None):
            raise ValueError("item and state go together: {item: CORE-01, state: due}")
        return self


class HintSpec(Spec):
    """A card for the agent."""

    id: Id
    on: HintOn
    speaker: Speaker | None = None
    """Whose words raise it; customer where it is not said, for words and intents."""
    if_: Annotated[Condition | None, Field(alias="if")] = None
    unless_done: tuple[ItemId, ...] = ()
    text: Annotated[str, Field(max_length=90)]
    detail: str = ""
    priority: Priority = Priority.NORMAL
    topic: str = ""
    cooldown_s: Annotated[float, Field(ge=0)] = 20.0
    max_per_call: Annotated[int, Field(ge=1)] = 2
    expires_s: Annotated[float, Field(gt=0)] = 25.0
    tests: Tests = Tests()


class MoodSpec(Spec):
    """A cue of the anger ladder; a negative level soothes."""

    id: Id
    title: str = ""
    level: Annotated[int, Field(ge=-4, le=4)]
    strong: bool = False
    match: MatchLike
    tests: Tests = Tests()

    @model_validator(mode="after")
    def _level(self) -> "MoodSpec":
        if self.level == 0:
            raise ValueError("level 0 says nothing: 1 to 4 raises, -1 soothes")
        return self


class Reason(Spec):
    """Why the customer rang."""

    id: Id
    title: str
    intents: tuple[Id, ...] = ()
    match: MatchLike | None = None


class Outcome(Spec):
    """How the call ended."""

    id: Id
    title: str
    speaker: Speaker = "any"
    match: MatchLike | None = None
    event: Id | None = None


class Disposition(Spec):
    """What is done with the case; `outcome` is the one it goes with."""

    id: Id
    title: str
    outcome: str = ""


class Field_(Spec):  # noqa: N801 - `Field` is pydantic's
    """A value for the after-call form, filled from a slot."""

    id: Id
    title: str
    slot: str = ""
    speaker: Speaker = "any"
    match: MatchLike | None = None


class Wrapup(Spec):
    """What the after-call form offers."""

    reasons: tuple[Reason, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    fields: tuple[Field_, ...] = ()


class Pack(Spec):
    """One pack file."""

    pack: Id
    code: str = ""
    version: Annotated[str, Field(coerce_numbers_to_str=True)] = "1"
    title: str
    description: str = ""
    language: str = "en"
    inherits: tuple[Id, ...] = ()
    skips: tuple[ItemId, ...] = ()
    """Items inherited that this pack's calls are not asked; never one that can fail a call."""
    jurisdictions: tuple[str, ...] = ()
    """Where this law holds; the items are n/a until the call's jurisdiction is one of them."""
    form: FormSpec | None = None
    events: tuple[EventSpec, ...] = ()
    items: tuple[ItemSpec, ...] = ()
    intents: tuple[IntentSpec, ...] = ()
    hints: tuple[HintSpec, ...] = ()
    mood: tuple[MoodSpec, ...] = ()
    wrapup: Wrapup = Wrapup()
    sources: tuple[str, ...] = ()
