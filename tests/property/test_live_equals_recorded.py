"""The promise of the product: a call heard live is the call read from its recording."""

import asyncio
import dataclasses
import math
import os
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pytest

from models.types import Channel
from pipeline.audio.codecs import Decoder, Encoding, encode
from pipeline.config import load_settings
from pipeline.events import CallStarted
from pipeline.live import CallStart
from pipeline.offline import RecordedCall

RATE = 8000
BOTH = (Channel.AGENT, Channel.CUSTOMER)
QUEUES = {"care": {"packs": ("complaint_resolution", "card_payment"), "company": "Northwind"}}
TONE = {
    "stt": {"engine": "tone"},
    "vad": {"engine": "energy"},
    "classify": {"engine": "meaning"},
    "queues": QUEUES,
}
LIKE = CallStart("", (), 0, agent="dana", queue="care")
CARD = "four two four two four two four two four two four two four two four two"


def complaint(script, rate_hz=RATE):
    return (
        script(rate_hz)
        .silence(0.4)
        .agent("thank you for calling northwind my name is dana how can i help", 0.6)
        .customer("i have called three times about this and it is ridiculous", 0.3)
        .over("i am so sorry", 0.7)
        .customer("i want to speak to your manager right now", 1.1)
        .agent("i will call you back tomorrow before five", 0.7)
        .customer("fine goodbye", 0.2)
    )


def payment(script, rate_hz=RATE):
    return (
        script(rate_hz)
        .agent("may i take the long number on your card please", 0.7)
        .customer(f"yes it is {CARD}", 0.9)
        .agent("thank you that has gone through", 0.0)
    )


def monologue(script, rate_hz=RATE):
    """Longer than an utterance may be, so that it is cut by force."""
    return script(rate_hz).customer(" ".join(f"word{n} and" for n in range(40)), 0.1)


SCRIPTS = {"complaint": complaint, "payment": payment, "monologue": monologue}


def as_sent(samples, encoding):
    """What is left of the samples when they have gone over the line."""
    return Decoder(encoding, samples.shape[0]).feed(encode(samples, encoding))


@dataclass
class Plan:
    """A call to be played, and how."""

    call_id: str
    samples: np.ndarray
    encoding: Encoding = Encoding.PCM16
    rate_hz: int = RATE
    pace: dict = field(default_factory=dict)


async def live_and_recorded(plans, serving, reader, folder, sound_file):
    """Play all calls at once and read them from their recordings: {call_id: (live, recorded)}."""
    async with serving(queues=QUEUES, classify=TONE["classify"]) as server, asyncio.timeout(100):
        played = await asyncio.gather(
            *(
                server.play(
                    plan.samples,
                    plan.call_id,
                    plan.rate_hz,
                    LIKE,
                    encoding=plan.encoding,
                    **{"speed": math.inf, **plan.pace},
                )
                for plan in plans
            )
        )
        live = {plan.call_id: await server.events(plan.call_id) for plan in plans}
    for plan, one in zip(plans, played, strict=True):
        assert one.kept == plan.samples.shape[1]
        assert one.resumed == len(plan.pace.get("drop_at", ()))
    async with reader(load_settings(overrides=TONE)) as reading:
        read = await asyncio.gather(
            *(recorded(reading, plan, live[plan.call_id][0], folder, sound_file) for plan in plans)
        )
    return {
        plan.call_id: (live[plan.call_id], list(r.events))
        for plan, r in zip(plans, read, strict=True)
    }


async def recorded(reading, plan, started, folder, sound_file):
    """Read the samples as a recording that was made when the live call began."""
    path = sound_file(
        folder / f"{plan.call_id}.wav", as_sent(plan.samples, plan.encoding), plan.rate_hz
    )
    began = datetime.fromisoformat(started.started_at).timestamp()
    os.utime(path, (began, began))
    channels = BOTH if plan.samples.shape[0] == 2 else (Channel.MIXED,)
    call = RecordedCall((path,), channels, "care", "dana")
    return await reading.read(call, call_id=plan.call_id)


def without_time(events):
    first, *rest = events
    assert isinstance(first, CallStarted)
    return [dataclasses.replace(first, started_at=""), *rest]


@pytest.fixture
def compare(serving, reader, tmp_path, sound_file):
    return lambda plans: live_and_recorded(plans, serving, reader, tmp_path, sound_file)


async def test_the_durable_events_are_the_same_for_any_call_and_size_of_message(
    compare, script, said
):
    plans = [
        Plan(f"{name}-{size}", spoken(script).samples(), pace={"message_ms": size})
        for name, spoken in SCRIPTS.items()
        for size in (20, 137, 1000)
    ]
    plans.append(Plan("paced", complaint(script).samples(), pace={"speed": 10.0}))
    plans.append(Plan("mixed", complaint(script).samples().sum(axis=0, keepdims=True)))
    for call_id, (live, read) in (await compare(plans)).items():
        assert without_time(live) == without_time(read), call_id
        assert {e.type for e in live} >= {"CallScored", "WrapupReady", "CallEnded"}
        assert said(live)


async def test_the_encoding_and_the_rate_of_the_line_do_not_matter(compare, script, said):
    narrow, wide = complaint(script).samples(), complaint(script, 16_000).samples()
    plans = [Plan(e.value, narrow, e) for e in Encoding]
    plans.append(Plan("wide", wide, Encoding.MULAW, 16_000))
    heard = [said(live) for live, _ in check(await compare(plans))]
    assert heard == [heard[0]] * 4


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
async def test_a_wide_line_is_brought_to_16_khz_as_a_file_is(compare, script, said, rate_hz):
    samples = complaint(script, rate_hz).samples()
    (pair,) = (await compare([Plan("wide", samples, rate_hz=rate_hz)])).values()
    assert said(pair[0]) == said(pair[1])
    spans = [
        [(e.utterance.start, e.utterance.end) for e in events if e.type == "UtteranceFinal"]
        for events in pair
    ]
    assert spans[0] == spans[1]


async def test_a_line_that_drops_twice_changes_nothing(compare, script):
    pace = {"speed": 10.0, "drop_at": (3.1, 7.7), "away_s": 0.05}
    plans = [
        Plan(f"{name}-{encoding}", spoken(script).samples(), encoding, pace=pace)
        for name, spoken in SCRIPTS.items()
        for encoding in (Encoding.PCM16, Encoding.MULAW)
    ]
    check(await compare(plans))


async def test_twenty_calls_at_once_each_hear_their_own_words(compare, script, said):
    plans, lines = [], {}
    for number in range(20):
        lines[f"call-{number}"] = expected = [
            ("agent", f"agent {number} speaking how can i help"),
            ("customer", f"my order {number} has not come and i am furious about {number}"),
            ("agent", f"let me find order {number}"),
        ]
        spoken = script().silence(0.1 * number)
        for side, text in expected:
            getattr(spoken, side)(text, 0.8)
        plans.append(Plan(f"call-{number}", spoken.samples(), pace={"speed": 5.0}))
    found = await compare(plans)
    for call_id, (live, read) in found.items():
        assert said(live) == lines[call_id]
        assert without_time(live) == without_time(read)


def check(found):
    for call_id, (live, read) in found.items():
        assert without_time(live) == without_time(read), call_id
    return list(found.values())
