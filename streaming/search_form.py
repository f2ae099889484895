"""The search form: what the box and the fields ask for, as one query."""

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.types import Channel
from pipeline.mining.lexer import MOST_CHARACTERS
from pipeline.mining.parser import parse
from pipeline.mining.query import Conditions, Edge, Part, Query, Range, RuleState, Window

Number = Annotated[float | None, BeforeValidator(lambda given: None if given == "" else given)]

WON = "sold,gift_pledged,gift_set_up,ret_saved,apt_set,order_placed,telecom_ordered"
LOST = "not_interested,declined,gift_declined,ret_closed,apt_refused,do_not_call"
PAIRS = {
    "recovered": (
        "Angry calls that calmed, against those that did not",
        "mood:angry->calm",
        "mood:stayed-angry",
    ),
    "won": ("Won against lost", f"outcome:{WON}", f"outcome:{LOST}"),
    "passed": ("Passed against failed", "result:passed", "result:failed"),
    "angered": ("Calls that turned angry, against calm ones", "mood:calm->angry", "mood:calm"),
}
"""Groups of calls that are compared at a click: title, and what is asked of either."""


class SearchForm(BaseModel):
    """A search. What is absent does not matter; the fields narrow what the box asks for."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=MOST_CHARACTERS, description="The search box.")
    like: str = Field("", max_length=500, description="A sentence, or the link of a turn.")
    speaker: Literal["", "agent", "customer"] = ""
    first_s: Number = Field(None, gt=0)
    last_s: Number = Field(None, gt=0)
    intent: str = Field("", max_length=128)
    agent: str = Field("", max_length=255)
    queue: str = Field("", max_length=255)
    rule: str = Field("", max_length=128)
    rule_state: Literal["", "done", "late", "missed", "violated", "n/a", "needs_review"] = ""
    mood: Literal["", "calm->angry", "angry->calm", "angry", "stayed-angry", "calm"] = ""
    result: Literal["", "passed", "failed", "auto-fail", "not-scored"] = ""
    min_score: Number = Field(None, ge=0, le=100)
    max_score: Number = Field(None, ge=0, le=100)
    min_minutes: Number = Field(None, ge=0)
    max_minutes: Number = Field(None, ge=0)
    since: str = Field("", max_length=40)
    until: str = Field("", max_length=40)

    def query(self) -> Query:
        """Return the whole query.

        Raises:
            QueryInvalid: the box cannot be read.
        """
        asked = parse(self.q)
        return Query(self._parts(asked.parts), asked.never, self._conditions(asked.call))

    @property
    def filled(self) -> int:
        """How many fields beside the box ask for something."""
        return len(self.given().keys() - {"q", "page", "size"})

    @property
    def narrowed(self) -> bool:
        """Whether any field beside the box asks for something."""
        return self.filled > 0

    def given(self) -> dict[str, str]:
        """Return what was filled in, as a query string has it."""
        values = self.model_dump(exclude_defaults=True)
        return {k: f"{v:g}" if isinstance(v, float) else str(v) for k, v in values.items() if v}

    def address(self, **more: str) -> str:
        """Return the query string of this search with some of it replaced; "" leaves one out."""
        return urlencode({k: v for k, v in (self.given() | more).items() if v})

    def _parts(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        speaker = Channel(self.speaker) if self.speaker else None
        window = None
        if self.first_s or self.last_s:
            edge = Edge.FIRST if self.first_s else Edge.LAST
            window = Window(edge, self.first_s or self.last_s or 0.0)
        meant = Part(like=self.like.strip(), intents=(self.intent,) if self.intent else ())
        if not meant.empty and len(parts) == 1 and not (parts[0].like and meant.like):
            only = parts[0]
            parts = (
                replace(only, like=only.like or meant.like, intents=only.intents + meant.intents),
            )
        elif not meant.empty:
            parts = (*parts, meant)
        return tuple(
            replace(p, speaker=p.speaker or speaker, window=p.window or window) for p in parts
        )

    def _conditions(self, box: Conditions) -> Conditions:
        rules = box.rules + ((RuleState(self.rule, self.rule_state),) if self.rule else ())
        return replace(
            box,
            agent=self.agent or box.agent,
            queue=self.queue or box.queue,
            rules=rules,
            mood=self.mood or box.mood,
            result=self.result or box.result,
            score=_range(self.min_score, self.max_score, box.score),
            minutes=_range(self.min_minutes, self.max_minutes, box.minutes),
            since=self.since or box.since,
            until=self.until or box.until,
        )


def _range(least: float | None, most: float | None, box: Range) -> Range:
    return Range(least if least is not None else box.least, most if most is not None else box.most)
