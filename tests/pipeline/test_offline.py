import numpy as np
import pytest
import soundfile

from models.engines import EngineInfo
from models.registry import load
from models.stt.tone import say
from models.types import Channel, Label
from pipeline.config import load_settings
from pipeline.errors import AudioUnreadable
from pipeline.events import LabelsAdded
from pipeline.making import Maker
from pipeline.offline import RecordedCall, open_reader

RATE = 8000
LINE = "my card number is " + "four two " * 8


class Keep:
    """Remembers what is to be kept."""

    def __init__(self):
        self.events, self.mutes, self.heard, self.settled_at = [], [], 0, 0

    def event(self, seq, event):
        self.events.append((seq, event))

    def audio(self, samples):
        self.heard += samples.shape[1]

    def mute(self, channel, start, stop):
        self.mutes.append((channel, start, stop))

    def settled(self, sample):
        self.settled_at = sample


@pytest.fixture
def spoken(script):
    return script().agent("good morning").customer(LINE).agent("thank you")


async def test_a_recording_gives_events_and_a_result(reader, spoken, sound_file, tmp_path, said):
    file = sound_file(tmp_path / "call.wav", spoken.samples())
    told = []
    async with reader() as reading:
        read = await reading.read(RecordedCall((file,)), progress=told.append)
    assert read.call_id == read.result["call_id"] == "call"
    assert said(read.events)[0] == ("agent", "good morning")
    assert read.result["seconds"] == told[-1] == spoken.samples().shape[1] / RATE
    assert told == sorted(told)
    assert read.notes == ()


async def test_what_is_kept_is_numbered_muted_and_settled(reader, spoken, sound_file, tmp_path):
    samples = spoken.samples()
    file, keep = sound_file(tmp_path / "call.wav", samples), Keep()
    async with reader() as reading:
        read = await reading.read(RecordedCall((file,)), call_id="other", keep=keep)
    assert [seq for seq, _ in keep.events] == list(range(1, len(read.events) + 1))
    assert keep.events[0][1].call_id == "other"
    assert keep.heard == keep.settled_at == samples.shape[1]
    assert keep.mutes
    assert {channel for channel, _, _ in keep.mutes} == {1}


async def test_the_same_recording_gives_the_same_events(reader, spoken, sound_file, tmp_path):
    file = sound_file(tmp_path / "call.flac", spoken.samples())
    async with reader() as reading:
        first = await reading.read(RecordedCall((file,)))
        assert (await reading.read(RecordedCall((file,)))).events == first.events


async def test_one_channel_is_mixed(reader, script, sound_file, tmp_path):
    file = sound_file(tmp_path / "call.wav", script().agent("hello").samples()[:1])
    async with reader() as reading:
        read = await reading.read(RecordedCall((file,)))
    assert read.events[0].channels == (Channel.MIXED,)


async def test_what_cannot_be_read_is_said_plainly(reader, sound_file, tmp_path):
    file = tmp_path / "headless.wav"
    whole = sound_file(tmp_path / "call.wav", np.zeros((2, RATE), np.float32))
    file.write_bytes(whole.read_bytes()[:44])
    async with reader() as reading:
        with pytest.raises(AudioUnreadable, match="headless"):
            await reading.read(RecordedCall((file,)))
        with pytest.raises(AudioUnreadable, match="does not exist"):
            await reading.read(RecordedCall((tmp_path / "none.wav",)))


class SlowReader:
    """A classifier that takes its time and finds one want in everything."""

    instant = False
    info = EngineInfo(name="slow", model="", licence="", max_batch=8)

    def classify(self, batch):
        return [(Label("intent", "anything", 0.9),) for _ in batch]

    def close(self):
        pass


@pytest.fixture
def played(tmp_path):
    samples = say("hello there")
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack([np.zeros_like(samples), samples]).T, 8000)
    return RecordedCall((path,))


def engines():
    chosen = {"stt": {"engine": "tone"}, "vad": {"engine": "energy"}}
    settings = load_settings(overrides=chosen)
    return settings, load("stt", "tone", {}), load("vad", "energy", {})


async def test_a_slow_classifier_reads_recordings_too(played):
    settings, stt, vad = engines()
    async with open_reader(Maker(settings, lambda *_: SlowReader()), vad, stt) as reader:
        read = await reader.read(played)
    labels = [event for event in read.events if isinstance(event, LabelsAdded)]
    assert [label.name for event in labels for label in event.labels] == ["anything"]


async def test_a_slow_classifier_that_nobody_runs_is_told(played):
    settings, stt, vad = engines()
    maker = Maker(settings, lambda *_: SlowReader())
    async with open_reader(maker, vad, stt) as reader:
        reader.classifier = None
        read = await reader.read(played)
    assert read.notes == ("utterances go unread: no classifier runs",)
    assert read.result["notes"] == list(read.notes)


async def test_a_classifier_that_fails_is_noted_in_the_result(played):
    class Failing(SlowReader):
        def classify(self, batch):
            raise RuntimeError("no")

    settings, stt, vad = engines()
    async with open_reader(Maker(settings, lambda *_: Failing()), vad, stt) as reader:
        read = await reader.read(played)
    assert [note.partition(":")[0] for note in read.notes] == ["utterances go unread"]
