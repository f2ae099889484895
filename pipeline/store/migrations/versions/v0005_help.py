"""Add what live help adds to calls: gaps in knowledge, and what waits to be sent elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
    _gaps()
    _outbox()


def _gaps() -> None:
    op.create_table(
        "knowledge_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_gap")),
    )
    op.create_index(
        op.f("ix_knowledge_gap_settled_at_words"), "knowledge_gap", ["settled_at", "words"]
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("connector", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_outbox_call_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "call_id", "connector", "version", name=op.f("uq_outbox_call_id_connector_version")
        ),
    )
    op.create_index(op.f("ix_outbox_state_next_s"), "outbox", ["state", "next_s"])
