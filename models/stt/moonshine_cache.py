"""Builds the re-assembled graphs once, checks them against the shipped ones, and keeps them.

The cache holds a folder for each key; the key covers the weights, the builder and the onnxruntime
that passed the check. A folder appears whole or not at all, and one process builds at a time. What
the check found is kept beside the graphs, a refusal too, so that a start never repeats it. A
damaged folder is built again; a cache that cannot be written costs a second at every start.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
import soxr

from models.stt.moonshine_sessions import (
    ORT_ERRORS,
    RATE_HZ,
    Graphs,
    ReassembledGraphs,
    ShippedGraphs,
    follow,
    read,
)
from models.types import Samples
from models.weights import MoonshineFiles, sha256

BUILDER_VERSION = 2
"""Raise it whenever `moonshine_graphs` builds something else: it is part of the key."""

PIECE_S = 6.0
"""Length of the clips of the check."""

ENOUGH_AGREEMENT = 0.95
"""Share of tokens that must be the same. Rounding alone leaves 0.98 or more."""

FEWEST_TOKENS = 50
"""Fewer tokens than this prove nothing."""

PATIENCE_S = 60.0
"""How long to wait for another process that builds."""

KEPT = 3
"""How many keys the cache holds; older ones go."""


@dataclass(frozen=True, slots=True)
class Check:
    """How the re-assembled graphs compare with the shipped ones; `refused` is "" where they pass.

    `encoder` and `decoder` are the SHA-256 of the graphs.
    """

    agreement: float
    tokens: int
    refused: str
    encoder: str = ""
    decoder: str = ""


@dataclass(frozen=True, slots=True)
class Reassembled:
    """Two ONNX models, as files where the cache holds them, and what the check says of them.

    onnxruntime keeps 40 MB less when it reads a file than when it is given the bytes.
    """

    encoder: bytes | Path
    decoder: bytes | Path
    check: Check


def reassembled(
    files: MoonshineFiles, digest: str, cache: Path, make: Callable[[MoonshineFiles], Reassembled]
) -> Reassembled:
    """Return the re-assembled graphs of these weights, from the cache where they are in it.

    Args:
        files: the weights.
        digest: what `MoonshineFiles.verify` returned.
        cache: the folder for everything that is built; made where it is missing.
        make: builds and checks them: `build`.
    """
    folder = cache / "moonshine" / cache_key(digest)
    if (found := _load(folder)) is not None:
        return found
    made: Reassembled | None = None
    try:
        with _turn(folder.parent):
            if (found := _load(folder)) is not None:
                return found
            made = make(files)
            _keep(folder, made)
            return _load(folder) or made
    except OSError:  # TimeoutError too: the cache cannot be written, or not by this process now
        return made or make(files)


def cache_key(digest: str) -> str:
    """Return the folder name for weights of this digest under this builder and runtime."""
    parts = f"{digest} {BUILDER_VERSION} {onnxruntime.__version__}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def build(files: MoonshineFiles) -> Reassembled:
    """Build both graphs and check them.

    Raises:
        WeightsCorrupt: the files are not those of the model known here.
    """
    # Not at the top: a start that finds the cache does without onnx and its 50 MB.
    from models.stt.moonshine_graphs import build_decoder, build_encoder
    from models.stt.moonshine_weights import OrtWeights

    weights = OrtWeights(files.encoder), OrtWeights(files.decoder, branch="else_branch")
    encoder, decoder = build_encoder(*weights), build_decoder(weights[1])
    shipped = ShippedGraphs(files.encoder, files.decoder)
    try:
        check = compare(shipped, ReassembledGraphs(encoder, decoder), list(pieces(files)))
    except ORT_ERRORS as err:
        check = Check(0.0, 0, f"onnxruntime {onnxruntime.__version__} does not run them: {err}")
    return Reassembled(encoder, decoder, check)


def compare(shipped: Graphs, rebuilt: Graphs, clips: list[Samples]) -> Check:
    """Let both say the shipped graphs' tokens and count where they would have said the same.

    Each step starts from the same past, so that one near tie counts once and no more.
    """
    same = total = 0
    for clip in clips:
        ids = read(shipped, clip, limit=int(6.5 * PIECE_S)).ids
        ours = list(follow(rebuilt, clip, ids))
        theirs = list(follow(shipped, clip, ids))
        same += sum(a == b for a, b in zip(ours, theirs, strict=True))
        total += len(theirs)
    agreement = same / total if total else 0.0
    refused = ""
    if total < FEWEST_TOKENS:
        refused = f"only {total} tokens of speech to compare on"
    elif agreement < ENOUGH_AGREEMENT:
        refused = f"they agree on {agreement:.1%} of {total} tokens"
    return Check(agreement, total, refused)


def pieces(files: MoonshineFiles) -> Iterator[Samples]:
    """Yield the recordings of the wheel in clips at 16 kHz."""
    for path in files.speech:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        mono = soxr.resample(samples.mean(axis=1), rate_hz, RATE_HZ, "HQ")
        step = int(PIECE_S * RATE_HZ)
        for start in range(0, len(mono) - step // 2, step):
            yield np.ascontiguousarray(mono[start : start + step], dtype=np.float32)


def _load(folder: Path) -> Reassembled | None:
    """Find the graphs in a folder of the cache; None where it is missing or damaged."""
    encoder, decoder = folder / "encoder.onnx", folder / "decoder.onnx"
    try:
        check = Check(**json.loads((folder / "check.json").read_text()))
        if (sha256(encoder), sha256(decoder)) != (check.encoder, check.decoder):
            return None
        os.utime(folder)  # the keys used longest ago go first
    except (OSError, ValueError, TypeError):
        return None
    return Reassembled(encoder, decoder, check)


def _keep(folder: Path, made: Reassembled) -> None:
    """Write a folder under another name and rename it; drop the oldest keys."""
    parent = folder.parent
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=parent))
    try:
        check = asdict(made.check)
        for part in ("encoder", "decoder"):
            graph = getattr(made, part)
            (draft / f"{part}.onnx").write_bytes(graph)
            check[part] = hashlib.sha256(graph).hexdigest()
        (draft / "check.json").write_text(json.dumps(check))
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    others = sorted(
        (item for item in parent.iterdir() if item.is_dir() and item != folder),
        key=lambda item: item.stat().st_mtime,
        reverse=True,
    )
    for old in others[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system drops when its holder dies.

    Raises:
        OSError: the folder cannot be written.
        TimeoutError: another process held it for `PATIENCE_S`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{folder} is locked")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)
