"""`cueline serve` as a process."""

import asyncio
import signal

import httpx

from models.types import Channel
from pipeline.store.repo import Store
from streaming.client import Pace, Sound, call_start, play

RATE = 8000
BOTH = (Channel.AGENT, Channel.CUSTOMER)


async def test_it_says_where_it_is_and_ends_calls_when_it_is_stopped(cueline, script, tmp_path):
    process = cueline("serve", "--port", "0")
    page = await asyncio.to_thread(lambda: process.until(r"serves (http://\S+)")[1])
    socket = await asyncio.to_thread(lambda: process.until(r"(ws://\S+)/v1/audio")[1])
    token = page.rpartition("token=")[2]
    async with httpx.AsyncClient(follow_redirects=True) as client:
        assert (await client.get(page)).status_code == 200
        assert (await client.get(f"{page.partition('?')[0]}api/v1/calls")).status_code == 200
    spoken = script().agent("good morning").customer("hello there", 20.0).samples()
    sound = Sound(spoken, RATE, BOTH)
    heard = asyncio.Event()
    playing = asyncio.create_task(
        play(
            sound,
            call_start("call-1", sound),
            url=socket,
            token=token,
            pace=Pace(speed=2.0),
            watch=lambda _, second: heard.set() if second > 5.0 else None,
        )
    )
    async with asyncio.timeout(60):
        await heard.wait()
    process.kill(signal.SIGTERM)
    code = await asyncio.to_thread(process.wait)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    assert code == 0, process.logged()
    assert "Traceback" not in process.logged()
    with Store.open(tmp_path / "data" / "cueline.db") as store:
        detail = store.call("call-1")
    assert (detail.row.state, detail.row.reason) == ("ended", "interrupted")
    assert [u.text for u in detail.utterances] == ["good morning", "hello there"]
    assert detail.recording.state == "complete"
    assert detail.scorecard is not None
