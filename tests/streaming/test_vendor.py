import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = [ROOT / "streaming/web/static/vendor", ROOT / "tests/browser/vendor"]


def listed(folder):
    return tomllib.loads((folder / "VENDOR.toml").read_text())["file"]


@pytest.mark.parametrize("folder", LISTS, ids=lambda p: p.parent.name)
def test_vendored_files_are_what_the_list_says(folder):
    sums = {
        e["file"]: hashlib.sha256((folder / e["file"]).read_bytes()).hexdigest()
        for e in listed(folder)
    }
    assert sums == {e["file"]: e["sha256"] for e in listed(folder)}


@pytest.mark.parametrize("folder", LISTS, ids=lambda p: p.parent.name)
def test_every_vendored_file_is_listed_with_its_licence(folder):
    assert {p.name for p in folder.glob("*.js")} == {e["file"] for e in listed(folder)}
    for entry in listed(folder):
        assert len((folder / entry["licence_file"]).read_text()) > 200
