"""Speech instead of tones: the bundled calls, and real people where their recordings are present.

The engines are those of a fresh installation: silero finds the speech, moonshine reads it.
"""

import asyncio
import dataclasses
import os
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.wer import count, rate
from models.text import wer_words
from models.types import Channel
from pipeline.audio.decode import open_audio, open_pair, read_all
from pipeline.config import load_settings
from pipeline.live import CallStart
from pipeline.offline import RecordedCall
from streaming.demo import calls

BOTH = (Channel.AGENT, Channel.CUSTOMER)
DATA = Path(os.environ.get("CUELINE_DATA", Path(__file__).parents[2] / "../shared/data"))
DEMO = {call.name: call for call in calls()}
REAL = {"stt": {"engine": "moonshine", "greedy_above": 1.0}, "vad": {"engine": "silero"}}
QUEUES = {
    call.queue: {"packs": call.packs, "company": call.company, "jurisdiction": call.jurisdiction}
    for call in DEMO.values()
}
MOST_WRONG = 15.0
"""Percent of words; flite's voices are harder than people, and the line is narrow."""


def recorded(call):
    return RecordedCall((call.path,), BOTH, call.queue, call.agent, call.direction)


def words(utterances, channel):
    said = sorted((u for u in utterances if u["role"] == channel.value), key=lambda u: u["start"])
    return wer_words(" ".join(u["text"] for u in said))


def script(call, channel):
    said = sorted((t for t in call.turns() if t.channel is channel), key=lambda t: t.start)
    return wer_words(" ".join(t.text for t in said))


@pytest.fixture
async def heard(reader):
    """The bundled calls as they are read: their results by name."""
    async with reader(load_settings(overrides={**REAL, "queues": QUEUES})) as reading:
        read = await asyncio.gather(*(reading.read(recorded(call)) for call in DEMO.values()))
    return dict(zip(DEMO, (one.result for one in read), strict=True))


async def test_the_bundled_calls_are_heard_and_judged(heard):
    for name, call in DEMO.items():
        errors = [
            count(script(call, channel), words(heard[name]["utterances"], channel))
            for channel in BOTH
        ]
        assert rate(errors) < MOST_WRONG, name
        for turn in call.turns():
            assert any(
                u["role"] == turn.channel.value
                and u["start"] < turn.end + 0.5
                and turn.start - 0.5 < u["end"]
                for u in heard[name]["utterances"]
            ), f"{name}: nothing heard at {turn.start:.1f} s: {turn.text}"

    states = {
        name: {found["rule"]: found["state"] for found in result["findings"]}
        for name, result in heard.items()
    }
    complaint, sale, payment = (states[n] for n in ("complaint", "outbound_sale", "card_payment"))
    assert complaint["CORE-03"] == "missed", "this agent never says that the call is recorded"
    assert complaint["CORE-01"] == complaint["M4-01"] == "done"
    assert sale["TEL-03"] == "missed", "this agent never says that this is a sales call"
    assert heard["outbound_sale"]["scorecard"]["auto_fail"]
    assert payment["M3-01"] == payment["M3-05"] == "done"
    text = " ".join(u["text"] for u in heard["card_payment"]["utterances"])
    assert "[card number]" in text
    assert "[security code]" in text
    shown = repr(heard["card_payment"]).lower()
    assert not any(
        digits in shown for digits in ("five one", "one oh five", "5105", "one two three")
    )

    anger = heard["complaint"]["anger"]
    assert max(span["level"] for span in anger) >= 3
    assert any(span["flagged"] for span in anger)
    assert heard["card_payment"]["anger"] == []
    assert heard["outbound_sale"]["wrapup"]


def without_time(events):
    return [dataclasses.replace(events[0], started_at=""), *events[1:]]


async def both(serving, reader, call, samples, rate_hz, start, name):
    """Play a call live, then read its recording as of the same moment."""
    chosen = {**REAL, "queues": QUEUES, "classify": {"engine": "meaning"}}
    async with serving(**chosen) as server:
        await server.play(samples, name, rate_hz, start, speed=20.0)
        live = await server.events(name)
    began = datetime.fromisoformat(live[0].started_at)
    async with reader(load_settings(overrides=chosen)) as reading:
        read = await reading.read(call, call_id=name, began=began)
    return live, list(read.events)


async def test_a_bundled_call_is_the_same_live(serving, reader, said):
    call = DEMO["card_payment"]
    start = CallStart("", (), 0, call.agent, call.queue, call.direction)
    samples = read_all(open_audio(call.path))
    live, read = await both(serving, reader, recorded(call), samples, 8000, start, "payment")
    assert len(said(live)) > 20
    assert without_time(live) == without_time(read)


@pytest.mark.data
async def test_a_call_of_real_people_is_the_same_live(serving, reader, said):
    files = [
        DATA / f"aws_calls/audio/Auto_Repairs_40_UTC_{side}.wav" for side in ("agent", "caller")
    ]
    if not files[0].is_file():
        pytest.skip(f"{files[0]} is not there")
    source = open_pair(*files)
    live, read = await both(
        serving, reader, RecordedCall(tuple(files)), read_all(source), source.rate_hz, None, "real"
    )
    assert len(said(live)) > 30
    assert without_time(live) == without_time(read)
