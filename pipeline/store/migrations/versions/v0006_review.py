"""Add reviews, disputes, coaching and calibration."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the step."""
