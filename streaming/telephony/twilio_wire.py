"""What a Twilio stream's messages say, without a socket: start, signature, fields of any type."""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from pydantic_core import from_json

from models.types import Channel
from pipeline.audio.codecs import Encoding
from pipeline.config import TwilioSettings
from pipeline.errors import AudioUnreadable, SettingsInvalid
from pipeline.live import CallStart
from streaming.protocol import CALL_ID, MAX_FACTS, MAX_MESSAGE_BYTES, Close

TRACKS = ("inbound", "outbound")


class StreamRefused(Exception):
    """The stream cannot be carried; `close` is how its socket ends."""

    def __init__(self, close: Close, code: str, message: str) -> None:
        super().__init__(message)
        self.close, self.code = close, code


@dataclass(frozen=True, slots=True)
class StreamStart:
    """A `start` message, read: the call, and how its media are written."""

    call: CallStart
    tracks: tuple[str, ...]
    """The tracks, in the order of the call's channels."""
    encoding: Encoding


def signature(token: str, url: str) -> str:
    """Return what Twilio puts into `X-Twilio-Signature` for an upgrade at this address."""
    digest = hmac.new(token.encode(), url.encode(), sha1).digest()
    return base64.b64encode(digest).decode()


def signed(given: str, url: str, tokens: list[str]) -> bool:
    """Return whether one of the tokens gives this signature, in constant time for each."""
    matches = [
        hmac.compare_digest(signature(token, url).encode(), given.encode())
        for token in tokens
        if given
    ]
    return any(matches)


def sides_of(track_map: Mapping[str, str]) -> dict[str, Channel]:
    """Return who is on which track.

    Raises:
        SettingsInvalid: the map is not one track each for the agent and the customer.
    """
    wanted = {Channel.AGENT.value, Channel.CUSTOMER.value}
    if set(track_map) != set(TRACKS) or set(track_map.values()) != wanted:
        raise SettingsInvalid(
            "twilio.track_map gives inbound and outbound, one customer and one agent"
        )
    return {track: Channel(track_map[track]) for track in TRACKS}


def read_object(text: str | None) -> dict[str, Any]:
    """Return a message's fields; none where it is no JSON object, or too large."""
    if text is None or len(text) > MAX_MESSAGE_BYTES:
        return {}
    try:
        data = from_json(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def read_start(message: Mapping[str, Any], options: TwilioSettings) -> StreamStart:
    """Read a `start`.

    Its parameters agent, queue, direction, language and customer_track are known here; any others
    become facts of the call.

    Raises:
        StreamRefused: a foreign account, no call id, or sound that is not taken.
    """
    start = part_of(message, "start")
    account = str(start.get("accountSid", ""))
    if options.accounts and account not in options.accounts:
        raise StreamRefused(Close.FORBIDDEN, "account_refused", f"account {account} is not ours")
    given = {
        str(name): value
        for name, value in list(part_of(start, "customParameters").items())[:MAX_FACTS]
        if isinstance(value, str | int | float | bool)
    }
    known = {
        name: str(given.pop(name, ""))[:200]
        for name in ("agent", "queue", "direction", "language", "customer_track")
    }
    sides = sides_of(options.track_map)
    if known["customer_track"] in TRACKS:
        sides = dict.fromkeys(TRACKS, Channel.AGENT)
        sides[known["customer_track"]] = Channel.CUSTOMER
    named = start.get("tracks")
    tracks = [track for track in TRACKS if not isinstance(named, list) or track in named]
    tracks = tracks or list(TRACKS)
    encoding, rate_hz = _sound(part_of(start, "mediaFormat"))
    call = CallStart(
        call_id=_call_id(start, message),
        channels=tuple(sides[track] for track in tracks),
        rate_hz=rate_hz,
        agent=known["agent"],
        queue=known["queue"],
        direction="outbound" if known["direction"] == "outbound" else "inbound",
        language=known["language"] or "en",
        facts=given,
        source="twilio",
    )
    return StreamStart(call, tuple(tracks), encoding)


def part_of(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a nested object, empty where there is none."""
    part = message.get(name)
    return part if isinstance(part, dict) else {}


def number_of(value: object) -> int | None:
    """Return a number that may be written as a string; None for anything else."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str | float):
        try:
            return int(value)
        except (ValueError, OverflowError):
            return None
    return None


def _call_id(start: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    call_id = str(start.get("callSid") or start.get("streamSid") or message.get("streamSid") or "")
    if not re.fullmatch(CALL_ID, call_id):
        raise StreamRefused(Close.BAD_START, "invalid_message", "start.callSid is missing or odd")
    return call_id


def _sound(form: Mapping[str, Any]) -> tuple[Encoding, int]:
    name, rate_hz = str(form.get("encoding", "audio/x-mulaw")), number_of(form.get("sampleRate"))
    channels = number_of(form.get("channels"))
    try:
        encoding = Encoding.named(name)
    except AudioUnreadable as err:
        raise StreamRefused(Close.UNSUPPORTED, "unsupported_audio", str(err)) from err
    if rate_hz not in {None, 8_000, 16_000} or channels not in {None, 1}:
        fault = f"{rate_hz} Hz with {channels} channels a track is not taken"
        raise StreamRefused(Close.UNSUPPORTED, "unsupported_audio", fault)
    return encoding, rate_hz or 8_000
