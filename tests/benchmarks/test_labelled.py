"""The reading of labelled sets: what is wrong is told with its place."""

from pathlib import Path

import pytest

from benchmarks.labelled import Line, SetInvalid, Shape, read_set


class Small(Shape):
    """Two keys."""

    title: str
    lines: tuple[Line, ...]


def write(folder: Path, text: str) -> Path:
    path = folder / "small.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_right_file_reads(tmp_path: Path) -> None:
    path = write(tmp_path, "title: Calls\nlines:\n  - yes it's me\n  - no\n")
    assert read_set(path, Small) == Small(title="Calls", lines=("yes it's me", "no"))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (" \n", "1:1", "the file is empty: it has the keys title, lines"),
        ("- a list", "1:1", "a set is a mapping with the keys title, lines"),
        ("title: a: b\n", "1:9", "double quotes"),
        ("title: Calls\n", "1:1", "`lines` is missing"),
        ("title: Calls\nlines: []\nlinse: []\n", "3:1", "write `lines`"),
        ("title: Calls\nlines:\n  - fine\n  - Not as heard\n", "4:5", "Not as heard"),
        ("title: Calls\nlines:\n  - well, no\n", "3:5", "well, no"),
        ("title: Calls\ntitle: Calls\nlines: []\n", "2:1", "title"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SetInvalid) as caught:
        read_set(path, Small)
    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert message in str(caught.value)


def test_every_fault_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "lines:\n  - ONE\n  - TWO\n")
    with pytest.raises(SetInvalid) as caught:
        read_set(path, Small)
    assert [(f.line, f.column) for f in caught.value.faults] == [(1, 1), (2, 5), (3, 5)]
