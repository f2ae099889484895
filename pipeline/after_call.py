"""After-call work as it leaves the house: one flat, stable document for every connector.

The keys are a promise; new ones may be added. Fields of the form are under `fields` by their ids.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.store.rows import CallDetail


def document(
    detail: CallDetail, work: Mapping[str, Any], version: int, sent_by: str
) -> dict[str, Any]:
    """Return what connectors may send of a call; `work` is the after-call work as it was left."""
    row = detail.row
    return {
        "call": row.call_id,
        "started_at": row.started_at,
        "seconds": row.seconds,
        "agent": row.agent,
        "queue": row.queue,
        "direction": row.direction,
        "language": row.language,
        "facts": dict(detail.facts),
        "reason": _named(work.get("reason")),
        "outcome": _named(work.get("outcome")),
        "disposition": _named(work.get("disposition")),
        "summary": "\n".join(_texts(work.get("summary"), "text")),
        "promises": [_line(p, "who", "quote", "due") for p in _list(work.get("promises"))],
        "follow_ups": [_line(f, "owner", "title", "due") for f in _list(work.get("follow_ups"))],
        "fields": {
            name: value.get("value")
            for name, value in dict(work.get("fields") or {}).items()
            if isinstance(value, Mapping)
        },
        "mood": _mood(work.get("mood")),
        "note": work.get("note") or "",
        "version": version,
        "sent_by": sent_by,
    }


def _named(found: Any) -> dict[str, str] | None:  # JSON as a person may have edited it
    if not isinstance(found, Mapping) or not found.get("title"):
        return None
    return {"id": str(found.get("id") or ""), "title": str(found["title"])}


def _mood(mood: Any) -> dict[str, Any] | None:  # JSON, as above
    return _line(mood, "start", "end", "peak", "trend") if isinstance(mood, Mapping) else None


def _line(entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: entry.get(name) for name in names}


def _list(entries: Any) -> Sequence[Mapping[str, Any]]:  # JSON, as above
    return [e for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []


def _texts(entries: Any, name: str) -> list[str]:  # JSON, as above
    return [str(entry[name]) for entry in _list(entries) if entry.get(name)]
