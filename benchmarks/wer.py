"""Word error rate of a recogniser on recorded sets, as they are and through a telephone line."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks import corpus, report, telephone
from models.engines import SttEngine
from models.registry import load
from models.text import wer_words
from models.types import Samples, SttRequest

CONDITIONS = ("clean", "mulaw", "telephone")
"""As recorded; at 8 kHz in mu-law; that in the telephone band too, with noise where asked for."""

HEAD = (
    *("engine", "set", "condition", "clips", "words", "WER %", "95 %", "sub", "del", "ins"),
    *("gated", "too long", "audio s", "CPU s", "x real time"),
)

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)
"""Percentiles of the bootstrap: an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Word errors of one utterance."""

    substitutions: int
    deletions: int
    insertions: int
    words: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, slots=True)
class Score:
    """What a recogniser does on one set in one condition; rates in percent.

    `low` and `high` bound the rate of utterances drawn anew from the set. `rejected` counts
    utterances that a gate emptied, `too_long` clips that the engine does not take and that count
    nowhere else. `x_real_time` is seconds of audio for each second of processor.
    """

    engine: str
    corpus: str
    condition: str
    utterances: int
    words: int
    wer: float
    low: float
    high: float
    substitutions: int
    deletions: int
    insertions: int
    rejected: int
    too_long: int
    audio_s: float
    cpu_s: float
    x_real_time: float


@dataclass(frozen=True, slots=True)
class WerArgs:
    """What to measure; `against` are options of the same engine to compare with, clip by clip."""

    engine: str = "moonshine"
    options: Mapping[str, str] = field(default_factory=dict)
    against: Mapping[str, str] | None = None
    data: Path | None = None
    sets: tuple[str, ...] = ("an4", "asterisk_prompts", "librispeech_subset", "asr_small")
    conditions: tuple[str, ...] = CONDITIONS
    language: str = "en"
    limit: int | None = None
    noise: str | None = None
    snr_db: float = 20.0
    seed: int = 1
    texts: Path | None = None


def count(said: Sequence[str], heard: Sequence[str]) -> Errors:
    """Count the fewest substitutions, deletions and insertions that turn `said` into `heard`."""
    # Each cell: (errors, substitutions, deletions, insertions) of said[:i] against heard[:j].
    row = [(j, 0, 0, j) for j in range(len(heard) + 1)]
    for i, word in enumerate(said, start=1):
        above, row = row, [(i, 0, i, 0)]
        for j, other in enumerate(heard, start=1):
            if word == other:
                row.append(above[j - 1])
                continue
            errors, subs, dels, ins = above[j - 1]
            swap = (errors + 1, subs + 1, dels, ins)
            errors, subs, dels, ins = above[j]
            drop = (errors + 1, subs, dels + 1, ins)
            errors, subs, dels, ins = row[-1]
            add = (errors + 1, subs, dels, ins + 1)
            row.append(min(swap, drop, add))
    _, substitutions, deletions, insertions = row[-1]
    return Errors(substitutions, deletions, insertions, len(said))


def rate(errors: Iterable[Errors]) -> float:
    """Return the word error rate in percent; 0 where there are no words."""
    every = list(errors)
    words = sum(item.words for item in every)
    return 100 * sum(item.total for item in every) / words if words else 0.0


def interval(errors: Sequence[Errors], seed: int) -> tuple[float, float]:
    """Bound the rate by drawing as many utterances anew, `RESAMPLES` times (bootstrap)."""
    if not errors:
        return 0.0, 0.0
    wrong = np.array([item.total for item in errors], dtype=np.float64)
    words = np.array([item.words for item in errors], dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(errors), (RESAMPLES, len(errors)))
    rates = 100 * wrong[draws].sum(axis=1) / np.maximum(words[draws].sum(axis=1), 1)
    low, high = np.percentile(rates, INTERVAL)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Reading:
    """One utterance read."""

    clip: corpus.Clip
    text: str
    rejected: str | None
    errors: Errors
    audio_s: float
    cpu_s: float


Channel = Callable[[Samples, int, int], tuple[Samples, int]]
"""(samples, rate, number of the clip) to what the recogniser is given, and its rate."""


def read(
    engines: Sequence[SttEngine], clips: Sequence[corpus.Clip], through: Channel
) -> list[list[Reading]]:
    """Transcribe clips one at a time and count errors; return each engine's readings.

    Engines take turns at each clip, so that a busy neighbour slows all of them alike; only their
    own processor time counts.
    """
    readings: list[list[Reading]] = [[] for _ in engines]
    for number, clip in enumerate(clips):
        samples, rate_hz = through(*corpus.hear(clip), number)
        for engine, mine in zip(engines, readings, strict=True):
            begin = time.process_time()
            heard = engine.transcribe([SttRequest(samples, rate_hz)])[0]
            cpu_s = time.process_time() - begin
            errors = count(wer_words(clip.text), wer_words(heard.text))
            seconds = len(samples) / rate_hz
            mine.append(Reading(clip, heard.text, heard.rejected, errors, seconds, cpu_s))
    return readings


@dataclass(frozen=True, slots=True)
class Cell:
    """One place in the table."""

    engine: str
    corpus: str
    condition: str


def score(cell: Cell, readings: Sequence[Reading], too_long: int, seed: int) -> Score:
    """Add up what was read."""
    errors = [item.errors for item in readings]
    low, high = interval(errors, seed)
    audio_s = sum(item.audio_s for item in readings)
    cpu_s = sum(item.cpu_s for item in readings)
    return Score(
        engine=cell.engine,
        corpus=cell.corpus,
        condition=cell.condition,
        utterances=len(readings),
        words=sum(item.words for item in errors),
        wer=rate(errors),
        low=low,
        high=high,
        substitutions=sum(item.substitutions for item in errors),
        deletions=sum(item.deletions for item in errors),
        insertions=sum(item.insertions for item in errors),
        rejected=sum(item.rejected is not None for item in readings),
        too_long=too_long,
        audio_s=round(audio_s, 2),
        cpu_s=round(cpu_s, 3),
        x_real_time=audio_s / cpu_s if cpu_s else 0.0,
    )


def channel(condition: str, background: Sequence[telephone.Background]) -> Channel:
    """Return what stands between the recording and the recogniser."""
    if condition == "clean":
        return lambda samples, rate_hz, number: (samples, rate_hz)
    if condition == "mulaw":
        return lambda samples, rate_hz, number: (
            telephone.line(samples, rate_hz, banded=False),
            telephone.LINE_HZ,
        )

    def line(samples: Samples, rate_hz: int, number: int) -> tuple[Samples, int]:
        behind = background[number % len(background)] if background else None
        return telephone.line(samples, rate_hz, behind), telephone.LINE_HZ

    return line


def noises(folder: Path, kind: str, snr_db: float) -> list[telephone.Background]:
    """Return the noises whose id or kind contains `kind`.

    Raises:
        CorpusNotFound: none does.
    """
    rows = [row for row in corpus.manifest(folder) if kind in f"{row['id']} {row.get('kind')}"]
    names = {str(row["id"]) for row in rows}
    clips = [clip for clip in corpus.sounds(folder) if clip.id in names]
    if not clips:
        raise corpus.CorpusNotFound(f"no noise {kind!r} in {folder}")
    return [
        telephone.Background(telephone.at_line_rate(*corpus.hear(clip)), snr_db) for clip in clips
    ]


Engines = Mapping[str, SttEngine]
"""Recognisers by the name that the table gives them."""


def measure(engines: Engines, args: WerArgs) -> tuple[list[Score], list[Reading]]:
    """Read every set in every condition; the last scores are of all sets together."""
    data = args.data or corpus.data_folder()
    background = noises(data / "noise", args.noise, args.snr_db) if args.noise else []
    scores: list[Score] = []
    first: list[Reading] = []
    longest = min(engine.info.max_seconds for engine in engines.values())
    for condition in args.conditions:
        together: list[list[Reading]] = [[] for _ in engines]
        left_out = 0
        through = channel(condition, background)
        for name in args.sets:
            clips = corpus.spoken(data / name, language=args.language, limit=args.limit)
            short = [clip for clip in clips if clip.seconds <= longest]
            too_long = len(clips) - len(short)
            left_out += too_long
            readings = read(list(engines.values()), short, through)
            for engine, mine, all_mine in zip(engines, readings, together, strict=True):
                cell = Cell(engine, name, condition)
                scores.append(score(cell, mine, too_long, args.seed))
                all_mine += mine
        if len(args.sets) > 1:
            for engine, mine in zip(engines, together, strict=True):
                scores.append(score(Cell(engine, "all", condition), mine, left_out, args.seed))
        first += together[0]
    return scores, first


def run(args: WerArgs) -> int:
    """Measure, print the table and the JSON line; return the exit code."""
    engines: dict[str, SttEngine] = {}
    try:
        for options in [args.options, args.against]:
            if options is not None:
                engines[_label(args.engine, options)] = load("stt", args.engine, options)
        models = {name: engine.info.model for name, engine in engines.items()}
        for engine in engines.values():
            engine.warm_up()
        scores, readings = measure(engines, args)
    finally:
        for engine in engines.values():
            engine.close()
    if args.texts is not None:
        lines = (f"{item.clip.id}\t{item.clip.text}\t{item.text}\n" for item in readings)
        args.texts.write_text("".join(lines), encoding="utf-8")
    title = "Word error rate"
    if args.noise:
        title += f", {args.noise} noise at {args.snr_db:g} dB on the line"
    shown = report.table(HEAD, [_row(item) for item in scores])
    report.publish(title, shown, {"models": models, "scores": [asdict(item) for item in scores]})
    return 0


def _label(engine: str, options: Mapping[str, str]) -> str:
    """Name an engine after its options: "moonshine", "moonshine graphs=shipped"."""
    return " ".join([engine, *(f"{name}={value}" for name, value in options.items())])


def _row(item: Score) -> list[object]:
    bounds = f"{item.low:.1f}-{item.high:.1f}"
    named: list[object] = [item.engine, item.corpus, item.condition, item.utterances, item.words]
    kinds = [item.substitutions, item.deletions, item.insertions, item.rejected, item.too_long]
    return [*named, item.wer, bounds, *kinds, item.audio_s, item.cpu_s, item.x_real_time]


def command(  # noqa: PLR0913 - one parameter for each flag of the command line
    sets: Annotated[
        list[str] | None, typer.Argument(help="Sets to read; all four by default")
    ] = None,
    engine: Annotated[str, typer.Option(help="The recogniser")] = "moonshine",
    option: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for the engine")] = None,
    against: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE; compare with the engine under these")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder of sets")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="clean, mulaw or telephone")] = None,
    language: Annotated[str, typer.Option(help="Only clips of this language")] = "en",
    limit: Annotated[int | None, typer.Option(help="At most so many clips of a set", min=1)] = None,
    noise: Annotated[str | None, typer.Option(help="Noise on the line, by name or kind")] = None,
    snr_db: Annotated[float, typer.Option(help="Speech over noise, in dB")] = 20.0,
    seed: Annotated[int, typer.Option(help="Of the bootstrap")] = 1,
    texts: Annotated[Path | None, typer.Option(help="Write what was heard here")] = None,
) -> None:
    """Measure the word error rate of a recogniser."""
    if unknown := [item for item in condition or () if item not in CONDITIONS]:
        raise typer.BadParameter(f"no condition {unknown[0]!r}: take {', '.join(CONDITIONS)}")
    args = WerArgs(
        engine=engine,
        options=_pairs(option or ()),
        against=None if against is None else _pairs(against),
        data=data,
        sets=tuple(sets or WerArgs().sets),
        conditions=tuple(condition or CONDITIONS),
        language=language,
        limit=limit,
        noise=noise,
        snr_db=snr_db,
        seed=seed,
        texts=texts,
    )
    try:
        raise typer.Exit(run(args))
    except corpus.CorpusNotFound as err:
        raise typer.BadParameter(str(err)) from err


def _pairs(items: Sequence[str]) -> dict[str, str]:
    parts = [item.partition("=") for item in items]
    if wrong := [name for name, sign, _ in parts if not sign]:
        raise typer.BadParameter(f"{wrong[0]!r} has no value: write NAME=VALUE")
    return {name: value for name, _, value in parts}
