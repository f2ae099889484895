"""What the models desk shows of this machine: engines, what they need, weights. Blocks on disk."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from models.registry import NEEDS, available
from pipeline.config import Settings
from streaming.commands.models import Weights, weights_here

WORK = {
    "stt": "speech to text",
    "vad": "voice activity",
    "classify": "intents and mood",
    "encode": "meaning of lines",
}

DISTRIBUTIONS = {"faster_whisper": "faster-whisper", "webrtcvad": "webrtcvad-wheels"}
"""Modules whose distribution has another name; asking for all of them takes half a second."""


@dataclass(frozen=True, slots=True)
class EngineLine:
    """A registered engine: what it does, whose it is, what it runs on, whether it works here."""

    kind: str
    work: str
    name: str
    distribution: str
    runs_on: tuple[str, ...]
    """Libraries that it needs, each with its version here."""
    device: str
    in_use: bool
    loads: bool
    remedy: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Engines and weights of this machine."""

    engines: list[EngineLine]
    weights: list[Weights]


def shelf(settings: Settings) -> Shelf:
    """Look at what is registered and what lies on the disk."""
    chosen = {
        "stt": (settings.stt.engine, settings.stt.options),
        "vad": (settings.vad.engine, settings.vad.options),
        "classify": (settings.classify.engine, settings.classify.options),
    }
    engines = []
    for e in available():
        name, options = chosen.get(e.kind, ("", {}))
        used = e.name == name
        engines.append(
            EngineLine(
                e.kind,
                WORK[e.kind],
                e.name,
                f"{e.distribution} {_version(e.distribution)}".strip(),
                tuple(_library(module) for module in NEEDS.get((e.kind, e.name), ())),
                str(options.get("device", "cpu")) if used else "",
                used,
                e.loads,
                e.remedy,
            )
        )
    return Shelf(engines, weights_here())


def _library(module: str) -> str:
    return f"{module} {_version(DISTRIBUTIONS.get(module, module)) or 'missing'}"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
