"""Our audio socket over real connections."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pipeline.audio.codecs import Encoding, encode
from pipeline.audio.resample import resample
from pipeline.config import Settings
from streaming import ingest
from streaming.auth import Guard
from streaming.ingest import IngestCounts, ingest_routes

sys.path.insert(0, str(Path(__file__).parent))
from recording_host import RecordingHost, serving

RATE = 8000
TOKEN = "open-sesame"


@pytest.fixture
def host():
    return RecordingHost(limit=3)


@pytest.fixture
def counts():
    return IngestCounts()


@pytest.fixture
async def url(host, counts):
    async with serving_ingest(host, counts) as address:
        yield address


@contextlib.asynccontextmanager
async def serving_ingest(host, counts, token=None, idle_s=30.0):
    settings = Settings(idle_s=idle_s)
    async with serving(ingest_routes(host, Guard(token), settings, counts)) as address:
        yield address + "/v1/audio"


def start(call_id="call-1", **more):
    message = {
        "type": "start",
        "call_id": call_id,
        "channels": ["customer", "agent"],
        "encoding": "pcm16",
        "rate_hz": RATE,
    }
    return json.dumps(message | more)


def voice(seconds=3.0, rate_hz=RATE, channels=2, seed=5):
    """Noise that survives 16 bits exactly."""
    levels = np.random.default_rng(seed).integers(-9000, 9000, (channels, int(seconds * rate_hz)))
    return (levels / 32768).astype(np.float32)


@contextlib.asynccontextmanager
async def calling(url, first=None, **options):
    """A connected client; `first` is sent and the answer to it skipped."""
    async with websockets.connect(url, compression=None, **options) as ws:
        if first is not None:
            await ws.send(first)
            assert (await said(ws))["type"] == "started"
        yield ws


async def said(ws):
    async with asyncio.timeout(10):
        return json.loads(await ws.recv())


async def said_last(ws):
    """All that the server says until it closes, and the close."""
    messages = []
    try:
        while True:
            messages.append(await said(ws))
    except ConnectionClosed as closed:
        return messages, closed.rcvd


async def stopped(ws):
    await ws.send('{"type": "stop"}')
    messages, close = await said_last(ws)
    assert close.code == 1000
    assert messages[-1]["type"] == "stopped"
    return messages[-1]["kept"], messages


def send_plan(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


# -- the plain call --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 320, 333, 1600, 100_000])
async def test_messages_of_any_size_give_the_same_call(url, host, size):
    sent = voice(0.25 if size < 100 else 3.0)
    async with calling(url, start()) as ws:
        for piece in send_plan(encode(sent, Encoding.PCM16), size):
            await ws.send(piece)
        kept, _ = await stopped(ws)
    call = host.calls["call-1"]
    np.testing.assert_array_equal(call.samples, sent)
    assert kept == sent.shape[1]
    assert call.ended == "completed"
    assert call.drops == 0
    assert call.gaps == []


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("channels", [["mixed"], ["agent"], ["agent", "customer"]])
async def test_every_encoding_and_channel_layout(url, host, encoding, channels):
    sent = voice(1.0, channels=len(channels))
    async with calling(url, start(encoding=encoding.value, channels=channels)) as ws:
        await ws.send(encode(sent, encoding))
        await stopped(ws)
    call = host.calls["call-1"]
    assert [str(channel) for channel in call.start.channels] == channels
    np.testing.assert_allclose(call.samples, sent, atol=0.02)


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
async def test_high_rates_become_16_khz(url, host, rate_hz):
    sent = voice(2.0, rate_hz)
    async with calling(url, start(rate_hz=rate_hz)) as ws:
        for piece in send_plan(encode(sent, Encoding.PCM16), 4001):
            await ws.send(piece)
        kept, _ = await stopped(ws)
    call = host.calls["call-1"]
    assert kept == 2 * rate_hz
    assert call.start.rate_hz == 16_000
    np.testing.assert_allclose(call.samples, resample(sent, rate_hz, 16_000), atol=1e-5)


async def test_started_says_what_is_kept_and_acks_come_each_second(url):
    async with websockets.connect(url, compression=None) as ws:
        await ws.send(start())
        assert await said(ws) == {
            "type": "started",
            "version": 1,
            "call_id": "call-1",
            "kept": 0,
            "rate_hz": 8000,
        }
        for piece in send_plan(encode(voice(5.0), Encoding.PCM16), 3200):
            await ws.send(piece)
        _, messages = await stopped(ws)
    acks = [message["kept"] for message in messages if message["type"] == "ack"]
    assert acks == [8000, 16000, 24000, 32000, 40000]


async def test_what_the_telephony_knows_is_told_in_its_place(url, host):
    data = encode(voice(2.0), Encoding.PCM16)
    async with calling(url, start()) as ws:
        await ws.send(data[: RATE * 4])
        await ws.send('{"type": "tell", "event": "hold_start"}')
        await ws.send(data[RATE * 4 :])
        await ws.send('{"type": "tell", "event": "capture_masked", "value": true}')
        await ws.send('{"type": "keepalive"}')
        await stopped(ws)
    assert host.calls["call-1"].told == [
        ("hold_start", None, RATE),
        ("capture_masked", True, 2 * RATE),
    ]


# -- lines that break ------------------------------------------------------------------------


async def broken_off(url, host, first, pieces):
    """Send some sound and vanish without a word."""
    async with calling(url, first) as ws:
        for piece in pieces:
            await ws.send(piece)
        await host.until(lambda: host.calls["call-1"].kept > 0)
        ws.transport.abort()
    await host.until(lambda: not host.calls["call-1"].connected)
    assert host.calls["call-1"].ended == ""


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_a_client_that_comes_back_goes_on_where_it_was(url, host, counts, encoding):
    sent = voice(4.0)
    data = encode(sent, encoding)
    await broken_off(url, host, start(encoding=encoding.value), [data[:5003]])
    async with websockets.connect(url, compression=None) as ws:
        await ws.send(start(encoding=encoding.value))
        kept = (await said(ws))["kept"]
        assert kept == 5003 // (2 * encoding.width)
        await ws.send(data[kept * 2 * encoding.width :])
        await stopped(ws)
    call = host.calls["call-1"]
    np.testing.assert_allclose(call.samples, sent, atol=0.02)
    assert call.samples.shape == sent.shape
    assert call.gaps == []
    assert counts.resumed == 1


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
async def test_a_resampled_call_that_broke_off_is_the_one_it_would_have_been(url, host, rate_hz):
    sent = voice(4.0, rate_hz)
    data = encode(sent, Encoding.PCM16)
    acked = 0
    async with calling(url, start(rate_hz=rate_hz)) as ws:
        await ws.send(data[: rate_hz * 5 + 11])
        acked = (await said(ws))["kept"]
        ws.transport.abort()
    await host.until(lambda: not host.calls["call-1"].connected)
    async with websockets.connect(url, compression=None) as ws:
        await ws.send(start(rate_hz=rate_hz))
        kept = (await said(ws))["kept"]
        assert kept >= acked, "what was acknowledged may be forgotten"
        await ws.send(data[kept * 4 :])
        assert (await stopped(ws))[0] == 4 * rate_hz
    call = host.calls["call-1"]
    np.testing.assert_allclose(call.samples, resample(sent, rate_hz, 16_000), atol=1e-5)
    assert call.gaps == []


async def test_many_breaks_give_the_same_call(url, host):
    sent = voice(6.0)
    data = encode(sent, Encoding.PCM16)
    rng = np.random.default_rng(11)
    for _ in range(6):
        async with websockets.connect(url, compression=None) as ws:
            await ws.send(start())
            at = (await said(ws))["kept"] * 4
            await ws.send(data[at : at + int(rng.integers(10_000, 30_000))])
            await host.until(lambda at=at: host.calls["call-1"].kept * 4 > at)
            ws.transport.abort()
        await host.until(lambda: not host.calls["call-1"].connected)
    async with websockets.connect(url, compression=None) as ws:
        await ws.send(start())
        await ws.send(data[(await said(ws))["kept"] * 4 :])
        await stopped(ws)
    np.testing.assert_array_equal(host.calls["call-1"].samples, sent)
    assert host.calls["call-1"].drops == 6


async def test_sending_from_an_earlier_sample_drops_what_is_there(url, host):
    sent = voice(3.0)
    data = encode(sent, Encoding.PCM16)
    await broken_off(url, host, start(), [data[: RATE * 4]])
    async with calling(url, start()) as ws:
        await ws.send(json.dumps({"type": "resume", "from": 3000}))
        await ws.send(data[3000 * 4 :])
        await stopped(ws)
    call = host.calls["call-1"]
    np.testing.assert_array_equal(call.samples, sent)
    assert not any(gap.filled for gap in call.gaps)
    assert {(gap.start, gap.end) for gap in call.gaps} == {(3000, 8000)}


async def test_going_on_later_leaves_a_gap_that_is_told(url, host):
    sent = voice(3.0)
    data = encode(sent, Encoding.PCM16)
    async with calling(url, start()) as ws:
        await ws.send(data[: RATE * 4])
        await ws.send(json.dumps({"type": "resume", "from": 2 * RATE}))
        await ws.send(data[2 * RATE * 4 :])
        await stopped(ws)
    call = host.calls["call-1"]
    assert not call.samples[:, RATE : 2 * RATE].any()
    np.testing.assert_array_equal(call.samples[:, 2 * RATE :], sent[:, 2 * RATE :])
    assert {(gap.channel, gap.start, gap.end, gap.filled) for gap in call.gaps} == {
        (0, RATE, 2 * RATE, True),
        (1, RATE, 2 * RATE, True),
    }


async def test_a_resume_into_the_far_future_is_refused_and_the_call_goes_on(url, host):
    sent = voice(1.0)
    async with calling(url, start()) as ws:
        await ws.send(json.dumps({"type": "resume", "from": 10**12}))
        answer = await said(ws)
        assert (answer["code"], answer["fatal"]) == ("invalid_message", False)
        await ws.send(encode(sent, Encoding.PCM16))
        await stopped(ws)
    np.testing.assert_array_equal(host.calls["call-1"].samples, sent)


# -- what gets an answer and leaves the others alone -----------------------------------------


@pytest.fixture
async def bystander(url, host):
    """Another call on the same server, which must come through whole."""
    sent = voice(2.0, seed=99)
    data = encode(sent, Encoding.PCM16)
    async with calling(url, start("bystander")) as ws:
        await ws.send(data[: len(data) // 2])
        yield ws
        await ws.send(data[len(data) // 2 :])
        kept, _ = await stopped(ws)
        assert kept == sent.shape[1]
    np.testing.assert_array_equal(host.calls["bystander"].samples, sent)


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("{nonsense", "malformed_json"),
        ("[]", "malformed_json"),
        ('{"type": "dance"}', "unknown_type"),
        ('{"type": "tell", "event": "NO WAY"}', "invalid_message"),
        ('{"type": "resume", "from": "soon"}', "invalid_message"),
        (start("call-2"), "already_started"),
    ],
)
async def test_a_bad_message_is_answered_and_the_call_goes_on(url, host, bad, code):
    sent = voice(1.0)
    async with calling(url, start()) as ws:
        await ws.send(bad)
        answer = await said(ws)
        assert (answer["type"], answer["code"], answer["fatal"]) == ("error", code, False)
        assert answer["message"]
        await ws.send(encode(sent, Encoding.PCM16))
        await stopped(ws)
    np.testing.assert_array_equal(host.calls["call-1"].samples, sent)
    assert "call-2" not in host.calls


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("first", [b"\0\0\0\0", '{"type": "stop"}', '{"type":"tell","event":"a"}'])
async def test_start_comes_first(url, first):
    async with calling(url) as ws:
        await ws.send(first)
        answer = await said(ws)
        assert (answer["code"], answer["fatal"]) == ("not_started", False)
        await ws.send(start())
        assert (await said(ws))["type"] == "started"
        await stopped(ws)


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    ("first", "code", "close"),
    [
        (start(encoding="opus"), "unsupported_audio", 4415),
        (start(rate_hz=11_025), "unsupported_audio", 4415),
        (start(channels=["boss"]), "invalid_message", 4400),
        (start(call_id="../up"), "invalid_message", 4400),
        (start(version=9), "invalid_message", 4400),
        (start("bystander"), "call_busy", 4409),
    ],
)
async def test_a_start_that_cannot_be_is_refused_with_its_reason(url, host, first, code, close):
    async with calling(url) as ws:
        await ws.send(first)
        messages, closed = await said_last(ws)
    assert [(m["type"], m["code"], m["fatal"]) for m in messages] == [("error", code, True)]
    assert (closed.code, closed.reason) == (close, code)
    assert list(host.calls) == ["bystander"]
    assert host.calls["bystander"].connected


@pytest.mark.usefixtures("bystander")
async def test_a_server_that_is_full_says_come_back_later(url):
    async with (
        calling(url, start("one")) as first,
        calling(url, start("two")) as second,
        calling(url) as third,
    ):
        await third.send(start("three"))
        messages, closed = await said_last(third)
        assert messages[0]["code"] == "over_capacity"
        assert closed.code == 1013
        await stopped(first)
        await stopped(second)


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("big", [bytes((1 << 20) + 1), '"' + "x" * (1 << 20) + '"'])
async def test_an_oversized_message_closes_its_own_line_and_keeps_the_call(url, host, big):
    async with calling(url, start()) as ws:
        await ws.send(encode(voice(1.0), Encoding.PCM16))
        await ws.send(big)
        messages, closed = await said_last(ws)
    assert messages[-1]["code"] == "too_large"
    assert closed.code == 1009
    await host.until(lambda: not host.calls["call-1"].connected)
    assert host.calls["call-1"].kept == RATE


@pytest.mark.usefixtures("bystander")
async def test_a_message_beyond_all_bounds_is_stopped_by_the_server_itself(url, host):
    async with calling(url, start()) as ws:
        with contextlib.suppress(ConnectionClosed):
            await ws.send(bytes(4 << 20))
        _, closed = await said_last(ws)
        assert closed is None or closed.code == 1009
    await host.until(lambda: not host.calls["call-1"].connected)


@pytest.mark.usefixtures("bystander")
async def test_who_only_sends_rubbish_is_closed(url, host, counts):
    async with calling(url, start()) as ws:
        for _ in range(ingest.MAX_FAULTS + 1):
            await ws.send("rubbish")
        messages, closed = await said_last(ws)
    assert [m["fatal"] for m in messages] == [False] * ingest.MAX_FAULTS + [True]
    assert (closed.code, closed.reason) == (4400, "too_many_faults")
    assert counts.faults == ingest.MAX_FAULTS + 1
    await host.until(lambda: not host.calls["call-1"].connected)


@pytest.mark.usefixtures("bystander")
async def test_a_fault_of_ours_closes_one_line_and_keeps_the_call(url, host):
    async with calling(url, start()) as ws:
        host.calls["call-1"].failing = True
        await ws.send(bytes(400))
        messages, closed = await said_last(ws)
    assert messages[-1]["code"] == "server_fault"
    assert "broken" not in messages[-1]["message"], "no inner detail leaves the house"
    assert closed.code == 1011
    await host.until(lambda: not host.calls["call-1"].connected)


async def test_a_line_on_which_nothing_comes_is_closed_and_its_call_kept(host, counts):
    async with serving_ingest(host, counts, idle_s=0.2) as url, calling(url, start()) as ws:
        await ws.send(encode(voice(1.0), Encoding.PCM16))
        messages, closed = await said_last(ws)
    assert messages[-1]["code"] == "idle"
    assert closed.code == 4408
    call = host.calls["call-1"]
    assert (call.connected, call.ended, call.kept) == (False, "", RATE)
    assert counts.idle == 1


async def test_any_message_shows_that_the_line_is_alive(host, counts):
    async with serving_ingest(host, counts, idle_s=0.3) as url, calling(url, start()) as ws:
        loop = asyncio.get_running_loop()
        until = loop.time() + 1.0
        while loop.time() < until:
            await ws.send('{"type": "keepalive"}')
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ws.recv()
        await stopped(ws)
    assert counts.idle == 0


# -- who may come in -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Authorization": f"Bearer {TOKEN}"}),
        (f"?token={TOKEN}", {}),
    ],
)
async def test_the_token_lets_in(host, counts, query, headers):
    async with (
        serving_ingest(host, counts, TOKEN) as url,
        calling(url + query, start(), additional_headers=headers) as ws,
    ):
        await stopped(ws)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("?token=guess", {}),
        ("?token=", {}),
        ("", {"Authorization": "Bearer guess"}),
        ("", {"Authorization": TOKEN}),
    ],
)
async def test_a_stranger_is_refused_before_the_upgrade(host, counts, query, headers):
    async with serving_ingest(host, counts, TOKEN) as url:
        with pytest.raises(InvalidStatus) as refused:
            async with calling(url + query, additional_headers=headers):
                pass
    answer = refused.value.response
    assert answer.status_code in {401, 403}
    assert json.loads(answer.body)["code"] in {"token_missing", "token_wrong"}
    assert host.calls == {}
    assert counts.refused == 1


# -- flow ------------------------------------------------------------------------------------


async def test_a_call_that_is_behind_holds_its_sender_back_and_nobody_else(url, host, counts):
    """The sender's own socket fills; the server reads no more than it may hold."""
    data = encode(voice(600.0), Encoding.PCM16)
    host.prepare = lambda call: setattr(call, "lag_s", 9.0 if call.call_id == "call-1" else 0.0)
    async with calling(url, start()) as slow, calling(url, start("call-2")) as quick:
        call = host.calls["call-1"]

        async def flood():
            for piece in send_plan(data, 32_000):
                await slow.send(piece)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(flood())
            await quick.send(data[: 8 * RATE * 4])
            kept, _ = await stopped(quick)
            assert kept == 8 * RATE
            assert not task.done()
            assert call.aligner.taken < 60 * RATE, "ten minutes were offered"
            call.lag_s = 0.0
        await stopped(slow)
    assert call.samples.shape[1] == 600 * RATE
    assert counts.paused_s > 0


async def test_a_client_that_reads_no_acks_does_not_stop_the_server(url, host):
    async with calling(url, start()) as deaf:
        deaf.transport.pause_reading()
        await deaf.send(encode(voice(20.0), Encoding.PCM16))
        await host.until(lambda: host.calls["call-1"].kept == 20 * RATE)
        async with calling(url, start("call-2")) as ws:
            await stopped(ws)
        deaf.transport.resume_reading()
        await stopped(deaf)


async def test_subprotocols_are_echoed(url):
    async with websockets.connect(url, subprotocols=["cueline.v1"], compression=None) as ws:
        assert ws.subprotocol == "cueline.v1"
