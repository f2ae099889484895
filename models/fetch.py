"""Fetching weights from the hub into the cache: only ever at a person's word.

What is fetched lies in `<cache>/models/<name>` with a list of its files' checksums, and appears
there whole or not at all. An interrupted download goes on where it stopped.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import FetchFailed, WeightsCorrupt, WeightsNotFound
from models.weights import cache_directory, sha256

KNOWN: Mapping[str, str] = {
    **{
        f"faster-whisper-{size}": f"Systran/faster-whisper-{size}"
        for size in (
            "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en",
            "large-v1", "large-v2", "large-v3",
        )
    },
    **{
        f"faster-distil-whisper-{size}": f"Systran/faster-distil-whisper-{size}"
        for size in ("small.en", "medium.en", "large-v2", "large-v3")
    },
    "faster-whisper-large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}  # fmt: skip
"""Short names; every model of the Whisper family here is MIT."""

MANIFEST = "cueline.toml"
PARTIAL = ".part"
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
OTHER_FRAMEWORKS = ("*.msgpack", "*.h5", "*.ot", "*.gguf", "*.tflite", "*.onnx", "*.pth", "*.ckpt")
"""Copies of the same weights that nothing here reads."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model in the cache; `revision` is the hub's commit, "" where nobody wrote it down."""

    name: str
    path: Path
    origin: str = ""
    revision: str = ""
    size_bytes: int = 0


def repository(name: str) -> str:
    """Return the hub's name of a model.

    Raises:
        FetchFailed: it is neither a short name nor of the form "org/name".
    """
    if name in KNOWN:
        return KNOWN[name]
    if HUB_NAME.fullmatch(name) and ".." not in name:
        return name
    raise FetchFailed(f"no model {name!r}: give a hub name (org/name) or one of {', '.join(KNOWN)}")


def fetch(name: str, *, revision: str | None = None, endpoint: str | None = None) -> Fetched:
    """Download a model, showing progress on the terminal; one that is there is left alone.

    Args:
        name: a short name or a hub name.
        revision: the hub's branch, tag or commit; None takes the newest.
        endpoint: another hub's address.

    Raises:
        FetchFailed: there is no such model, no network or no room.
    """
    from huggingface_hub import HfApi, errors

    origin = repository(name)
    target = cache_directory() / "models" / name
    if target.is_dir():
        return describe(name)
    partial = target.with_name(target.name + PARTIAL)
    api = HfApi(endpoint=endpoint)
    # The hub's client has changed its transport over the years; this is the present one's base.
    transport: type[Exception] = getattr(errors, "HTTPError", OSError)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        commit = api.model_info(origin, revision=revision, timeout=30).sha or ""
        api.snapshot_download(
            origin, revision=commit, local_dir=partial, ignore_patterns=[*OTHER_FRAMEWORKS]
        )
        _write_manifest(partial, origin, commit)
        os.replace(partial, target)
    except errors.GatedRepoError as err:
        raise FetchFailed(
            f"{origin} must be asked for on the hub first; then set HF_TOKEN to your token"
        ) from err
    except errors.RepositoryNotFoundError as err:
        raise FetchFailed(f"the hub has no model {origin} (a private one needs HF_TOKEN)") from err
    except errors.RevisionNotFoundError as err:
        raise FetchFailed(f"{origin} has no revision {revision!r}") from err
    except (OSError, ValueError, transport) as err:
        raise FetchFailed(f"could not fetch {origin}: {_reason(err)}") from err
    return describe(name)


def fetched() -> list[Fetched]:
    """Return the models in the cache, by name."""
    top = cache_directory() / "models"
    found = {path.parent for path in top.glob(f"*/{MANIFEST}")}
    found |= {path.parent for path in top.glob(f"*/*/{MANIFEST}")}
    names = sorted(path.relative_to(top).as_posix() for path in found)
    return [describe(name) for name in names if PARTIAL not in name]


def describe(name: str) -> Fetched:
    """Return what is known of a model in the cache.

    Raises:
        WeightsNotFound: it is not there.
        WeightsCorrupt: its list of files cannot be read.
    """
    path = cache_directory() / "models" / name
    if not path.is_dir():
        raise WeightsNotFound(
            f"no model {name!r} in {path.parent}; run: cueline models fetch {name}"
        )
    manifest = _read_manifest(path)
    size = sum(file.stat().st_size for file in _files(path))
    return Fetched(
        name, path, str(manifest.get("origin", "")), str(manifest.get("revision", "")), size
    )


def verify(name: str) -> Fetched:
    """Compare a fetched model's files with the checksums written down when it came.

    Raises:
        WeightsNotFound: the model or one of its files is not there.
        WeightsCorrupt: a file differs, or nobody wrote checksums down.
    """
    known = describe(name)
    listed = _read_manifest(known.path).get("file")
    if not isinstance(listed, list) or not listed:
        raise WeightsCorrupt(f"{known.path} has no list of checksums ({MANIFEST})")
    for entry in listed:
        path = known.path / entry["name"]
        if not path.is_file():
            raise WeightsNotFound(f"{path} is missing; remove the folder and fetch {name} again")
        if sha256(path) != entry["sha256"]:
            raise WeightsCorrupt(f"{path} differs; remove the folder and fetch {name} again")
    return known


def _files(folder: Path) -> Iterator[Path]:
    """Find a model's files; the hub's own notes and ours are none."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] != ".cache" and inside.name != MANIFEST:
            yield path


def _write_manifest(folder: Path, origin: str, revision: str) -> None:
    lines = [f'origin = "{origin}"', f'revision = "{revision}"']
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        lines += ["", "[[file]]", f'name = "{name}"', f'sha256 = "{sha256(path)}"']
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", "utf-8")


def _read_manifest(folder: Path) -> dict[str, object]:
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        return dict(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as err:
        raise WeightsCorrupt(f"{path} cannot be read: {err}") from err


def _reason(err: Exception) -> str:
    """Say in one line why; a name that cannot be looked up means that there is no network."""
    chain: list[BaseException] = [err]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    texts = [str(one).strip().partition("\n")[0] for one in chain]
    if any(
        "onnect" in type(one).__name__ or "Name or service" in text
        for one, text in zip(chain, texts, strict=True)
    ):
        return "the hub cannot be reached; is there a network?"
    return texts[0] or type(err).__name__
