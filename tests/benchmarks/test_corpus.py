import json

import numpy as np
import pytest
import soundfile

from benchmarks.corpus import (
    DATA_VARIABLE,
    Clip,
    CorpusNotFound,
    corpora,
    data_folder,
    hear,
    sounds,
    spoken,
)


@pytest.fixture
def folder(tmp_path):
    rows = [
        {"file": "a.flac", "id": "a", "text": "hello", "dur": 1.5, "lang": "en"},
        {"file": "b.flac", "id": "b", "text": "", "dur": 1.0, "lang": "en"},
        {"file": "c.flac", "id": "c", "text": "guten tag", "lang": "de"},
        {"file": "d.flac", "id": "d", "text": "two ways", "text_variants": 2, "lang": "en"},
        {"file": "e.flac", "id": "e", "text": "unfit", "wer_ok": False},
        {"file": "f.flac", "text": "colour", "lang": "en-GB", "text_variants": 1, "wer_ok": True},
    ]
    made = tmp_path / "set"
    made.mkdir()
    (made / "manifest.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return made


def test_only_clips_with_certain_words_in_the_language_count(folder):
    assert [clip.id for clip in spoken(folder)] == ["a", "f.flac"]
    assert [clip.id for clip in spoken(folder, language="de")] == ["c"]
    assert spoken(folder)[0] == Clip("a", folder / "a.flac", "hello", 1.5)


def test_sounds_are_all_of_them(folder):
    assert len(sounds(folder)) == 6


def test_a_limit_takes_clips_from_all_over_the_set(folder):
    assert [clip.path.name for clip in sounds(folder, limit=3)] == ["a.flac", "c.flac", "f.flac"]
    assert sounds(folder, limit=0) == []
    assert len(sounds(folder, limit=99)) == 6


def test_sets_are_folders_with_a_manifest(folder):
    (folder.parent / "text").mkdir()
    assert corpora(folder.parent) == ["set"]
    with pytest.raises(CorpusNotFound, match=r"manifest\.jsonl"):
        spoken(folder.parent / "text")


def test_the_environment_names_the_folder_of_sets(folder, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(folder.parent))
    assert data_folder() == folder.parent
    monkeypatch.setenv(DATA_VARIABLE, str(folder.parent / "gone"))
    with pytest.raises(CorpusNotFound, match=DATA_VARIABLE):
        data_folder()


def test_a_recording_is_mixed_to_one_channel(tmp_path):
    left = np.full(800, 0.5, np.float32)
    path = tmp_path / "two.wav"
    soundfile.write(path, np.stack([left, -left / 2], axis=1), 8_000)
    samples, rate_hz = hear(Clip("two", path, "", 0.1))
    assert rate_hz == 8_000
    assert samples.dtype == np.float32
    assert samples == pytest.approx(np.full(800, 0.125), abs=1e-3)


@pytest.mark.data
def test_the_shared_sets_can_be_heard():
    try:
        data = data_folder()
    except CorpusNotFound as err:
        pytest.skip(str(err))
    for name in corpora(data):
        for clip in sounds(data / name, limit=2):
            samples, rate_hz = hear(clip)
            assert samples.ndim == 1
            assert rate_hz >= 8_000
