"""Add holds, and the marks that removed calls leave."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take the step."""
