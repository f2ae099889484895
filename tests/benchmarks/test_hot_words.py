import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from benchmarks import corpus, hot_words
from benchmarks.cli import app
from models.types import Transcription


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / hot_words.SET
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(16_000, np.float32), 16_000)
    rows = [
        {"id": "a", "file": "a.wav", "text": "ask for quillon now", "dur": 1.0, "lang": "en",
         "rare_words": ["quillon"]},
        {"id": "b", "file": "a.wav", "text": "no list here", "dur": 1.0, "lang": "en"},
    ]  # fmt: skip
    (folder / corpus.MANIFEST).write_text("\n".join(map(json.dumps, rows)))
    text = tmp_path / "text"
    text.mkdir()
    (text / "a.txt").write_text("marrow marrow turnip turnip turnip once " + "common " * 9)
    monkeypatch.setenv(corpus.DATA_VARIABLE, str(tmp_path))
    return tmp_path


def test_others_are_rare_words_that_are_not_expected(data):
    assert sorted(hot_words.others(data / "text", 2, [])) == ["marrow", "turnip"]
    assert hot_words.others(data / "text", 1, ["marrow"]) == ["turnip"]
    with pytest.raises(corpus.CorpusNotFound, match="2 rare words, 9 are wanted"):
        hot_words.others(data / "text", 9, [])


class Listed:
    """Hears the rare word only where it is expected."""

    def transcribe(self, batch):
        word = "quillon" if "quillon" in batch[0].hot_words else "quill on"
        return [Transcription(f"ask for {word} now")]


def test_what_is_heard_of_the_rare_words_is_counted(data):
    spoken = hot_words.recordings(data / hot_words.SET)
    assert [s.clip.id for s in spoken] == ["a"]
    without = hot_words.measure(Listed(), spoken, "telephone", "none", [])
    with_it = hot_words.measure(Listed(), spoken, "clean", "list", ["quillon"])
    assert (without.heard, without.rare, with_it.heard, with_it.wer) == (0, 1, 1, 0.0)
    assert without.wer == pytest.approx(50.0)


def test_a_wrong_condition_is_told(data):
    answer = CliRunner().invoke(app, ["hot-words", "--condition", "tin"])
    assert answer.exit_code == 2
    assert "no condition" in answer.output
