"""The held-back lines of intents: every intent of the shipped packs, and no line of the packs."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.intent_lines import FOLDER, load, packs
from benchmarks.labelled import SetInvalid
from qa_rules.packs import SHIPPED, load_packs, read_pack, shipped


def own_intents(pack: str) -> list[str]:
    """Return the intents of a pack itself, without those it inherits."""
    path = SHIPPED / f"{pack}.yaml"
    return [intent.id for intent in read_pack(path.read_text("utf-8"), path.name).pack.intents]


def test_every_pack_with_intents_has_lines() -> None:
    assert packs() == [name for name in shipped("en") if own_intents(name)]


@pytest.mark.parametrize("pack", packs())
def test_every_intent_of_the_pack_has_six_lines(pack: str) -> None:
    found = load(pack)
    counts = Counter(line.intents[0] for line in found.lines if line.kind == "one")
    assert counts == dict.fromkeys(own_intents(pack), 6)
    assert found.pack == pack


@pytest.mark.parametrize("pack", packs())
def test_there_are_lines_of_no_intent_and_of_two(pack: str) -> None:
    found = load(pack)
    known = {intent.id for intent in load_packs([pack]).intents}
    kinds = Counter(line.kind for line in found.lines)
    assert kinds["near"] >= 8
    assert kinds["near"] + kinds["plain"] >= 25
    both = [line.intents for line in found.lines if line.kind == "both"]
    assert len(both) >= 6
    for intents in (*both, *found.alike):
        assert len(set(intents)) == len(intents)
        assert set(intents) <= known


def test_no_line_stands_twice() -> None:
    for pack in packs():
        texts = Counter(line.text for line in load(pack).lines)
        assert [text for text, n in texts.items() if n > 1] == [], pack


def test_no_line_is_an_example_of_any_pack() -> None:
    intents = load_packs(shipped("en")).intents
    written = {t for i in intents for t in (*i.examples, *i.not_examples)}
    assert written
    assert [n.text for pack in packs() for n in load(pack).lines if n.text in written] == []


def test_intents_that_mean_the_same_are_accepted_for_each_other() -> None:
    found = load("telemarketing_consumer")
    assert found.accepted("dnc_request") == {"dnc_request", "remove_me"}
    assert found.accepted("registry_claim") == {"registry_claim"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    - pardon\n", "", "at least 6"),
        ("    - pardon\n", "    - Pardon?\n", "Pardon?"),
        ("none:\n", "nothing:\n", "`none` is missing"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (FOLDER / "core_call.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "core_call.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SetInvalid) as caught:
        load("core_call", tmp_path)
    assert message in str(caught.value)
