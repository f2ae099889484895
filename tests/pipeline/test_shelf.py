"""Packs at hand, those in use and those given as text."""

import pytest

from pipeline.shelf import PackShelf, shelf_with
from qa_rules.errors import PackInvalid

PACK = 'pack: t\nversion: "2"\ntitle: T\n'


def test_packs_are_read_once(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    shelf = PackShelf([tmp_path])
    assert shelf.load(["t"]) is shelf.load(("t",))
    assert (shelf.version("t"), shelf.version("none")) == ("2", "")


def test_a_text_comes_before_the_folders_and_its_faults_name_no_folder(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    with shelf_with({"t": PACK.replace("2", "3")}, [tmp_path]) as shelf:
        assert shelf.version("t") == "3"
    with (
        shelf_with({"t": PACK + "itms: []\n"}, [tmp_path]) as shelf,
        pytest.raises(PackInvalid) as err,
    ):
        shelf.load(["t"])
    assert str(err.value) == "t.yaml:4:1: `itms` is not known: write `items`"
