import json

import pytest

from models.types import Channel
from pipeline.offline import RecordedCall
from pipeline.result import anger_spans
from qa_rules.types import Anger, Evidence

PROOF = Evidence("ridiculous", 5.0, 6.0, 2, Channel.CUSTOMER)


def anger(level, at, *reasons, flagged=False):
    return Anger(level, flagged, at, reasons)


def test_anger_is_told_in_stretches():
    changes = [anger(1, 5.0, PROOF), anger(3, 8.0, PROOF, flagged=True), anger(0, 20.0)]
    spans = anger_spans(changes, 60.0)
    assert [(s["start"], s["end"], s["level"], s["flagged"]) for s in spans] == [
        (5.0, 8.0, 1, False),
        (8.0, 20.0, 3, True),
    ]
    assert spans[0]["reasons"][0]["quote"] == "ridiculous"


def test_anger_to_the_end_ends_with_the_call():
    assert anger_spans([anger(2, 5.0, PROOF)], 9.0)[0]["end"] == 9.0
    assert anger_spans([], 9.0) == []
    assert anger_spans([anger(2, 9.0, PROOF)], 9.0) == []


@pytest.fixture
async def result(reader, script, sound_file, tmp_path):
    spoken = (
        script()
        .agent("thank you for calling northwind how can i help")
        .customer("cancel my order")
        .agent("of course", 20.0)
        .customer("goodbye", 5.0)
    )
    file = sound_file(tmp_path / "call.wav", spoken.samples())
    async with reader() as reading:
        return (await reading.read(RecordedCall((file,)))).result


async def test_a_result_is_plain_data(result):
    assert json.loads(json.dumps(result)) == result
    assert [u["role"] for u in result["utterances"]] == ["agent", "customer", "agent", "customer"]
    assert {f["state"] for f in result["findings"]} <= {
        "done", "late", "missed", "violated", "needs_review", "n/a", "waiting", "due",
    }  # fmt: skip


async def test_answers_are_those_of_the_sections(result):
    card = result["scorecard"]
    assert card["answers"]
    assert len(card["answers"]) == sum(len(s["answers"]) for s in card["sections"])
