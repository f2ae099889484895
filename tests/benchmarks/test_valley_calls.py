"""Calls of HarperValleyBank: the failures that a third party saw are found in both transcripts."""

import json
from types import MappingProxyType

import pytest

from benchmarks import corpus
from benchmarks.agent_scripts import FOLDER
from benchmarks.valley_calls import FILE, fault_rows, read_calls, states, submitted_as_asked
from models.types import Channel
from qa_rules.packs import load_packs
from qa_rules.types import State

FAULTS = {State.MISSED, State.VIOLATED, State.LATE}
WRONG = MappingProxyType(
    {
        "004860b1ab2e4c88": set(),
        "00d676d7058c49bb": set(),
        # Half past nine told for half past eight; greets with "hello" alone.
        "01f7ec3700424bc0": {"VB-01", "VB-03", "VB-04"},
        # Asks for an address, then noise: no outcome, no closing.
        "0bbbedb40f224e9a": {"VB-02", "VB-08"},
        # No postal code, another town entered; no closing.
        "2ee2ac9dcf6e4e8e": {"VB-05", "VB-07", "VB-08"},
        # Asks again which card, enters no card, no outcome, no closing.
        "8e5f2787249d463f": {"VB-02", "VB-06", "VB-07", "VB-08"},
    }
)


@pytest.fixture(scope="module")
def packs():
    return load_packs(("valley_bank",), [FOLDER])


@pytest.fixture(scope="module")
def calls():
    try:
        path = corpus.data_folder() / FILE
    except corpus.CorpusNotFound as err:
        pytest.skip(str(err))
    if not path.is_file():
        pytest.skip(f"no {FILE} in {corpus.DATA_VARIABLE}")
    return {call.id: call for call in read_calls(path)}


@pytest.mark.parametrize("transcript", ["text", "asr_2020"])
@pytest.mark.parametrize("sid", WRONG)
def test_what_a_third_party_saw_is_found(calls, packs, sid, transcript):
    found = states(calls[sid], transcript, packs)
    assert {item for item, state in found.items() if state in FAULTS} == WRONG[sid]
    assert State.NEEDS_REVIEW not in found.values()


def test_every_call_with_a_verdict_fails_and_no_other(calls, packs):
    critical = {item.id for item in packs.items if item.severity.critical}
    assert set(calls) == set(WRONG)
    for sid, call in calls.items():
        assert call.verdict.startswith("fail") == bool(critical & WRONG[sid]), call.why


ROW = {
    "sid": "made_up",
    "agent": "Sam",
    "caller": "Mary Green",
    "task": {"task_type": "get branch hours", "branch hours": "8:30 am to 5:00 pm"},
    "agent_responses": [{"task_type": "get branch hours"}],
    "third_party_qa": None,
    "segments": [
        {"role": "caller", "start_ms": 6000, "duration_ms": 2000, "text": "when do you open"},
        {
            "role": "agent",
            "start_ms": 1000,
            "duration_ms": 4000,
            "text": "hello this is the valley bank my name is sam",
        },
        {"role": "caller", "start_ms": 8500, "duration_ms": 100, "text": "[noise] <unk>"},
        {
            "role": "agent",
            "start_ms": 9000,
            "duration_ms": 12000,
            "text": "we open at eight thirty have a great day",
        },
    ],
}


def made(tmp_path, **changes):
    segments = [{**s, "asr_2020": s["text"].replace("bank", "shop")} for s in ROW["segments"]]
    (tmp_path / "calls.jsonl").write_text(json.dumps({**ROW, "segments": segments, **changes}))
    return read_calls(tmp_path / "calls.jsonl")[0]


def test_a_call_is_read_in_order_without_its_noises(tmp_path):
    call = made(tmp_path)
    said = list(call.said("text"))
    assert [u.channel for u in said] == [Channel.AGENT, Channel.CUSTOMER, Channel.AGENT]
    assert (said[1].start, said[1].end) == (6.0, 8.0)
    assert "shop" in next(call.said("asr_2020")).text
    assert call.facts.values["branch_opens"] == "8:30"
    assert call.verdict == ""


def test_the_right_hour_is_no_fault_and_another_is(tmp_path, packs):
    found = states(made(tmp_path), "text", packs)
    assert not FAULTS & set(found.values())
    other = [{**ROW["segments"][3], "text": "we open at nine have a great day", "asr_2020": ""}]
    found = states(made(tmp_path, segments=[*ROW["segments"][:2], *other]), "text", packs)
    assert (found["VB-03"], found["VB-04"]) == (State.MISSED, State.VIOLATED)


def test_the_faults_of_both_transcripts_are_listed(tmp_path, packs):
    made(tmp_path, third_party_qa={"verdict": "fail", "rationale": "none"})
    rows = fault_rows(tmp_path / "calls.jsonl", packs)
    assert rows == [("made_up", "fail", "-", "VB-01")]


def test_what_was_entered_is_compared_with_what_was_asked():
    task = {"task_type": "order checks", "home address": "2 First Street, York", "amount": 135}
    assert submitted_as_asked(task, [{**task, "home address": "2 first street york"}])
    assert submitted_as_asked(task, [{}, {**task, "amount": "135"}])
    assert not submitted_as_asked(task, [{**task, "home address": "2 first street"}])
    assert not submitted_as_asked(task, [])
    hours = {"task_type": "get branch hours", "branch hours": "8 to 5"}
    assert submitted_as_asked(hours, [{"task_type": "get branch hours"}])
