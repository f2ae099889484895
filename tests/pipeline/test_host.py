"""The host: who may begin, go on and end a call."""

import asyncio
import contextlib
from datetime import UTC, datetime

import numpy as np
import pytest

from models.registry import load
from models.types import Channel
from pipeline.batcher import Batcher
from pipeline.config import load_settings
from pipeline.ear import Ear
from pipeline.errors import (
    CallBusy,
    CallFailed,
    Overloaded,
    RequestRefused,
    StoreUnavailable,
)
from pipeline.events import NoteSent
from pipeline.fit import classifier_for
from pipeline.host import Host
from pipeline.live import CallStart
from pipeline.machinery import Machinery
from pipeline.making import Maker
from pipeline.telemetry import Telemetry

RATE = 8000
BOTH = (Channel.AGENT, Channel.CUSTOMER)
TONE = {"stt": {"engine": "tone"}, "vad": {"engine": "energy"}}


class Books:
    """Keeps and publishes in memory."""

    def __init__(self):
        self.kept, self.published, self.known = {}, [], set()
        self.refuses = False

    def publish(self, call_id, seq, event):
        self.published.append((call_id, seq, event.type))

    def begin(self, event, facts, source):
        self.kept[event.call_id] = [event]

    def put(self, call_id, seq, event):
        self.kept[call_id].append(event)
        assert seq == len(self.kept[call_id])

    def knows(self, call_id):
        if self.refuses:
            raise StoreUnavailable("no")
        return call_id in self.known

    def kinds(self, call_id):
        return [e.type for e in self.kept[call_id]]


@pytest.fixture
def books():
    return Books()


@pytest.fixture
def hosting(books):
    @contextlib.asynccontextmanager
    async def run(**settings):
        chosen = load_settings(overrides={**TONE, **settings})
        ear, batcher = Ear(load("vad", "energy", {}), 0.005), Batcher(load("stt", "tone", {}))
        telemetry = Telemetry()
        host = Host(
            Machinery(
                chosen, Maker(chosen, classifier_for), ear, batcher, None, books, books, None,
                telemetry, books.knows, lambda _: None,
            ),
            lambda: datetime(2026, 5, 1, 12, tzinfo=UTC),
        )  # fmt: skip
        tasks = [asyncio.create_task(each.run()) for each in (ear, batcher, host)]
        await asyncio.sleep(0)
        try:
            yield host
        finally:
            host.close()
            async with asyncio.timeout(20):
                await tasks[2]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return run


def start(call_id="c1", channels=BOTH, rate_hz=RATE, **more):
    return CallStart(call_id, channels, rate_hz, **more)


async def test_a_call_is_heard_scored_and_kept_before_who_hung_up_goes_on(hosting, books, script):
    async with hosting() as host:
        call = host.open(start(agent="dana", queue="care"))
        assert (call.agent, call.queue, call.started_at) == (
            "dana", "care", "2026-05-01T12:00:00.000+00:00",
        )  # fmt: skip
        assert host.live() == [call]
        call.push_all(script().agent("good morning").samples())
        await call.hang_up()
        assert books.kinds("c1")[-3:] == ["CallEnded", "CallScored", "WrapupReady"]
        assert "UtteranceFinal" in books.kinds("c1")
        await asyncio.sleep(0)
        assert host.get("c1") is None


async def test_events_are_numbered_and_those_of_the_moment_are_not(hosting, books, script):
    async with hosting() as host:
        call = host.open(start())
        call.push_all(script().agent("good morning everybody").samples())
        await call.hang_up()
    numbers = [seq for _, seq, _ in books.published if seq is not None]
    assert numbers == list(range(1, len(books.kept["c1"]) + 1))
    assert "SpeechStarted" in {kind for _, seq, kind in books.published if seq is None}


async def test_a_connected_call_is_busy_and_a_lost_one_is_taken_up_again(hosting):
    async with hosting() as host:
        call = host.open(start())
        with pytest.raises(CallBusy, match="connected already"):
            host.open(start())
        call.push_all(np.zeros((2, 800), np.float32))
        call.disconnected()
        with pytest.raises(CallBusy, match="another rate"):
            host.open(start(rate_hz=16_000))
        assert host.open(start()) is call
        assert call.kept == 800


async def test_a_client_that_stays_away_ends_its_call_as_lost(hosting, books):
    async with hosting(resume_s=0.05) as host:
        host.open(start()).disconnected()
        async with asyncio.timeout(10):
            while host.live():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    ended = [e for e in books.kept["c1"] if e.type == "CallEnded"]
    assert [e.reason for e in ended] == ["lost"]


async def test_a_call_that_is_over_stays_over(hosting, books):
    async with hosting() as host:
        call = host.open(start())
        ending = asyncio.create_task(call.hang_up())
        await asyncio.sleep(0)
        with pytest.raises(CallBusy):
            host.open(start())
        await ending
        await asyncio.sleep(0)
        assert books.known == set(), "the store has not heard of it yet"
        with pytest.raises(CallBusy, match="is over"):
            host.open(start())
        books.known.add("older")
        with pytest.raises(CallBusy, match="is over"):
            host.open(start("older"))


async def test_a_store_that_cannot_be_read_turns_no_call_away(hosting, books):
    books.refuses = True
    async with hosting() as host:
        assert host.open(start()) is host.get("c1")


async def test_the_cap_holds_and_room_is_room_again(hosting):
    async with hosting(max_calls=1) as host:
        call = host.open(start("c1"))
        with pytest.raises(Overloaded, match="carries its 1 calls"):
            host.open(start("c2"))
        await call.hang_up()
        await asyncio.sleep(0)
        host.open(start("c2"))


async def test_closing_ends_calls_as_interrupted_and_takes_no_more(hosting, books):
    async with hosting() as host:
        host.open(start())
        await asyncio.sleep(0)
        host.close()
        with pytest.raises(Overloaded, match="shutting down"):
            host.open(start("c2"))
    ended = [e for e in books.kept["c1"] if e.type == "CallEnded"]
    assert [e.reason for e in ended] == ["interrupted"]


async def test_a_call_that_failed_takes_no_more_audio(hosting, books, script):
    async with hosting() as host:
        call = host.open(start())
        call._session.reading.say = None
        call.push_all(script().agent("good morning").silence(1).samples())
        async with asyncio.timeout(10):
            await call._over.wait()
        with pytest.raises(CallFailed):
            call.push(0, np.zeros(8, np.float32))
    assert books.kinds("c1")[-1] == "CallEnded"
    assert books.kept["c1"][-1].reason == "failed"
    assert books.kinds("c1").count("CallEnded") == 1


async def test_gaps_are_told_and_what_the_telephony_says_is_judged(hosting, books, script):
    async with hosting() as host:
        call = host.open(start())
        call.push_all(script().agent("good morning").samples())
        call.push_all(np.zeros((2, RATE), np.float32), at=4 * RATE)
        call.tell("hold_start")
        call.tell("hold_end", {"not": "a fact"})
        await call.hang_up()
    gaps = [e for e in books.kept["c1"] if e.type == "AudioGap"]
    assert {g.channel for g in gaps} == set(BOTH)
    assert all(g.end == 4.0 for g in gaps)


async def test_troubles_reach_whom_they_concern(hosting, books):
    async with hosting() as host:
        host.open(start("c1"))
        host.open(start("c2"))
        host.recording_trouble("c2", "no room")
        host.recording_trouble("gone", "no room")
        host.store_trouble("locked", False)
    told = [(c, k) for c, _, k in books.published if k == "Degraded"]
    assert sorted(told) == [("c1", "Degraded"), ("c2", "Degraded"), ("c2", "Degraded")]


async def test_a_note_has_the_call_s_next_number_and_none_comes_after_the_end(hosting, books):
    async with hosting() as host:
        call = host.open(start())
        for _ in range(3):  # let it begin
            await asyncio.sleep(0)
        call.note(NoteSent("n1", "Offer the fee back", "Sam", 0.0))
        assert books.kinds("c1") == ["CallStarted", "NoteSent"]
        assert books.published[-1] == ("c1", 2, "NoteSent")
        await call.hang_up()
        with pytest.raises(RequestRefused, match="over"):
            call.note(NoteSent("n2", "Too late", "Sam", 1.0))
    assert books.kinds("c1").count("NoteSent") == 1
