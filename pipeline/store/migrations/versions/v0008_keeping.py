"""Add holds, and the marks that removed calls leave."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "legal_hold",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_at", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_legal_hold_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_legal_hold")),
    )
    op.create_table(
        "removed_call",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("started_on", sa.String(length=10), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("utterances", sa.Integer(), nullable=False),
        sa.Column("audio_files", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_removed_call")),
    )
    op.create_index(op.f("ix_removed_call_removed_at"), "removed_call", ["removed_at"])
