"""Add persons' answers to a form's questions, and which versions of forms have scored calls."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "answer",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("second_s", sa.Float(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_answer_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "n", name=op.f("pk_answer")),
    )
    op.create_table(
        "form_use",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pack", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_form_use_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "seq", "pack", name=op.f("pk_form_use")),
    )
    op.create_index(
        op.f("ix_form_use_pack_version_hash"),
        "form_use",
        ["pack", "version", "hash"],
        unique=False,
    )
