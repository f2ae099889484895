"""The lines that rules ship with: what must match, and what must not."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from qa_rules.match_schema import Spec


def _line(value: Any) -> Any:
    """Let `- agent: hello` without quotes mean the line "agent: hello"."""
    if isinstance(value, dict) and len(value) == 1:
        ((who, said),) = value.items()
        if who in ("agent", "customer") and isinstance(said, str):
            return f"{who}: {said}"
    return value


def _turns(value: Any) -> Any:
    return [_line(v) for v in value] if isinstance(value, list | tuple) else [_line(value)]


Turns = Annotated[
    tuple[str, ...],
    BeforeValidator(_turns, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]


class Tests(Spec):
    """Lines that must and must not match; a list is several turns, "customer: ..." names one."""

    yes: tuple[Turns, ...] = ()
    no: tuple[Turns, ...] = ()
