"""Articles that agents read: a folder of Markdown, cut into cards at its headings.

An article begins with a front matter between two lines of "---" (YAML: `title`, `date`, `owner`,
and if wanted `queues`, `review_by`); each "## heading" begins a card. What does not read is left
out and named in `Shelf.faults`. Searching is `pipeline.knowledge`'s.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

MOST_BYTES: Final = 512 * 1024
MOST_CARDS: Final = 5000
"""More cards than this are not read: the encoder would be busy for minutes."""
_FRONT = re.compile(r"\A\ufeff?---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^##\s+(.+?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
_KNOWN = frozenset({"title", "date", "owner", "queues", "review_by"})


@dataclass(frozen=True, slots=True)
class Card:
    """A section of an article; `source` is the file below the folder, dates are ISO 8601 or ""."""

    id: str
    title: str
    heading: str
    text: str
    source: str
    date: str
    owner: str
    queues: tuple[str, ...] = ()
    review_by: str = ""

    def stale(self, today: datetime.date, days: int) -> str:
        """Return why the card may be out of date, "" where nothing says so."""
        if self.review_by and self.review_by < today.isoformat():
            return f"was to be looked at by {self.review_by}"
        if not self.date:
            return "has no date"
        age = (today - datetime.date.fromisoformat(self.date)).days
        return f"is {age} days old" if age > days else ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The cards of a folder in the order of its files, and what could not be read."""

    cards: tuple[Card, ...]
    faults: tuple[str, ...]


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when an article does: names, times and sizes."""
    return tuple((_name(folder, p), p.stat().st_mtime_ns, p.stat().st_size) for p in _files(folder))


def read_folder(folder: Path) -> Shelf:
    """Read every article below a folder."""
    cards: list[Card] = []
    faults: list[str] = []
    for path in _files(folder):
        name = _name(folder, path)
        try:
            cards += read_article(name, _text(path))
        except (ValueError, OSError) as error:
            faults.append(f"{name}: {error}")
    if len(cards) > MOST_CARDS:
        faults.append(f"{len(cards)} sections; only the first {MOST_CARDS} are read")
    return Shelf(tuple(cards[:MOST_CARDS]), tuple(faults))


def read_article(name: str, text: str) -> list[Card]:
    """Cut an article into cards.

    Raises:
        ValueError: its front matter does not read; says what is wrong.
    """
    front, body = _split(text)
    head = _TITLE.search(body)
    title = str(front.get("title") or (head.group(1) if head else Path(name).stem))
    queues = front.get("queues") or ()
    if isinstance(queues, str) or not all(isinstance(q, str) for q in queues):
        raise ValueError("queues: give a list of names")
    return [
        Card(
            f"{name}#{_slug(heading)}",
            title,
            heading,
            text,
            name,
            _date(front, "date"),
            str(front.get("owner") or ""),
            tuple(queues),
            _date(front, "review_by"),
        )
        for heading, text in _sections(_TITLE.sub("", body, count=1))
    ]


def _split(text: str) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    try:
        front = yaml.safe_load(found.group(1)) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"the front matter does not read: {str(error).splitlines()[0]}") from error
    if not isinstance(front, dict):
        raise ValueError("the front matter is no list of `name: value`")  # noqa: TRY004 - a file's
    unknown = sorted(str(key) for key in front if key not in _KNOWN)
    if unknown:
        raise ValueError(f"unknown in the front matter: {', '.join(unknown)}")
    return front, text[found.end() :]


def _sections(body: str) -> Iterator[tuple[str, str]]:
    marks = list(_HEADING.finditer(body))
    opening = body[: marks[0].start()] if marks else body
    if opening.strip():
        yield "", opening.strip()
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    for mark, end in zip(marks, ends, strict=False):
        text = body[mark.end() : end].strip()
        if text:
            yield mark.group(1), text


def _date(front: dict[str, Any], name: str) -> str:
    value = front.get(name)
    if value is None:
        return ""
    try:
        return datetime.date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError as error:
        raise ValueError(f"{name}: {value!r} is no date; write it as 2026-03-01") from error


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") or "top"


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.md") if p.is_file() and not p.name.startswith("."))


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES // 1024} KiB")
    return path.read_text("utf-8")
