import io
import runpy
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.peaks import file_peaks
from pipeline.audio.tape import Recording
from pipeline.errors import RequestRefused
from pipeline.events import UtteranceRedacted
from pipeline.playlist_export import export
from pipeline.store.playlists import Playlists, Stretch
from pipeline.store.repo import Store
from pipeline.store.retention import delete_call

told = runpy.run_path(str(Path(__file__).with_name("store") / "calls.py"))["told"]
TURNS = [
    ("a", 1, "Hello, Ana here"),
    ("c", 4, "four five three nine one four eight eight"),
    ("a", 8, "Thank *you*"),
]
RATE = 8000


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as opened:
        yield opened


def record(store, folder, call_id, rate=RATE):
    """Keep a recording that was not muted; return its samples."""
    whole = np.random.default_rng(5).integers(-9000, 9000, (18 * rate, 2), np.int16)
    soundfile.write(folder / f"{call_id}.flac", whole, rate, subtype="PCM_16")
    peaks = file_peaks(folder / f"{call_id}.flac")
    store.save_recording(
        Recording(call_id, f"{call_id}.flac", "flac", rate, 2, 18.0, "complete", peaks)
    )
    return whole


def taken(store, folder, number, form="flac", **more):
    made = export(store, folder, Playlists(store.database).get("tess", number), form, **more)
    with zipfile.ZipFile(io.BytesIO(made.body)) as archive:
        audio, text = archive.namelist()
        samples, rate = soundfile.read(io.BytesIO(archive.read(audio)), dtype="int16")
        return made, samples, rate, archive.read(text).decode()


def test_an_export_is_one_sound_and_its_words_with_nothing_that_was_masked_later(store, tmp_path):
    told(store, "one", TURNS)
    told(store, "two", TURNS, day=2)
    whole = record(store, tmp_path, "one")
    record(store, tmp_path, "two", rate=16_000)
    lists = Playlists(store.database)
    number = lists.create("tess", "Numbers #1", "Take a number back")
    lists.add("tess", number, Stretch("one", 0.5, 7.5, "Reads <back>", "Note this"), "good")
    lists.add("tess", number, Stretch("two", 0.5, 3.5, "Greets"))
    _, before, _, text = taken(store, tmp_path, number)
    assert before[int(3.6 * 16_000) : int(5.4 * 16_000), 1].any()
    assert "- 0:03 Customer: four five three nine" in text
    store.append("one", [(6, UtteranceRedacted(2, "[card number]", ("card",)))])
    made, samples, rate, text = taken(store, tmp_path, number)
    assert made.call_ids == ("one", "two")
    assert (rate, len(samples)) == (16_000, 11 * 16_000)
    assert not samples[int(3.4 * rate) : int(5.6 * rate), 1].any()
    assert samples[int(3.4 * rate) : int(5.6 * rate), 0].any()
    assert "## 0:00 1. Reads \\<back\\> (good example)" in text
    assert "- 0:00 Agent: Hello, [agent] here" in text
    assert "- 0:03 Customer: [card number]" in text
    assert "## 0:08 2. Greets" in text
    assert "Ana" not in text
    assert "Agent: Ana" in taken(store, tmp_path, number, names=True)[3]
    lists.drop("tess", number, lists.get("tess", number).clips[1].id)
    _, alone, rate, _ = taken(store, tmp_path, number, "wav")
    assert rate == RATE
    assert np.array_equal(alone[200:20_000], whole[4_200:24_000])


def test_what_is_gone_is_left_out_and_what_callers_refused_bars_the_export(store, tmp_path):
    told(store, "one", TURNS)
    told(store, "two", TURNS, day=2)
    told(store, "refused", TURNS, day=3, intents=[(2, "recording_refused")])
    for call_id in ("one", "refused"):
        record(store, tmp_path, call_id)
    lists = Playlists(store.database)
    number = lists.create("tess", "Openings", "Greet by name")
    with pytest.raises(RequestRefused, match="add a clip"):
        taken(store, tmp_path, number)
    for call_id in ("one", "two", "refused"):
        lists.add("tess", number, Stretch(call_id, 0.5, 3.5, call_id))
    with pytest.raises(RequestRefused, match=r"clip 3 \(the caller did not want"):
        taken(store, tmp_path, number)
    lists.drop("tess", number, lists.get("tess", number).clips[2].id)
    assert (
        "Clip 2 is left out: nothing of this call is recorded." in taken(store, tmp_path, number)[3]
    )
    delete_call(store, "two")
    text = taken(store, tmp_path, number)[3]
    assert "Clip 2 is left out: its call was removed." in text
    assert "two" not in text
