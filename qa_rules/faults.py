"""What pydantic says of a pack, in words a pack's author can act on."""

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from qa_rules.errors import Fault
from qa_rules.source import Source


def explain(error: ErrorDetails, source: Source, model: type[BaseModel]) -> Fault:
    """Return the fault for one validation error: where it stands and what to write instead."""
    path = error["loc"]
    name = path[-1] if path else ""
    context: dict[str, Any] = error.get("ctx", {})
    kind = error["type"]
    if kind == "extra_forbidden":
        return source.fault(path, _unknown(str(name), path, model), key=True)
    if kind == "missing":
        return source.fault(path[:-1], f"`{name}` is missing here: add it")
    if kind in ("literal_error", "enum"):
        return source.fault(path, f"write {context['expected']}, not {_short(error['input'])}")
    if kind == "string_pattern_mismatch":
        return source.fault(path, f"{_short(error['input'])} is no name here: {_ids(path)}")
    if kind == "string_too_long":
        length = len(str(error["input"]))
        limit = context["max_length"]
        return source.fault(path, f"{length} characters are too many: write at most {limit}")
    if kind == "value_error":
        return source.fault(path, str(context.get("error", error["msg"])))
    return source.fault(path, f"{error['msg']}; found {_short(error['input'])}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _ids(path: Sequence[str | int]) -> str:
    if "items" in path and path[-1] in ("id", "item"):
        return "items are called like CORE-01"
    return "write small letters, figures and _, beginning with a letter"


def _unknown(name: str, path: Sequence[str | int], model: type[BaseModel]) -> str:
    """Return what an unknown key should be."""
    known = _keys(model, path[:-1])
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"`{name}` is not known: write `{near[0]}`"
    return f"`{name}` is not known here: write one of {', '.join(sorted(known))}"


def _keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a path of a model."""
    for part in path:
        if isinstance(part, int):
            continue
        found = next(
            (f for n, f in model.model_fields.items() if part in (n, f.alias)),
            None,
        )
        inner = _model_in(found.annotation) if found is not None else None
        if inner is not None:
            model = inner
    return [f.alias or n for n, f in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
