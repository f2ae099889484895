"""What a pack may write where words are matched or conditions stand."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qa_rules.pattern import parse_pattern, parse_phrase
from qa_rules.types import State

Speaker = Literal["agent", "customer", "any"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ItemId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+[a-z]?$")]
Scalar = bool | int | float | str


class Spec(BaseModel):
    """A piece of a pack: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


OneOrMore = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]


class Semantic(Spec):
    """A meaning, given by examples; needs a text encoder."""

    examples: Annotated[tuple[str, ...], Field(min_length=2)]
    not_examples: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    """At least one of these words must be there too, where any are given."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.72
    review: Annotated[float, Field(gt=0, le=1)] = 0.6


class Alternative(Spec):
    """One way to match: exactly one of the keys, and what it does not go with."""

    phrase: OneOrMore | None = None
    pattern: OneOrMore | None = None
    sounds_like: OneOrMore | None = None
    """Patterns of what a recogniser makes of the words; unsure hearing leaves them to a person."""
    intent: Id | None = None
    semantic: Semantic | None = None
    none_of: tuple[str, ...] = ()
    """None of these patterns in the same utterance; the other alternatives do not mind them."""

    @model_validator(mode="after")
    def _one(self) -> "Alternative":
        keys = ("phrase", "pattern", "sounds_like", "intent", "semantic")
        if len([k for k in keys if getattr(self, k)]) != 1:
            raise ValueError(f"write exactly one of {', '.join(keys)}")
        for text in self.phrase or ():
            parse_phrase(text)
        for text in (*(self.pattern or ()), *(self.sounds_like or ()), *self.none_of):
            parse_pattern(text)
        return self


def _alternative(value: Any) -> Any:
    return {"phrase": value} if isinstance(value, str) else value


AlternativeLike = Annotated[
    Alternative, BeforeValidator(_alternative, json_schema_input_type=str | Alternative)
]


class MatchSpec(Spec):
    """Words to look for. Short forms: one text, or a list of texts."""

    any_of: tuple[AlternativeLike, ...] = ()
    """One of these; the first hit wins."""
    all_of: tuple["MatchLike", ...] = ()
    """Each of these, over one or several utterances of the speaker."""
    none_of: tuple[str, ...] = ()
    """None of these patterns in the same utterance."""
    negation: Literal["block", "allow"] = "block"
    quoted: Literal["block", "allow"] = "block"

    @model_validator(mode="after")
    def _some(self) -> "MatchSpec":
        if not self.any_of and not self.all_of:
            raise ValueError("give any_of or all_of at least one entry")
        for text in self.none_of:
            parse_pattern(text)
        return self


def _match(value: Any) -> Any:
    if isinstance(value, str):
        return {"any_of": [value]}
    if isinstance(value, list | tuple):
        return {"any_of": list(value)}
    if isinstance(value, dict) and value and set(value) <= set(Alternative.model_fields):
        return {"any_of": [value]}
    return value


MatchLike = Annotated[
    MatchSpec,
    BeforeValidator(
        _match, json_schema_input_type=str | list[str | Alternative] | Alternative | MatchSpec
    ),
]


class Count(Spec):
    """How often an event has happened."""

    event: Id
    at_least: Annotated[int, Field(ge=1)]


class Condition(Spec):
    """Something true or false of the call so far: exactly one of the keys (`item` with `state`)."""

    event: Id | None = None
    intent: Id | None = None
    fact: dict[str, Scalar | tuple[Scalar, ...]] | None = None
    """Facts and their values; a list means any of them."""
    anger: Annotated[int, Field(ge=1, le=4)] | None = None
    """The level has been reached."""
    count: Count | None = None
    item: ItemId | None = None
    state: State | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: Annotated["Condition | None", Field(alias="not")] = None

    @model_validator(mode="after")
    def _one(self) -> "Condition":
        keys = ("event", "intent", "fact", "anger", "count", "item", "all", "any", "not_")
        given = [k for k in keys if getattr(self, k) is not None]
        if len(given) != 1:
            listed = ", ".join(k.rstrip("_") for k in keys)
            raise ValueError(f"write exactly one of {listed} here; join several with all: [..]")
        if (self.item is None) != (self.state is None):
            raise ValueError("item and state go together: {item: M2-02, state: done}")
        return self


class When(Spec):
    """The stretch of the call in which an item counts; all that is given must hold."""

    within_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds from the agent's first word, or from the event in `after`."""
    last_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds before the call's end."""
    before: OneOrMore | None = None
    """Before the first of these events."""
    after: Id | None = None
    """From the first time that this event happens."""
    back_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds before the event in `after` in which words count already."""

    @model_validator(mode="after")
    def _some(self) -> "When":
        if self.back_s is not None and self.after is None:
            raise ValueError("back_s looks back from the event in `after`: give both")
        if not any((self.within_s, self.last_s, self.before, self.after)):
            raise ValueError(
                "give within_s, last_s, before or after; leave `when` out for any time"
            )
        if self.last_s is not None and (self.within_s or self.before or self.after):
            raise ValueError("last_s stands alone: the call's end is known only at the end")
        return self
