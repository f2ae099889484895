import numpy as np

from models.types import Channel, SttRequest
from pipeline.jobs import NO_PARTIALS, SCHEDULE_S, Kind, Pace, TranscribeJob


def test_a_job_does_not_print_its_audio():
    request = SttRequest(np.zeros(8000, np.float32), 8000)
    job = TranscribeJob(1, 2, Channel.AGENT, Kind.FINAL, 0, 8000, request)
    assert "array" not in repr(job)


def test_a_recording_asks_for_nothing_early():
    assert Pace(every_s=None, at_s=(), speculate=False) == NO_PARTIALS


def test_the_schedule_grows():
    steps = np.diff((0.0, *SCHEDULE_S))
    assert (np.diff(steps) >= 0).all()
