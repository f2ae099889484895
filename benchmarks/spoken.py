"""Lines of a text set as a recogniser hears them: spoken by voices, sent down a telephone, read.

Each line is spoken by one of several synthetic voices, at a rate and pitch of its own, passes a
telephone line, often with a little noise, and is read by the recogniser. What was said and what
was heard go to a file of JSON lines, one object a line of text; a run that is repeated goes on
where the file stops. Lines are taken in an order drawn once, so a larger number only adds lines.

Voices for training and for tests are different speakers. Which voice says a line, how, and over
which noise hangs on the line alone.
"""

import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks import telephone
from benchmarks.corpus import CorpusNotFound
from benchmarks.report import publish, table
from benchmarks.textsets import read
from benchmarks.wer import Errors, count, rate
from models.engines import SttEngine
from models.registry import load
from models.text import wer_words
from models.types import Samples, SttRequest

ENGINE = "moonshine"
PROGRAMS = {"flite": "flite", "espeak": "espeak-ng"}
SPEAK_TIMEOUT_S = 60.0
ESPEAK_WORDS_A_MINUTE = 165

MOST_WORDS = 40
MOST_SECONDS = 20.0
"""A longer line is no utterance of a call."""

LEAD_S, TAIL_S = 0.25, 0.35
"""Line noise before and after the words, as in the clips that an endpointer cuts."""
QUIET = 0.02
"""Share of the peak under which a voice's ends are trimmed."""
SPEECH_RMS = (0.04, 0.13)
NOISY = 0.2
"""Share of lines with noise that can be heard."""
SNR_DB = (15.0, 25.0)
FAINT_SNR_DB = 45.0

NAMES = ("Alex", "Maria", "Sam", "Nina", "David", "Laura", "Peter", "Julia", "Chris", "Emma")
"""What is said where a source has masked a name."""
_MASKED = re.compile(r"\[(NAME|RELIGION|[A-Z]+)\]")
_LINK = re.compile(r"https?:|www\.|\w\.(?:com|org|net)/|@\w", re.IGNORECASE)
_UNSAID = re.compile(r"[*_~^|<>\\{}\[\]\"“”]+")
_SUM = re.compile(r"([£€])\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?([£€])")
_UNITS = {"£": "pounds", "€": "euros"}
_TIDY = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "—": ", ", "–": ", ", "…": "... "})


@dataclass(frozen=True, slots=True)
class Voice:
    """A synthetic voice; `share` says how often it speaks, beside the others.

    `pitch` and `pace` bound what is drawn for each line, 1 being the voice's own; for espeak they
    work on the synthesis, for flite the pitch moves the whole timbre.
    """

    name: str
    program: str
    voice: str
    pitch: tuple[float, float]
    pace: tuple[float, float]
    share: float = 1.0


def _flite(voice: str, pitch: tuple[float, float], share: float) -> Voice:
    return Voice(f"flite-{voice}", "flite", voice, pitch, (0.85, 1.1), share)


def _espeak(voice: str, share: float) -> Voice:
    return Voice(f"espeak-{voice}", "espeak", voice, (0.85, 1.15), (0.82, 1.05), share)


VOICES: Mapping[str, tuple[Voice, ...]] = {
    "train": (
        _flite("rms", (0.92, 1.12), 6.0),
        _flite("kal", (0.95, 1.12), 3.0),
        _espeak("en-us", 0.8),
        _espeak("en-us+f2", 0.8),
        _espeak("en-us+m3", 0.8),
        _espeak("en-gb", 0.8),
        _espeak("en-gb+f3", 0.8),
    ),
    "test": (
        _flite("slt", (0.92, 1.08), 5.0),
        _flite("awb", (0.95, 1.08), 4.0),
        _espeak("en-gb-scotland", 0.5),
        _espeak("en-gb-scotland+f4", 0.5),
    ),
}
"""flite's kal16 is the speaker of kal, so it speaks in neither."""


class SpeechMissing(Exception):
    """A program that speaks is not installed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and what was heard of it.

    `n` is the row's place in its split, `text` the source's line, `said` what the voice was given,
    `heard` "" where a gate emptied it, `seconds` the clip's length.
    """

    set: str
    split: str
    n: int
    text: str
    said: str
    voice: str
    heard: str
    confidence: float | None
    seconds: float


def dice(*of: object) -> np.random.Generator:
    """Return a source of chance that hangs on what is given and nothing else."""
    digest = hashlib.blake2b("\0".join(map(str, of)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def sayable(text: str, chance: np.random.Generator | None = None) -> str | None:
    """Return what a voice is given of a line, None where it cannot be said.

    Links, handles, emoji and other scripts are no speech, and neither is a line without a letter
    or figure, or with more than `MOST_WORDS`. Masked names become names, drawn by `chance`.
    """
    plain = html.unescape(text).translate(_TIDY)
    if _LINK.search(plain):
        return None

    def unmasked(found: re.Match[str]) -> str:
        if found[1] == "NAME":
            return NAMES[int(chance.integers(len(NAMES))) if chance else 0]
        return found[1].lower()

    plain = _SUM.sub(lambda m: f"{m[2] or m[3]} {_UNITS[m[1] or m[4]]}", plain)
    plain = _MASKED.sub(unmasked, plain).replace("&", " and ").replace("#", " ")
    plain = " ".join(_UNSAID.sub(" ", plain).split()).lstrip("-")
    if not any(mark.isalnum() for mark in plain) or len(plain.split()) > MOST_WORDS:
        return None
    folded = unicodedata.normalize("NFKD", plain.replace("£", "").replace("€", ""))
    if any(not mark.isascii() and not unicodedata.combining(mark) for mark in folded):
        return None
    return plain


def voice_for(kind: str, text: str) -> tuple[Voice, np.random.Generator]:
    """Return the voice that says a line, and the chance that draws how."""
    chance = dice("voice", kind, text)
    voices = VOICES[kind]
    shares = np.array([voice.share for voice in voices])
    return voices[int(chance.choice(len(voices), p=shares / shares.sum()))], chance


def speak(text: str, voice: Voice, chance: np.random.Generator) -> tuple[Samples, int]:
    """Return a text as a voice says it, without silence at its ends, and the rate in Hz.

    Raises:
        subprocess.CalledProcessError: the program does not know the voice.
    """
    pitch, pace = float(chance.uniform(*voice.pitch)), float(chance.uniform(*voice.pace))
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        if voice.program == "flite":
            stretch = f"duration_stretch={pitch / pace:.3f}"
            command = ["-voice", voice.voice, "--setf", stretch, "-t", text, "-o", file.name]
        else:
            speed = str(round(ESPEAK_WORDS_A_MINUTE * pace))
            height = str(round(50 * pitch))
            command = ["-v", voice.voice, "-s", speed, "-p", height, "-w", file.name, "--", text]
        subprocess.run(  # noqa: S603 - fixed programs; the text is one argument
            [PROGRAMS[voice.program], *command], check=True, timeout=SPEAK_TIMEOUT_S
        )
        loud, rate_hz = soundfile.read(file.name, dtype="float32")
    peak = float(np.abs(loud).max()) if len(loud) else 0.0
    heard = np.flatnonzero(np.abs(loud) > QUIET * peak)
    if not len(heard):
        return np.zeros(0, np.float32), rate_hz
    spoken = np.ascontiguousarray(loud[heard[0] : heard[-1] + 1])
    return spoken, round(rate_hz * pitch) if voice.program == "flite" else rate_hz


def on_the_line(samples: Samples, rate_hz: int, chance: np.random.Generator) -> Samples:
    """Return what the far end of a telephone line hears of a voice, at `telephone.LINE_HZ`."""
    narrow = telephone.at_line_rate(samples, rate_hz)
    level = float(np.sqrt(np.mean(np.square(narrow)))) or 1.0
    narrow = narrow * np.float32(chance.uniform(*SPEECH_RMS) / level)
    snr_db = float(chance.uniform(*SNR_DB)) if chance.random() < NOISY else FAINT_SNR_DB
    ends = (int(LEAD_S * telephone.LINE_HZ), int(TAIL_S * telephone.LINE_HZ))
    clip = np.pad(narrow, ends).astype(np.float32)
    noise = telephone.Background(_noise(len(clip), chance), snr_db)
    return telephone.line(clip, telephone.LINE_HZ, noise)


def _noise(size: int, chance: np.random.Generator) -> Samples:
    """Return noise between white and pink."""
    spectrum = np.fft.rfft(chance.normal(size=size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / telephone.LINE_HZ), 60.0)
    tilt = chance.uniform(0.0, 0.5)
    return np.fft.irfft(spectrum / hertz**tilt, size).astype(np.float32)


def drawn(size: int, of: str) -> list[int]:
    """Return the places of a list in an order drawn once for each name."""
    return [int(place) for place in dice("order", of).permutation(size)]


def done(path: Path) -> list[Pair]:
    """Return the pairs of a file; a last line that was cut off is taken out of the file."""
    if not path.is_file():
        return []
    whole, end, cut = path.read_text(encoding="utf-8").rpartition("\n")
    if cut:
        path.write_text(whole + end, encoding="utf-8")
    return [Pair(**json.loads(line)) for line in whole.split("\n") if line]


@dataclass(frozen=True, slots=True)
class Task:
    """What to speak: so many lines of a split, None for all, by the voices of a kind."""

    set: str
    split: str
    voices: str
    lines: int | None
    out: Path


def hear(task: Task, engine: SttEngine, rows: Sequence[tuple[int, str]]) -> Iterator[Pair | None]:
    """Speak and read rows (place, text), appending each pair to the file; None is a row left out.

    A row whose clip is longer than `MOST_SECONDS` or silent is left out.
    """
    task.out.parent.mkdir(parents=True, exist_ok=True)
    with task.out.open("a", encoding="utf-8", buffering=1) as file:
        for n, text in rows:
            voice, chance = voice_for(task.voices, text)
            said = sayable(text, chance) or ""
            samples, rate_hz = speak(said, voice, chance)
            seconds = len(samples) / rate_hz
            if not 0 < seconds <= MOST_SECONDS:
                yield None
                continue
            clip = on_the_line(samples, rate_hz, chance)
            heard = engine.transcribe([SttRequest(clip, telephone.LINE_HZ, speech_s=seconds)])[0]
            sure = None if heard.confidence is None else round(heard.confidence, 4)
            pair = Pair(
                *(task.set, task.split, n, text, said, voice.name, heard.text, sure),
                round(len(clip) / telephone.LINE_HZ, 3),
            )
            file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
            yield pair


def wanted(task: Task) -> tuple[list[tuple[int, str]], int]:
    """Return the rows to be spoken (place, text) in their drawn order, and how many cannot be.

    Raises:
        CorpusNotFound: no such set or split.
    """
    lines = read(task.set, task.split)
    order = drawn(len(lines), f"{task.set} {task.split}")
    fit = [(n, lines[n].text) for n in order if sayable(lines[n].text) is not None]
    return fit[: task.lines], len(lines) - len(fit)


def errors(pair: Pair) -> Errors:
    """Count the word errors of a pair."""
    return count(wer_words(pair.said), wer_words(pair.heard))


HEAD = ("voice", "lines", "words", "WER %", "sub", "del", "ins", "as said %", "emptied")


def row(name: str, pairs: Sequence[Pair]) -> list[object]:
    """Return one row of the table."""
    counts = [errors(pair) for pair in pairs]
    kinds = ("words", "substitutions", "deletions", "insertions")
    words, subs, dels, ins = (sum(getattr(one, kind) for one in counts) for kind in kinds)
    same = 100 * sum(not one.total for one in counts) / max(1, len(counts))
    emptied = sum(not pair.heard for pair in pairs)
    return [name, len(pairs), words, rate(counts), subs, dels, ins, same, emptied]


def require(voices: str) -> None:
    """Check that the programs of some voices are installed.

    Raises:
        SpeechMissing: one is not; the message says what to install.
    """
    programs = {PROGRAMS[voice.program] for voice in VOICES[voices]}
    if missing := sorted(name for name in programs if shutil.which(name) is None):
        names = " and ".join(missing)
        raise SpeechMissing(
            f"{names} not found: install with your system's package manager,"
            f" for example: apt-get install {' '.join(missing)}"
        )


def run(task: Task) -> list[Pair]:
    """Speak what is missing of a task, and return all pairs of the file."""
    rows, unsayable = wanted(task)
    there = {pair.n for pair in done(task.out)}
    rows = [item for item in rows if item[0] not in there]
    engine = load("stt", ENGINE, {"workers": 1})
    left_out = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"{task.set} {task.split}", total=len(rows))
            for pair in hear(task, engine, rows):
                left_out += pair is None
                progress.advance(bar)
    finally:
        engine.close()
    print(
        f"{unsayable} lines cannot be said, {left_out} were silent or longer than"
        f" {MOST_SECONDS:.0f} s",
        file=sys.stderr,
    )
    return done(task.out)


def command(
    name: Annotated[str, typer.Argument(metavar="SET", help="A text set, such as banking77")],
    split: Annotated[str, typer.Option(help="Its split")] = "test",
    lines: Annotated[
        int | None, typer.Option(help="So many, drawn evenly; else all", min=1)
    ] = None,
    voices: Annotated[str, typer.Option(help="Speakers: train or test")] = "test",
    out: Annotated[Path | None, typer.Option(help="The file of pairs, appended to")] = None,
) -> None:
    """Hear lines of a text set through voices, a telephone line and the recogniser."""
    if voices not in VOICES:
        raise typer.BadParameter(f"no voices {voices!r}: take {' or '.join(VOICES)}")
    path = out or Path(f"{name}_{split}.jsonl")
    try:
        require(voices)
        pairs = run(Task(name, split, voices, lines, path))
    except CorpusNotFound as err:
        raise typer.BadParameter(str(err)) from err
    except SpeechMissing as err:
        typer.echo(str(err), err=True)
        raise typer.Exit(2) from err
    names = sorted({pair.voice for pair in pairs})
    rows = [row(one, [pair for pair in pairs if pair.voice == one]) for one in names]
    total = row("all", pairs)
    figures = dict(zip(("lines", "words", "wer"), total[1:4], strict=True))
    publish(f"{name} {split} spoken", table(HEAD, [*rows, total]), {"file": str(path), **figures})
