"""Add what supervisors do on the wall."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Take the step."""
