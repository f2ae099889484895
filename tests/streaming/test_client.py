"""The simulator against the real socket."""

import asyncio
import contextlib
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from models.types import Channel
from pipeline.audio.codecs import Encoding
from pipeline.config import Settings
from pipeline.live import CallStart
from streaming.auth import Guard
from streaming.client import (
    CallRefused,
    Pace,
    Played,
    Sound,
    call_start,
    load_sound,
    play,
    play_many,
    socket_url,
)
from streaming.errors import ServerUnreachable, UsageFault
from streaming.ingest import ingest_routes

sys.path.insert(0, str(Path(__file__).parent))
from recording_host import RecordingHost, serving

RATE = 8000
TOKEN = "open-sesame"
STEREO = (Channel.AGENT, Channel.CUSTOMER)
AT_ONCE = Pace(speed=math.inf)


@pytest.fixture
def host():
    return RecordingHost(limit=30)


@pytest.fixture
async def url(host):
    async with serving(ingest_routes(host, Guard(TOKEN), Settings())) as address:
        yield address


def sound(seconds=2.0, seed=1) -> Sound:
    levels = np.random.default_rng(seed).integers(-9000, 9000, (2, int(seconds * RATE)))
    return Sound((levels / 32768).astype(np.float32), RATE, STEREO)


async def test_a_recording_arrives_whole(url, host):
    recording = sound(5.0)
    start = CallStart("c1", STEREO, RATE, agent="a1", queue="billing", facts={"campaign": "x"})
    played = await play(recording, start, url=url, token=TOKEN, pace=AT_ONCE)
    call = host.calls["c1"]
    np.testing.assert_array_equal(call.samples, recording.samples)
    assert (call.ended, call.start.agent, call.start.queue) == ("completed", "a1", "billing")
    assert call.start.facts == {"campaign": "x"}
    assert (played.kept, played.samples, played.resumed, played.faults) == (40_000, 40_000, 0, [])
    assert played.acks == 5
    assert played.messages == 50


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_every_encoding(url, host, encoding):
    recording = sound(1.0)
    pace = Pace(speed=math.inf, encoding=encoding, message_ms=20)
    await play(recording, call_start("c1", recording), url=url, token=TOKEN, pace=pace)
    np.testing.assert_allclose(host.calls["c1"].samples, recording.samples, atol=0.02)


async def test_a_call_is_paced_by_an_absolute_clock(url, host):
    recording = sound(1.5)
    began = time.monotonic()
    played = await play(recording, call_start("c1", recording), url=url, token=TOKEN)
    assert 1.45 < time.monotonic() - began < 2.5
    for second in (0.05, 0.55, 1.0, 1.45):
        due = played.t0 + math.ceil(second / 0.1 - 1e-9) * 0.1
        assert -0.005 < played.sent_at(second) - due < 0.25
    assert played.worst_late_s < 0.25
    assert abs(played.epoch - time.time()) < 10


async def test_speed_divides_the_time(url):
    recording = sound(4.0)
    began = time.monotonic()
    start = call_start("c1", recording)
    await play(recording, start, url=url, token=TOKEN, speed=8)
    assert 0.45 < time.monotonic() - began < 2


async def test_a_cut_line_is_taken_up_again_and_the_call_is_the_same(url, host):
    recording = sound(6.0)
    pace = Pace(speed=10, drop_at=(1.0, 3.3, 3.4), away_s=0.05)
    played = await play(recording, call_start("c1", recording), url=url, token=TOKEN, pace=pace)
    call = host.calls["c1"]
    np.testing.assert_array_equal(call.samples, recording.samples)
    assert call.gaps == []
    assert call.drops == 3
    assert played.resumed == 3
    assert played.kept == 6 * RATE


async def test_a_server_that_breaks_the_line_is_called_again(url, host):
    recording = sound(4.0)
    host.prepare = lambda call: setattr(call, "failing", True)
    pace = Pace(speed=20)

    async def mend():
        await host.until(lambda: host.calls and host.calls["c1"].drops == 1)
        host.calls["c1"].failing = False

    async with asyncio.TaskGroup() as group:
        group.create_task(mend())
        played = await play(recording, call_start("c1", recording), url=url, token=TOKEN, pace=pace)
    np.testing.assert_array_equal(host.calls["c1"].samples, recording.samples)
    assert played.faults == ["server_fault"]
    assert played.resumed == 1


async def test_events_are_told_in_their_place(url, host):
    recording = sound(2.0)
    pace = Pace(speed=math.inf, tell=((0.5, "hold_start"), (1.5, "hold_end")))
    await play(recording, call_start("c1", recording), url=url, token=TOKEN, pace=pace)
    assert host.calls["c1"].told == [("hold_start", None, 4000), ("hold_end", None, 12_000)]


async def test_many_calls_at_once_do_not_mix(url, host):
    plans = []
    for number in range(20):
        recording = sound(1.0, seed=number)
        plans.append((recording, call_start(f"c{number}", recording)))
    seen = {}
    results = await play_many(
        plans,
        url=url,
        token=TOKEN,
        pace=AT_ONCE,
        stagger_s=0.005,
        watch=lambda call_id, seconds: seen.__setitem__(call_id, seconds),
    )
    assert all(isinstance(result, Played) for result in results)
    for recording, start in plans:
        np.testing.assert_array_equal(host.calls[start.call_id].samples, recording.samples)
    assert seen == {start.call_id: 1.0 for _, start in plans}


async def test_one_call_that_is_refused_stops_no_other(url, host):
    first, second = sound(1.0), sound(1.0, seed=2)
    host.limit = 1
    results = await play_many(
        [(first, call_start("c1", first)), (second, call_start("c2", second))],
        url=url,
        token=TOKEN,
        pace=Pace(speed=4),
        stagger_s=0.01,
    )
    assert isinstance(results[0], Played)
    assert isinstance(results[1], CallRefused)
    assert results[1].code == "over_capacity"


async def test_a_wrong_token_is_told(url):
    recording = sound(1.0)
    with pytest.raises(ServerUnreachable, match="401: The token is not right"):
        await play(recording, call_start("c1", recording), url=url, token="guess")


async def test_a_server_that_is_not_there_is_told():
    recording = sound(1.0)
    with pytest.raises(ServerUnreachable, match=r"nothing answers at ws://127\.0\.0\.1:9"):
        await play(recording, call_start("c1", recording), url="ws://127.0.0.1:9")


async def test_a_rate_that_the_socket_does_not_take_is_told():
    odd = Sound(np.zeros((1, 100), np.float32), 11_025, (Channel.MIXED,))
    with pytest.raises(UsageFault, match="11025 Hz"):
        await play(odd, call_start("c1", odd), url="ws://127.0.0.1:9")


def test_files_become_sounds(tmp_path):
    soundfile.write(tmp_path / "mono.wav", np.zeros(RATE), RATE)
    soundfile.write(tmp_path / "both.flac", np.zeros((RATE, 2)), RATE)
    assert load_sound(tmp_path / "mono.wav").channels == (Channel.MIXED,)
    assert load_sound(tmp_path / "mono.wav", (Channel.AGENT,)).channels == (Channel.AGENT,)
    both = load_sound(tmp_path / "both.flac", (Channel.CUSTOMER, Channel.AGENT))
    assert both.channels == (Channel.CUSTOMER, Channel.AGENT)
    assert both.seconds == 1.0


@pytest.mark.parametrize(
    "address",
    ["http://h:1", "ws://h:1/", "ws://h:1/v1/audio"],
)
def test_addresses(address):
    assert socket_url(address) == "ws://h:1/v1/audio"


# -- the command -----------------------------------------------------------------------------


@contextlib.contextmanager
def serving_in_a_thread(host):
    """The command runs its own loop, so the server needs another."""
    import threading

    import uvicorn
    from starlette.applications import Starlette

    routes = ingest_routes(host, Guard(TOKEN), Settings())
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=routes),
            port=0,
            ws="websockets-sansio",
            log_config=None,
            log_level="error",
            lifespan="off",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def command():
    import typer

    from streaming.commands.simulate import simulate

    app = typer.Typer()
    app.command()(simulate)
    return lambda *options: CliRunner().invoke(app, [str(option) for option in options])


def test_the_command_plays_files_as_calls(tmp_path, command):
    soundfile.write(tmp_path / "a.flac", sound(2.0).samples.T, RATE)
    soundfile.write(tmp_path / "b.wav", sound(1.0, seed=2).samples[0], RATE)
    host = RecordingHost()
    with serving_in_a_thread(host) as url:
        result = command(
            tmp_path / "a.flac",
            tmp_path / "b.wav",
            *("--url", url, "--token", TOKEN, "--calls", 3, "--speed", 0, "--queue", "billing"),
            *("--agent", "amy", "--roles", "customer,agent", "--encoding", "mulaw", "--json"),
        )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["calls"]
    assert [row["seconds"] for row in rows] == [2.0, 1.0, 2.0]
    assert [row["kept_s"] for row in rows] == [2.0, 1.0, 2.0]
    starts = [call.start for call in host.calls.values()]
    assert sorted(start.agent for start in starts) == ["amy-1", "amy-2", "amy-3"]
    assert {start.queue for start in starts} == {"billing"}
    assert (Channel.CUSTOMER, Channel.AGENT) in {start.channels for start in starts}


def test_the_command_says_what_failed(tmp_path, command):
    soundfile.write(tmp_path / "a.flac", sound(0.5).samples.T, RATE)
    result = command(tmp_path / "a.flac", "--url", "ws://127.0.0.1:9", "--speed", 0)
    assert result.exit_code == 1
    assert "failed: nothing answers at ws://127.0.0.1:9" in result.output
