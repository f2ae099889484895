"""The lines that we wrote for training: what script items mean, and how customers sound.

They lie beside this module as YAML, already in the one form in which every text is read: lower
case, words, digits and apostrophes. Reading them needs no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from models.classify.affect import SENTIMENTS
from models.errors import ModelError

FOLDER = Path(__file__).parent / "lines"
CLASSES = (
    "furious",
    "angry",
    "threatens",
    "irritated",
    "disappointed_polite",
    "worried",
    "neutral",
    "pleased",
)
"""What a customer's line is to a careful supervisor, from the angriest to the happiest."""
TRICKY = "tricky"
SPEAKERS = ("customer", "agent")
ANGRIEST = 4
"""The levels of anger: 0 calm, 1 irritated, 2 angry, 3 an ultimatum or a threat to leave or to
complain outside, 4 abuse or danger."""
FEWEST_TURNS, MOST_TURNS = 2, 5


class LinesInvalid(ModelError):
    """A file of lines is missing or does not have the shape it must have."""

    code = "training_lines_invalid"


@dataclass(frozen=True, slots=True)
class ScriptLines:
    """One script item: lines that mean it, and lines that sound like it and do not."""

    id: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one of the two said before the other spoke."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a call, with the sentiment and the anger of its last turn, the customer's."""

    turns: tuple[Turn, ...]
    sentiment: str
    level: int


def scripts(file: Path = FOLDER / "scripts.yaml") -> list[ScriptLines]:
    """Read the script items.

    Raises:
        LinesInvalid: the file is missing, is not YAML, or an item lacks its id or lines.
    """
    found = []
    for place, item in enumerate(_sequence(_read(file), file.name), 1):
        where = f"{file.name}, item {place}"
        fields = _fields(item, {"id", "yes", "no"}, where)
        found.append(
            ScriptLines(
                id=_text(fields["id"], where),
                yes=_lines(fields["yes"], f"{where}, yes"),
                no=_lines(fields["no"], f"{where}, no"),
            )
        )
    return found


def callers(file: Path = FOLDER / "callers.yaml") -> list[tuple[str, str]]:
    """Read the customers' lines, each with its class, one of `CLASSES`; tricky ones come last.

    Raises:
        LinesInvalid: the file is missing, is not YAML, or a line has no class that we know.
    """
    fields = _fields(_read(file), {*CLASSES, TRICKY}, file.name)
    found = [
        (line, name) for name in CLASSES for line in _lines(fields[name], f"{file.name}, {name}")
    ]
    for place, item in enumerate(_sequence(fields[TRICKY], f"{file.name}, {TRICKY}"), 1):
        where = f"{file.name}, {TRICKY} {place}"
        pair = _fields(item, {"text", "class"}, where)
        name = _text(pair["class"], where)
        if name not in CLASSES:
            raise LinesInvalid(f"{where}: no class is called {name!r}")
        found.append((_text(pair["text"], where), name))
    return found


def excerpts(file: Path = FOLDER / "excerpts.yaml") -> list[Excerpt]:
    """Read the pieces of calls, in the order of the file.

    Raises:
        LinesInvalid: the file is missing, is not YAML, or an excerpt has a turn, a sentiment or a
            level that cannot be, or does not end with the customer.
    """
    found = []
    for place, item in enumerate(_sequence(_read(file), file.name), 1):
        where = f"{file.name}, excerpt {place}"
        fields = _fields(item, {"turns", "sentiment", "level"}, where)
        found.append(
            Excerpt(
                turns=_turns(fields["turns"], where),
                sentiment=_one_of(SENTIMENTS, fields["sentiment"], where),
                level=int(_one_of([str(n) for n in range(ANGRIEST + 1)], fields["level"], where)),
            )
        )
    return found


def _turns(given: object, where: str) -> tuple[Turn, ...]:
    found = []
    for item in _sequence(given, where):
        fields = _fields(item, {"who", "text"}, where)
        who = _one_of(SPEAKERS, fields["who"], where)
        found.append(Turn(who=who, text=_text(fields["text"], where)))
    if not FEWEST_TURNS <= len(found) <= MOST_TURNS:
        raise LinesInvalid(f"{where}: wants {FEWEST_TURNS} to {MOST_TURNS} turns")
    if found[-1].who != "customer":
        raise LinesInvalid(f"{where}: the last turn is not the customer's")
    return tuple(found)


def _read(file: Path) -> object:
    """Read YAML in which everything is text, so that `no` is a word and not False."""
    try:
        return yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 text only
    except OSError as err:
        raise LinesInvalid(f"cannot read the lines: {err}") from err
    except yaml.YAMLError as err:
        raise LinesInvalid(f"{file.name} is not YAML: {err}") from err


def _fields(given: object, names: set[str], where: str) -> dict[str, object]:
    if not isinstance(given, dict) or set(given) != names:
        raise LinesInvalid(f"{where}: wants exactly {', '.join(sorted(names))}")
    return given


def _sequence(given: object, where: str) -> Sequence[object]:
    if not isinstance(given, list) or not given:
        raise LinesInvalid(f"{where}: wants a list with something in it")
    return given


def _lines(given: object, where: str) -> tuple[str, ...]:
    return tuple(_text(line, where) for line in _sequence(given, where))


def _text(given: object, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise LinesInvalid(f"{where}: {given!r} is not a line of text")
    return given


def _one_of(names: Sequence[str], given: object, where: str) -> str:
    text = _text(given, where)
    if text not in names:
        raise LinesInvalid(f"{where}: {text!r} is none of {', '.join(names)}")
    return text
