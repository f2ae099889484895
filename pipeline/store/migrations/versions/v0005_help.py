"""Add what live help adds to calls."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
