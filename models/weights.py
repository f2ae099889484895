"""Where weights lie, and whether they are the ones we know.

Weights come with an installed package or lie in the cache; nothing here fetches anything. The
command that does is `cueline models fetch`, and every message that misses weights names a command.
"""

import hashlib
import importlib.util
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from models.errors import WeightsCorrupt, WeightsNotFound

CACHE_VARIABLE = "CUELINE_CACHE"

MOONSHINE_PACKAGE = "moonshine_voice"
MOONSHINE_VERSION = "0.0.73"
MOONSHINE_TINY_EN = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""SHA-256 of the files in the wheel of that version."""

BLOCK_BYTES = 1 << 20


def cache_directory() -> Path:
    """Return the folder for built and fetched weights; it need not exist.

    `CUELINE_CACHE` names it; without that it is the user's own cache folder.
    """
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    return Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("cueline"))


def sha256(path: Path) -> str:
    """Return the file's SHA-256 as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def model_path(name: str, subdirectory: str = "models") -> Path:
    """Return the folder of a configured model: a path, or a folder fetched into the cache.

    Args:
        name: a folder's path, or the name given to `cueline models fetch`; the slash of a hub
            name becomes a folder.
        subdirectory: the part of the cache in which to look.

    Raises:
        WeightsNotFound: neither is there.
    """
    given = Path(name).expanduser()
    if name and given.is_dir():
        return given
    inside = not given.is_absolute() and ".." not in given.parts
    cached = cache_directory() / subdirectory / name
    if name and inside and cached.is_dir():
        return cached
    raise WeightsNotFound(
        f"no model {name!r}: neither a folder nor in {cached.parent if inside else given.parent};"
        f" fetch it with: cueline models fetch {name}"
    )


def package_folder(package: str) -> Path | None:
    """Return where a package's files lie without importing it, None where it is not installed."""
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))


@dataclass(frozen=True, slots=True)
class MoonshineFiles:
    """The three files of Moonshine tiny-en and the recordings that come in the same wheel."""

    encoder: Path
    decoder: Path
    tokens: Path
    speech: tuple[Path, ...] = ()

    def __iter__(self) -> Iterator[Path]:
        return iter((self.encoder, self.decoder, self.tokens))

    def verify(self, known: Mapping[str, str] = MOONSHINE_TINY_EN) -> str:
        """Compare the files with their checksums; return one digest that stands for all three.

        Raises:
            WeightsCorrupt: a file differs.
        """
        whole = hashlib.sha256()
        for path in self:
            digest = sha256(path)
            if digest != known[path.name]:
                raise WeightsCorrupt(
                    f"{path} does not match its checksum;"
                    f" put it back with: {_moonshine_install(reinstall=True)}"
                )
            whole.update(digest.encode())
        return whole.hexdigest()


def moonshine_files() -> MoonshineFiles:
    """Find Moonshine tiny-en in its installed wheel.

    The package is not imported: it loads a native library that is of no use here.

    Raises:
        WeightsNotFound: the package or one of the files is absent.
    """
    package = package_folder(MOONSHINE_PACKAGE)
    if package is None:
        raise WeightsNotFound(
            f"the weights of Moonshine are not installed; run: {_moonshine_install()}"
        )
    folder = package / "assets" / "tiny-en"
    paths = [folder / name for name in MOONSHINE_TINY_EN]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise WeightsNotFound(
            f"{folder} lacks {', '.join(missing)};"
            f" put it back with: {_moonshine_install(reinstall=True)}"
        )
    named = (package / "assets" / name for name in ("two_cities.wav", "beckett.wav"))
    return MoonshineFiles(
        encoder=paths[0],
        decoder=paths[1],
        tokens=paths[2],
        speech=tuple(path for path in named if path.is_file()),
    )


def _moonshine_install(*, reinstall: bool = False) -> str:
    how = "--force-reinstall --no-deps " if reinstall else ""
    return f"pip install {how}moonshine-voice=={MOONSHINE_VERSION}"
