"""Puts a model's folder where another may lie, so that a reader finds the whole of one of the two.

A model is written beside its place under another name, and moved there when it is complete. The one
that was there stays beside it as `<name>.previous`.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ModelError

PREVIOUS, REFUSED = ".previous", ".refused"
MIB = 1 << 20


class NoRoom(ModelError):
    """The disk has no room for a model; nothing was replaced."""

    code = "no_room"


def need_room(folder: Path, size: int) -> None:
    """Check that a folder's disk has room for so many bytes.

    Raises:
        NoRoom: it has not.
    """
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < size:
        raise NoRoom(
            f"a model needs {size / MIB:.0f} MiB beside {folder}, and {free / MIB:.0f} are free;"
            " nothing was written"
        )


@contextmanager
def candidate(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder` to write a model into; it is gone at the end.

    Raises:
        NoRoom: the disk filled up while it was written.
    """
    place = folder.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    made = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    try:
        yield made
    except OSError as err:
        if err.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom(f"the disk is full beside {folder}; nothing was replaced") from err
    finally:
        shutil.rmtree(made, ignore_errors=True)


def install(made: Path, folder: Path) -> None:
    """Move a finished model to its place; what was there becomes `<name>.previous`.

    A folder cannot be exchanged in one step: between the two renames there is none. Where the
    second fails, the first is undone.
    """
    place = folder.absolute()
    previous = place.with_name(place.name + PREVIOUS)
    if not place.exists():
        made.rename(place)
        return
    shutil.rmtree(previous, ignore_errors=True)
    place.rename(previous)
    try:
        made.rename(place)
    except OSError:
        previous.rename(place)
        raise


def put_aside(made: Path, folder: Path) -> Path:
    """Keep a model that was not installed beside its place, and return where."""
    place = folder.absolute()
    aside = place.with_name(place.name + REFUSED)
    shutil.rmtree(aside, ignore_errors=True)
    made.rename(aside)
    return aside
