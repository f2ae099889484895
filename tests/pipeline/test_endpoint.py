import pytest

from pipeline.endpoint import Change, Endpointer, Endpointing

WINDOW_S = 0.032


def run(probabilities, config=None):
    endpointer = Endpointer(config or Endpointing(), WINDOW_S)
    changes = []
    for index, probability in enumerate(probabilities):
        change = endpointer.step(probability)
        if change is not None:
            changes.append((index, change))
    return endpointer, changes


def windows(seconds):
    return round(seconds / WINDOW_S)


def test_a_stretch_of_speech_starts_pauses_and_stops():
    endpointer, changes = run([0.0] * 10 + [0.9] * 30 + [0.0] * 30)
    assert changes == [
        (10 + 5, Change.START),
        (39 + windows(0.3), Change.PAUSE),
        (39 + windows(0.5), Change.STOP),
    ]
    assert (endpointer.first, endpointer.last, endpointer.voiced) == (10, 39, 30)


def test_a_click_is_no_speech():
    assert run([0.0] * 5 + [0.9] * 5 + [0.0] * 50)[1] == []


def test_speech_after_a_pause_goes_on():
    _, changes = run([0.9] * 20 + [0.0] * 11 + [0.9] * 20 + [0.0] * 30)
    kinds = [change for _, change in changes]
    assert kinds == [Change.START, Change.PAUSE, Change.RESUME, Change.PAUSE, Change.STOP]


def test_a_short_dip_is_nothing():
    _, changes = run([0.9] * 20 + [0.0] * 5 + [0.9] * 20)
    assert [change for _, change in changes] == [Change.START]


def test_doubtful_windows_keep_speech_open_but_do_not_start_it():
    assert run([0.4] * 100)[1] == []
    _, changes = run([0.9] * 10 + [0.4] * 100)
    assert [change for _, change in changes] == [Change.START]


def test_a_long_utterance_is_cut_at_its_quietest_window():
    longest = windows(14.0)
    probabilities = [0.9] * (longest + 50)
    quietest = longest - 40
    probabilities[quietest] = 0.6
    endpointer, changes = run(probabilities)
    splits = [index for index, change in changes if change is Change.SPLIT]
    assert len(splits) == 1
    assert splits[0] <= longest
    assert endpointer.cut == endpointer.first == quietest
    assert endpointer.cut_voiced == quietest
    assert endpointer.speaking


def test_no_utterance_outlasts_the_cap():
    _, changes = run([0.9] * windows(100.0))
    splits = [index for index, change in changes if change is Change.SPLIT]
    assert len(splits) >= 7


@pytest.mark.parametrize("silence_s", [0.3, 0.5, 0.8])
def test_the_end_waits_as_long_as_configured(silence_s):
    config = Endpointing(silence_s=silence_s, speculate_s=0.2)
    _, changes = run([0.9] * 20 + [0.0] * 60, config)
    assert changes[-1] == (19 + windows(silence_s), Change.STOP)
