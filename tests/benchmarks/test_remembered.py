"""A clip is read once, and read again where it or what is asked of it differs."""

from dataclasses import replace

import numpy as np

from benchmarks.remembered import RememberedEngine
from models.engines import EngineInfo
from models.types import SttRequest, Transcription, Word


class Counting:
    info = EngineInfo("counting", "none", "MIT")

    def __init__(self):
        self.read = 0
        self.closed = False

    def batch_key(self, request):
        return request.rate_hz

    def transcribe(self, batch):
        self.read += len(batch)
        words = (Word("clip", 0.1, 0.4, 0.9),)
        return [Transcription(f"clip {request.samples.size}", 0.8, words) for request in batch]

    def warm_up(self):
        raise AssertionError("what is remembered needs no warm engine")

    def close(self):
        self.closed = True


def clip(size, level=0.5):
    return SttRequest(np.full(size, level, np.float32), 8_000, speech_s=1.0)


def test_a_clip_is_read_once_and_answered_the_same(tmp_path):
    engine = Counting()
    first = RememberedEngine(engine, tmp_path)
    read = first.transcribe([clip(10), clip(20)])
    assert (first.heard, engine.read) == (2, 2)
    again = RememberedEngine(engine, tmp_path)
    again.warm_up()
    assert again.transcribe([clip(20), clip(30), clip(10)]) == [
        read[1],
        replace(read[0], text="clip 30"),
        read[0],
    ]
    assert (again.heard, engine.read) == (1, 3)
    assert read[0].words[0].confidence == 0.9


def test_another_sound_or_another_question_is_another_clip(tmp_path):
    engine = Counting()
    remembered = RememberedEngine(engine, tmp_path)
    remembered.transcribe([clip(10), clip(10, 0.6), replace(clip(10), rate_hz=16_000)])
    remembered.transcribe([replace(clip(10), speech_s=0.5), replace(clip(10), words=True)])
    assert remembered.heard == 5


def test_it_is_the_engine_to_the_batcher(tmp_path):
    engine = Counting()
    remembered = RememberedEngine(engine, tmp_path)
    assert remembered.info is engine.info
    assert remembered.batch_key(clip(10)) == 8_000
    remembered.close()
    assert engine.closed
