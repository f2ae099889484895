"""Add what trainers search in and keep."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take the step."""
