"""The file of labelled lines: what reads, what does not and where, and how calls are parted."""

import json

import pytest

from models.training.labelled import LabelsInvalid, read_labelled, share, split_of
from models.types import Channel


def test_labels_and_speakers_are_read(calls_file):
    path = calls_file([
        {"text": " Stop it. ", "speaker": "customer", "intents": ["cancel"], "anger": 2},
        {"text": "of course", "speaker": "agent", "intents": [], "sentiment": "positive"},
        {"text": "hm", "speaker": "customer", "anger": False, "intents": ["a", "b"]},
    ])  # fmt: skip
    one, two, three = read_labelled(path).lines
    assert (one.request.text, one.request.channel) == ("Stop it.", Channel.CUSTOMER)
    assert (one.intents, one.angry, one.sentiment) == ({"cancel"}, True, None)
    assert (two.intents, two.angry, two.sentiment) == (frozenset(), None, "positive")
    assert (three.intents, three.angry) == ({"a", "b"}, False)
    assert len({one.call, two.call, three.call}) == 3


@pytest.mark.parametrize(("anger", "angry"), [(0, False), (1, False), (2, True), (True, True)])
def test_a_line_is_angry_from_two_on(calls_file, anger, angry):
    (line,) = read_labelled(
        calls_file([{"text": "x", "speaker": "customer", "anger": anger}])
    ).lines
    assert line.angry is angry


def test_the_turns_before_are_the_calls_own_unless_they_are_given(calls_file):
    rows = [
        {"text": "hello", "speaker": "agent", "call": "a"},
        {"text": "other", "speaker": "customer", "call": "b"},
        {"text": "hi", "speaker": "customer", "call": "a", "anger": 0},
        {"text": "so", "speaker": "customer", "call": "a", "anger": 0,
         "context": [{"speaker": "agent", "text": "really"}]},
    ]  # fmt: skip
    lines = read_labelled(calls_file(rows)).lines
    assert (lines[2].request.context, lines[2].request.context_channels) == (
        ("hello",),
        (Channel.AGENT,),
    )
    assert lines[3].request.context == ("really",)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"text": "x"', "no JSON"),
        ('{"text": "x", "speaker": "nobody"}', "speaker: "),
        ('{"speaker": "agent", "intents": []}', "text: Field required"),
        ('{"text": "x", "speaker": "agent", "intent": "a"}', "intent: no such field (known: text"),
        ('{"text": "x", "speaker": "customer", "anger": 5}', "anger: wants true, false, or"),
        ('{"text": "x", "speaker": "agent", "anger": 1}', "anger: only of a customer's line"),
        ('{"text": "x", "speaker": "agent", "sentiment": "bad"}', "sentiment: "),
        ('{"text": "x", "speaker": "agent"}', "it has no label"),
        ('["x"]', "the line: "),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path, row, told):
    path = tmp_path / "calls.jsonl"
    path.write_text('{"text": "x", "speaker": "agent", "intents": []}\n\n' + row + "\n")
    with pytest.raises(LabelsInvalid) as fault:
        read_labelled(path)
    assert str(fault.value).startswith("calls.jsonl: line 3: ")
    assert told in str(fault.value)


def test_of_many_broken_lines_the_first_are_named_and_the_rest_counted(tmp_path):
    path = tmp_path / "calls.jsonl"
    path.write_text("?\n" * 9)
    with pytest.raises(LabelsInvalid, match=r"line 1: .*line 5: .*and 4 more$"):
        read_labelled(path)


def test_a_file_that_does_not_read_is_told(tmp_path):
    with pytest.raises(LabelsInvalid, match="No such file"):
        read_labelled(tmp_path / "none.jsonl")
    (tmp_path / "latin").write_bytes("é".encode("latin-1"))
    with pytest.raises(LabelsInvalid, match="not UTF-8"):
        read_labelled(tmp_path / "latin")


def test_a_call_is_never_parted_and_the_split_hangs_on_the_seed_alone(calls_file, make_calls):
    rows = make_calls(200, turns=2)
    lines = read_labelled(calls_file(rows)).lines
    split = split_of(lines, 0)
    parts = [{line.call for line in part} for part in (split.train, split.dev, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 200
    assert 30 <= len(parts[2]) <= 70
    turned = read_labelled(calls_file(rows[::-1], "turned.jsonl")).lines
    assert {line.call for line in split_of(turned, 0).test} == parts[2]
    assert {line.call for line in split_of(lines, 1).test} != parts[2]


def test_a_share_is_spread_evenly():
    shares = [share(f"call {n}", 0) for n in range(2000)]
    assert abs(sum(shares) / 2000 - 0.5) < 0.03
    assert all(0 <= one < 1 for one in shares)


def test_the_checksum_is_that_of_the_bytes(calls_file, make_calls):
    rows = make_calls(3)
    one, same = read_labelled(calls_file(rows)), read_labelled(calls_file(rows, "same.jsonl"))
    rows[0]["text"] += " more"
    other = read_labelled(calls_file(json.loads(json.dumps(rows)), "other.jsonl"))
    assert one.sha256 == same.sha256 != other.sha256
