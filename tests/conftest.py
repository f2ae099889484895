"""Calls spoken in tones: real samples through the real pipeline, without weights."""

import asyncio
import contextlib
import functools

import httpx
import numpy as np
import pytest
import soundfile
import structlog
import websockets

from models.registry import load
from models.stt.tone import say
from models.types import Channel
from pipeline.config import load_settings
from pipeline.events import UtteranceFinal
from pipeline.fit import classifier_for
from pipeline.making import Maker
from pipeline.offline import open_reader
from streaming.app import create_app
from streaming.client import Pace, Sound, call_start, play
from streaming.runtime import Runtime
from streaming.serving import Address, listen, serve_app, with_token

RATE = 8000
AGENT, CUSTOMER = 0, 1
BOTH = (Channel.AGENT, Channel.CUSTOMER)


class Script:
    """A two-channel call in the making; `silence` and lines advance one clock."""

    def __init__(self, rate_hz=RATE):
        self.rate_hz = rate_hz
        self._pieces = []
        self._end = 0

    def silence(self, seconds):
        self._end += int(seconds * self.rate_hz)
        return self

    def agent(self, text, pause=1.0):
        return self._say(AGENT, text, pause)

    def customer(self, text, pause=1.0):
        return self._say(CUSTOMER, text, pause)

    def over(self, text, back):
        """The other side speaks `back` seconds before the last line ends."""
        channel = 1 - self._pieces[-1][0]
        start = self._end - int(back * self.rate_hz)
        sound = say(text, rate_hz=self.rate_hz)
        self._pieces.append((channel, max(0, start), sound))
        self._end = max(self._end, start + len(sound))
        return self

    def _say(self, channel, text, pause):
        sound = say(text, rate_hz=self.rate_hz)
        self._pieces.append((channel, self._end, sound))
        self._end += len(sound) + int(pause * self.rate_hz)
        return self

    def samples(self):
        whole = np.zeros(
            (2, max(self._end, max(s + len(x) for _, s, x in self._pieces))), np.float32
        )
        for channel, start, sound in self._pieces:
            whole[channel, start : start + len(sound)] += sound
        return whole


@pytest.fixture
def script():
    return Script


@pytest.fixture
def channels():
    return (Channel.AGENT, Channel.CUSTOMER)


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="Write the expected events of tests/golden."
    )


@pytest.fixture(autouse=True)
def plain_log():
    """Log to what pytest captures, without the local variables of pretty tracebacks."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    yield
    structlog.reset_defaults()


TONE = {
    "stt": {"engine": "tone"},
    "vad": {"engine": "energy"},
    "classify": {"engine": "lexical"},
}
PATIENCE_S = 20.0


class Serving:
    """A whole server on a port of its own, in the test's loop: the tone engine and real sockets.

    `change` may exchange parts of the runtime before it starts.
    """

    def __init__(self, folder, change=None, app=create_app, **settings):
        given = {"data_dir": folder / "data", **TONE, **settings}
        self.settings = with_token(load_settings(overrides=given))
        self._change, self._app = change, app
        self._stop = asyncio.Event()

    async def __aenter__(self):
        self.runtime = Runtime.build(self.settings)
        if self._change is not None:
            self._change(self.runtime)
        sock = listen("127.0.0.1", 0)
        token = self.settings.token.get_secret_value()
        self.address = Address("127.0.0.1", sock.getsockname()[1], token)
        ready = asyncio.Event()

        async def told():
            ready.set()
            await self._stop.wait()

        self._task = asyncio.create_task(serve_app(self._app(self.runtime), sock, told))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()
        return self

    async def __aexit__(self, *failure):
        await self.close()

    async def close(self):
        self._stop.set()
        async with asyncio.timeout(PATIENCE_S):
            await self._task

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.address.token}"}

    async def play(self, samples, call_id="call-1", rate_hz=RATE, start=None, speed=20.0, **pace):
        """Play [channels, n] as a call to its end."""
        roles = BOTH if samples.shape[0] == 2 else (Channel.MIXED,)
        sound = Sound(samples, rate_hz, roles)
        return await play(
            sound,
            call_start(call_id, sound, start),
            url=self.address.socket,
            token=self.address.token,
            pace=Pace(speed=speed, **pace),
        )

    def dial(self, **options):
        """Connect to the audio socket by hand."""
        return websockets.connect(
            f"{self.address.socket}/v1/audio",
            additional_headers=self.headers,
            compression=None,
            **options,
        )

    def watch(self, call_id, after=0):
        """Connect to a call's event socket."""
        return websockets.connect(
            f"{self.address.socket}/calls/{call_id}/live?after={after}",
            additional_headers=self.headers,
            max_size=None,
        )

    async def events(self, call_id="call-1"):
        """Return the durable events that are stored of a call, once the store has them all."""
        writer = self.runtime.writer
        async with asyncio.timeout(PATIENCE_S):
            assert await asyncio.to_thread(writer.flush)
            while writer.journal.pending:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return [e for _, e in await asyncio.to_thread(self.runtime.store.events, call_id)]

    def finals(self, call_id="call-1"):
        """Return the texts of a live call's finals so far, as the bus has them."""
        box = self.runtime.bus.listen(call_id)
        self.runtime.bus.leave(box)
        return [p.event.utterance.text for p in box.backlog if p.event.type == "UtteranceFinal"]

    async def until(self, true, what=""):
        """Wait until something holds, for things that tell nobody when they change."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def metrics(self):
        async with httpx.AsyncClient(headers=self.headers) as client:
            return (await client.get(f"{self.address.http}/metrics")).text


@pytest.fixture
def serving(tmp_path):
    """`async with serving(...) as server`."""
    return functools.partial(Serving, tmp_path)


@contextlib.asynccontextmanager
async def reading(settings):
    """A reader of recordings with the engines of these settings."""
    stt = load("stt", settings.stt.engine, settings.stt.options)
    vad = load("vad", settings.vad.engine, settings.vad.options)
    try:
        async with open_reader(Maker(settings, classifier_for), vad, stt) as made:
            yield made
    finally:
        stt.close()


@pytest.fixture
def reader():
    """`async with reader(settings) as reader`; without settings the tone engine's."""
    return lambda settings=None: reading(settings or load_settings(overrides=TONE))


def write_sound(path, samples, rate_hz=RATE, **options):
    """Write [channels, n] as a file of 16 bits."""
    soundfile.write(path, np.rint(samples.T * 32767).astype(np.int16), rate_hz, **options)
    return path


@pytest.fixture
def sound_file():
    return write_sound


def texts(events):
    """Who said what, in the order of release."""
    return [
        (e.utterance.channel.value, e.utterance.text)
        for e in events
        if isinstance(e, UtteranceFinal)
    ]


@pytest.fixture
def said():
    return texts


def pytest_collection_modifyitems(items):
    """Put the browser's tests last: Playwright keeps an event loop running on the main thread."""
    items.sort(key=lambda item: "browser" in item.path.relative_to(item.config.rootpath).parts)
