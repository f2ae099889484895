"""A real server in its own process, real sockets, the tone engine: what a load run reports."""

import asyncio

import numpy as np
import pytest

from benchmarks.lags import Trigger
from benchmarks.load import LoadPlan, LoadResult, bench_server, bucket_share, play_load
from benchmarks.sounds import STEREO
from models.stt.tone import pause, say
from streaming.client import Sound

TONES = """
[stt]
engine = "tone"
[vad]
engine = "energy"
"""
ASK = "let me speak to your manager"


def spoken() -> tuple[Sound, tuple[Trigger, ...]]:
    """A call in tones: a greeting, then a wish that ends at a known second."""
    greeting, wish = say("good morning"), say(ASK)
    agent = np.concatenate([pause(0.5), greeting, pause(1.0)])
    size = len(agent) + len(wish) + 8_000
    samples = np.zeros((2, size), np.float32)
    samples[0, : len(agent)] = agent
    samples[1, len(agent) : len(agent) + len(wish)] = wish
    end = (len(agent) + len(wish)) / 8_000
    return Sound(samples, 8_000, STEREO), (Trigger(end, ("offer_supervisor",)),)


@pytest.fixture(scope="module")
def result() -> LoadResult:
    cast = [spoken()] * 2
    plan = LoadPlan(2, cast[0][0].seconds, hints=True, config=TONES)

    async def run() -> LoadResult:
        async with bench_server(plan) as server:
            return await play_load(plan, cast, server)

    return asyncio.run(run())


def test_every_final_is_heard_and_none_is_lost(result: LoadResult) -> None:
    assert len(result.lags.finals) == 4
    assert (result.lags.lost, result.lags.failed, result.faults) == (0, 0, [])


def test_a_final_waits_for_its_silence_and_not_for_ever(result: LoadResult) -> None:
    assert all(0.4 < late < 10 for late in result.lags.finals)


def test_the_hint_comes_after_its_trigger(result: LoadResult) -> None:
    assert result.lags.hints_missed == 0
    assert len(result.lags.hints) == 2


def test_captions_follow_the_voice(result: LoadResult) -> None:
    assert len(result.lags.captions) > 20
    assert all(late > 0 for late in result.lags.captions)


def test_the_servers_own_measures_are_read(result: LoadResult) -> None:
    assert result.jobs["final_asked"] >= 4
    assert result.memory_mb > 20
    assert 0 < result.speech_per_call < 20
    assert result.loop_lag_p99 > 0


def test_a_share_of_a_histogram_is_its_first_bucket_that_holds_it() -> None:
    buckets = {'x{le="0.1"}': 5.0, 'x{le="0.5"}': 9.0, 'x{le="+Inf"}': 10.0}
    assert bucket_share(buckets, 0.5) == 0.1
    assert bucket_share(buckets, 0.9) == 0.5
    assert bucket_share(buckets, 0.99) == float("inf")
    assert bucket_share({}, 0.99) == 0.0
