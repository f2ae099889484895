"""Packs at hand: those in use, and changed ones that lie in no folder of the server."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qa_rules.errors import PackInvalid, PackNotFound
from qa_rules.packs import PackSet, load_packs


class PackShelf:
    """Pack sets by the names in them, read once; earlier folders come before later ones."""

    def __init__(self, folders: Sequence[Path], hidden: str = "") -> None:
        """Begin; `hidden` is a folder that faults do not name."""
        self._folders, self._hidden = tuple(folders), hidden
        self._known: dict[tuple[str, ...], PackSet] = {}

    def load(self, names: Sequence[str]) -> PackSet:
        """Return packs put together.

        Raises:
            RuleError: one is not there, or does not read.
        """
        key = tuple(names)
        if key not in self._known:
            try:
                self._known[key] = load_packs(key, self._folders)
            except PackInvalid as err:
                faults = [replace(f, file=f.file.removeprefix(self._hidden)) for f in err.faults]
                raise PackInvalid(faults) from err
        return self._known[key]

    def version(self, pack: str) -> str:
        """Return the version of a pack, "" where there is none of that name."""
        try:
            return version_of(self.load([pack]), pack)
        except PackNotFound:
            return ""


@contextmanager
def shelf_with(texts: Mapping[str, str], folders: Sequence[Path]) -> Iterator[PackShelf]:
    """Yield a shelf on which packs given as text come before those of the folders."""
    with tempfile.TemporaryDirectory(prefix="cueline-packs-") as place:
        for name, text in texts.items():
            (Path(place) / f"{name}.yaml").write_text(text, encoding="utf-8")
        yield PackShelf([Path(place), *folders], f"{place}/")


def version_of(packs: PackSet, name: str) -> str:
    """Return the version of one pack of a set."""
    return next(f.pack.version for f in packs.files if f.pack.pack == name)
