"""Secrets out of what people type: notes and after-call work, before they are stored."""

import re
from typing import Any

from models.types import Channel, Utterance
from pipeline.redact import Redactor

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def clean_text(text: str) -> str:
    """Return typed text without the secrets that it holds, found as in a call's words.

    Pure; a number may go on from line to line.
    """
    redactor = Redactor()
    out: list[str] = []
    for number, line in enumerate(text.splitlines(keepends=True)):
        said = Utterance(number, Channel.CUSTOMER, float(number), float(number + 1), line)
        answer = redactor.final(said)
        for earlier in answer.earlier:
            out[earlier.utterance_id] = earlier.text
        out.append(answer.utterance.text)
    return "".join(out)


def clean_data(value: Any, name: str = "") -> Any:
    """Return plain JSON data with every text in it cleaned.

    What a text is called, by the key or the `title` beside it, counts as said before it: the
    figures of a "Security code" are hidden, those of an "Order number" stay.
    """
    match value:
        case dict():
            title = value.get("title")
            names = {"value": title} if isinstance(title, str) else {}
            return {
                clean_text(str(k)): clean_data(v, names.get(k, str(k).replace("_", " ")))
                for k, v in value.items()
            }
        case list():
            return [clean_data(entry, name) for entry in value]
        case str():
            return _named(value, name)
        case int() if not isinstance(value, bool):
            shown = _named(str(value), name)
            return value if shown == str(value) else shown
    return value


def _named(text: str, name: str) -> str:
    if _TIME.fullmatch(text):
        return text
    prefix = f"{name}: "
    cleaned = clean_text(prefix + text)
    return cleaned.removeprefix(prefix) if cleaned.startswith(prefix) else clean_text(text)
