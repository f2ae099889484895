"""A model comes to its place whole, or the one that was there stays."""

import errno
from collections import namedtuple
from pathlib import Path

import pytest

from models.training import placing
from models.training.placing import NoRoom, candidate, install, need_room, put_aside


def written(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_text(text)
    return folder


def fail(place, fault):
    """Fail while a candidate is written."""
    with candidate(place) as made:
        written(made, "half")
        raise fault


def test_the_first_is_moved_and_the_next_keeps_the_one_before(tmp_path):
    place = tmp_path / "deep" / "mine"
    for text in ("one", "two", "three"):
        with candidate(place) as made:
            install(written(made, text), place)
        assert (place / "model.onnx").read_text() == text
    assert (tmp_path / "deep" / "mine.previous" / "model.onnx").read_text() == "two"
    assert {p.name for p in (tmp_path / "deep").iterdir()} == {"mine", "mine.previous"}


def test_what_is_not_installed_lies_beside_its_place(tmp_path):
    place = written(tmp_path / "mine", "one")
    for text in ("two", "three"):
        with candidate(place) as made:
            aside = put_aside(written(made, text), place)
    assert (place / "model.onnx").read_text() == "one"
    assert (aside.name, (aside / "model.onnx").read_text()) == ("mine.refused", "three")


def test_a_fault_leaves_nothing_behind(tmp_path):
    place = written(tmp_path / "mine", "one")
    with pytest.raises(ZeroDivisionError):
        fail(place, ZeroDivisionError())
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_a_full_disk_is_told_and_nothing_is_replaced(tmp_path):
    place = written(tmp_path / "mine", "one")
    with pytest.raises(NoRoom, match="nothing was replaced"):
        fail(place, OSError(errno.ENOSPC, "No space left on device"))
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
    with pytest.raises(PermissionError):
        fail(place, PermissionError(errno.EACCES, "denied"))


def test_where_the_second_rename_fails_the_first_is_undone(tmp_path, monkeypatch):
    place = written(tmp_path / "mine", "one")
    rename = Path.rename

    def fails(self, target):
        if self.name.startswith("."):
            raise OSError(errno.EIO, "broken")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="broken"), candidate(place) as made:
        install(written(made, "two"), place)
    assert (place / "model.onnx").read_text() == "one"


def test_room_is_looked_for_before_anything_is_made(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(placing.shutil, "disk_usage", lambda _: usage(9, 9, 3 << 20))
    need_room(tmp_path / "not" / "there", 2 << 20)
    with pytest.raises(NoRoom, match=r"4 MiB beside .*and 3 are free"):
        need_room(tmp_path / "not" / "there", 4 << 20)
