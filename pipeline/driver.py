"""Runs a session: the one place where a call meets the event loop. Live and recorded both."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from models.errors import ModelError
from models.prosody.measure import measure
from models.types import AudioFrame, Samples, SttRequest, Transcription
from pipeline.batcher import Urgency
from pipeline.classify import ClassifyQueue
from pipeline.errors import Overloaded
from pipeline.events import Degraded, Event
from pipeline.jobs import (
    SCHEDULE_S,
    ClassifyJob,
    Kind,
    Mute,
    Output,
    Pace,
    TranscribeJob,
    Withdraw,
)
from pipeline.session import CallSession

STEADY_S = 4.0
"""How long of the call captions must be shed, or back, before the agent is told."""

OPEN_JOBS = 32
"""Of a recording: more would only hold its audio in memory while they wait."""


class Transcriber(Protocol):
    """Who reads clips: a local batcher, or a handle to one elsewhere."""

    @property
    def load(self) -> float:
        """How busy it is, 0 to 1."""
        ...

    async def transcribe(
        self,
        request: SttRequest,
        urgency: Urgency,
        deadline: float = 0.0,
        replace: object = None,
    ) -> Transcription:
        """Return the clip's transcription."""
        ...


class Sink(Protocol):
    """Where a call's outcome goes. None of these may block."""

    def event(self, event: Event) -> None:
        """Publish and keep an event."""
        ...

    def audio(self, samples: Samples) -> None:
        """Keep the call's next samples, shape [channels, samples]."""
        ...

    def mute(self, mute: Mute) -> None:
        """Keep these samples silent."""
        ...

    def settled(self, sample: int) -> None:
        """Everything before this sample is decided."""
        ...


@dataclass(frozen=True, slots=True)
class LoadLadder:
    """Which pace at which load; loads 0 to 1, of the engine's own time.

    `quick_s` is for a machine with little to do: captions that keep up with the voice.
    """

    quick_below: float = 0.25
    quick_s: float | None = 0.35
    brisk_below: float = 0.4
    brisk_s: float | None = 0.7
    partials_below: float = 0.65
    speculate_below: float = 0.85

    def pace(self, load: float) -> Pace:
        """Return the pace for this load."""
        if load < self.quick_below and self.quick_s is not None:
            return Pace(every_s=self.quick_s)
        if load < self.brisk_below and self.brisk_s is not None:
            return Pace(every_s=self.brisk_s)
        if load < self.partials_below:
            return Pace(at_s=SCHEDULE_S)
        return Pace(speculate=load < self.speculate_below)


class Drive:
    """One call on its way through. `run` returns when every job is answered."""

    def __init__(
        self,
        session: CallSession,
        hear: Callable[[Samples], Awaitable[Samples]],
        transcriber: Transcriber,
        sink: Sink,
        *,
        name: str = "",
        ladder: LoadLadder | None = None,
        classifier: ClassifyQueue | None = None,
    ) -> None:
        self.session, self._hear, self._transcriber, self._sink = session, hear, transcriber, sink
        self._name, self._ladder, self._classifier = name, ladder, classifier
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._answered = asyncio.Event()
        self._turned_at = 0.0
        self._degraded: set[str] = set()

    async def run(self, frames: AsyncIterable[AudioFrame], reason: Callable[[], str]) -> None:
        """Feed the frames until they end, then close the call; `reason` is asked at the end."""
        async with asyncio.TaskGroup() as self._group:
            async for frame in frames:
                self._sink.audio(frame.samples)
                speech = await self._hear(frame.samples)
                self._set_pace()
                self.act(self.session.feed(frame, speech))
                while self._ladder is None and len(self._tasks) > OPEN_JOBS:
                    self._answered.clear()
                    await self._answered.wait()
            self.act(self.session.end(reason()))

    def act(self, outputs: list[Output]) -> None:
        """Do what the session asks."""
        for output in outputs:
            match output:
                case TranscribeJob() | ClassifyJob():
                    self._start(output)
                case Withdraw(job_id):
                    if task := self._tasks.get(job_id):
                        task.cancel()
                case Mute():
                    self._sink.mute(output)
                case _:
                    self._sink.event(output)
        self._sink.settled(self.session.settled)

    def _set_pace(self) -> None:
        if self._ladder is None:
            return
        self.session.pace = pace = self._ladder.pace(self._transcriber.load)
        shed = pace.every_s is None and not pace.at_s
        if shed == ("partials" in self._degraded):
            self._turned_at = self.session.seconds
        elif self.session.seconds - self._turned_at >= STEADY_S:
            detail = "the server is busy: no captions before the final text" if shed else ""
            self._degrade("partials", shed, detail)

    def _start(self, job: TranscribeJob | ClassifyJob) -> None:
        if self._group is None:
            raise RuntimeError("a call acts only while it runs")
        task = self._group.create_task(self._do(job))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._done(job.id))

    def _done(self, job_id: int) -> None:
        del self._tasks[job_id]
        self._answered.set()

    async def _do(self, job: TranscribeJob | ClassifyJob) -> None:
        if isinstance(job, TranscribeJob):
            self.act(await self._transcribe(job))
        else:
            self.act(await self._classify(job))

    async def _transcribe(self, job: TranscribeJob) -> list[Output]:
        if self._ladder is None:
            urgency = Urgency.OFFLINE
        else:
            urgency = Urgency.PARTIAL if job.kind is Kind.PARTIAL else Urgency.FINAL
        key = (self._name, job.channel)
        try:
            answer = await self._transcriber.transcribe(job.request, urgency, replace=key)
        except Overloaded:
            return self.session.refuse(job.id)
        except ModelError as error:
            return self.session.fail(job.id, error)
        if not job.voice or not answer.text:
            return self.session.deliver(job.id, answer)
        heard = job.request
        voice = await asyncio.to_thread(measure, heard.samples, heard.rate_hz)
        return self.session.deliver(job.id, answer, voice)

    async def _classify(self, job: ClassifyJob) -> list[Output]:
        if self._classifier is None:
            self._degrade("labels", True, "utterances go unread: no classifier runs")
            return self.session.label(job.id, ())
        try:
            labels = await self._classifier.classify(job.request)
        except ModelError as error:
            self._degrade("labels", True, "utterances go unread: the classifier fails or is late")
            return self.session.fail(job.id, error)
        self._degrade("labels", False)
        return self.session.label(job.id, labels)

    def _degrade(self, what: str, active: bool, detail: str = "") -> None:
        """Tell that quality fell, or is back; each change once."""
        if active != (what in self._degraded):
            self._degraded ^= {what}
            self._sink.event(Degraded(what, active, detail))
