import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import cli, spoken, telephone
from benchmarks.spoken import Pair, Task, dice, done, drawn, on_the_line, sayable, voice_for
from models.types import Transcription

SPEECH = shutil.which("flite") and shutil.which("espeak-ng")
speech = pytest.mark.skipif(not SPEECH, reason="flite or espeak-ng is not installed")


class Ear:
    """Hears the length of a clip."""

    def __init__(self):
        self.requests = []

    def transcribe(self, batch):
        self.requests += batch
        return [Transcription("I heard it.", 0.9) for _ in batch]

    def close(self):
        self.closed = True


def pair(n, said="pay my bill", heard="Pay my hill.", voice="flite-rms"):
    return Pair("banking77", "train", n, said, said, voice, heard, 0.8, 1.5)


def test_what_a_voice_cannot_say_is_left_out():
    for text in ("see http://x.y", "@you there", "lost 😡 again", "!!!", "добрый день"):
        assert sayable(text) is None
    assert sayable("word " * (spoken.MOST_WORDS + 1)) is None


def test_a_line_is_written_so_that_voices_say_it():
    assert sayable("It’s &amp; *so* “late” #again") == "It's and so late again"
    assert sayable("the £1.50 and 3€ fees") == "the 1.50 pounds and 3 euros fees"
    names = {sayable("hi [NAME]", dice(n)) for n in range(40)}
    assert len(names) > 3
    assert "hi NAME" not in names
    assert sayable("-v is late") == "v is late"


def test_a_line_is_always_said_by_the_same_voice_in_the_same_way():
    voice, chance = voice_for("train", "where is my card")
    again, other = voice_for("train", "where is my card")
    assert (voice, chance.random()) == (again, other.random())
    said = [voice_for("train", f"line {n}")[0] for n in range(600)]
    share = {one: sum(v == one for v in said) / 600 for one in spoken.VOICES["train"]}
    total = sum(one.share for one in share)
    assert all(abs(part - one.share / total) < 0.06 for one, part in share.items())


def test_speakers_of_tests_are_not_those_of_training():
    train, test = ({v.voice for v in spoken.VOICES[kind]} for kind in ("train", "test"))
    assert not train & test
    assert not {"kal16"} & (train | test)


def test_more_lines_only_add_to_fewer():
    order = drawn(50, "banking77 train")
    assert sorted(order) == list(range(50))
    assert order == drawn(50, "banking77 train")
    assert order != drawn(50, "banking77 test")


def test_the_line_is_a_telephones_with_noise_before_the_words():
    tone = (0.5 * np.sin(np.arange(16_000) / 8)).astype(np.float32)
    clip = on_the_line(tone, 16_000, dice("x"))
    lead = int(spoken.LEAD_S * telephone.LINE_HZ)
    tail = int(spoken.TAIL_S * telephone.LINE_HZ)
    assert len(clip) == lead + 8_000 + tail
    assert len(np.unique(clip)) <= 256
    level = np.sqrt(np.mean(clip[lead:-tail] ** 2))
    assert spoken.SPEECH_RMS[0] * 0.5 < level < spoken.SPEECH_RMS[1] * 1.1
    assert 0 < np.sqrt(np.mean(clip[: lead // 2] ** 2)) < level / 4


def test_a_file_is_read_up_to_a_line_that_was_cut(tmp_path):
    path = tmp_path / "pairs.jsonl"
    whole = json.dumps(spoken.asdict(pair(3)))
    path.write_text(f"{whole}\n{whole[:40]}", "utf-8")
    assert done(path) == [pair(3)]
    assert path.read_text("utf-8") == whole + "\n"
    assert done(tmp_path / "none") == []


def test_errors_are_counted_on_what_was_said():
    name, lines, words, rate, *counts = spoken.row("x", [pair(0), pair(1, heard="pay my bill")])
    assert (name, lines, words) == ("x", 2, 6)
    assert rate == pytest.approx(100 / 6)
    assert counts == [1, 0, 0, 50.0, 0]


def test_a_missing_program_is_named(monkeypatch):
    monkeypatch.setattr(spoken.shutil, "which", lambda name: None)
    result = CliRunner().invoke(cli.app, ["speak", "banking77"])
    assert result.exit_code == 2
    assert "espeak-ng and flite not found: install" in result.output


def test_unknown_sets_and_voices_are_refused():
    runner = CliRunner()
    assert runner.invoke(cli.app, ["speak", "banking77", "--voices", "all"]).exit_code == 2


@pytest.mark.speech
@speech
def test_lines_are_spoken_once_and_a_run_goes_on(tmp_path):
    out = tmp_path / "new" / "pairs.jsonl"
    task = Task("banking77", "train", "train", None, out)
    rows = [(4, "Where is my card?"), (9, "Please call me back."), (2, "I lost it.")]
    ear = Ear()
    first = list(spoken.hear(task, ear, rows[:2]))
    assert [one.n for one in first] == [4, 9]
    assert done(out) == first
    again = list(spoken.hear(task, ear, rows))
    assert again[:2] == first
    assert all(len(r.samples) / r.rate_hz == pytest.approx(p.seconds, abs=0.001)
               for r, p in zip(ear.requests, [*first, *again], strict=True))  # fmt: skip
    assert ear.requests[0].samples.tobytes() == ear.requests[2].samples.tobytes()


@pytest.mark.speech
@speech
def test_every_voice_speaks_and_pace_shortens():
    for voice in {one for kind in spoken.VOICES.values() for one in kind}:
        samples, rate_hz = spoken.speak("where is my parcel", voice, dice(voice.name))
        assert 0.5 < len(samples) / rate_hz < 4
        assert np.abs(samples).max() > 0.01
    slow = spoken.Voice("s", "flite", "rms", (1, 1), (0.8, 0.8))
    fast = spoken.Voice("f", "flite", "rms", (1, 1), (1.2, 1.2))
    lengths = [len(spoken.speak("where is my parcel", v, dice(1))[0]) for v in (slow, fast)]
    assert lengths[0] > 1.3 * lengths[1]
