"""Lags from made-up events: each kind, and what is lost."""

import math
from typing import Any

import pytest

from benchmarks.lags import Lags, Trigger, lags, percentile
from benchmarks.listener import Heard

T0 = 100.0


def heard(*events: tuple[float, dict[str, Any]]) -> Heard:
    """Each event at so many seconds after the call's first sample."""
    return Heard("c", [(T0 + at, event) for at, event in events])


def final(number: int, start: float, end: float, text: str = "hello") -> dict[str, Any]:
    said = {"id": number, "start": start, "end": end, "text": text}
    return {"type": "UtteranceFinal", "utterance": said}


def partial(number: int, until: float, text: str = "hel") -> dict[str, Any]:
    return {"type": "PartialTranscript", "utterance_id": number, "until": until, "text": text}


def stopped(number: int) -> dict[str, Any]:
    return {"type": "SpeechStopped", "utterance_id": number}


def hint(kind: str, rule: str, name: str) -> dict[str, Any]:
    return {"type": kind, "hint": {"id": name, "rule_id": rule}}


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 2.0), (0.75, 3.0), (0.76, 4.0), (1.0, 4.0), (0.0, 1.0)]
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(share: float, expected: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == expected


def test_a_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_a_final_is_late_from_the_end_of_its_speech() -> None:
    assert lags(heard((2.6, final(0, 1.0, 2.0))), T0).finals == [pytest.approx(0.6)]


def test_a_partial_is_late_from_the_last_sample_it_heard() -> None:
    found = lags(heard((1.4, partial(0, 1.1)), (1.5, partial(0, 1.2, ""))), T0)
    assert found.partials == [pytest.approx(0.3)]


def test_captions_are_behind_the_voice_until_something_covers_it() -> None:
    found = lags(heard((1.5, partial(0, 1.3)), (2.5, final(0, 1.0, 2.0))), T0)
    assert len(found.captions) == 10
    # 1.1 s is first covered by the caption of 1.5 s, 1.4 s only by the final of 2.5 s.
    assert found.captions[0] == pytest.approx(0.4)
    assert found.captions[3] == pytest.approx(1.1)
    assert found.captions[-1] == pytest.approx(0.5)


def test_captions_count_the_first_cover_however_late_the_next_comes() -> None:
    early = lags(heard((1.5, partial(0, 1.9)), (9.0, final(0, 1.0, 2.0))), T0)
    assert max(early.captions[:9]) == pytest.approx(0.4)
    assert early.captions[-1] == pytest.approx(7.0)


def test_a_caption_whose_utterance_never_ended_is_not_counted() -> None:
    assert lags(heard((1.5, partial(0, 1.3))), T0).captions == []


def test_speech_without_any_answer_is_lost() -> None:
    found = lags(
        heard(
            (1.0, stopped(0)),
            (1.1, stopped(1)),
            (1.2, stopped(2)),
            (1.3, stopped(3)),
            (1.4, final(0, 0.0, 1.0)),
            (1.5, {"type": "TranscriptionFailed", "utterance_id": 1, "reason": "broken"}),
            (1.6, partial(2, 1.0, "")),
        ),
        T0,
    )
    assert (found.lost, found.failed, found.reasons) == (1, 1, ["broken"])


def test_words_that_a_gate_refused_are_no_failure_of_the_load() -> None:
    reason = "the words were not clear enough to write down (loop)"
    event = {"type": "TranscriptionFailed", "utterance_id": 0, "reason": reason}
    found = lags(heard((1.0, stopped(0)), (1.5, event)), T0)
    assert (found.lost, found.failed, found.unclear) == (0, 0, 1)


def test_a_hint_is_late_from_the_end_of_its_trigger_and_its_preview_counts() -> None:
    found = lags(
        heard(
            (5.4, hint("HintPreviewed", "call_back", "a")),
            (6.0, hint("HintRaised", "call_back", "a")),
            (6.0, hint("HintRaised", "another", "b")),
        ),
        T0,
        [Trigger(5.0, ("call_back",)), Trigger(60.0, ("call_back",))],
    )
    assert found.hints == [pytest.approx(0.4)]
    assert found.hints_missed == 1
    assert found.triggers == [
        ("call_back", 5.0, pytest.approx(0.4)),
        ("call_back", 60.0, None),
    ]


def test_a_preview_that_is_never_raised_is_withdrawn() -> None:
    found = lags(
        heard(
            (1.0, hint("HintPreviewed", "x", "a")),
            (1.0, hint("HintPreviewed", "y", "b")),
            (2.0, hint("HintRaised", "x", "a")),
        ),
        T0,
    )
    assert (found.previews, found.previews_withdrawn) == (2, 1)


def test_lags_add_up() -> None:
    total = Lags(finals=[1.0], lost=1, reasons=["a"])
    total.add(Lags(finals=[2.0], lost=2, failed=1, reasons=["b"]))
    assert (total.finals, total.lost, total.failed) == ([1.0, 2.0], 3, 1)
    assert total.reasons == ["a", "b"]
