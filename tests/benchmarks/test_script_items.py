"""The labelled script items: enough of them, hard enough, and nothing twice."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.labelled import SetInvalid
from benchmarks.script_items import FILE, ScriptItem, load

ITEMS = load()


def test_there_are_enough_items_and_every_third_is_held() -> None:
    assert len(ITEMS) >= 45
    held = [number for number, item in enumerate(ITEMS, start=1) if item.split == "held"]
    assert held == list(range(3, len(ITEMS) + 1, 3))
    assert len(held) >= 15


def test_ids_are_unique() -> None:
    assert len({item.id for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_has_its_lines_of_every_kind(item: ScriptItem) -> None:
    kinds = Counter(line.kind for line in item.lines)
    assert kinds["yes"] == len(item.yes) >= 6
    assert len(item.no) >= 7
    assert min(kinds["negated"], kinds["same_topic"], kinds["near_miss"]) >= 2
    assert kinds["other"] >= 1
    assert len(item.exemplars) == len(item.counter) == 3


def test_no_line_stands_twice_within_an_item() -> None:
    for item in ITEMS:
        texts = [*item.exemplars, *item.counter, *(line.text for line in item.lines)]
        assert [text for text, n in Counter(texts).items() if n > 1] == [], item.id


def test_no_labelled_line_is_written_in_any_item_as_an_exemplar() -> None:
    written = {text for item in ITEMS for text in (*item.exemplars, *item.counter)}
    assert [n.text for item in ITEMS for n in item.lines if n.text in written] == []


def test_no_line_is_labelled_twice() -> None:
    texts = Counter(line.text for item in ITEMS for line in item.lines)
    assert [text for text, n in texts.items() if n > 1] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("split: tune", "split: train", "'tune' or 'held'"),
        ("counter:", "counters:", "write `counter`"),
        ("recorded line by the way", "Recorded line, by the way", "Recorded line, by the way"),
        ("      - this line is not recorded\n", "", "at least 3"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "items.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SetInvalid, match=str(path)) as caught:
        load(path)
    assert message in str(caught.value)
