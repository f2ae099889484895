import dataclasses

import pytest

from models.prosody.head import read_head
from models.prosody.measure import Measures
from models.types import Channel
from pipeline.jobs import Kind
from pipeline.voice import VoiceWatch

USUAL = Measures(3.0, -25.0, -20.0, 10.0, 85.0, 6.0, -2.0, 4.0, -8.0)
RAISED = dataclasses.replace(USUAL, level=-15.0, peak=-10.0, pitch=92.0, pace=5.0, tilt=-3.0)


@pytest.fixture
def watch():
    return VoiceWatch(read_head())


@pytest.mark.parametrize("kind", [Kind.FINAL, Kind.SPECULATIVE])
def test_what_may_become_a_final_of_the_customer_is_measured(watch, kind):
    assert watch.wants(Channel.CUSTOMER, kind)


@pytest.mark.parametrize("channel", [Channel.AGENT, Channel.MIXED])
@pytest.mark.parametrize("kind", list(Kind))
def test_nobody_elses_voice_is_measured(watch, channel, kind):
    assert not watch.wants(channel, kind)


def test_no_voice_is_measured_for_a_caption(watch):
    assert not watch.wants(Channel.CUSTOMER, Kind.PARTIAL)


def test_switched_off_nothing_is_measured_or_said():
    watch = VoiceWatch(None)
    assert not any(watch.wants(channel, kind) for channel in Channel for kind in Kind)
    assert watch.labels(RAISED, "so what") == ()


def test_a_raised_voice_gives_one_label_after_some_calm_utterances(watch):
    for _ in range(4):
        assert watch.labels(USUAL, "my bill is too high i think") == ()
    assert watch.labels(None, "yes") == ()
    (label,) = watch.labels(RAISED, "this is really not good enough")
    assert (label.kind, label.name, label.quote) == ("prosody", "raised", "")
