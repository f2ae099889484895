"""Words invented where nobody speaks: noises, tones and music through the whole road.

Each sound is read as a recording is: voice activity, endpointing, the engine and its gates, rules.
What is synthesised here needs no files; recorded noises and hold music are taken from the set
`noise` of CUELINE_DATA where it is present.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks import corpus, telephone
from benchmarks.inside import NotedEngine, bench_settings, reader, write_sound
from benchmarks.report import publish, table
from models.registry import load
from models.text import wer_words
from models.types import Samples
from pipeline.audio.codecs import Encoding, decode, encode
from pipeline.offline import RecordedCall

RATE_HZ = 8_000
SEED = 3
HEAD = ("sound", "seconds", "segments", "gated", "words")
KEYS_HZ = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))
"""Rows and columns of a telephone's keys (ITU-T Q.23)."""

Maker = Callable[[int], Samples]
"""So many samples of a sound at RATE_HZ."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """What came of one sound: stretches taken for speech, those a gate emptied, and the words."""

    name: str
    seconds: float
    segments: int
    gated: int
    texts: tuple[str, ...]

    @property
    def words(self) -> int:
        """Words invented."""
        return sum(len(wer_words(text)) for text in self.texts)


def synthetic() -> Mapping[str, Maker]:
    """Return the sounds of a line on which nobody speaks, by name; levels in dBFS."""
    tone = _tones
    return {
        "digital silence": lambda n: np.zeros(n, np.float32),
        "comfort noise -60": lambda n: _noise(n, -60, 0.0),
        "white noise -50": lambda n: _noise(n, -50, 0.0),
        "white noise -30": lambda n: _noise(n, -30, 0.0),
        "pink noise -40": lambda n: _noise(n, -40, 1.0),
        "pink noise -25": lambda n: _noise(n, -25, 1.0),
        "brown noise -35": lambda n: _noise(n, -35, 2.0),
        "hum 50 Hz": lambda n: tone(n, (50, 100, 150, 250), (1.0, 0.0)),
        "dial tone 350+440": lambda n: tone(n, (350, 440), (1.0, 0.0)),
        "ring-back 440+480": lambda n: tone(n, (440, 480), (2.0, 4.0)),
        "ring-back 400+450": lambda n: tone(n, (400, 450), (0.4, 0.2, 0.4, 2.0)),
        "busy 480+620": lambda n: tone(n, (480, 620), (0.5, 0.5)),
        "reorder 480+620": lambda n: tone(n, (480, 620), (0.25, 0.25)),
        "beep 1400 each 15 s": lambda n: tone(n, (1400,), (0.43, 14.57)),
        "special information": _special,
        "keys pressed": _keys,
        "clicks": _clicks,
    }


async def measure(
    sounds: Iterator[tuple[str, Samples]], folder: Path, *, stt: str = "", vad: str = ""
) -> list[Quiet]:
    """Read each sound as a recorded call, by other engines if named; count what was heard."""
    settings = bench_settings(folder, stt, vad)
    engine = load("stt", settings.stt.engine, settings.stt.options)
    engine.warm_up()
    noted = NotedEngine(engine)
    found: list[Quiet] = []
    async with reader(settings, noted) as read:
        for name, samples in sounds:
            file = await asyncio.to_thread(write_sound, folder / "sound.wav", samples, RATE_HZ)
            noted.noted.clear()
            call = await read.read(RecordedCall((file,)))
            gated = sum(answer.rejected is not None for _, answer in noted.noted)
            texts = tuple(said["text"] for said in call.result["utterances"])
            seconds = len(samples) / RATE_HZ
            found.append(Quiet(name, seconds, len(noted.noted), gated, texts))
    engine.close()
    return found


def through_line(samples: Samples) -> Samples:
    """Return samples as a telephone carries them: mu-law and back."""
    return decode(encode(samples[None], Encoding.MULAW), Encoding.MULAW)


def every(seconds: float, recorded: bool) -> Iterator[tuple[str, Samples]]:
    """Yield all sounds by name, at least so many seconds of each synthetic one."""
    for name, make in synthetic().items():
        yield name, through_line(make(int(seconds * RATE_HZ)))
    if not recorded:
        return
    kinds: dict[str, list[Samples]] = {}
    folder = corpus.data_folder() / "noise"
    named = {str(row["id"]): str(row.get("kind", "")) for row in corpus.manifest(folder)}
    for clip in corpus.sounds(folder):
        kind = named.get(clip.id, "") or "recorded"
        kinds.setdefault(kind, []).append(telephone.at_line_rate(*corpus.hear(clip)))
    for kind, clips in kinds.items():
        yield f"recorded: {kind}", through_line(np.concatenate(clips))


def command(
    seconds: Annotated[float, typer.Option(min=5, help="Of each synthetic sound.")] = 45.0,
    recorded: Annotated[bool, typer.Option(help="Recorded noises too, where present.")] = True,
) -> None:
    """Count the words invented on noises, tones and music."""
    note = ""
    try:
        corpus.data_folder()
    except corpus.CorpusNotFound as err:
        recorded, note = False, f"\n\nno recorded noises: {err}"
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as folder:
        found = asyncio.run(measure(every(seconds, recorded), Path(folder)))
    rows = [[q.name, q.seconds, q.segments, q.gated, q.words] for q in found]
    total = ["all", *(sum(row[at] for row in rows) for at in range(1, len(HEAD)))]  # type: ignore[misc]  # numbers
    said = [f'{q.name}: "{text}"' for q in found for text in q.texts if text]
    shown = "\n".join([table(HEAD, [*rows, total]), *([""] if said else []), *said]) + note
    publish(
        "silence",
        shown,
        {
            "seconds": round(sum(q.seconds for q in found), 1),
            "segments": sum(q.segments for q in found),
            "words": sum(q.words for q in found),
            "invented": said,
        },
    )
    if said:
        raise typer.Exit(1)


def _scaled(samples: NDArray[np.floating], level_db: float) -> Samples:
    power = float(np.sqrt(np.mean(np.square(samples)))) or 1.0
    return (samples * (10 ** (level_db / 20) / power)).clip(-1, 0.999).astype(np.float32)


def _noise(size: int, level_db: float, slope: float) -> Samples:
    """Return noise whose power falls with frequency to the power of `slope`."""
    white = np.random.default_rng(SEED).normal(size=size)
    spectrum = np.fft.rfft(white)
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 20.0)
    return _scaled(np.fft.irfft(spectrum / hertz ** (slope / 2), size), level_db)


def _tones(size: int, hertz: tuple[float, ...], cadence: tuple[float, ...]) -> Samples:
    """Return tones sounding together, on and off in turn for so many seconds."""
    time = np.arange(size) / RATE_HZ
    sound = np.sin(2 * np.pi * np.array(hertz)[:, None] * time).mean(axis=0)
    edges = np.cumsum(cadence)
    on = np.searchsorted(edges, time % edges[-1], side="right") % 2 == 0
    return np.asarray(0.2 * sound * on, np.float32)


def _special(size: int) -> Samples:
    """Return three rising tones, as before "the number you have dialled"."""
    parts = [_tones(int(0.33 * RATE_HZ), (f,), (1.0, 0.0)) for f in (950, 1400, 1800)]
    once = np.concatenate([*parts, np.zeros(2 * RATE_HZ, np.float32)])
    return np.tile(once, -(-size // len(once)))[:size]


def _keys(size: int) -> Samples:
    """Return keys pressed at random, 0.1 to 0.3 s each, as far apart."""
    rng = np.random.default_rng(SEED)
    parts: list[Samples] = []
    while sum(len(p) for p in parts) < size:
        pair = tuple(float(rng.choice(row)) for row in KEYS_HZ)
        parts.append(_tones(int(rng.uniform(0.1, 0.3) * RATE_HZ), pair, (1.0, 0.0)))
        parts.append(np.zeros(int(rng.uniform(0.1, 0.3) * RATE_HZ), np.float32))
    return np.concatenate(parts)[:size]


def _clicks(size: int) -> Samples:
    """Return a bad line's clicks: single samples and short bursts."""
    rng = np.random.default_rng(SEED)
    sound = np.zeros(size + RATE_HZ, np.float32)
    for at in rng.integers(0, size, size // 2000):
        width = int(rng.integers(1, 60))
        sound[at : at + width] = rng.uniform(-0.8, 0.8, width)
    return sound[:size]
