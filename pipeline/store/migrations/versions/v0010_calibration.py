"""Add calibration rounds and random samples."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Take the step."""
    _rounds()
    _readings()
    _samples()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _needed(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _call() -> sa.Column[str]:
    return sa.Column("call_id", sa.String(length=255), nullable=False)


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def _rounds() -> None:
    op.create_table(
        "calibration_round",
        sa.Column("id", sa.Integer(), nullable=False),
        *_needed("name", "form", "version", "expert", "opened_by", "opened_at"),
        *_text("closed_at", "closed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_round")),
    )
    op.create_index(
        op.f("ix_calibration_round_form_closed_at"), "calibration_round", ["form", "closed_at"]
    )
    op.create_table(
        "calibration_call",
        _number("round_id"),
        _call(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("score_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "call_id", name=op.f("pk_calibration_call")),
        _of("calibration_call", "round_id", "calibration_round"),
        _of("calibration_call", "call_id", "call"),
    )
    op.create_index(op.f("ix_calibration_call_call_id"), "calibration_call", ["call_id"])


def _readings() -> None:
    keys = ("round_id", "call_id", "person")
    op.create_table(
        "calibration_reading",
        _number("round_id"),
        _call(),
        sa.Column("person", sa.String(length=255), nullable=False),
        *_text("saved_at", "submitted_at"),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_calibration_reading")),
        _of("calibration_reading", "round_id", "calibration_round"),
        _of("calibration_reading", "call_id", "call"),
    )
    op.create_index(
        op.f("ix_calibration_reading_person_submitted_at"),
        "calibration_reading",
        ["person", "submitted_at"],
    )
    op.create_index(op.f("ix_calibration_reading_call_id"), "calibration_reading", ["call_id"])
    op.create_table(
        "calibration_answer",
        _number("round_id"),
        _call(),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        *_text("note"),
        sa.PrimaryKeyConstraint(*keys, "question_id", name=op.f("pk_calibration_answer")),
        _of("calibration_answer", "round_id", "calibration_round"),
        _of("calibration_answer", "call_id", "call"),
    )
    op.create_index(op.f("ix_calibration_answer_call_id"), "calibration_answer", ["call_id"])


def _samples() -> None:
    op.create_table(
        "sample_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=10), nullable=False),
        *_needed("since", "until", "drawn_at"),
        *_text("drawn_by"),
        *(_number(name) for name in ("seed", "per_agent", "min_s")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_draw")),
    )
    op.create_index(op.f("ix_sample_draw_week"), "sample_draw", ["week"])
    op.create_table(
        "sample_pool",
        _number("draw_id"),
        sa.Column("agent", sa.String(length=255), nullable=False),
        *(_number(name) for name in ("eligible", "drawn")),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "agent", name=op.f("pk_sample_pool")),
        _of("sample_pool", "draw_id", "sample_draw"),
    )
    op.create_table(
        "sample_call",
        _call(),
        _number("draw_id"),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_sample_call")),
        _of("sample_call", "call_id", "call"),
        _of("sample_call", "draw_id", "sample_draw"),
    )
    op.create_index(op.f("ix_sample_call_draw_id"), "sample_call", ["draw_id"])
