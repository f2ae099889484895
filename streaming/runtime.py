"""What a server runs: engines, store, host and bus, built once and run together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import structlog

from models.classify.meaning import MeaningClassifier
from models.engines import Classifier, SttEngine
from models.registry import load
from pipeline.audio.recorder import RecorderPool, recover
from pipeline.audio.tape import Recording
from pipeline.batcher import Batcher
from pipeline.classify import ClassifyQueue
from pipeline.config import Settings
from pipeline.ear import Ear
from pipeline.errors import FormLocked, PipelineError, SettingsInvalid
from pipeline.fit import classifier_for
from pipeline.host import Host
from pipeline.knowledge import Knowledge
from pipeline.machinery import Machinery
from pipeline.making import Maker
from pipeline.outbox import Outbox
from pipeline.rescoring import refuse_locked
from pipeline.store.outbox import OutboxStore
from pipeline.store.repo import Store
from pipeline.store.writer import StoreWriter
from pipeline.sweeper import Sweeper
from pipeline.telemetry import Telemetry
from pipeline.vectors import SentenceReader, VectorMaker
from streaming.bus import Bus

log = structlog.get_logger(__name__)

READER_THREADS = 4
LAG_EVERY_S = 0.1
ARTICLES_EVERY_S = 10.0
WORDS_ONLY = "utterances are read by words alone: the encoder does not load; see cueline doctor"


class _Relay:
    """Carries troubles from the disks' threads to the calls' loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._host: Host | None = None

    def connect(self, loop: asyncio.AbstractEventLoop, host: Host) -> None:
        self._loop, self._host = loop, host

    def recording_trouble(self, call_id: str, reason: str) -> None:
        if self._host is not None:
            self._tell(partial(self._host.recording_trouble, call_id, reason))

    def store_trouble(self, reason: str, over: bool) -> None:
        if self._host is not None:
            self._tell(partial(self._host.store_trouble, reason, over))

    def _tell(self, what: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)


@dataclass(slots=True)
class Runtime:
    """Everything that lives as long as the server. `running` starts it and stops it again."""

    settings: Settings
    store: Store
    writer: StoreWriter
    bus: Bus
    host: Host
    relay: _Relay
    ear: Ear
    batcher: Batcher
    classifiers: ClassifyQueue | None
    recorders: RecorderPool | None
    readers: ThreadPoolExecutor
    telemetry: Telemetry
    knowledge: Knowledge | None
    outbox: Outbox
    words_only: bool = False
    """Whether calls are read by words alone, as the encoder cannot be had."""
    warm: bool = False
    lag_s: float = 0.0
    sentences: SentenceReader = field(default_factory=SentenceReader)

    @classmethod
    def build(cls, settings: Settings) -> "Runtime":
        """Load the engines and open the store; takes about a second.

        Raises:
            ModelError: an engine or its weights are missing; the message says what to do.
            RuleError: a queue's packs do not read.
            StoreUnavailable: the database cannot be opened.
            FormLocked: a form that has scored calls was changed without a new version.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        maker = Maker(settings, classifier_for)
        maker.warm()
        stt: SttEngine = load("stt", settings.stt.engine, settings.stt.options)
        vad = load("vad", settings.vad.engine, settings.vad.options)
        ear = Ear(vad, settings.vad.tick_ms / 1000)
        batcher = Batcher(stt, greedy_above=settings.stt.greedy_above)
        queue = _slow_classifier(maker, settings)
        store = _open_store(settings, maker)
        journal = settings.data_dir / "journal"
        bus, telemetry, relay = Bus(), Telemetry(), _Relay()
        writer = StoreWriter(store, journal, on_trouble=relay.store_trouble)
        recorders = _recorders(settings, relay)
        machinery = Machinery(
            settings,
            maker,
            ear,
            batcher,
            queue,
            bus,
            writer,
            recorders,
            telemetry,
            store.knows,
            partial(_save_recording, store, writer),
        )
        host = Host(machinery)
        readers = ThreadPoolExecutor(READER_THREADS, "read")
        sentences = _sentences(queue)
        outbox = Outbox(
            OutboxStore(store.database), settings.connectors, settings.data_dir, readers
        )
        return cls(
            settings,
            store,
            writer,
            bus,
            host,
            relay,
            ear,
            batcher,
            queue,
            recorders,
            readers,
            telemetry,
            _articles(settings, sentences),
            outbox,
            maker.words_only(settings.default_queue.packs),
            sentences=sentences,
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Recover what a crash left, serve, and close every call at the end."""
        self.relay.connect(asyncio.get_running_loop(), self.host)
        await asyncio.to_thread(self._recover)
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self.ear.run()), group.create_task(self.batcher.run())]
            if self.classifiers is not None:
                workers.append(group.create_task(self.classifiers.run()))
            workers.append(group.create_task(self._watch_lag()))
            sweeper = Sweeper(self.store, self.settings, self.writer.journal)
            workers.append(group.create_task(sweeper.run()))
            workers.append(group.create_task(self.outbox.run()))
            vectors = VectorMaker(self.store.database, self.sentences)
            workers.append(group.create_task(vectors.run(lambda: self.batcher.waiting_finals > 0)))
            if self.knowledge is not None:
                workers.append(group.create_task(self._watch_articles(self.knowledge)))
            host = group.create_task(self.host.run())
            await asyncio.to_thread(self.batcher.engine.warm_up)
            self.warm = True
            try:
                yield
            finally:
                self.host.close()
                await host
                for worker in workers:
                    worker.cancel()
        await asyncio.to_thread(self._close)

    def ready(self) -> Mapping[str, bool]:
        """Say by name what works."""
        return {
            "stt": self.warm,
            "store": not self.writer.refused,
            "load": self.batcher.waiting_finals < 10 * self.batcher.workers,
        }

    def reduced(self) -> Mapping[str, str]:
        """Say by name what works with less than it should, and why."""
        less = {"reading": WORDS_ONLY} if self.words_only else {}
        if self.knowledge is not None and self.knowledge.reduced:
            less["knowledge"] = self.knowledge.reduced
        return less

    def _recover(self) -> None:
        self.writer.start()
        tapes = recover(self.settings.recordings) if self.recorders is not None else []
        heard = {tape.call_id: tape.seconds for tape in tapes}
        for call_id in self.store.recover(heard):
            log.warning("call_recovered", call_id=call_id)
        for tape in tapes:
            _save_recording(self.store, self.writer, tape)

    def _close(self) -> None:
        if self.recorders is not None:
            self.recorders.close()
        self.writer.close()
        self.readers.shutdown()
        if self.knowledge is not None:
            self.knowledge.close()
        self.store.close()
        self.batcher.engine.close()

    async def _watch_articles(self, knowledge: Knowledge) -> None:
        """Read the folder of articles again when it changes; encoding is off the loop."""
        while True:
            try:
                await asyncio.to_thread(knowledge.refresh)
            except OSError as error:
                log.warning("articles_not_read", reason=str(error))
            await asyncio.sleep(ARTICLES_EVERY_S)

    async def _watch_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self.lag_s = max(0.0, loop.time() - due)
            self.telemetry.loop_lag.observe(self.lag_s)


def _save_recording(store: Store, writer: StoreWriter, recording: Recording) -> None:
    """Note a recording, once its call is in the database; the file stays whatever happens."""
    writer.flush()
    try:
        store.save_recording(recording)
    except PipelineError as error:
        log.warning("recording_not_noted", call_id=recording.call_id, reason=str(error))


def _open_store(settings: Settings, maker: Maker) -> Store:
    """Open the store, and refuse to score by forms that were changed without a new version."""
    store = Store.open(settings.database)
    try:
        for queue in (settings.default_queue, *settings.queues.values()):
            refuse_locked(store, maker.packs(queue.packs))
    except FormLocked:
        store.close()
        raise
    return store


def _recorders(settings: Settings, relay: _Relay) -> RecorderPool | None:
    if not settings.retain.record:
        return None
    settings.recordings.mkdir(parents=True, exist_ok=True)
    return RecorderPool(settings.recordings, relay.recording_trouble)


def _articles(settings: Settings, sentences: SentenceReader) -> Knowledge | None:
    """Return what finds articles, None where no folder is set.

    Raises:
        SettingsInvalid: the folder is not there.
    """
    if settings.knowledge_dir is None:
        return None
    if not settings.knowledge_dir.is_dir():
        raise SettingsInvalid(f"knowledge_dir: there is no folder {settings.knowledge_dir}")
    return Knowledge(settings.knowledge_dir, settings.knowledge_stale_days, sentences.need)


def _sentences(queue: ClassifyQueue | None) -> SentenceReader:
    """Return what reads sentences: by the encoder that reads calls, where there is one."""
    engine = queue.engine if queue is not None else None
    return SentenceReader(encoder=engine.encoder if isinstance(engine, MeaningClassifier) else None)


def _slow_classifier(maker: Maker, settings: Settings) -> ClassifyQueue | None:
    engine: Classifier | None = maker.classifier(settings.default_queue.packs)
    return ClassifyQueue(engine) if engine is not None and not engine.instant else None
