"""Calm speech that must raise no flag: recordings as customers' speech, and typed dialogues."""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpus
from benchmarks.anger_product import TypedCalls, typed
from benchmarks.inside import write_sound
from benchmarks.telephone import LINE_HZ, line
from models.types import Channel, Samples
from pipeline.events import AngerChanged, UtteranceFinal
from pipeline.offline import RecordedCall, RecordingReader
from qa_rules.types import Anger

SETS = (
    "librispeech_subset",
    "asterisk_prompts",
    "an4",
    "asr_small",
    "aws_calls",
    "watson_demo",
    "picovoice_s2i",
)
COMPLAINTS = ("Auto_Repairs_40", "Auto_Repairs_49")
"""Calls of `aws_calls` in which a customer complains: shown, never counted as calm."""
STRETCH_S = 300.0
"""Clips are put together to calls of about this length."""
APART_S = 1.2
WORDS_PER_S = 2.5
ANSWER_S = 5.0
"""What an agent's unseen answer takes in a typed dialogue."""
_WHOLE = re.compile(r"\d+(\.0)?")
SIDES = {"agent": "agent", "caller": "customer"}

Heard = tuple[list[Anger], dict[int, str]]
"""A call's changes of anger, and its utterances' texts by their ids."""


@dataclass(frozen=True, slots=True)
class Calm:
    """What a set did. `speech_s` is the clips' own length; `flags` tell set, words and reasons."""

    name: str
    calls: int
    clips: int
    speech_s: float
    words: int
    rises: int
    flags: tuple[tuple[str, str, str], ...]

    @property
    def hours(self) -> float:
        """The speech in hours."""
        return self.speech_s / 3600


def clips_of(folder: Path, name: str) -> list[corpus.Clip]:
    """Return the English clips of a set, without those of complaint calls."""
    rows = [r for r in corpus.manifest(folder / name) if _english(r)]
    fit = {str(r["file"]) for r in rows if r.get("call") not in COMPLAINTS}
    clips = corpus.sounds(folder / name)
    return [c for c in clips if c.path.relative_to(folder / name).as_posix() in fit]


def stretches(clips: Sequence[corpus.Clip]) -> Iterator[tuple[list[corpus.Clip], Samples]]:
    """Yield clips together, as one telephone call's customer would be heard saying them."""
    held: list[corpus.Clip] = []
    pieces: list[Samples] = []
    gap = np.zeros(round(APART_S * LINE_HZ), np.float32)
    for clip in clips:
        held.append(clip)
        pieces += [gap, line(*corpus.hear(clip))]
        if sum(map(len, pieces)) >= STRETCH_S * LINE_HZ:
            yield held, np.concatenate([*pieces, gap])
            held, pieces = [], []
    if held:
        yield held, np.concatenate([*pieces, gap])


async def calm_set(
    name: str, clips: Sequence[corpus.Clip], read: RecordingReader, folder: Path
) -> Calm:
    """Play a set's clips to the product as customers of silent agents."""
    calls = words = rises = 0
    flags: list[tuple[str, str, str]] = []
    for held, samples in stretches(clips):
        both = np.stack([np.zeros_like(samples), samples])
        file = write_sound(folder / f"{name}-{calls}.wav", both, LINE_HZ)
        done = await read.read(RecordedCall((file,)))
        file.unlink()
        calls += 1
        said = [e.utterance for e in done.events if isinstance(e, UtteranceFinal)]
        words += sum(len(u.text.split()) for u in said)
        changes = [e.anger for e in done.events if isinstance(e, AngerChanged)]
        rises += rises_of(changes)
        texts = {u.id: u.text for u in said}
        flags += [
            (f"{name}, {held[0].id} ff.", _words(up, texts), reasons(up))
            for up in flags_of(changes)
        ]
    seconds = sum(corpus_seconds(c) for c in clips)
    return Calm(name, calls, len(clips), seconds, words, rises, tuple(flags))


async def complaint(data: Path, name: str, read: RecordingReader) -> Heard | None:
    """Read a complaint call of which the sides are apart; None where it is not in the data."""
    rows = [r for r in corpus.manifest(data / "aws_calls") if r.get("call") == name]
    files = {SIDES[str(r["channel"])]: data / "aws_calls" / str(r["file"]) for r in rows}
    if set(files) != {"agent", "customer"}:
        return None
    call = RecordedCall((files["agent"], files["customer"]), (Channel.AGENT, Channel.CUSTOMER))
    done = await read.read(call)
    changes = [e.anger for e in done.events if isinstance(e, AngerChanged)]
    said = [e.utterance for e in done.events if isinstance(e, UtteranceFinal)]
    return changes, {u.id: u.text for u in said}


def dialogues(folder: Path) -> dict[str, list[list[str]]]:
    """Return the customers' turns of MultiDoGO's dialogues, by domain.

    A turn with a line break in it is cut there: what follows is no row, and is left out.
    """
    found: dict[str, list[list[str]]] = {}
    for domain in sorted((folder / "splits_annotated_at_turn_level").iterdir()):
        turns: dict[str, list[tuple[int, str]]] = {}
        for row in chain.from_iterable(map(_rows, sorted(domain.iterdir()))):
            if _WHOLE.fullmatch(row.get("turnNumber") or ""):
                one = (int(float(row["turnNumber"])), row["utterance"])
                turns.setdefault(row["conversationId"], []).append(one)
        found[domain.name] = [[text for _, text in sorted(t)] for t in turns.values()]
    return found


def calm_text(name: str, calls: Sequence[Sequence[str]], product: TypedCalls) -> Calm:
    """Read typed dialogues as calls; a flag's place is the number of its dialogue."""
    words = rises = 0
    flags: list[tuple[str, str, str]] = []
    for number, texts in enumerate(calls):
        said = typed(texts, WORDS_PER_S, ANSWER_S)
        words += sum(len(text.split()) for text in texts)
        changes = product.anger(said)
        rises += rises_of(changes)
        spoken = {u.id: u.text for u in said}
        flags += [(f"{name} {number}", _words(up, spoken), reasons(up)) for up in flags_of(changes)]
    turns = sum(map(len, calls))
    return Calm(name, len(calls), turns, words / WORDS_PER_S, words, rises, tuple(flags))


def together(found: Sequence[Calm]) -> Calm:
    """Add sets up."""
    return Calm(
        "all",
        sum(c.calls for c in found),
        sum(c.clips for c in found),
        sum(c.speech_s for c in found),
        sum(c.words for c in found),
        sum(c.rises for c in found),
        tuple(flag for c in found for flag in c.flags),
    )


def rises_of(changes: Sequence[Anger]) -> int:
    """Count how often the level left 0."""
    before, rises = 0, 0
    for change in changes:
        rises += before == 0 and change.level > 0
        before = change.level
    return rises


def flags_of(changes: Sequence[Anger]) -> list[Anger]:
    """Return the changes that raised the flag."""
    up, out = False, []
    for change in changes:
        if change.flagged and not up:
            out.append(change)
        up = change.flagged
    return out


def reasons(anger: Anger) -> str:
    """Return the words that a flag rests on, and what found them."""
    return "; ".join(f"{e.quote!r} ({e.engine})" for e in anger.reasons) or "none given"


def corpus_seconds(clip: corpus.Clip) -> float:
    """Return a clip's length, read from the file where the manifest has none."""
    if clip.seconds:
        return clip.seconds
    samples, rate_hz = corpus.hear(clip)
    return len(samples) / rate_hz


def _rows(file: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _words(anger: Anger, texts: Mapping[int, str]) -> str:
    ids = dict.fromkeys(e.utterance_id for e in anger.reasons if e.utterance_id is not None)
    return " / ".join(texts.get(i, "") for i in ids)


def _english(row: Mapping[str, Any]) -> bool:
    named = str(row.get("lang") or row.get("model") or row.get("id"))
    return named.lower().startswith("en") or (row.get("lang") is None and row.get("model") is None)
