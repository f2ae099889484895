"""Add calibration and samples."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Take the step."""
