"""What the reader of meaning has learned from one list of packs, and where it is kept.

Learning takes a second or two, most of it the encoding of examples. What was learned is kept in a
file in the cache, named by everything that it hangs on: the examples, the encoder, the shipped
numbers. A file that does not read is learned anew.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from models.classify import fewshot, likeness
from models.classify.exemplars import Fit
from models.classify.fewshot import Head
from models.classify.lexical import Reader
from models.classify.likeness import Item
from models.classify.nothing import none_lines
from models.classify.sounds import Sounds
from models.types import Channel, Encoded, Samples

FORMAT = 1
ARRAYS = (
    "examples", "owner", "counters", "counter_owner", "nothing", "weights", "intercepts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitted:
    """Reads the wants and meanings of one `Fit`."""

    head: Head
    words: Reader
    sounds: Sounds
    items: Mapping[str, Item]
    speakers: Mapping[str, Channel | None] = field(repr=False)

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return the keys of the meanings, in order."""
        return tuple(self.items)


def key_of(fit: Fit, encoder: str) -> str:
    """Return a name for what is learned: it changes with the examples and with the encoder."""
    whole = [FORMAT, encoder, none_lines(), fewshot.FEATURES, fewshot.STRENGTH, asdict(fit)]
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def learn(fit: Fit, encode: Callable[[Sequence[str]], Encoded], file: Path | None) -> Fitted:
    """Learn a fit, or take its arrays from the file; `file` is written where it was not there.

    Raises:
        CacheCorrupt: the file is there and is not what it should be.
    """
    vectors = _texts(fit)
    head = read_arrays(file, tuple(fit.intents)) if file is not None and file.is_file() else None
    wanted = [t for one in fit.meanings.values() for t in (*one.examples, *one.not_examples)]
    if head is None:
        wanted += vectors
    wanted = list(dict.fromkeys(wanted))
    made = encode(wanted)
    known = dict(zip(wanted, zip(made.vectors, made.affect, strict=True), strict=True))
    if head is None:
        head = _head(fit, {text: row for text, (row, _) in known.items()})
        if file is not None:
            write_arrays(file, head)
    return Fitted(
        head,
        Reader(fit.intents),
        Sounds([one.examples for one in fit.intents.values()], none_lines()),
        {name: likeness.learn(one, known) for name, one in fit.meanings.items()},
        {name: one.speaker for name, one in (*fit.intents.items(), *fit.meanings.items())},
    )


class CacheCorrupt(Exception):
    """A kept file is not what it should be."""


def write_arrays(file: Path, head: Head) -> None:
    """Keep a head; a reader sees the whole file or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part.npz")
    arrays = {name: getattr(head, name) for name in ARRAYS}
    np.savez(part, names=np.array(json.dumps(head.names)), allow_pickle=False, **arrays)
    part.replace(file)


def read_arrays(file: Path, names: tuple[str, ...]) -> Head:
    """Return a kept head.

    Raises:
        CacheCorrupt: the file does not read, or holds another head.
    """
    try:
        with file.open("rb") as raw, np.load(raw, allow_pickle=False) as held:
            kept = tuple(json.loads(str(held["names"])))
            arrays = {name: held[name] for name in ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as err:
        raise CacheCorrupt(f"{file.name} does not read: {err}") from err
    rows, classes = arrays["examples"], arrays["weights"]
    if kept != names or len(arrays["owner"]) != len(rows) or len(classes) != len(names) + 1:
        raise CacheCorrupt(f"{file.name} holds something else")
    return Head(names, **arrays)


def _texts(fit: Fit) -> list[str]:
    taught = [t for one in fit.intents.values() for t in (*one.examples, *one.not_examples)]
    return [*taught, *none_lines()]


def _head(fit: Fit, vectors: Mapping[str, Samples]) -> Head:
    width = len(next(iter(vectors.values())))

    def rows(texts: Sequence[str]) -> Samples:
        return np.array([vectors[t] for t in texts], np.float32).reshape(len(texts), width)

    return fewshot.fit_head(
        {name: rows(one.examples) for name, one in fit.intents.items()},
        {name: rows(one.not_examples) for name, one in fit.intents.items()},
        rows(none_lines()),
    )
