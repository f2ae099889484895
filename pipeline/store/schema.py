"""The tables: what is true, what is derived from it, and what people added.

True: `event` (what the call said of itself, in order). Derived, and rebuilt from `event` at will:
the columns of `call` in CALL_DERIVED and the tables in DERIVED. Added by people or by the edge, and
never rebuilt: `call.facts`, `call.source`, `hint_fate`, `tick`, `answer`, `wrapup_edit`,
`recording`.
`search_doc` is an index over `utterance`.

JSON is kept as text, written by the types' own serialisers, so that SQLite and PostgreSQL hold the
same bytes. Times ending in `_s` are seconds on the call clock; `started_at`, `edited_at` and the
like are ISO 8601 in UTC with a fixed width, so that they sort as text.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

HEAD: Final = "0012"
"""The migration that makes these tables."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def call_key() -> Column[str]:
    """Return the call's id as a part of a table's key; the row goes with the call."""
    return Column(
        "call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), primary_key=True
    )


def text_column(name: str, default: str = "") -> Column[str]:
    """Return a column of text that is never null."""
    return Column(name, Text, nullable=False, server_default=default)


call = Table(
    "call",
    metadata,
    Column("id", String(255), primary_key=True),
    text_column("state", "live"),
    text_column("started_at"),
    text_column("agent"),
    text_column("queue"),
    text_column("direction"),
    text_column("language"),
    Column("rate_hz", Integer, nullable=False, server_default="0"),
    text_column("packs", "[]"),
    text_column("checklist", "[]"),
    Column("seconds", Float),
    Column("reason", Text),
    Column("score", Float),
    Column("compliance", Float),
    Column("auto_fail", Boolean),
    Column("passed", Boolean),
    Column("needs_review", Integer),
    Column("anger_peak", Integer, nullable=False, server_default="0"),
    Column("angry", Boolean, nullable=False, server_default=false()),
    Column("utterances", Integer, nullable=False, server_default="0"),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("last_s", Float, nullable=False, server_default="0"),
    text_column("facts", "{}"),
    text_column("source"),
)
Index(None, call.c.started_at, call.c.id)
Index(None, call.c.agent, call.c.started_at)
Index(None, call.c.queue, call.c.started_at)
Index(None, call.c.score)
Index(None, call.c.angry, call.c.started_at)
Index(None, call.c.state)

event = Table(
    "event",
    metadata,
    call_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(32), nullable=False),
    Column("at_s", Float),
    Column("body", Text, nullable=False),
)

leg = Table(
    "leg",
    metadata,
    call_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
)

utterance = Table(
    "utterance",
    metadata,
    call_key(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("confidence", Float),
    text_column("words", "[]"),
    text_column("redacted", "[]"),
)

failure = Table(
    "failure",
    metadata,
    call_key(),
    Column("utterance_id", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("reason", Text, nullable=False),
)

label = Table(
    "label",
    metadata,
    call_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("utterance_id", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("name", String(128), nullable=False),
    Column("probability", Float, nullable=False),
    Column("quote", Text, nullable=False),
    Column("engine", Text, nullable=False),
)
Index(None, label.c.kind, label.c.name, label.c.call_id)

finding = Table(
    "finding",
    metadata,
    call_key(),
    Column("rule_id", String(128), primary_key=True),
    Column("title", Text, nullable=False),
    Column("severity", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at_s", Float),
    Column("body", Text, nullable=False),
)
Index(None, finding.c.rule_id, finding.c.state, finding.c.call_id)

scorecard = Table(
    "scorecard",
    metadata,
    call_key(),
    Column("form", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("score", Float),
    Column("compliance", Float),
    Column("auto_fail", Boolean, nullable=False),
    Column("passed", Boolean),
    Column("needs_review", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

form_use = Table(
    "form_use",
    metadata,
    call_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("pack", String(128), primary_key=True),
    Column("version", Text, nullable=False),
    Column("hash", String(16), nullable=False),
)
Index(None, form_use.c.pack, form_use.c.version, form_use.c.hash)

hint = Table(
    "hint",
    metadata,
    call_key(),
    Column("id", String(255), primary_key=True),
    Column("rule_id", String(128), nullable=False),
    Column("at_s", Float, nullable=False),
    Column("priority", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("cleared_reason", Text),
    Column("cleared_at_s", Float),
)
Index(None, hint.c.rule_id, hint.c.call_id)

anger_span = Table(
    "anger_span",
    metadata,
    call_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float),
    Column("level", Integer, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),
)

gap = Table(
    "gap",
    metadata,
    call_key(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("reason", Text, nullable=False),
)

wrapup = Table("wrapup", metadata, call_key(), Column("body", Text, nullable=False))

hint_fate = Table(
    "hint_fate",
    metadata,
    call_key(),
    Column("hint_id", String(255), primary_key=True),
    Column("fate", String(16), primary_key=True),
    Column("at_s", Float, nullable=False),
)

tick = Table(
    "tick",
    metadata,
    call_key(),
    Column("rule_id", String(128), primary_key=True),
    Column("note", Text, nullable=False),
    Column("ticked_by", Text, nullable=False),
    Column("ticked_at", Text, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    call_key(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("question_id", String(128), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("second_s", Float),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Text, nullable=False),
)

wrapup_edit = Table(
    "wrapup_edit",
    metadata,
    call_key(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", Text, nullable=False),
)

recording = Table(
    "recording",
    metadata,
    call_key(),
    Column("path", Text, nullable=False),
    Column("format", String(16), nullable=False),
    Column("rate_hz", Integer, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("state", String(16), nullable=False),
    text_column("detail"),
    Column("peaks_per_s", Float, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)

search_doc = Table(
    "search_doc",
    metadata,
    Column("n", Integer, primary_key=True),
    Column(
        "call_id",
        String(255),
        ForeignKey("call.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("text", Text, nullable=False),
)

DERIVED: Final = (
    leg,
    utterance,
    failure,
    label,
    finding,
    scorecard,
    form_use,
    hint,
    anger_span,
    gap,
    wrapup,
)
"""Tables that hold nothing that `event` does not say."""

ADDED: Final = (hint_fate, tick, answer, wrapup_edit, recording)
"""Tables that people or the edge filled."""

CALL_DERIVED: Final[dict[str, object]] = {
    "state": "live",
    "started_at": "",
    "agent": "",
    "queue": "",
    "direction": "",
    "language": "",
    "rate_hz": 0,
    "packs": "[]",
    "checklist": "[]",
    "seconds": None,
    "reason": None,
    "score": None,
    "compliance": None,
    "auto_fail": None,
    "passed": None,
    "needs_review": None,
    "anger_peak": 0,
    "angry": False,
    "utterances": 0,
    "last_seq": 0,
    "last_s": 0.0,
}
"""Columns of `call` that come from its events, with what they are before the first."""
