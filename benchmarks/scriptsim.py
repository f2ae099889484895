"""Items of scripts to fit the reading of meanings on: lines that say an item, and that do not.

Each item is taught some of its lines, as a pack's author would, and asked about the others, whole
and broken as a recogniser breaks them.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.script_items import ScriptItem
from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.likeness import FEATURES, evidence, learn
from models.classify.stems import GRAMMAR, WEIGHT, stem, weight
from models.engines import TextEncoder
from models.text import tokens
from models.types import Encoded, Samples

FILE = Path(__file__).parents[1] / "models" / "training" / "lines" / "scripts.yaml"
TAUGHT = (2, 3, 4)
COUNTERS = (0, 2, 3)
KEYED = 0.6
OTHERS = 4
"""Lines of other items that each item is asked about besides its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An item with what it is taught, and the lines it is asked about."""

    item: str
    taught: Exemplars
    lines: tuple[tuple[str, bool, str], ...]
    """Text, whether it says the item, and the kind of line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The evidence of a line's texts, [texts, features], and the truth."""

    item: str
    kind: str
    evidence: Samples
    said: bool


def drawn(
    spoil: Callable[[str], str], path: Path = FILE, *, rounds: int = 6, seed: int = 1
) -> list[Asked]:
    """Draw taught and asked lines from a file of items, several times over."""
    chance = random.Random(seed)
    # YAML reads the bare keys "yes" and "no" as true and false.
    rows = [
        {"id": [row["id"]], "yes": row[True], "no": row[False]}
        for row in yaml.safe_load(path.read_text("utf-8"))
    ]
    return [_draw(row, rows, chance, spoil) for _ in range(rounds) for row in rows]


def _draw(
    row: dict[str, list[str]],
    rows: Sequence[dict[str, list[str]]],
    chance: random.Random,
    spoil: Callable[[str], str],
) -> Asked:
    yes, no = list(row["yes"]), list(row["no"])
    chance.shuffle(yes)
    chance.shuffle(no)
    taught, against = chance.choice(TAUGHT), chance.choice(COUNTERS)
    keywords = _keywords(yes[:taught]) if chance.random() < KEYED else ()
    others = [chance.choice(chance.choice(rows)["yes"]) for _ in range(OTHERS)]
    lines = [
        *((text, True, "yes") for text in yes[taught:]),
        *((text, False, "no") for text in no[against:]),
        *((text, False, "other") for text in others if text not in yes),
    ]
    heard = tuple((spoil(t) if chance.random() < 0.5 else t, said, k) for t, said, k in lines)
    exemplars = Exemplars(tuple(yes[:taught]), tuple(no[:against]), None, keywords)
    return Asked(row["id"][0], exemplars, heard)


def _keywords(lines: Sequence[str]) -> tuple[str, ...]:
    """Return telling words of the lines, those of several lines first."""
    found = Counter(
        word
        for line in lines
        for word in {token.text for token in tokens(line)}
        if word not in GRAMMAR and weight(stem(word)) >= WEIGHT
    )
    return tuple(word for word, _ in found.most_common(3))


def of_items(items: Sequence[ScriptItem], spoil: Callable[[str], str] | None = None) -> list[Asked]:
    """Ask each item of a labelled set about its own lines."""
    heard = spoil or str
    return [
        Asked(
            item.id,
            Exemplars(item.exemplars, item.counter, None, item.keywords),
            tuple((heard(line.text), line.said, line.kind) for line in item.lines),
        )
        for item in items
    ]


def judged(asked: Sequence[Asked], encoder: TextEncoder) -> list[Judged]:
    """Return the evidence of every line asked about."""
    known: dict[str, tuple[Samples, Samples]] = {}
    pieces = [
        [
            [part.of(text) for part in clauses(text)] or [text]
            for text, _, _ in one.lines
        ]
        for one in asked
    ]  # fmt: skip
    texts = list(
        dict.fromkeys(
            chain(
                (t for one in asked for t in (*one.taught.examples, *one.taught.not_examples)),
                (t for lines in pieces for line in lines for t in line),
            )
        )
    )
    made = encoder.encode(texts)
    known = dict(zip(texts, zip(made.vectors, made.affect, strict=True), strict=True))
    out: list[Judged] = []
    for one, lines in zip(asked, pieces, strict=True):
        item = learn(one.taught, known)
        for (_, said, kind), parts in zip(one.lines, lines, strict=True):
            encoded = Encoded(
                np.array([known[part][0] for part in parts], np.float32),
                np.array([known[part][1] for part in parts], np.float32),
            )
            found = evidence([item], parts, encoded)[:, 0]
            out.append(Judged(one.item, kind, found, said))
    return out


def rows(found: Sequence[Judged], chosen: Sequence[int]) -> NDArray[np.float64]:
    """Return one row for each line: that of the chosen text, [lines, features]."""
    picked = [one.evidence[at] for one, at in zip(found, chosen, strict=True)]
    return np.array(picked, np.float64).reshape(len(found), len(FEATURES))
