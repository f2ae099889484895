import asyncio
import json
import sys
from pathlib import Path

import pytest
import websockets

from models.types import Channel
from pipeline.events import LabelsAdded, PartialTranscript

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story
from harness import Harness

DEADLINE_S = 10


@pytest.fixture
def server(tmp_path):
    with Harness(tmp_path, mailbox=64) as harness:
        yield harness


def address(server, path):
    return f"ws://127.0.0.1:{server.port}{path}"


async def publish(server, call_id, *events, **more):
    return await asyncio.to_thread(server.publish, call_id, *events, **more)


async def until(ws, kind):
    """Read to the first message with an event of this type."""
    seen = []
    async with asyncio.timeout(DEADLINE_S):
        while True:
            message = json.loads(await ws.recv())
            seen.append(message)
            if message.get("event", {}).get("type") == kind:
                return seen


def numbers(messages):
    return [m["seq"] for m in messages if m.get("seq") is not None]


async def to_the_end(ws):
    """Read until the server closes: the numbers it sent, and the code it closed with."""
    got = []
    async with asyncio.timeout(DEADLINE_S):
        try:
            while True:
                got += numbers([json.loads(await ws.recv())])
        except websockets.ConnectionClosed as closed:
            return got, closed.rcvd.code


async def test_a_page_that_opens_in_mid_call_hears_everything_in_order(server):
    call = await publish(server, "a", *story.opening("a"), seconds=27.5)
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        hello = json.loads(await ws.recv())["hello"]
        assert (hello["live"], hello["agent"], hello["seconds"]) == (True, "Ana", 27.5)
        await publish(server, "a", *story.anger())
        seen = await until(ws, "HintRaised")
    got = numbers(seen)
    assert got == list(range(1, got[-1] + 1))
    assert got[-1] <= call.seq


async def test_who_comes_back_by_number_misses_and_repeats_nothing(server):
    await publish(server, "a", *story.opening("a"))
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        last = max(numbers(await until(ws, "AudioGap")))
    await publish(server, "a", *story.anger())
    async with websockets.connect(address(server, f"/calls/a/live?after={last}")) as ws:
        await publish(server, "a", *story.recovery())
        got = []
        while not got or got[-1] < server.calls["a"].seq:
            message = json.loads(await asyncio.wait_for(ws.recv(), DEADLINE_S))
            got += numbers([message])
    assert got == list(range(last + 1, server.calls["a"].seq + 1))


async def test_a_call_that_has_ended_is_replayed_from_the_store(server):
    await publish(server, "a", *story.opening("a"), *story.ending())
    server.bus._rings.clear()
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        hello = json.loads(await ws.recv())["hello"]
        seen = await until(ws, "WrapupReady")
    assert hello["live"] is False
    assert numbers(seen) == list(range(1, server.calls["a"].seq + 1))


async def test_what_the_ring_lost_comes_from_the_store_before_what_it_has(server):
    server.bus._ring = 4
    await publish(server, "a", *story.opening("a"))
    async with websockets.connect(address(server, "/calls/a/live?after=2")) as ws:
        got = []
        while not got or got[-1] < server.calls["a"].seq:
            got += numbers([json.loads(await asyncio.wait_for(ws.recv(), DEADLINE_S))])
    assert got == list(range(3, server.calls["a"].seq + 1))


async def test_a_page_may_wait_for_a_call_that_has_not_begun(server):
    async with websockets.connect(address(server, "/calls/later/live")) as ws:
        assert json.loads(await ws.recv())["hello"]["live"] is False
        await publish(server, "later", *story.opening("later"))
        assert numbers(await until(ws, "AudioGap"))[0] == 1


@pytest.mark.parametrize("after", ["", "-3", "x", "9" * 40, "1e3"])
async def test_a_number_that_is_none_means_from_the_start(server, after):
    await publish(server, "a", *story.opening("a"))
    async with websockets.connect(address(server, f"/calls/a/live?after={after}")) as ws:
        assert numbers(await until(ws, "AudioGap"))[0] == 1


async def test_a_closed_page_leaves_no_listener(server):
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        await ws.recv()
        assert server.bus.listeners == 1
    async with asyncio.timeout(DEADLINE_S):
        while server.bus.listeners:  # noqa: ASYNC110 - the bus tells nobody who left
            await asyncio.sleep(0.01)


async def test_what_a_page_says_is_passed_over(server):
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        await ws.recv()
        await ws.send("{not json")
        await ws.send(b"\x00\x01")
        await publish(server, "a", *story.opening("a"))
        await until(ws, "AudioGap")


async def test_the_server_stops_with_pages_open(server):
    pages = [await websockets.connect(address(server, "/calls/a/live")) for _ in range(3)]
    wall = await websockets.connect(address(server, "/live"))
    await asyncio.wait_for(asyncio.to_thread(server.stop), DEADLINE_S)
    for page in [*pages, wall]:
        assert (await to_the_end(page))[1] == 1012


async def test_a_reader_that_takes_nothing_is_closed_and_resumes_by_number(server):
    """Its mailbox fills; another page of the same call hears everything meanwhile."""
    await publish(server, "a", story.started("a"))
    big = "word " * 4000
    slow = await websockets.connect(
        address(server, "/calls/a/live"), max_queue=1, write_limit=1024, max_size=2**24
    )
    quick = await websockets.connect(address(server, "/calls/a/live"), max_size=2**24)
    try:
        heard = 0
        while server.bus.counts.closed == 0:
            await publish(
                server,
                "a",
                *(
                    LabelsAdded(n, (story.Label("intent", "x", 0.5, big, "lexical"),))
                    for n in range(8)
                ),
            )
            while heard < server.calls["a"].seq:
                message = json.loads(await asyncio.wait_for(quick.recv(), DEADLINE_S))
                heard = max([heard, *numbers([message])])
            assert server.calls["a"].seq < 4000, "the slow reader was never given up"
        got, code = await to_the_end(slow)
        assert code == 1013
        last = got[-1]
    finally:
        await quick.close()
        await slow.close()
    assert 0 < last < server.calls["a"].seq
    path = f"/calls/a/live?after={last}"
    async with websockets.connect(address(server, path), max_size=2**24) as again:
        got = []
        while not got or got[-1] < server.calls["a"].seq:
            got += numbers([json.loads(await asyncio.wait_for(again.recv(), DEADLINE_S))])
    assert got == list(range(last + 1, server.calls["a"].seq + 1))


async def test_partials_reach_the_page_without_a_number(server):
    await publish(server, "a", story.started("a"))
    async with websockets.connect(address(server, "/calls/a/live?after=1")) as ws:
        await ws.recv()
        await publish(server, "a", PartialTranscript(Channel.AGENT, 1, 0.0, 1.0, "good mor", 4))
        message = (await until(ws, "PartialTranscript"))[-1]
    assert message["seq"] is None
    assert message["event"]["text"] == "good mor"


async def test_the_wall_lists_live_calls_and_tells_where_they_stand(server):
    await publish(server, "a", *story.opening("a"), seconds=12.0)
    async with websockets.connect(address(server, "/live")) as ws:
        hello = json.loads(await ws.recv())["hello"]
        assert [(c["call_id"], c["seconds"]) for c in hello["calls"]] == [("a", 12.0)]
        await publish(server, "b", story.started("b", agent="Bo"))
        await publish(server, "a", *story.anger())
        types = [m["event"]["type"] for m in await until(ws, "HintRaised")]
    assert types[0] == "CallStarted"
    assert "UtteranceFinal" not in types


async def test_an_agents_wall_tells_of_their_calls_alone(server):
    await publish(server, "a", story.started("a", agent="Ana"))
    async with websockets.connect(address(server, "/live?agent=Bo")) as ws:
        assert json.loads(await ws.recv())["hello"]["calls"] == []
        await publish(server, "c", story.started("c", agent="Ana"))
        await publish(server, "a", *story.anger())
        await publish(server, "b", story.started("b", agent="Bo"))
        seen = await until(ws, "CallStarted")
    assert [m["call"] for m in seen] == ["b"]


async def test_an_ended_calls_socket_is_closed_as_over(server, monkeypatch):
    monkeypatch.setattr("streaming.live.LINGER_S", 0.05)
    await publish(server, "a", *story.opening("a"), *story.ending())
    async with websockets.connect(address(server, "/calls/a/live")) as ws:
        assert (await to_the_end(ws))[1] == 1000


async def test_a_quiet_line_beats_with_the_calls_time(server, monkeypatch):
    monkeypatch.setattr("streaming.live.BEAT_S", 0.05)
    await publish(server, "a", story.started("a"), seconds=7.0)
    async with websockets.connect(address(server, "/calls/a/live?after=1")) as ws:
        assert "hello" in json.loads(await ws.recv())
        assert json.loads(await ws.recv()) == {"call": "a", "caught_up": 1}
        beat = json.loads(await asyncio.wait_for(ws.recv(), DEADLINE_S))
    assert beat == {"call": "a", "beat": {"seconds": 7.0}}
