"""Labelled lines of text: sets of intents, emotions and sentiment, read from the data folder.

A set is a folder under `text` in the folder that CUELINE_DATA names. `read` gives the rows of one
split in the order of the source, so that a row's place in the list is its number wherever a result
names it. What a set may be used for is said in the data folder, not here.
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import CorpusNotFound, data_folder

LATIN_LEFTOVERS = {"\x91": "‘", "\x92": "’", "\x93": "“", "\x94": "”", "\x85": "…", "\x97": "—"}
"""Characters of a Windows code page that were read as Latin-1 somewhere on their way."""

DOGO_DOMAINS = ("airline", "fastfood", "finance", "insurance", "media", "software")
BETWEEN_INTENTS = "<div>"
TWEET_TASKS = ("emotion", "offensive", "sentiment")
OFFENSIVE_CLASSES = ("hate", "offensive", "neither")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what is said, its labels, and what was said before it in the same dialogue.

    `context` is oldest first, `context_speakers` names who said each of its texts. `group` is the
    part of the set that the row belongs to (a domain, an airline), "" where there is none.
    """

    text: str
    labels: tuple[str, ...]
    context: tuple[str, ...] = ()
    speaker: str = ""
    context_speakers: tuple[str, ...] = ()
    group: str = ""


Reader = Callable[[Path, str], list[Line]]
"""Reads a split; the folder is that of all text sets."""


@dataclass(frozen=True, slots=True)
class TextSet:
    """How a set is read, and the splits that it has."""

    read: Reader
    splits: tuple[str, ...]


def read(name: str, split: str, folder: Path | None = None) -> list[Line]:
    """Return the rows of one split.

    Args:
        name: one of `SETS`.
        split: one of the set's own.
        folder: of all text sets; by default `text` in the data folder.

    Raises:
        CorpusNotFound: no such set or split, or its files are not there.
    """
    if name not in SETS:
        raise CorpusNotFound(f"no text set {name!r}: there are {', '.join(sorted(SETS))}")
    chosen = SETS[name]
    if split not in chosen.splits:
        raise CorpusNotFound(f"{name} has no split {split!r}: it has {', '.join(chosen.splits)}")
    return chosen.read(folder or data_folder() / "text", split)


def _open(path: Path) -> str:
    """Return a file's text, read from `path` or from `path` with .gz.

    Raises:
        CorpusNotFound: neither is there.
    """
    packed = path.with_name(path.name + ".gz")
    if path.is_file():
        text = path.read_text(encoding="utf-8")
    elif packed.is_file():
        text = gzip.decompress(packed.read_bytes()).decode("utf-8")
    else:
        raise CorpusNotFound(f"no file {path} nor {packed.name}")
    return text.replace("\r\n", "\n")


def _clean(text: str) -> str:
    for wrong, right in LATIN_LEFTOVERS.items():
        text = text.replace(wrong, right)
    return " ".join(text.split())


def _table(path: Path) -> Iterator[Mapping[str, str]]:
    yield from csv.DictReader(io.StringIO(_open(path)))


def _lines(path: Path) -> list[str]:
    return _open(path).removesuffix("\n").split("\n")


def _objects(path: Path) -> Iterator[Mapping[str, Any]]:
    yield from (json.loads(line) for line in _lines(path) if line.strip())


def _banking77(folder: Path, split: str) -> list[Line]:
    rows = _table(folder / "banking77" / f"{split}.csv")
    return [Line(_clean(row["text"]), (row["category"],)) for row in rows]


def _clinc150(folder: Path, split: str) -> list[Line]:
    rows = json.loads(_open(folder / "clinc150" / "data_full.json"))[split]
    return [Line(_clean(text), (intent,)) for text, intent in rows]


def _hwu64(folder: Path, split: str) -> list[Line]:
    inside = folder / "fewshot_intents" / "HWU64" / split
    rows = zip(_lines(inside / "seq.in"), _lines(inside / "label"), strict=True)
    return [Line(_clean(text), (intent.strip(),)) for text, intent in rows]


def _multidogo(folder: Path, split: str) -> list[Line]:
    """Read the customers' turns; their context is the same customer's earlier turns."""
    out: list[Line] = []
    for domain in DOGO_DOMAINS:
        path = folder / "multidogo" / "splits_annotated_at_turn_level" / domain / f"{split}.tsv"
        try:
            head, *rows = (line.split("\t") for line in _lines(path))
        except CorpusNotFound:
            continue
        at = {column: number for number, column in enumerate(head)}
        talk: tuple[str, list[str]] = ("", [])
        for row in rows:
            row += [""] * (len(head) - len(row))
            call, text = row[at["conversationId"]], _clean(row[at["utterance"]])
            if call != talk[0]:
                talk = (call, [])
            intents = tuple(filter(None, row[at["intent"]].strip().split(BETWEEN_INTENTS)))
            said = tuple(talk[1])
            out.append(Line(text, intents, said, "customer", ("customer",) * len(said), domain))
            talk[1].append(text)
    if not out:
        raise CorpusNotFound(f"no turns of MultiDoGO for {split!r} in {folder / 'multidogo'}")
    return out


def _goemotions(folder: Path, split: str) -> list[Line]:
    inside = folder / "goemotions" / "original"
    names = [name.strip() for name in _lines(inside / "labels.txt")]
    rows = (line.split("\t") for line in _lines(inside / f"{split}.tsv"))
    return [
        Line(_clean(text), tuple(names[int(place)] for place in places.split(",")))
        for text, places, *_ in rows
    ]


def _meld(folder: Path, split: str) -> list[Line]:
    """Read utterances; labels are the emotion and the sentiment."""
    out: list[Line] = []
    dialogue, said = "", list[tuple[str, str]]()
    for row in _table(folder / "meld" / f"{split}.csv"):
        if row["Dialogue_ID"] != dialogue:
            dialogue, said = row["Dialogue_ID"], []
        text, speaker = _clean(row["Utterance"]), row["Speaker"].strip()
        labels = (row["Emotion"], row["Sentiment"])
        before, speakers = tuple(text for text, _ in said), tuple(who for _, who in said)
        out.append(Line(text, labels, before, speaker, speakers))
        said.append((text, speaker))
    return out


def _nlupp(folder: Path, split: str) -> list[Line]:
    inside = folder / "nlupp" / split
    folds = sorted(inside.glob("fold*.json*"), key=lambda path: (len(path.name), path.name))
    if not folds:
        raise CorpusNotFound(f"no folds in {inside}")
    rows = [row for path in folds for row in json.loads(_open(_unpacked(path)))]
    return [Line(_clean(row["text"]), tuple(row.get("intents", ())), group=split) for row in rows]


def _bitext(folder: Path, split: str) -> list[Line]:
    inside = folder / "bitext_cs" / "data" / split
    found = sorted({_unpacked(path) for path in inside.glob("*.csv*")})
    if not found:
        raise CorpusNotFound(f"no table in {inside}")
    return [
        Line(_clean(row["utterance"]), (row["intent"],), group=row["category"])
        for row in _table(found[0])
    ]


def _dstc11(folder: Path, split: str) -> list[Line]:
    rows = _objects(folder / "dstc11_intents" / f"{split}.jsonl")
    return [
        Line(
            _clean(row["utterance"]), (row["intent"],), group=row["utterance_id"].rpartition("_")[0]
        )
        for row in rows
    ]


def _slurp(folder: Path, split: str) -> list[Line]:
    """Read the sentences as they were meant; labels are scenario and action in one."""
    rows = _objects(folder / "slurp" / f"{split}.jsonl")
    return [
        Line(
            _clean(row["sentence"]), (f"{row['scenario']}_{row['action']}",), group=row["scenario"]
        )
        for row in rows
    ]


def _offensive(folder: Path, split: str) -> list[Line]:
    rows = _table(folder / "offensive_tweets" / "labeled_data.csv")
    return [Line(_clean(row["tweet"]), (OFFENSIVE_CLASSES[int(row["class"])],)) for row in rows]


def _airline(folder: Path, split: str) -> list[Line]:
    """Read complaints; labels are the sentiment and, of negative ones, the reason."""
    rows = _table(folder / "airline_tweets" / "Tweets.csv")
    return [
        Line(
            _clean(row["text"]),
            tuple(filter(None, (row["airline_sentiment"], row["negativereason"]))),
            group=row["airline"],
        )
        for row in rows
    ]


def _tweets(task: str) -> Reader:
    def read_task(folder: Path, split: str) -> list[Line]:
        inside = folder / "tweeteval" / task
        names = dict(line.split("\t") for line in _lines(inside / "mapping.txt") if line.strip())
        texts, labels = _lines(inside / f"{split}_text.txt"), _lines(inside / f"{split}_labels.txt")
        return [
            Line(_clean(text), (names[label.strip()].strip(),), group=task)
            for text, label in zip(texts, labels, strict=True)
        ]

    return read_task


def _unpacked(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".gz"))


SETS: Mapping[str, TextSet] = {
    "banking77": TextSet(_banking77, ("train", "test")),
    "clinc150": TextSet(_clinc150, ("train", "val", "test", "oos_train", "oos_val", "oos_test")),
    "hwu64": TextSet(_hwu64, ("train", "valid", "test", "train_5", "train_10")),
    "multidogo": TextSet(_multidogo, ("train", "dev", "test")),
    "goemotions": TextSet(_goemotions, ("train", "dev", "test")),
    "meld": TextSet(_meld, ("train", "dev", "test")),
    "nlupp": TextSet(_nlupp, ("banking", "hotels")),
    "bitext_cs": TextSet(_bitext, ("train", "dev", "test")),
    "dstc11_intents": TextSet(_dstc11, ("development", "test-banking", "test-finance")),
    "slurp": TextSet(_slurp, ("devel", "test")),
    "offensive_tweets": TextSet(_offensive, ("all",)),
    "airline_tweets": TextSet(_airline, ("all",)),
    **{
        f"tweeteval_{task}": TextSet(_tweets(task), ("train", "val", "test"))
        for task in TWEET_TASKS
    },
}
"""Every set by name; a split named here may be missing from a data folder that holds a part."""
