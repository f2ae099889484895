"""Short calls, and exactly the durable events that they give.

A change here is a change of behaviour: look at the difference, and say in the commit why it is
right. `pytest tests/golden --update-golden` writes what the calls give now.
"""

import difflib
import json
import os
from pathlib import Path

import pytest

from models.types import Channel
from pipeline.config import load_settings
from pipeline.events import from_json, to_data
from pipeline.offline import RecordedCall

HERE = Path(__file__).parent
SETTINGS = {
    "stt": {"engine": "tone", "words": False},
    "vad": {"engine": "energy"},
    "classify": {"engine": "lexical"},
    "pack_dirs": (HERE,),
    "default_queue": {"packs": ("desk",), "company": "Northwind"},
}
CARD = "four two four two four two four two four two four two four two four two"


def good(script):
    return (
        script()
        .silence(0.5)
        .agent("thank you for calling northwind this call is recorded")
        .customer("i want to cancel my order")
        .agent("i will cancel it for you today is there anything else")
        .customer("no thank you goodbye")
    )


def bad(script):
    return (
        script()
        .silence(9.0)
        .agent("yes", 0.8)
        .customer("this is ridiculous i am furious", 0.2)
        .over("please calm down", 0.6)
        .customer("cancel my order now", 8.0)
        .agent("fine")
    )


def card(script):
    return (
        script()
        .agent("thank you for calling what is your card number", 0.7)
        .customer(f"it is {CARD}", 0.6)
        .customer("the security code is one two three", 0.7)
        .agent("thank you is there anything else")
    )


CALLS = {"good": good, "bad": bad, "card": card}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_gives_these_events(name, reader, script, sound_file, tmp_path, request):
    file = sound_file(tmp_path / f"{name}.wav", CALLS[name](script).samples())
    os.utime(file, (1_780_000_000, 1_780_000_000))
    async with reader(load_settings(overrides=SETTINGS)) as reading:
        read = await reading.read(RecordedCall((file,), (Channel.AGENT, Channel.CUSTOMER)))
    given = [json.dumps(to_data(event), ensure_ascii=False) for event in read.events]
    golden = HERE / f"{name}.jsonl"
    if request.config.getoption("--update-golden"):
        golden.write_text("\n".join(given) + "\n", "utf-8")
    expected = golden.read_text("utf-8").splitlines()
    changed = [x[:300] for x in difflib.unified_diff(expected, given, lineterm="", n=0)]
    assert not changed, "\n".join(changed)
    assert [from_json(line) for line in expected] == list(read.events)
    assert "four two four" not in golden.read_text("utf-8")
