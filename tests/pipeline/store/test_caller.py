import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RequestRefused
from pipeline.store.caller import chosen, digits_of, export_caller, find_caller, numbers_of, same
from pipeline.store.keeping import Keeping

NUMBER = "+44 20 7946 0018"


@pytest.fixture
def calls(store, story):
    facts = {
        "sure": {"from": "+442079460018"},
        "written": {"caller_number": "0044 (20) 7946-0018", "to": "+44 1632 960000"},
        "national": {"ani": "020 7946 0018"},
        "other": {"from": "+44 1632 960001"},
        "bare": {"customer": "no number", "paid": True},
    }
    for call_id, given_ in facts.items():
        (_, first), *more = story.whole(call_id)
        store.start_call(first, given_)
        store.append(call_id, more)
    return store


def test_a_number_is_found_however_it_is_written(calls):
    found = find_caller(calls, NUMBER)
    assert {(f.call_id, f.fact, f.sure) for f in found.found} == {
        ("sure", "from", True),
        ("written", "caller_number", True),
        ("national", "ani", False),
    }
    assert (found.calls, found.without) == (5, 1)
    Keeping(calls.database).hold(["sure"], "ada", "a claim")
    assert {f.call_id for f in find_caller(calls, NUMBER).found if f.held} == {"sure"}
    with pytest.raises(RequestRefused, match="7 to 15 digits"):
        find_caller(calls, "12")


def test_a_call_that_may_be_anothers_is_taken_only_by_name(calls):
    found = find_caller(calls, NUMBER)
    assert {f.call_id for f in chosen(found)} == {"sure", "written"}
    assert {f.call_id for f in chosen(found, ["national"])} == {"sure", "written", "national"}
    with pytest.raises(RequestRefused, match="other"):
        chosen(found, ["other"])


def test_the_archive_holds_everything_that_is_stored_of_the_calls(calls, tmp_path):
    (tmp_path / "audio").mkdir()
    calls.save_wrapup("sure", {"note": "a typed note"}, "ana")
    size = export_caller(calls, ["sure", "written"], tmp_path / "out.zip", tmp_path / "audio")
    assert size == (tmp_path / "out.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        index = json.loads(archive.read("index.json"))
        assert [c["call"] for c in index["calls"]] == ["sure", "written"]
        call = json.loads(archive.read("calls/1/call.json"))
        assert call["facts"] == {"from": "+442079460018"}
        assert any("Harbour" in line["text"] for line in call["said"])
        stored = json.loads(archive.read("calls/1/stored.json"))
        assert {"call", "event", "utterance", "wrapup_edit"} <= set(stored)
        assert {row["call_id"] for row in stored["event"]} == {"sure"}
        assert "a typed note" in stored["wrapup_edit"][0]["body"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+1 (555) 010-0123", "15550100123"),
        ("sip:+15550100123@pbx.example;user=phone", "15550100123"),
        ("tel:00442079460018", "442079460018"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("555 0123", "5550123"),
        ("12 34", None),
        ("call me on 5550123", None),
        ("1234567890123456", None),
    ],
)
def test_digits_of_a_number(text, digits):
    assert digits_of(text) == digits


@given(st.from_regex(r"[1-9][0-9]{9,13}", fullmatch=True))
def test_a_number_is_itself_and_maybe_itself_without_its_country(digits):
    assert same(digits, digits) == 2
    assert same(digits, "0" + digits[2:]) == (1 if len(digits[2:].lstrip("0")) >= 7 else 0)
    assert numbers_of({"a": "+" + digits, "b": True, "c": 1.5, "d": int(digits)}) == {
        "a": digits,
        "d": digits,
    }
