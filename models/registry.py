"""Engines by name: what is registered, what can load here, and loading it.

An engine is an entry point of the group `cueline.<kind>`: a factory that takes a mapping of options
and returns the engine. Ours are registered in the same way as anyone's. Nothing of an engine is
imported until it is loaded.
"""

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Literal, cast, overload

from models.engines import Classifier, SttEngine, TextEncoder, VadEngine
from models.errors import EngineNotFound

Kind = Literal["vad", "stt", "classify", "encode"]
KINDS: tuple[Kind, ...] = ("vad", "stt", "classify", "encode")

OURS = "cueline"
"""Our distribution: of two engines of one name its is the one that counts."""

NEEDS: Mapping[tuple[Kind, str], tuple[str, ...]] = {
    ("vad", "silero"): ("onnx", "onnxruntime"),
    ("vad", "webrtc"): ("webrtcvad",),
    ("stt", "moonshine"): ("onnx", "onnxruntime"),
    ("stt", "faster-whisper"): ("ctranslate2", "faster_whisper"),
    ("classify", "transformers"): ("torch", "transformers"),
    ("encode", "minilm"): ("onnxruntime", "tokenizers"),
    ("encode", "transformers"): ("torch", "transformers"),
}
"""Modules that our engines import only when they load."""

EXTRAS: Mapping[str, str] = {"torch": "torch", "transformers": "torch"}
"""The extra that installs a module; the others come with every installation."""


@dataclass(frozen=True, slots=True)
class Available:
    """A registered engine; it can load when `missing` (modules) is empty."""

    kind: Kind
    name: str
    target: str
    distribution: str
    missing: tuple[str, ...] = ()

    @property
    def loads(self) -> bool:
        """Say whether everything it needs is installed."""
        return not self.missing

    @property
    def remedy(self) -> str:
        """Return the command that installs what is missing, "" where nothing is."""
        if not self.missing:
            return ""
        extra = next((EXTRAS[name] for name in self.missing if name in EXTRAS), None)
        return (
            f"pip install '{self.distribution}[{extra}]'"
            if extra
            else (f"pip install --force-reinstall {self.distribution}")
        )


def available(kind: Kind | None = None) -> tuple[Available, ...]:
    """Return the registered engines of one kind, or of all, by kind and name."""
    return tuple(
        _describe(each, entry)
        for each in (KINDS if kind is None else (kind,))
        for _, entry in sorted(_entries(each).items())
    )


def describe(kind: Kind, name: str) -> Available:
    """Return what is known of an engine without importing it.

    Raises:
        EngineNotFound: no engine of that kind and name is registered.
    """
    entries = _entries(kind)
    if name not in entries:
        known = ", ".join(sorted(entries)) or "none"
        raise EngineNotFound(f"no {kind} engine {name!r} (known: {known})")
    return _describe(kind, entries[name])


@overload
def load(kind: Literal["vad"], name: str, options: Mapping[str, object]) -> VadEngine: ...
@overload
def load(kind: Literal["stt"], name: str, options: Mapping[str, object]) -> SttEngine: ...
@overload
def load(kind: Literal["classify"], name: str, options: Mapping[str, object]) -> Classifier: ...
@overload
def load(kind: Literal["encode"], name: str, options: Mapping[str, object]) -> TextEncoder: ...
def load(
    kind: Kind, name: str, options: Mapping[str, object]
) -> VadEngine | SttEngine | Classifier | TextEncoder:
    """Import an engine and make it.

    Raises:
        EngineNotFound: it is not registered, or something it needs is not installed.
        OptionsInvalid: an option is unknown or does not fit.
        WeightsNotFound: its weights are not on disk.
    """
    found = describe(kind, name)
    if found.missing:
        raise EngineNotFound(
            f"{kind} engine {name!r} needs {', '.join(found.missing)}; run: {found.remedy}"
        )
    try:
        create = cast("Callable[[Mapping[str, object]], object]", _entries(kind)[name].load())
    except (ImportError, AttributeError) as err:
        raise EngineNotFound(
            f"{kind} engine {name!r} ({found.target}) does not load: {err}"
        ) from err
    return cast("VadEngine | SttEngine | Classifier | TextEncoder", create(options))


def _entries(kind: Kind) -> dict[str, EntryPoint]:
    """Return the entry points of a kind by name."""
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"cueline.{kind}"):
        if entry.name not in entries or _distribution(entry) == OURS:
            entries[entry.name] = entry
    return entries


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else ""


def _describe(kind: Kind, entry: EntryPoint) -> Available:
    return Available(
        kind, entry.name, entry.value, _distribution(entry), tuple(_missing(kind, entry))
    )


def _missing(kind: Kind, entry: EntryPoint) -> Iterator[str]:
    """Find modules that are not there; a probe of a submodule would import its package."""
    needs = NEEDS.get((kind, entry.name), ()) if _distribution(entry) == OURS else ()
    for module in (entry.module.partition(".")[0], *needs):
        try:
            found = importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):
            found = False
        if not found:
            yield module
