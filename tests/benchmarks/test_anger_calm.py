"""Calm speech: what is played, how flags are counted, and that complaints are kept apart."""

import gzip
import json

import numpy as np
import pytest
import soundfile

from benchmarks.anger_calm import (
    APART_S,
    Calm,
    calm_set,
    calm_text,
    clips_of,
    complaint,
    dialogues,
    flags_of,
    reasons,
    rises_of,
    stretches,
    together,
)
from benchmarks.anger_product import TypedCalls, product, settings_for
from models.registry import load
from models.stt import tone
from qa_rules.types import Anger, Evidence

ANGRY = "this is the third time i am calling and i am absolutely furious"


@pytest.fixture
def data(tmp_path):
    """A set with a German clip, and a complaint call of two sides."""
    rows = {
        "small": [
            {"file": "a.wav", "id": "a", "lang": "en", "text": "good morning"},
            {"file": "b.wav", "id": "b", "lang": "en-GB", "text": ANGRY},
            {"file": "c.wav", "id": "c", "lang": "de", "text": "guten tag"},
            {"file": "d.wav", "id": "d", "model": "es-ES_Narrow", "text": "hola"},
        ],
        "aws_calls": [
            {"file": "x.wav", "id": "x", "lang": "en", "call": "Auto0", "text": "hello"},
            *(
                {"file": f"{s}.wav", "id": s, "call": "Auto_Repairs_40", "channel": s, "text": t}
                for s, t in (("agent", "good morning"), ("caller", ANGRY))
            ),
        ],
    }
    for name, own in rows.items():
        (tmp_path / name).mkdir()
        for row in own:
            sound = np.concatenate([tone.pause(0.3), tone.say(row["text"]), tone.pause(1)])
            soundfile.write(tmp_path / name / row["file"], sound, 8_000)
            row["dur"] = len(sound) / 8_000
        (tmp_path / name / "manifest.jsonl").write_text("\n".join(map(json.dumps, own)))
    return tmp_path


def test_only_english_is_played_and_complaints_are_left_out(data):
    assert [c.id for c in clips_of(data, "small")] == ["a", "b"]
    assert [c.id for c in clips_of(data, "aws_calls")] == ["x"]


def test_clips_are_put_together_with_silence_between(data):
    clips = clips_of(data, "small")
    (held, samples), *more = stretches(clips)
    assert (held, more) == (clips, [])
    seconds = sum(c.seconds for c in clips) + 3 * APART_S
    assert len(samples) / 8_000 == pytest.approx(seconds, abs=0.01)
    assert len(list(stretches(clips * 60))) > 1


async def test_a_flag_on_a_played_set_is_counted_with_its_words(data, tmp_path):
    settings = settings_for(tmp_path, [("core_call",)], stt="tone", vad="energy")
    engine = load("stt", "tone", {})
    async with product(settings, engine) as read:
        found = await calm_set("small", clips_of(data, "small"), read, tmp_path)
        heard = await complaint(data, "Auto_Repairs_40", read)
        gone = await complaint(data, "Auto_Repairs_49", read)
    assert (found.calls, found.clips, found.rises, len(found.flags)) == (1, 2, 1, 1)
    where, words, why = found.flags[0]
    assert where.startswith("small, a")
    assert "third time" in words
    assert "phrase" in why or "pattern" in why
    assert found.speech_s == pytest.approx(sum(c.seconds for c in clips_of(data, "small")))
    assert heard is not None
    changes, texts = heard
    assert changes[-1].flagged
    assert ANGRY in texts.values()
    assert gone is None


def test_typed_dialogues_go_through_the_same_rules(tmp_path):
    read = TypedCalls(settings_for(tmp_path, [("core_call",)]))
    calm, angry = ["i want to book a flight", "mumbai", "thanks"], ["hello", ANGRY]
    found = calm_text("airline", [calm, angry, calm], read)
    words = 2 * sum(len(t.split()) for t in calm) + len(ANGRY.split()) + 1
    assert (found.calls, found.clips, found.words) == (3, 8, words)
    assert [where for where, _, _ in found.flags] == ["airline 1"]
    assert found.flags[0][1] == ANGRY
    assert found.speech_s == pytest.approx(words / 2.5)


def test_dialogues_are_gathered_over_files_and_put_in_order(tmp_path):
    folder = tmp_path / "splits_annotated_at_turn_level" / "airline"
    folder.mkdir(parents=True)
    head = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent\n"
    (folder / "dev.tsv").write_text(
        f'{head}one\t10\tu\tbye "bye\n you\tO\tx\none\t2.0\tu\thello\tO\tx\n'
    )
    with gzip.open(folder / "train.tsv.gz", "wt") as out:
        out.write(f"{head}two\t0\tu\tgood morning\tO O\tx\n")
    assert dialogues(tmp_path) == {"airline": [["hello", 'bye "bye'], ["good morning"]]}


def test_each_rise_and_each_raising_counts_once():
    levels = [(1, False), (2, True), (3, True), (1, False), (2, True), (0, False), (1, False)]
    changes = [Anger(level, flagged, float(at)) for at, (level, flagged) in enumerate(levels)]
    assert [c.at for c in flags_of(changes)] == [1.0, 4.0]
    assert rises_of(changes) == 2
    assert rises_of([]) == 0


def test_reasons_name_the_words_and_what_found_them():
    anger = Anger(2, True, 1.0, (Evidence("third time", 0, 1, engine="phrase"),))
    assert reasons(anger) == "'third time' (phrase)"
    assert reasons(Anger(2, True, 1.0)) == "none given"


def test_sets_add_up():
    one = Calm("one", 1, 2, 3600.0, 10, 1, (("a", "b", "c"),))
    every = together([one, one])
    assert (every.calls, every.clips, every.hours, every.words) == (2, 4, 2.0, 20)
    assert (every.rises, len(every.flags)) == (2, 2)
