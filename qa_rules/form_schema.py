"""A form as a pack writes it: sections, and the questions beside the script's items."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_rules.lines import Tests
from qa_rules.match_schema import (
    Condition,
    Id,
    ItemId,
    MatchLike,
    OneOrMore,
    Scalar,
    Speaker,
    Spec,
    When,
)
from qa_rules.types import ANSWERS, Mode, Severity

MOST_STEPS = 10
Given = str | Annotated[int, Field(ge=0, le=MOST_STEPS)]
"""An answer as a pack writes it: a word, or a step of the scale."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


GivenOnes = Annotated[
    tuple[Given, ...],
    BeforeValidator(_listed, json_schema_input_type=str | int | list[str | int]),
    Field(min_length=1),
]


class SectionSpec(Spec):
    """A section of the form; the weights of a form sum to 100."""

    title: str
    weight: Annotated[float, Field(ge=0, le=100)]


class Exclude(Spec):
    """Calls too short to be scored."""

    min_seconds: Annotated[float, Field(ge=0)] = 30.0
    min_turns: Annotated[int, Field(ge=0)] = 3


class Band(Spec):
    """An answer, and the values of a measure that it stands for; both ends belong to it."""

    answer: Given
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _some(self) -> "Band":
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both; what no band holds is `otherwise`")
        if None not in (self.at_least, self.at_most) and self.at_least > self.at_most:  # type: ignore[operator] # neither is None
            raise ValueError("at_least is more than at_most: no value is in this band")
        return self


class Measure(Spec):
    """A measured number and the answers it stands for; the first band that holds it answers."""

    name: Id
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    otherwise: Given = "no"
    needs: dict[Id, float] = Field(default_factory=dict)
    """Other measures and their least value; below, a person answers."""


class RuleSpec(Spec):
    """Words that answer a question: judged like an item, never shown to the agent."""

    match: MatchLike
    speaker: Speaker = "agent"
    when: When | None = None
    applies_if: Condition | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.45
    tests: Tests = Tests()


class AskedIf(Spec):
    """When a question is asked; both hold where both are given."""

    question: ItemId | None = None
    """Another question, or an item that is one."""
    answer: GivenOnes | None = None
    fact: dict[str, Scalar | tuple[Scalar, ...]] | None = None

    @model_validator(mode="after")
    def _some(self) -> "AskedIf":
        if (self.question is None) != (self.answer is None):
            raise ValueError("question and answer go together: {question: CS-03, answer: [no]}")
        if self.question is None and self.fact is None:
            raise ValueError("give question with answer, or fact")
        return self


class QuestionSpec(Spec):
    """A question of the form; without items, metric or rule it is a person's."""

    id: ItemId
    title: str
    help: str = ""
    """What a person goes by: what is a yes, what is a no."""
    section: Id
    weight: Annotated[float, Field(ge=0)] = 1.0
    severity: Literal[Severity.AUTO_FAIL, Severity.REQUIRED, Severity.OPTIONAL] = Severity.REQUIRED
    mode: Mode | None = None
    """auto where the machine can answer, else manual."""
    scale: Annotated[int, Field(ge=1, le=MOST_STEPS)] | None = None
    """Answers are 0 to this number, in place of yes, partly and no."""
    partly: bool = True
    na: bool = True
    """Whether a person may answer n/a."""
    asked_if: AskedIf | None = None
    items: OneOrMore | None = None
    """Items that answer it, and are not asked by themselves then."""
    metric: Measure | None = None
    rule: RuleSpec | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers that may be given, the best first; n/a last."""
        if self.scale is not None:
            good: tuple[str, ...] = tuple(str(n) for n in range(self.scale, -1, -1))
        else:
            good = ANSWERS if self.partly else (ANSWERS[0], ANSWERS[-1])
        return (*good, "n/a") if self.na else good

    @property
    def how(self) -> Mode:
        """Who answers it."""
        by_machine = any(x is not None for x in (self.items, self.metric, self.rule))
        return self.mode or (Mode.AUTO if by_machine else Mode.MANUAL)

    @model_validator(mode="after")
    def _one(self) -> "QuestionSpec":
        given = [k for k in ("items", "metric", "rule") if getattr(self, k) is not None]
        if len(given) > 1:
            raise ValueError(f"write one of items, metric or rule, not {' and '.join(given)}")
        if not given and self.mode in (Mode.AUTO, Mode.SUGGEST):
            raise ValueError(f"mode {self.mode} needs items, metric or rule to answer it")
        allowed = (*self.choices, "n/a", "needs_review")
        for answer in self._answers():
            if answer not in allowed:
                raise ValueError(f"{answer} is no answer here: write one of {', '.join(allowed)}")
        return self

    def _answers(self) -> list[str]:
        if self.metric is None:
            return []
        worst = [str(self.metric.otherwise)] if "otherwise" in self.metric.model_fields_set else []
        return [*(str(b.answer) for b in self.metric.bands), *worst]


class FormSpec(Spec):
    """How a call is scored."""

    pass_mark: Annotated[float, Field(ge=0, le=100)] = 85.0
    exclude: Exclude = Exclude()
    sections: Annotated[dict[Id, SectionSpec], Field(min_length=1)]
    questions: tuple[QuestionSpec, ...] = ()
    """Asked beside the items; a pack that inherits asks them too."""

    @model_validator(mode="after")
    def _sum(self) -> "FormSpec":
        total = sum(s.weight for s in self.sections.values())
        if abs(total - 100) > 0.01:
            each = ", ".join(f"{name} {s.weight:g}" for name, s in self.sections.items())
            raise ValueError(f"the weights of the sections sum to {total:g} ({each}): make it 100")
        return self
