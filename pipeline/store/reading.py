"""Read calls for pages: a list by filter, and one call whole."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    func,
    or_,
    select,
)

from models.types import Channel, Label, Utterance
from pipeline.audio.peaks import Peaks
from pipeline.audio.tape import Recording
from pipeline.events import AudioGap, TranscriptionFailed
from pipeline.store import schema, search
from pipeline.store.project import (
    CHECKLIST,
    EVIDENCE,
    FINDING,
    HINT,
    NAMES,
    SCORECARD,
    WORDS,
    sortable,
)
from pipeline.store.rows import (
    AngerSpan,
    CallDetail,
    CallFilter,
    CallRow,
    HintRow,
    Tick,
    WrapupRow,
)

_CALL = schema.call
_LISTED = [
    column
    for column in _CALL.c
    if column.name not in ("packs", "checklist", "facts")  # long, and no list shows them
]


def calls(
    connection: Connection, wanted: CallFilter, limit: int, before: str | None
) -> list[CallRow]:
    """Return the latest calls first; `before` is the cursor of the last call of the page before."""
    query = select(*_LISTED).where(*_conditions(connection.dialect.name, wanted))
    if before is not None:
        started_at, _, call_id = before.partition("|")
        query = query.where(
            or_(
                _CALL.c.started_at < started_at,
                and_(_CALL.c.started_at == started_at, _CALL.c.id < call_id),
            )
        ).where(_CALL.c.started_at <= started_at)  # the plain bound lets the index be used
    query = query.order_by(_CALL.c.started_at.desc(), _CALL.c.id.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query).mappings()]


def call(connection: Connection, call_id: str) -> CallDetail | None:
    """Return one call whole, None where there is none of that id."""
    found = connection.execute(select(_CALL).where(_CALL.c.id == call_id)).mappings().first()
    if found is None:
        return None
    said = _all(connection, call_id, schema.utterance, "start_s", "id")
    return CallDetail(
        row=_row(found),
        facts=json.loads(found["facts"]),
        packs=NAMES.validate_json(found["packs"]),
        checklist=CHECKLIST.validate_json(found["checklist"]),
        legs=tuple(Channel(r["channel"]) for r in _all(connection, call_id, schema.leg)),
        utterances=tuple(_utterance(r) for r in said),
        redacted={
            r["id"]: NAMES.validate_json(r["redacted"]) for r in said if r["redacted"] != "[]"
        },
        failures=tuple(
            TranscriptionFailed(
                r["utterance_id"], Channel(r["channel"]), r["start_s"], r["end_s"], r["reason"]
            )
            for r in _all(connection, call_id, schema.failure)
        ),
        labels=_labels(connection, call_id),
        findings=tuple(
            FINDING.validate_json(r["body"]) for r in _all(connection, call_id, schema.finding)
        ),
        ticks=tuple(
            Tick(r["rule_id"], r["note"], r["ticked_by"], r["ticked_at"])
            for r in _all(connection, call_id, schema.tick)
        ),
        scorecard=next(
            (
                SCORECARD.validate_json(r["body"])
                for r in _all(connection, call_id, schema.scorecard)
            ),
            None,
        ),
        hints=_hints(connection, call_id),
        anger=tuple(
            AngerSpan(
                r["start_s"],
                r["end_s"],
                r["level"],
                r["flagged"],
                EVIDENCE.validate_json(r["reasons"]),
            )
            for r in _all(connection, call_id, schema.anger_span)
        ),
        wrapup=wrapup(connection, call_id),
        gaps=tuple(
            AudioGap(Channel(r["channel"]), r["start_s"], r["end_s"], r["reason"])
            for r in _all(connection, call_id, schema.gap)
        ),
        recording=recording(connection, call_id),
        swapped=_swaps(connection, call_id) % 2 == 1,
    )


def _swaps(connection: Connection, call_id: str) -> int:
    stored = schema.event
    query = select(func.count()).where(stored.c.call_id == call_id, stored.c.type == "SidesSwapped")
    return connection.scalar(query) or 0


def recording(connection: Connection, call_id: str) -> Recording | None:
    """Return what is kept of a call's audio, None where nothing was recorded."""
    for r in _all(connection, call_id, schema.recording):
        peaks = Peaks.from_bytes(r["peaks"], r["channels"], r["peaks_per_s"])
        return Recording(
            call_id,
            r["path"],
            r["format"],
            r["rate_hz"],
            r["channels"],
            r["seconds"],
            r["state"],
            peaks,
            r["detail"],
        )
    return None


def wrapup(connection: Connection, call_id: str) -> WrapupRow | None:
    """Return the draft and the last edit, None where there is neither."""
    draft = next((json.loads(r["body"]) for r in _all(connection, call_id, schema.wrapup)), None)
    edits = _all(connection, call_id, schema.wrapup_edit)
    if edits:
        last = edits[-1]
        body = json.loads(last["body"])
        return WrapupRow(draft, body, last["version"], last["edited_by"], last["edited_at"])
    return WrapupRow(draft, None, 0, "", "") if draft is not None else None


def _conditions(dialect: str, wanted: CallFilter) -> list[ColumnElement[bool]]:
    c = _CALL.c
    found: list[ColumnElement[bool]] = [
        c[name] == value
        for name in ("agent", "queue", "direction", "state", "reason", "angry", "auto_fail")
        if (value := getattr(wanted, name)) not in ("", None)
    ]
    if wanted.min_score is not None:
        found.append(c.score >= wanted.min_score)
    if wanted.max_score is not None:
        found.append(c.score <= wanted.max_score)
    if wanted.since:
        found.append(c.started_at >= sortable(wanted.since))
    if wanted.until:
        found.append(c.started_at < sortable(wanted.until))
    return found + _judged(wanted) + _related(dialect, wanted)


def _judged(wanted: CallFilter) -> list[ColumnElement[bool]]:
    c = _CALL.c
    found: list[ColumnElement[bool]] = []
    if wanted.scored is not None:
        has_card = c.id.in_(select(schema.scorecard.c.call_id))
        found.append(has_card if wanted.scored else ~has_card)
    if wanted.needs_review is not None:
        found.append(c.needs_review > 0 if wanted.needs_review else c.needs_review == 0)
    return found


def _related(dialect: str, wanted: CallFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if (said := search.matching(dialect, wanted.text)) is not None:
        found.append(said)
    if wanted.rule:
        rules: Select[tuple[str]] = select(schema.finding.c.call_id).where(
            schema.finding.c.rule_id == wanted.rule
        )
        if wanted.rule_state is not None:
            rules = rules.where(schema.finding.c.state == wanted.rule_state.value)
        found.append(_CALL.c.id.in_(rules))
    if wanted.label:
        kinds = ("intent", "mood", "sentiment")
        labels = select(schema.label.c.call_id).where(
            schema.label.c.kind.in_(kinds), schema.label.c.name == wanted.label
        )
        found.append(_CALL.c.id.in_(labels))
    return found


def _all(connection: Connection, call_id: str, table: Table, *order: str) -> list[RowMapping]:
    """Return a call's rows of a table, by its key or by the columns named."""
    by = [table.c[name] for name in order] or list(table.primary_key)
    query = select(table).where(table.c.call_id == call_id).order_by(*by)
    return list(connection.execute(query).mappings())


def _row(row: RowMapping) -> CallRow:
    values: dict[str, Any] = {  # every column has the type that CallRow says
        column.name: row[column.name] for column in _LISTED if column.name != "id"
    }
    return CallRow(call_id=row["id"], **values)


def _utterance(row: RowMapping) -> Utterance:
    return Utterance(
        row["id"],
        Channel(row["channel"]),
        row["start_s"],
        row["end_s"],
        row["text"],
        row["confidence"],
        WORDS.validate_json(row["words"]),
    )


def _labels(connection: Connection, call_id: str) -> dict[int, tuple[Label, ...]]:
    by_utterance: dict[int, list[Label]] = defaultdict(list)
    for r in _all(connection, call_id, schema.label):
        by_utterance[r["utterance_id"]].append(
            Label(r["kind"], r["name"], r["probability"], r["quote"], r["engine"])
        )
    return {n: tuple(labels) for n, labels in by_utterance.items()}


def _hints(connection: Connection, call_id: str) -> tuple[HintRow, ...]:
    fates: dict[str, dict[str, float]] = defaultdict(dict)
    for r in _all(connection, call_id, schema.hint_fate):
        fates[r["hint_id"]][r["fate"]] = r["at_s"]
    return tuple(
        HintRow(
            HINT.validate_json(r["body"]),
            r["cleared_reason"],
            r["cleared_at_s"],
            fates.get(r["id"], {}),
        )
        for r in _all(connection, call_id, schema.hint, "at_s", "id")
    )
