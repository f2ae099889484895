import json
from pathlib import Path

import jsonschema
import pytest

from models.types import Channel
from pipeline.audio.codecs import Encoding
from streaming import protocol
from streaming.protocol import Fault, MessageInvalid, read_client, read_server, write

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "audio-protocol.schema.json"

START = {
    "type": "start",
    "call_id": "call-1",
    "agent": "a17",
    "queue": "billing",
    "channels": ["customer", "agent"],
    "encoding": "mulaw",
    "rate_hz": 8000,
    "facts": {"campaign": "spring", "calls_last_7_days": 2, "regulated": True},
}


def test_a_start_becomes_what_the_host_is_told():
    start = read_client(json.dumps(START))
    call = start.call("test")
    assert call.call_id == "call-1"
    assert call.channels == (Channel.CUSTOMER, Channel.AGENT)
    assert call.rate_hz == 8000
    assert call.queue == "billing"
    assert call.direction == "inbound"
    assert call.facts == {"campaign": "spring", "calls_last_7_days": 2, "regulated": True}
    assert start.encoding is Encoding.MULAW


@pytest.mark.parametrize(
    ("rate_hz", "kept"), [(8000, 8000), (16000, 16000), (24000, 16000), (48000, 16000)]
)
def test_a_call_is_kept_at_8_or_16_khz(rate_hz, kept):
    assert read_client(json.dumps(START | {"rate_hz": rate_hz})).call_rate_hz == kept


def test_unknown_fields_are_ignored_and_numbers_may_be_strings():
    start = read_client(json.dumps(START | {"colour": "blue", "rate_hz": "8000"}))
    assert start.rate_hz == 8000


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.MALFORMED_JSON),
        ("{", Fault.MALFORMED_JSON),
        ("[1]", Fault.MALFORMED_JSON),
        ('"start"', Fault.MALFORMED_JSON),
        ("{" * 100_000, Fault.MALFORMED_JSON),
        ("{}", Fault.UNKNOWN_TYPE),
        ('{"type": "dance"}', Fault.UNKNOWN_TYPE),
        ('{"type": ["start"]}', Fault.UNKNOWN_TYPE),
        ('{"type": "start"}', Fault.INVALID_MESSAGE),
        ('{"type": "tell"}', Fault.INVALID_MESSAGE),
        ('{"type": "tell", "event": "Hold Start"}', Fault.INVALID_MESSAGE),
        ('{"type": "tell", "event": "hold_start", "value": {"a": 1}}', Fault.INVALID_MESSAGE),
        ('{"type": "tell", "event": "x", "value": NaN}', Fault.MALFORMED_JSON),
        ('{"type": "resume", "from": -1}', Fault.INVALID_MESSAGE),
        ('{"type": "resume", "from": 1e300}', Fault.INVALID_MESSAGE),
        ('{"type": "resume"}', Fault.INVALID_MESSAGE),
    ],
)
def test_what_cannot_be_used_says_why(text, fault):
    with pytest.raises(MessageInvalid) as caught:
        read_client(text)
    assert caught.value.fault is fault
    assert caught.value.code == fault.value
    assert 0 < len(str(caught.value)) <= 500


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"encoding": "opus"}, Fault.UNSUPPORTED_AUDIO),
        ({"encoding": "L16"}, Fault.UNSUPPORTED_AUDIO),
        ({"rate_hz": 44100}, Fault.UNSUPPORTED_AUDIO),
        ({"rate_hz": -8000}, Fault.UNSUPPORTED_AUDIO),
        ({"rate_hz": 44100, "encoding": "opus"}, Fault.UNSUPPORTED_AUDIO),
        ({"rate_hz": 44100, "call_id": ""}, Fault.INVALID_MESSAGE),
        ({"channels": []}, Fault.INVALID_MESSAGE),
        ({"channels": ["agent", "agent"]}, Fault.INVALID_MESSAGE),
        ({"channels": ["agent", "mixed"]}, Fault.INVALID_MESSAGE),
        ({"channels": ["agent", "customer", "agent"]}, Fault.INVALID_MESSAGE),
        ({"channels": ["boss"]}, Fault.INVALID_MESSAGE),
        ({"direction": "sideways"}, Fault.INVALID_MESSAGE),
        ({"version": 2}, Fault.INVALID_MESSAGE),
        ({"agent": "x" * 300}, Fault.INVALID_MESSAGE),
        ({"facts": {str(n): n for n in range(65)}}, Fault.INVALID_MESSAGE),
    ],
)
def test_a_wrong_start_says_what_is_wrong(change, fault):
    with pytest.raises(MessageInvalid) as caught:
        read_client(json.dumps(START | change))
    assert caught.value.fault is fault
    assert next(iter(change)) in str(caught.value)


@pytest.mark.parametrize("call_id", ["../../etc", ".hidden", "a/b", "", "a b", "x" * 129, "a\n"])
def test_a_call_id_cannot_name_another_place(call_id):
    with pytest.raises(MessageInvalid):
        read_client(json.dumps(START | {"call_id": call_id}))


@pytest.mark.parametrize(
    "message",
    [
        protocol.Start.model_validate(START),
        protocol.Resume(from_sample=12),
        protocol.Tell(event="hold_start", value="music"),
        protocol.Stop(),
        protocol.KeepAlive(),
    ],
)
def test_client_messages_go_over_the_wire_and_fit_the_schema(message):
    text = write(message)
    assert read_client(text) == message
    jsonschema.validate(json.loads(text), protocol.schema())


@pytest.mark.parametrize(
    "message",
    [
        protocol.Started(call_id="c", kept=3, rate_hz=8000),
        protocol.Ack(kept=8000),
        protocol.Stopped(kept=16000),
        protocol.Error(code="idle", message="nothing came", fatal=True),
    ],
)
def test_server_messages_go_over_the_wire_and_fit_the_schema(message):
    text = write(message)
    assert read_server(text) == message
    jsonschema.validate(json.loads(text), protocol.schema())


def test_a_stranger_is_no_server():
    with pytest.raises(MessageInvalid):
        read_server('{"hello": "world"}')


def test_the_schema_refuses_what_the_server_refuses():
    for wrong in ({"type": "start"}, {"type": "ack"}, {"type": "resume", "from": -1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, protocol.schema())


def test_the_published_schema_is_the_one_in_force():
    assert json.loads(SCHEMA_FILE.read_text()) == protocol.schema()
