"""The messages of our audio socket: version 1, as `docs/audio-protocol.md` tells it.

Text messages are JSON objects with a `type`; binary messages are sound. What a client sends is
validated here, once; fields that this version does not know are ignored.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_core import from_json

from models.types import Channel
from pipeline.audio.codecs import Encoding
from pipeline.errors import AudioUnreadable
from pipeline.live import CallStart
from streaming.errors import StreamingError

VERSION: Final = 1
AUDIO_PATH = "/v1/audio"
RATES_HZ = (8_000, 16_000, 24_000, 48_000)
MAX_MESSAGE_BYTES = 1 << 20
CALL_ID = r"^[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}$"
"""A call's id names its recording as well: no slash, no space, nothing hidden."""
MAX_FACTS = 64


class Close(IntEnum):
    """Why the server closes a socket (RFC 6455 codes, and ours from 4000)."""

    DONE = 1000
    TOO_LARGE = 1009
    FAULT = 1011
    COME_BACK_LATER = 1013
    BAD_START = 4400
    TOKEN = 4401
    FORBIDDEN = 4403
    IDLE = 4408
    BUSY = 4409
    UNSUPPORTED = 4415


class Fault(StrEnum):
    """The stable codes of `error` messages."""

    MALFORMED_JSON = "malformed_json"
    UNKNOWN_TYPE = "unknown_type"
    INVALID_MESSAGE = "invalid_message"
    UNSUPPORTED_AUDIO = "unsupported_audio"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    TOO_LARGE = "too_large"
    TOO_MANY_FAULTS = "too_many_faults"
    CALL_BUSY = "call_busy"
    OVER_CAPACITY = "over_capacity"
    IDLE = "idle"
    SERVER_FAULT = "server_fault"


class MessageInvalid(StreamingError):
    """A message that cannot be used; `fault` says how."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.code = fault.value


def _encoding(name: object) -> object:
    if isinstance(name, str):
        try:
            return Encoding.named(name)
        except AudioUnreadable as err:
            raise ValueError(str(err)) from err
    return name


_Fact = str | int | float | bool
_Text = Annotated[str, Field(max_length=200)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Start(_Message):
    """The first message: which call this is and how it sounds.

    `channels` are the roles of the interleaved channels, in order. A call id that the server still
    keeps after a lost connection is gone on with.
    """

    type: Literal["start"] = "start"
    version: Literal[1] = VERSION
    call_id: str = Field(pattern=CALL_ID)
    agent: _Text = ""
    queue: _Text = ""
    direction: Literal["inbound", "outbound"] = "inbound"
    language: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    channels: tuple[Channel, ...] = Field(min_length=1, max_length=2)
    encoding: Annotated[Encoding, BeforeValidator(_encoding)]
    rate_hz: int
    facts: dict[_Text, _Fact] = Field(default_factory=dict, max_length=MAX_FACTS)

    @field_validator("channels")
    @classmethod
    def _roles_fit(cls, roles: tuple[Channel, ...]) -> tuple[Channel, ...]:
        if len(roles) == 2 and set(roles) != {Channel.AGENT, Channel.CUSTOMER}:
            raise ValueError("two channels are an agent and a customer")
        return roles

    @field_validator("rate_hz")
    @classmethod
    def _rate_is_known(cls, rate_hz: int) -> int:
        if rate_hz not in RATES_HZ:
            raise ValueError(f"{rate_hz} Hz is not taken; take one of {RATES_HZ}")
        return rate_hz

    @property
    def call_rate_hz(self) -> int:
        """The rate that the call is kept at: the sender's if 8 or 16 kHz, else 16 kHz."""
        return min(self.rate_hz, 16_000)

    def call(self, source: str) -> CallStart:
        """Return what the host is told."""
        return CallStart(
            call_id=self.call_id,
            channels=self.channels,
            rate_hz=self.call_rate_hz,
            agent=self.agent,
            queue=self.queue,
            direction=self.direction,
            language=self.language,
            facts=self.facts,
            source=source,
        )


class Resume(_Message):
    """The next binary message begins at this sample of each channel, at the sender's rate."""

    type: Literal["resume"] = "resume"
    from_sample: int = Field(alias="from", ge=0, lt=2**53)

    model_config = ConfigDict(populate_by_name=True)


class Tell(_Message):
    """What the telephony knows and audio does not: hold_start, hold_end, transfer_start ..."""

    type: Literal["tell"] = "tell"
    event: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    value: _Fact | None = None


class Stop(_Message):
    """The call is over; the server drains, says `stopped` and closes."""

    type: Literal["stop"] = "stop"
    reason: str = Field(default="completed", pattern=r"^[a-z][a-z0-9_]{0,31}$")


class KeepAlive(_Message):
    """Nothing, so that a line without sound is not taken for dead."""

    type: Literal["keepalive"] = "keepalive"


class Started(_Message):
    """The call is open; `kept` samples of each channel are there already, at the sender's rate.

    The next binary message is taken to begin at `kept`.
    """

    type: Literal["started"] = "started"
    version: Literal[1] = VERSION
    call_id: str
    kept: int
    rate_hz: int
    """The rate that the call is kept at."""


class Ack(_Message):
    """All samples before `kept` are safe, at the sender's rate; sent about each second."""

    type: Literal["ack"] = "ack"
    kept: int


class Stopped(_Message):
    """The call is transcribed, scored and stored."""

    type: Literal["stopped"] = "stopped"
    kept: int


class Error(_Message):
    """Something was refused. A fatal error closes the socket; after any other the call goes on."""

    type: Literal["error"] = "error"
    code: str
    message: str
    fatal: bool


ClientMessage = Start | Resume | Tell | Stop | KeepAlive
ServerMessage = Started | Ack | Stopped | Error

_KINDS: dict[str, type[ClientMessage]] = {
    "start": Start,
    "resume": Resume,
    "tell": Tell,
    "stop": Stop,
    "keepalive": KeepAlive,
}
_FROM_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(
    Annotated[ClientMessage, Field(discriminator="type")]
)
_FROM_SERVER: TypeAdapter[ServerMessage] = TypeAdapter(
    Annotated[ServerMessage, Field(discriminator="type")]
)
_AUDIO_FIELDS = {"encoding", "rate_hz"}


def read_client(text: str) -> ClientMessage:
    """Read what a client sent.

    Raises:
        MessageInvalid: the text is no JSON object, of no known type, or its fields are wrong.
    """
    try:
        data = from_json(text, allow_inf_nan=False)
    except ValueError as err:
        raise MessageInvalid(Fault.MALFORMED_JSON, f"not JSON: {err}") from err
    if not isinstance(data, dict):
        raise MessageInvalid(Fault.MALFORMED_JSON, "not a JSON object")
    kind = _KINDS.get(str(data.get("type")))
    if kind is None:
        known = ", ".join(_KINDS)
        raise MessageInvalid(Fault.UNKNOWN_TYPE, f'"type" is none of {known}')
    try:
        return kind.model_validate(data)
    except ValidationError as err:
        fields = {str(part["loc"][0]) for part in err.errors() if part["loc"]}
        audio = bool(fields) and fields <= _AUDIO_FIELDS and data.keys() >= _AUDIO_FIELDS
        fault = Fault.UNSUPPORTED_AUDIO if audio else Fault.INVALID_MESSAGE
        raise MessageInvalid(fault, _plain(err)) from err


def read_server(text: str | bytes) -> ServerMessage:
    """Read what a server sent.

    Raises:
        MessageInvalid: the text is none of a server's messages.
    """
    try:
        return _FROM_SERVER.validate_json(text)
    except ValidationError as err:
        raise MessageInvalid(Fault.INVALID_MESSAGE, _plain(err)) from err


def write(message: ClientMessage | ServerMessage) -> str:
    """Return a message as it goes over the wire."""
    return message.model_dump_json(by_alias=True)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of both directions, under `$defs` client and server."""
    client = _FROM_CLIENT.json_schema(ref_template="#/$defs/{model}")
    server = _FROM_SERVER.json_schema(ref_template="#/$defs/{model}", mode="serialization")
    parts = {**client.pop("$defs"), **server.pop("$defs")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Cueline audio socket, version {VERSION}",
        "anyOf": [{"$ref": "#/$defs/client"}, {"$ref": "#/$defs/server"}],
        "$defs": {"client": client, "server": server, **parts},
    }


def _plain(err: ValidationError) -> str:
    faults = []
    for part in err.errors():
        where = ".".join(str(step) for step in part["loc"])
        faults.append(f"{where}: {part['msg']}".removeprefix(": "))
    return "; ".join(faults)[:500]
