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
        told = str(context.get("error", error["msg"]))
        if name == "form" and told.startswith("the weights"):
            return source.fault((*path, "sections"), told, key=True)
        return source.fault(path, told)
    wanted = _WANTED.get(kind) or _limit(kind, context)
    if not wanted and kind in _MAPPINGS:
        keys = _keys(model, path)
        wanted = f"entries such as {', '.join(keys[:6])}"
    if wanted:
        return source.fault(path, f"write {wanted} here, not {_short(error['input'])}")
    return source.fault(path, f"{error['msg']}; found {_short(error['input'])}")


_WANTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text, in double quotes if it looks like a number",
    "tuple_type": "a list, each entry after a `- `",
    "list_type": "a list, each entry after a `- `",
    "dict_type": "entries of the form `name: value`",
}
_MAPPINGS = ("model_type", "model_attributes_type")
_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "from"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "up to"),
}


def _limit(kind: str, context: dict[str, Any]) -> str:
    """Return which numbers may stand here, empty where no limit was broken."""
    if kind in ("too_short", "string_too_short"):
        least = context["min_length"]
        return f"at least {least} {'entry' if least == 1 else 'entries'}"
    key, word = _LIMITS.get(kind, ("", ""))
    return f"a number {word} {context[key]:g}" if key else ""


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
    under = _under(model, path[:-1], name)
    if under:
        return f"`{name}` stands under `{under}`: indent it deeper"
    return f"`{name}` is not known here: write one of {', '.join(sorted(known))}"


def _under(model: type[BaseModel], path: Sequence[str | int], name: str) -> str:
    """Return the key beside it under which a key belongs, empty where there is none."""
    here = _model_at(model, path)
    for key, entry in here.model_fields.items():
        inner = _model_in(entry.annotation)
        if inner is not None and name in [f.alias or n for n, f in inner.model_fields.items()]:
            return entry.alias or key
    return ""


def _keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a path of a model."""
    return [f.alias or n for n, f in _model_at(model, path).model_fields.items()]


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    """Return the model that stands at a path of another."""
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
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
