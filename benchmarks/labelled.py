"""Labelled sets of lines: a file read against its schema, and what is wrong with it by place."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from qa_rules.errors import Fault, PackInvalid
from qa_rules.faults import explain
from qa_rules.source import read_source

SETS = Path(__file__).parent / "sets"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Line = Annotated[str, StringConstraints(pattern=r"^[a-z']+(?: [a-z']+)*$")]
"""A line as a recogniser writes it: small letters and apostrophes, one space between words."""


class Shape(BaseModel):
    """What a set's file may hold; keys that are not named are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SetInvalid(ValueError):
    """A labelled set does not read; `faults` has file, line and column of each fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = faults


_T = TypeVar("_T", bound=Shape)


def read_set(path: Path, shape: type[_T]) -> _T:
    """Read a set's file.

    Raises:
        SetInvalid: the file is no YAML, or not of that shape.
    """
    keys = ", ".join(shape.model_fields)
    text = path.read_text("utf-8")
    if not text.strip():
        raise SetInvalid([Fault(str(path), 1, 1, f"the file is empty: it has the keys {keys}")])
    try:
        source = read_source(text, str(path))
    except PackInvalid as err:
        raise SetInvalid(err.faults) from err
    if not isinstance(source.data, dict):
        raise SetInvalid([source.fault((), f"a set is a mapping with the keys {keys}")])
    try:
        return shape.model_validate(source.data)
    except ValidationError as err:
        raise SetInvalid([explain(e, source, shape) for e in err.errors()]) from err
