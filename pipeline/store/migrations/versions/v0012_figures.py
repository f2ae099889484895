"""Add how the talk of each call was shared between its sides."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "call_talk",
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("agent_s", sa.Float(), nullable=False),
        sa.Column("customer_s", sa.Float(), nullable=False),
        sa.Column("dead_air_s", sa.Float(), nullable=False),
        sa.Column("overtalk_s", sa.Float(), nullable=False),
        sa.Column("overtalks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_call_talk_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_talk")),
    )
