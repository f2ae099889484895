"""Lines of calls that ask for nothing, which every want is told apart from; shipped as text."""

from pathlib import Path

NONE_LINES = Path(__file__).parent / "numbers" / "none_lines.txt"


def none_lines(path: Path = NONE_LINES) -> tuple[str, ...]:
    """Return the lines of a file, without comments."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
