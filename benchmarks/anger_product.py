"""The product as the benchmark of anger runs it: shipped settings, and its clock on the engine."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.inside import NotedEngine
from models.engines import SttEngine
from models.registry import load
from models.types import Channel, SttRequest, Transcription, Utterance
from pipeline.config import Settings, load_settings
from pipeline.events import AngerChanged, Event
from pipeline.fit import classifier_for
from pipeline.making import Maker
from pipeline.offline import RecordingReader, open_reader
from pipeline.reading import Reading
from pipeline.redact import Redactor
from qa_rules.live import RuleRun
from qa_rules.types import Anger, CallFacts


class ClockedEngine(NotedEngine):
    """Notes also how many seconds of wall clock each batch took."""

    def __init__(self, engine: SttEngine) -> None:
        super().__init__(engine)
        self.took_s: list[float] = []

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Read, and note the time; what was read is not kept."""
        began = time.perf_counter()
        answers = self.engine.transcribe(batch)
        self.took_s.append(time.perf_counter() - began)
        return answers


def settings_for(
    folder: Path, packs: Sequence[tuple[str, ...]], *, stt: str = "", vad: str = ""
) -> Settings:
    """Return the shipped settings, with a queue for each list of packs, named by `queue_name`."""
    queues = {queue_name(names): {"packs": names, "company": "Northwind"} for names in packs}
    given: dict[str, object] = {"data_dir": folder, "queues": queues}
    if packs:
        given["default_queue"] = queues[queue_name(packs[0])]
    given |= {kind: {"engine": name} for kind, name in (("stt", stt), ("vad", vad)) if name}
    return load_settings(overrides=given)


def queue_name(packs: tuple[str, ...]) -> str:
    """Return the name of the queue that has these packs."""
    return "_".join(packs)


@asynccontextmanager
async def product(settings: Settings, engine: SttEngine) -> AsyncIterator[RecordingReader]:
    """Run what `cueline score` runs, over this recogniser."""
    maker = Maker(settings, classifier_for)
    vad = load("vad", settings.vad.engine, settings.vad.options)
    async with open_reader(maker, vad, engine) as reader:
        yield reader


class TypedCalls:
    """Reads calls that were typed or are known as text: no sound, the same words and rules."""

    def __init__(self, settings: Settings) -> None:
        self._maker = Maker(settings, classifier_for)
        self._names = settings.default_queue.packs
        self._packs = self._maker.packs(self._names)
        self._classifier = self._maker.classifier(self._names)

    def anger(self, said: Sequence[Utterance]) -> list[Anger]:
        """Return the changes of anger over a call's utterances, in order of their times."""
        rules = RuleRun(self._packs, CallFacts(company="Northwind"))
        reading = Reading(rules, Redactor(), self._classifier)
        out: list[Event] = []
        for utterance in said:
            out += reading.advance(utterance.start)
            told, _, request = reading.say(utterance)
            out += told
            if request is not None and self._classifier is not None:
                out += reading.label(utterance.id, self._classifier.classify([request])[0])
        return [e.anger for e in out if isinstance(e, AngerChanged)]


def typed(texts: Sequence[str], words_per_s: float, answer_s: float) -> list[Utterance]:
    """Return the customer's turns as utterances, the agent's turns between them unheard."""
    out: list[Utterance] = []
    at = 0.0
    for number, text in enumerate(texts):
        end = at + max(1, len(text.split())) / words_per_s
        out.append(Utterance(number, Channel.CUSTOMER, at, end, text, 0.9))
        at = end + answer_s
    return out
