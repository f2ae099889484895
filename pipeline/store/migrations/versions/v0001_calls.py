"""Make the tables of calls, their events, and what is derived from them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.Text(), server_default="live", nullable=False),
        sa.Column("started_at", sa.Text(), server_default="", nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("queue", sa.Text(), server_default="", nullable=False),
        sa.Column("direction", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("rate_hz", sa.Integer(), server_default="0", nullable=False),
        sa.Column("packs", sa.Text(), server_default="[]", nullable=False),
        sa.Column("checklist", sa.Text(), server_default="[]", nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("compliance", sa.Float(), nullable=True),
        sa.Column("auto_fail", sa.Boolean(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("needs_review", sa.Integer(), nullable=True),
        sa.Column("anger_peak", sa.Integer(), server_default="0", nullable=False),
        sa.Column("angry", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("utterances", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_agent_started_at"), "call", ["agent", "started_at"], unique=False)
    op.create_index(op.f("ix_call_angry_started_at"), "call", ["angry", "started_at"], unique=False)
    op.create_index(op.f("ix_call_queue_started_at"), "call", ["queue", "started_at"], unique=False)
    op.create_index(op.f("ix_call_score"), "call", ["score"], unique=False)
    op.create_index(op.f("ix_call_started_at_id"), "call", ["started_at", "id"], unique=False)
    op.create_index(op.f("ix_call_state"), "call", ["state"], unique=False)


def _anger_span() -> None:
    op.create_table(
        "anger_span",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_anger_span_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_anger_span")),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_event_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_event")),
    )


def _failure() -> None:
    op.create_table(
        "failure",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("utterance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_failure_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "utterance_id", name=op.f("pk_failure")),
    )


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_finding_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "rule_id", name=op.f("pk_finding")),
    )
    op.create_index(
        op.f("ix_finding_rule_id_state_call_id"),
        "finding",
        ["rule_id", "state", "call_id"],
        unique=False,
    )


def _gap() -> None:
    op.create_table(
        "gap",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_gap_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_gap")),
    )


def _hint() -> None:
    op.create_table(
        "hint",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("cleared_reason", sa.Text(), nullable=True),
        sa.Column("cleared_at_s", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_hint_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "id", name=op.f("pk_hint")),
    )
    op.create_index(op.f("ix_hint_rule_id_call_id"), "hint", ["rule_id", "call_id"], unique=False)


def _hint_fate() -> None:
    op.create_table(
        "hint_fate",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("hint_id", sa.String(length=255), nullable=False),
        sa.Column("fate", sa.String(length=16), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_hint_fate_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "hint_id", "fate", name=op.f("pk_hint_fate")),
    )


def _label() -> None:
    op.create_table(
        "label",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("utterance_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_label_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", "position", name=op.f("pk_label")),
    )
    op.create_index(
        op.f("ix_label_kind_name_call_id"), "label", ["kind", "name", "call_id"], unique=False
    )


def _leg() -> None:
    op.create_table(
        "leg",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_leg_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_leg")),
    )


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("rate_hz", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("peaks_per_s", sa.Float(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_recording_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_recording")),
    )


def _scorecard() -> None:
    op.create_table(
        "scorecard",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("compliance", sa.Float(), nullable=True),
        sa.Column("auto_fail", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("needs_review", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_scorecard_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_scorecard")),
    )


def _tick() -> None:
    op.create_table(
        "tick",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ticked_by", sa.Text(), nullable=False),
        sa.Column("ticked_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_tick_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "rule_id", name=op.f("pk_tick")),
    )


def _utterance() -> None:
    op.create_table(
        "utterance",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("words", sa.Text(), server_default="[]", nullable=False),
        sa.Column("redacted", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_utterance_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "id", name=op.f("pk_utterance")),
    )


def _wrapup() -> None:
    op.create_table(
        "wrapup",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_wrapup_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_wrapup")),
    )


def _wrapup_edit() -> None:
    op.create_table(
        "wrapup_edit",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_wrapup_edit_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "version", name=op.f("pk_wrapup_edit")),
    )


def upgrade() -> None:
    """Take the step."""
    _call()
    _anger_span()
    _event()
    _failure()
    _finding()
    _gap()
    _hint()
    _hint_fate()
    _label()
    _leg()
    _recording()
    _scorecard()
    _tick()
    _utterance()
    _wrapup()
    _wrapup_edit()
