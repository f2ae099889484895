"""Twilio Media Streams over real connections: what a conforming sender does, and a careless one."""

import asyncio
import base64
import contextlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import websockets
from pydantic import SecretStr
from twilio.request_validator import RequestValidator
from websockets.exceptions import ConnectionClosed, InvalidStatus

from models.types import Channel
from pipeline.audio.codecs import Encoding, decode, encode
from pipeline.config import Settings, TwilioSettings
from pipeline.errors import SettingsInvalid
from streaming.telephony import twilio
from streaming.telephony.twilio import TwilioCounts, twilio_routes
from streaming.telephony.twilio_wire import signature, signed

sys.path.insert(0, str(Path(__file__).parent))
from recording_host import RecordingHost, serving

RATE = 8000
SIGNING = "0123456789abcdef0123456789abcdef"
ADDRESS = "wss://voice.example.com/ingest/twilio"
VECTOR = "FrDKewz33sNhkRuc8NMX893XjjE="
IN, OUT = "inbound", "outbound"


@pytest.fixture
def host():
    return RecordingHost(limit=3)


@pytest.fixture
def counts():
    return TwilioCounts()


@contextlib.asynccontextmanager
async def serving_twilio(host, counts=None, idle_s=30.0, token=None, **options):
    settings = Settings(
        idle_s=idle_s,
        token=SecretStr(token) if token else None,
        twilio=TwilioSettings(**options),
    )
    async with serving(twilio_routes(host, settings, counts)) as address:
        yield address + "/v1/twilio"


@pytest.fixture
async def url(host, counts):
    async with serving_twilio(host, counts) as address:
        yield address


def voice(seconds, seed=1):
    """Noise that mu-law holds exactly."""
    data = np.random.default_rng(seed).integers(0, 256, int(seconds * RATE), dtype=np.uint8)
    return decode(data.tobytes(), Encoding.MULAW)


class Sender:
    """Speaks as Twilio does: numbers as strings, both tracks in turn, 20 ms a packet."""

    def __init__(self, ws, call_sid="CA01", stream_sid="MZ01"):
        self.ws, self.call_sid, self.stream_sid = ws, call_sid, stream_sid
        self.number = 0
        self.chunks = {IN: 0, OUT: 0}

    async def say(self, event, number=None, **fields):
        self.number += 1
        await self.ws.send(
            json.dumps(
                {
                    "event": event,
                    "sequenceNumber": str(self.number if number is None else number),
                    "streamSid": self.stream_sid,
                    **fields,
                }
            )
        )

    async def begin(self, tracks=(IN, OUT), parameters=None, **changes):
        await self.ws.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        start = {
            "streamSid": self.stream_sid,
            "accountSid": "AC01",
            "callSid": self.call_sid,
            "tracks": list(tracks or ()),
            "customParameters": parameters or {},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        await self.say("start", start=start | changes)

    async def media(self, track, samples, stamp_ms, number=None, payload=None):
        self.chunks[track] += 1
        if payload is None:
            payload = base64.b64encode(encode(samples, Encoding.MULAW)).decode()
        await self.say(
            "media",
            number,
            media={
                "track": track,
                "chunk": str(self.chunks[track]),
                "timestamp": str(stamp_ms),
                "payload": payload,
            },
        )

    async def both(self, customer, agent, first_ms=0, jitter=None):
        for at in range(0, len(customer), 160):
            stamp = first_ms + at // 8 + (int(jitter.integers(-15, 16)) if jitter else 0)
            await self.media(IN, customer[at : at + 160], max(0, stamp))
            await self.media(OUT, agent[at : at + 160], max(0, stamp))

    async def stop(self):
        await self.say("stop", stop={"accountSid": "AC01", "callSid": self.call_sid})
        return await closed(self.ws)


async def closed(ws):
    """Wait for the server's close; it must have said nothing before."""
    async with asyncio.timeout(10):
        try:
            said = await ws.recv()
        except ConnectionClosed as close:
            return close.rcvd
    pytest.fail(f"the server spoke on a one-way stream: {said}")


@contextlib.asynccontextmanager
async def streaming(url, **names):
    async with websockets.connect(url, compression=None) as ws:
        yield Sender(ws, **names)


# -- what a conforming sender does -----------------------------------------------------------


async def test_a_whole_call(url, host, counts):
    customer, agent = voice(3.0), voice(3.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin(parameters={"agent": "a7", "queue": "billing", "campaign": "spring"})
        await sender.both(customer, agent)
        close = await sender.stop()
    assert close.code == 1000
    call = host.calls["CA01"]
    assert call.ended == "completed"
    assert call.start.channels == (Channel.CUSTOMER, Channel.AGENT)
    assert (call.start.agent, call.start.queue, call.start.source) == ("a7", "billing", "twilio")
    assert call.start.facts == {"campaign": "spring"}
    np.testing.assert_array_equal(call.samples, np.stack([customer, agent]))
    assert call.gaps == []
    assert (counts.duplicates, counts.bad_payloads, counts.unknown) == (0, 0, 0)


async def test_rounded_and_shaking_time_stamps_leave_no_seams(url, host):
    customer, agent = voice(4.0), voice(4.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        await sender.both(customer, agent, first_ms=5, jitter=np.random.default_rng(4))
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples, np.stack([customer, agent]))


async def test_a_close_without_stop_keeps_the_call_for_its_next_stream(url, host, counts):
    async with streaming(url) as sender:
        await sender.begin()
        await sender.both(voice(1.0), voice(1.0))
        await sender.ws.close()
    await host.until(lambda: not host.calls["CA01"].connected)
    call = host.calls["CA01"]
    assert (call.ended, call.drops) == ("", 1)
    late = voice(1.0, seed=8)
    async with streaming(url, stream_sid="MZ02") as sender:
        await sender.begin()
        await sender.both(late, late)
        await sender.stop()
    assert call.ended == "completed"
    np.testing.assert_array_equal(call.samples[:, -RATE:], np.stack([late, late]))
    away = call.samples.shape[1] - 2 * RATE
    assert 0 <= away < RATE, "the new stream's time 0 is when it came"
    assert not call.samples[:, RATE : RATE + away].any()
    assert counts.resumed == 1


async def test_a_stop_before_start_and_a_socket_that_says_nothing(url, host):
    async with streaming(url) as sender:
        await sender.say("stop", stop={})
        await sender.ws.close()
    async with streaming(url):
        pass
    assert host.calls == {}


async def test_outbound_may_begin_late(url, host):
    customer = voice(5.0)
    agent = voice(2.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        for at in range(0, 5 * RATE, 160):
            await sender.media(IN, customer[at : at + 160], at // 8)
            if at >= 3 * RATE:
                await sender.media(OUT, agent[at - 3 * RATE : at - 3 * RATE + 160], at // 8)
        await sender.stop()
    call = host.calls["CA01"]
    np.testing.assert_array_equal(call.samples[0], customer)
    assert not call.samples[1, : 3 * RATE].any()
    np.testing.assert_array_equal(call.samples[1, 3 * RATE :], agent)
    assert [(g.channel, g.start, g.end) for g in call.gaps if g.filled] == [(1, 0, 3 * RATE)]


async def test_one_track_is_a_call_of_one_channel(url, host):
    agent = voice(1.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[OUT])
        for at in range(0, RATE, 160):
            await sender.media(OUT, agent[at : at + 160], at // 8)
            await sender.media(IN, agent[at : at + 160], at // 8)
        await sender.stop()
    call = host.calls["CA01"]
    assert call.start.channels == (Channel.AGENT,)
    np.testing.assert_array_equal(call.samples[0], agent)


@pytest.mark.parametrize("size", [1, 160, 8000])
async def test_payloads_of_any_size(url, host, size):
    customer = voice(0.05 if size == 1 else 2.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), size):
            await sender.media(IN, customer[at : at + size], at // 8)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)


@pytest.mark.parametrize("pace", [0.5, 2.0])
async def test_a_sender_may_be_quicker_or_slower_than_time(url, host, pace):
    customer, agent = voice(0.6), voice(0.6, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        for at in range(0, len(customer), 800):
            await asyncio.sleep(0.1 / pace)
            await sender.both(customer[at : at + 800], agent[at : at + 800], first_ms=at // 8)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples, np.stack([customer, agent]))


# -- who is who ------------------------------------------------------------------------------


async def test_the_track_map_says_who_is_who(host):
    swapped = {IN: "agent", OUT: "customer"}
    async with serving_twilio(host, track_map=swapped) as url, streaming(url) as sender:
        await sender.begin()
        await sender.stop()
    assert host.calls["CA01"].start.channels == (Channel.AGENT, Channel.CUSTOMER)


async def test_a_call_may_say_otherwise(url, host):
    async with streaming(url) as sender:
        await sender.begin(parameters={"customer_track": OUT, "direction": "outbound"})
        await sender.stop()
    start = host.calls["CA01"].start
    assert start.channels == (Channel.AGENT, Channel.CUSTOMER)
    assert start.direction == "outbound"
    assert start.facts == {}


@pytest.mark.parametrize(
    "track_map",
    [{IN: "customer"}, {IN: "agent", OUT: "agent"}, {IN: "customer", OUT: "mixed"}, {}],
)
def test_a_track_map_that_is_not_two_sides_is_refused_at_the_start(track_map):
    settings = Settings(twilio=TwilioSettings(track_map=track_map))
    with pytest.raises(SettingsInvalid, match="track_map"):
        twilio_routes(RecordingHost, settings)


# -- what a careless sender does -------------------------------------------------------------


async def test_media_before_start_is_ignored(url, host, counts):
    customer = voice(0.5)
    async with streaming(url) as sender:
        await sender.media(IN, customer, 0)
        await sender.begin(tracks=[IN])
        await sender.media(IN, customer, 0)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)
    assert counts.before_start == 1


async def test_a_message_that_comes_twice_is_heard_once(url, host, counts):
    customer = voice(2.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), 160):
            await sender.media(IN, customer[at : at + 160], at // 8)
            if at % 1600 == 0:
                sender.chunks[IN] -= 1
                await sender.media(IN, customer[at : at + 160], at // 8, number=sender.number)
        await sender.stop()
    call = host.calls["CA01"]
    np.testing.assert_array_equal(call.samples[0], customer)
    assert counts.duplicates == 10
    assert not any(gap.filled for gap in call.gaps)


async def test_the_same_sound_under_another_number_is_heard_once(url, host):
    customer = voice(2.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in (0, 8000, 0, 8000):
            await sender.media(IN, customer[at : at + 8000], at // 8)
        await sender.stop()
    call = host.calls["CA01"]
    np.testing.assert_array_equal(call.samples[0], customer)
    assert {gap.reason for gap in call.gaps} <= {"late", "duplicate"}


@pytest.mark.parametrize("number", ["1", 0, None, "x"])
async def test_senders_whose_numbers_mean_nothing_are_heard(url, host, number):
    customer = voice(1.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), 160):
            await sender.media(IN, customer[at : at + 160], at // 8, number=number or "")
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)


async def test_a_hole_in_the_numbers_is_filled_by_time(url, host, counts):
    customer = voice(2.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), 160):
            if 8000 <= at < 9600:
                sender.number += 1
                continue
            await sender.media(IN, customer[at : at + 160], at // 8)
        await sender.stop()
    call = host.calls["CA01"]
    assert call.samples.shape[1] == 2 * RATE
    assert not call.samples[0, 8000:9600].any()
    np.testing.assert_array_equal(call.samples[0, 9600:], customer[9600:])
    assert [(gap.start, gap.end) for gap in call.gaps if gap.filled] == [(8000, 9600)]
    assert counts.holes == 1


async def test_a_gap_of_three_seconds_in_the_time_stamps_is_silence_and_told(url, host):
    customer, agent = voice(4.0), voice(4.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        await sender.both(customer[:RATE], agent[:RATE])
        await sender.both(customer[RATE:], agent[RATE:], first_ms=4000)
        await sender.stop()
    call = host.calls["CA01"]
    assert call.samples.shape[1] == 7 * RATE
    assert not call.samples[:, RATE : 4 * RATE].any()
    np.testing.assert_array_equal(call.samples[0, 4 * RATE :], customer[RATE:])
    filled = {(gap.channel, gap.start, gap.end) for gap in call.gaps if gap.filled}
    assert filled == {(0, RATE, 4 * RATE), (1, RATE, 4 * RATE)}


@pytest.mark.parametrize("wild_ms", [10**9, 10**30, -(10**9)])
async def test_a_wild_time_stamp_loses_no_sound(url, host, counts, wild_ms):
    customer = voice(3.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), 160):
            stamp = wild_ms if at == 8000 else at // 8
            await sender.media(IN, customer[at : at + 160], stamp)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)
    assert counts.clock_jumps >= 1


@pytest.mark.parametrize("restart_ms", [0, 10**7])
async def test_a_clock_that_starts_again_goes_on_where_the_sound_is(url, host, restart_ms):
    customer = voice(20.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        half = len(customer) // 2
        for at in range(0, len(customer), 800):
            stamp = at // 8 if at < half else restart_ms + (at - half) // 8
            await sender.media(IN, customer[at : at + 800], stamp)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)


@pytest.mark.parametrize(
    "payload", ["not base64!", "abc", "====", "", None, 17, ["x"], "Zm9v\n", "\u2603"]
)
async def test_a_payload_that_cannot_be_read_is_dropped_and_the_call_goes_on(
    url, host, counts, payload
):
    customer = voice(1.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        for at in range(0, len(customer), 160):
            await sender.media(IN, customer[at : at + 160], at // 8)
            if at == 4000 // 160 * 160:
                media = {"track": IN, "timestamp": "500", "payload": payload}
                await sender.say("media", media=media)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)
    assert counts.bad_payloads == (payload != "")


@pytest.mark.parametrize(
    "text",
    [
        '{"event": "foo"}',
        '{"event": ["media"]}',
        "{}",
        "[]",
        "17",
        "no json",
        "{" * 5000,
        '{"event": "media"}',
        '{"event": "media", "media": {}}',
        '{"event": "media", "media": []}',
        '{"event": "media", "media": {"track": "middle", "payload": "/w=="}}',
        '{"event": "media", "media": {"track": ["inbound"], "payload": "/w=="}}',
        '{"event": "mark", "mark": {"name": "x"}}',
        '{"event": "start", "start": {"callSid": "CA99"}}',
        b"binary",
        '{"event": "media", "padding": "' + "x" * (1 << 20) + '"}',
    ],
)
async def test_strange_messages_never_close_the_call(url, host, text):
    customer = voice(1.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])
        await sender.media(IN, customer[:4000], 0)
        await sender.ws.send(text)
        await sender.media(IN, customer[4000:], 500)
        assert (await sender.stop()).code == 1000
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)
    assert list(host.calls) == ["CA01"]


async def test_keys_are_told_but_never_which(url, host):
    async with streaming(url) as sender:
        await sender.begin()
        await sender.say("dtmf", dtmf={"track": "inbound_track", "digit": "4"})
        await sender.stop()
    assert host.calls["CA01"].told == [("dtmf", None, 0)]


@pytest.mark.parametrize("missing", ["tracks", "mediaFormat", "customParameters", "accountSid"])
async def test_a_start_may_lack_what_can_be_guessed(url, host, missing):
    async with streaming(url) as sender:
        await sender.begin(**{missing: None})  # null counts as missing
        await sender.both(voice(0.2), voice(0.2))
        await sender.stop()
    assert host.calls["CA01"].start.channels == (Channel.CUSTOMER, Channel.AGENT)
    assert host.calls["CA01"].samples.shape == (2, 1600)


# -- what cannot be carried ------------------------------------------------------------------


async def test_a_second_socket_of_a_live_call_is_refused_and_the_first_goes_on(url, host):
    customer, agent = voice(1.0), voice(1.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        await sender.both(customer[:4000], agent[:4000])
        async with streaming(url, stream_sid="MZ02") as second:
            await second.begin()
            assert (await closed(second.ws)).code == 4409
        await sender.both(customer[4000:], agent[4000:], first_ms=500)
        await sender.stop()
    np.testing.assert_array_equal(host.calls["CA01"].samples, np.stack([customer, agent]))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mediaFormat": {"encoding": "audio/opus", "sampleRate": 48000}}, 4415),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 11025}}, 4415),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "channels": 2}}, 4415),
        ({"callSid": "../../etc/passwd"}, 4400),
        ({"callSid": "", "streamSid": ""}, None),
    ],
)
async def test_a_start_that_cannot_be_carried_is_closed(url, host, changes, code):
    async with streaming(url) as sender:
        await sender.begin(**changes)
        if code is None:  # the message's own streamSid names it
            await sender.stop()
            assert list(host.calls) == ["MZ01"]
            return
        assert (await closed(sender.ws)).code == code
    assert host.calls == {}


async def test_a_server_that_is_full(url):
    async with contextlib.AsyncExitStack() as stack:
        for number in range(3):
            sender = await stack.enter_async_context(streaming(url, call_sid=f"CA{number}"))
            await sender.begin()
            await sender.media(IN, voice(0.1), 0)
        late = await stack.enter_async_context(streaming(url, call_sid="CA9"))
        await late.begin()
        assert (await closed(late.ws)).code == 1013


async def test_a_foreign_account_is_refused(host):
    async with serving_twilio(host, accounts=("AC77",)) as url:
        async with streaming(url) as sender:
            await sender.begin()
            assert (await closed(sender.ws)).code == 4403
        async with streaming(url) as sender:
            await sender.begin(accountSid="AC77")
            await sender.stop()
    assert list(host.calls) == ["CA01"]


async def test_a_stall_beyond_patience_closes_the_line_and_keeps_the_call(host, counts):
    async with serving_twilio(host, counts, idle_s=0.2) as url, streaming(url) as sender:
        await sender.begin()
        await sender.both(voice(0.5), voice(0.5))
        assert (await closed(sender.ws)).code == 4408
    assert (host.calls["CA01"].connected, host.calls["CA01"].ended) == (False, "")
    assert counts.idle == 1


async def test_a_long_stall_within_patience_is_silence(url, host):
    """Twilio's clock runs on while it stalls: the time stamps jump by as much."""
    customer, agent = voice(2.0), voice(2.0, seed=2)
    async with streaming(url) as sender:
        await sender.begin()
        await sender.both(customer[:RATE], agent[:RATE])
        await sender.both(customer[RATE:], agent[RATE:], first_ms=29_000)
        await sender.stop()
    call = host.calls["CA01"]
    assert call.samples.shape[1] == 30 * RATE
    np.testing.assert_array_equal(call.samples[1, -RATE:], agent[RATE:])


async def test_a_fault_of_ours_closes_one_line(url, host):
    async with streaming(url) as sender, streaming(url, call_sid="CA02") as other:
        await other.begin()
        await sender.begin()
        await sender.media(IN, voice(0.1), 0)
        await host.until(lambda: "CA01" in host.calls)
        host.calls["CA01"].failing = True
        await sender.media(IN, voice(0.1), 100)
        assert (await closed(sender.ws)).code == 1011
        await other.both(voice(0.5), voice(0.5))
        await other.stop()
    assert host.calls["CA02"].samples.shape[1] == 4000


async def test_a_call_that_is_behind_holds_its_sender_back(url, host, counts):
    host.prepare = lambda call: setattr(call, "lag_s", 9.0)
    customer = voice(300.0)
    async with streaming(url) as sender:
        await sender.begin(tracks=[IN])

        async def flood():
            for at in range(0, len(customer), 8000):
                await sender.media(IN, customer[at : at + 8000], at // 8)

        async with asyncio.TaskGroup() as group:
            sending = group.create_task(flood())
            await host.until(lambda: host.calls and host.calls["CA01"].aligner.taken >= 48 * 8000)
            # The sockets between may hold what is left of five minutes; the call must not.
            await asyncio.wait([sending], timeout=0.5)
            assert host.calls["CA01"].aligner.taken < 60 * 8000
            host.calls["CA01"].lag_s = 0.0
        await sender.stop()
    assert counts.paused_s > 0
    np.testing.assert_array_equal(host.calls["CA01"].samples[0], customer)


# -- the signature ---------------------------------------------------------------------------


def test_the_signature_is_twilios():
    assert signature(SIGNING, ADDRESS) == VECTOR
    assert RequestValidator(SIGNING).validate(ADDRESS, {}, signature(SIGNING, ADDRESS))
    other = "wss://media.example.org/v1/twilio"
    assert RequestValidator("another").validate(other, {}, signature("another", other))


def test_either_of_two_tokens_may_have_signed():
    assert signed(VECTOR, ADDRESS, ["other", SIGNING])
    assert not signed(VECTOR, ADDRESS, ["other"])
    assert not signed(VECTOR, ADDRESS.replace("wss", "https"), [SIGNING])
    assert not signed("", ADDRESS, [SIGNING])
    assert not signed("\xe9", ADDRESS, [SIGNING])
    assert not signed(VECTOR, ADDRESS, [])


@pytest.mark.parametrize(
    ("headers", "enters"),
    [
        ({"X-Twilio-Signature": VECTOR}, True),
        ({"X-Twilio-Signature": VECTOR[:-2] + "A="}, False),
        ({"X-Twilio-Signature": "\xe9\xe8"}, False),
        ({}, False),
        ({"Authorization": "Bearer our-own"}, False),
    ],
)
async def test_only_a_signed_upgrade_enters(host, counts, headers, enters):
    options = {"auth_tokens": ("second", SIGNING), "public_url": ADDRESS}
    async with serving_twilio(host, counts, token="our-own", **options) as url:
        if enters:
            async with websockets.connect(url, additional_headers=headers) as ws:
                await Sender(ws).begin()
                await Sender(ws).stop()
            assert list(host.calls) == ["CA01"]
            return
        with pytest.raises(InvalidStatus) as refused:
            async with websockets.connect(url, additional_headers=headers):
                pass
    assert refused.value.response.status_code == 403
    assert counts.refused == 1


async def test_without_signing_tokens_our_own_token_guards(host):
    async with serving_twilio(host, token="our-own") as url:
        with pytest.raises(InvalidStatus):
            async with websockets.connect(url):
                pass
        async with websockets.connect(url + "?token=our-own") as ws:
            await Sender(ws).begin()
            await Sender(ws).stop()
    assert list(host.calls) == ["CA01"]


def test_signing_tokens_need_the_address_they_sign():
    settings = Settings(twilio=TwilioSettings(auth_tokens=("x",)))
    with pytest.raises(SettingsInvalid, match="public_url"):
        twilio_routes(RecordingHost, settings)


def test_what_is_remembered_of_calls_is_bounded():
    leaving = twilio._Leaving()
    for number in range(twilio.REMEMBERED_CALLS + 50):
        leaving.note(str(number))
    assert len(leaving.at) == twilio.REMEMBERED_CALLS
    assert leaving.away_s("never") == 0.0
