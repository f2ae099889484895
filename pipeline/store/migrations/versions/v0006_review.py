"""Add reviews of calls, disputes and coaching notes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the step."""
    _reviews()
    _answers_and_disputes()
    _notes()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _call() -> sa.Column[str]:
    return sa.Column("call_id", sa.String(length=255), nullable=False)


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        _call(),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("score_seq", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *_text("strength", "change"),
        sa.Column("taken_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        *_text("saved_at", "shared_at", "until_at", "seen_at", "disputed_at"),
        *_text("final_at", "final_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        _of("review", "call_id", "call"),
    )
    op.create_index(op.f("ix_review_call_id"), "review", ["call_id"])
    op.create_index(op.f("ix_review_state_taken_at"), "review", ["state", "taken_at"])
    op.create_index(op.f("ix_review_reviewer_state"), "review", ["reviewer", "state"])


def _answers_and_disputes() -> None:
    op.create_table(
        "review_answer",
        sa.Column("review_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("error", sa.String(length=16), nullable=False),
        sa.Column("second_s", sa.Float()),
        sa.PrimaryKeyConstraint("review_id", "question_id", name=op.f("pk_review_answer")),
        _of("review_answer", "review_id", "review"),
    )
    op.create_table(
        "dispute",
        sa.Column("review_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("second_s", sa.Float()),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("was", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=16), server_default="", nullable=False),
        *_text("note", "resolved_by", "resolved_at"),
        sa.PrimaryKeyConstraint("review_id", "question_id", name=op.f("pk_dispute")),
        _of("dispute", "review_id", "review"),
    )
    op.create_index(op.f("ix_dispute_state"), "dispute", ["state"])


def _notes() -> None:
    op.create_table(
        "coaching_note",
        sa.Column("id", sa.Integer(), nullable=False),
        _call(),
        sa.Column("at_s", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        *_text("seen_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_note")),
        _of("coaching_note", "call_id", "call"),
    )
    op.create_index(op.f("ix_coaching_note_call_id"), "coaching_note", ["call_id"])
