import numpy as np

from models.types import Channel, SttRequest
from pipeline.jobs import NO_PARTIALS, SCHEDULE_S, Kind, Pace, TranscribeJob


def test_a_job_does_not_print_its_audio():
    request = SttRequest(np.zeros(8000, np.float32), 8000)
    job = TranscribeJob(1, 2, Channel.AGENT, Kind.FINAL, 0, 8000, request)
    assert "array" not in repr(job)


def test_a_recording_asks_for_nothing_early():
    assert Pace(every_s=None, at_s=(), speculate=False) == NO_PARTIALS


def test_a_pace_says_when_to_ask_next():
    assert Pace(every_s=0.5).due(8000, 8000) == 12_000
    assert Pace(at_s=(1.0, 2.0)).due(0, 8000) == 8000
    assert Pace(at_s=(1.0, 2.0)).due(8000, 8000) == 16_000
    assert Pace(at_s=(1.0, 2.0)).due(16_000, 8000) is None
    assert NO_PARTIALS.due(0, 8000) is None


def test_no_voice_is_measured_unless_it_is_asked_for():
    request = SttRequest(np.zeros(8000, np.float32), 8000)
    assert not TranscribeJob(1, 2, Channel.CUSTOMER, Kind.FINAL, 0, 8000, request).voice


def test_the_schedule_grows():
    steps = np.diff((0.0, *SCHEDULE_S))
    assert (np.diff(steps) >= 0).all()
