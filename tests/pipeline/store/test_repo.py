import numpy as np
import pytest

from pipeline.audio.peaks import Peaks
from pipeline.audio.tape import Recording
from pipeline.errors import CallNotFound
from pipeline.events import CallEnded
from pipeline.store.repo import Store


def kept(call_id="c1", seconds=31.5):
    peaks = Peaks(50.0, np.arange(-40, 40, dtype=np.int8).reshape(2, 20, 2))
    return Recording(call_id, "c1.flac", "flac", 8000, 2, seconds, "complete", peaks)


def test_a_call_survives_closing_and_opening(store, story, tmp_path):
    store.start_call(story.started(), {"regulated": True, "campaign": "spring"}, "simulator")
    store.append("c1", story.whole()[1:])
    store.close()
    with Store.open(tmp_path / "calls.db") as again:
        detail = again.call("c1")
    assert detail.facts == {"regulated": True, "campaign": "spring"}
    assert detail.row.source == "simulator"
    assert detail.packs == ("P01", "M3")
    assert [c.value for c in detail.legs] == ["agent", "customer"]


def test_what_people_add_outlives_a_rebuild(store, story):
    store.append("c1", story.whole())
    store.hint_fate("c1", "h1", "shown", 6.1)
    store.hint_fate("c1", "h1", "dismissed", 8.0)
    store.hint_fate("c1", "h1", "shown", 9.9)
    store.tick_item("c1", "greet", "", "a7")
    store.tick_item("c1", "greet", "said it before the beep", "a7")
    store.save_recording(kept())
    assert store.save_wrapup("c1", {"reason": {"text": "bill"}}, "a7") == 1
    assert store.save_wrapup("c1", {"reason": {"text": "wrong bill"}}, "a7") == 2
    before = store.call("c1")
    store.rebuild("c1")
    after = store.call("c1")
    assert after.hints[0].fates == {"shown": 6.1, "dismissed": 8.0}
    assert [t.note for t in after.ticks] == ["said it before the beep"]
    assert (after.wrapup.version, after.wrapup.edited_by) == (2, "a7")
    assert after.wrapup.draft == before.wrapup.draft
    assert after.wrapup.draft["reason"]["text"] == "bill is wrong"
    assert after.wrapup.current == {"reason": {"text": "wrong bill"}}
    assert np.array_equal(after.recording.peaks.values, kept().peaks.values)


def test_the_draft_is_what_counts_until_it_is_edited(store, story):
    store.append("c1", story.whole())
    wrapup = store.call("c1").wrapup
    assert (wrapup.version, wrapup.edited) == (0, None)
    assert wrapup.current == wrapup.draft


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.call("nobody"),
        lambda s: s.rebuild("nobody"),
        lambda s: s.finish_call("nobody", 1.0, "completed"),
        lambda s: s.save_wrapup("nobody", {}, "a"),
        lambda s: s.hint_fate("nobody", "h", "shown", 1.0),
        lambda s: s.tick_item("nobody", "r", ""),
    ],
)
def test_a_call_that_is_not_there_is_named(store, act):
    with pytest.raises(CallNotFound, match="nobody"):
        act(store)
    assert store.calls() == []
    assert store.events("nobody") == []
    assert store.recording("nobody") is None
    assert not store.knows("nobody")


def test_an_unknown_fate_is_refused(store, story):
    store.append("c1", story.whole())
    with pytest.raises(ValueError, match="eaten"):
        store.hint_fate("c1", "h1", "eaten", 1.0)


def test_a_recording_may_come_before_its_call(store, story):
    store.save_recording(kept())
    store.append("c1", story.whole())
    detail = store.call("c1")
    assert detail.recording.path == "c1.flac"
    assert detail.row.agent == "a7"


def test_finishing_a_call_counts_once(store, story):
    store.append("c1", story.whole()[:4])
    assert store.finish_call("c1", 12.5, "lost") is True
    assert store.finish_call("c1", 99.0, "completed") is False
    assert store.call("c1").row.seconds == 12.5
    assert store.events("c1", after=4) == [(5, CallEnded(12.5, "lost"))]


def test_calls_that_a_crash_left_open_are_closed_with_all_they_have(store, story):
    store.append("c1", story.whole()[:12])
    store.append("c2", story.whole("c2"))
    store.append("c3", [(1, story.started("c3"))])
    heard = len(store.call("c1").utterances)
    assert store.recover({"c1": 14.9, "c3": 7.25}) == ["c1", "c3"]
    first = store.call("c1")
    assert (first.row.reason, first.row.seconds) == ("interrupted", 14.9)
    assert len(first.utterances) == heard
    assert first.anger[-1].end == 14.9
    assert store.call("c2").row.reason == "completed"
    assert store.call("c3").row.seconds == 7.25
    assert store.recover() == []


def test_a_recording_shorter_than_the_words_does_not_shorten_the_call(store, story):
    store.append("c1", story.whole()[:12])
    store.recover({"c1": 2.0})
    row = store.call("c1").row
    assert row.seconds == 14.0
    assert row.last_s == 14.0
