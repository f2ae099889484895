import json

import numpy as np
import pytest
import soundfile

from benchmarks.prosody import (
    acted,
    against_own,
    calm_calls,
    false_alarms,
    guesses,
    leave_one_out,
    segments,
    trained,
    usual_spread,
)
from models.prosody.head import read_head
from models.registry import load

RATE = 16_000
MANNERS = {
    "neutral": (1.0, 0.05, 1.0),
    "sadness": (0.95, 0.03, 0.8),
    "anger": (1.6, 0.15, 2.5),
    "happiness": (1.5, 0.12, 2.0),
}
"""By how much a manner multiplies the pitch, its level, and what it gives above 1 kHz."""


def voice(hz, level, effort, seconds=1.6, seed=1):
    at = np.arange(int(seconds * RATE)) / RATE
    draw = np.random.default_rng(seed)
    glide = hz * 2 ** (0.1 * np.sin(2 * np.pi * (0.6 + 0.2 * draw.uniform()) * at))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    out = np.zeros(len(at))
    for number in range(1, int(3400 / (1.1 * hz)) + 1):
        loud = (effort if number * hz > 1000 else 1.0) / number
        out += loud * np.cos(number * phase + number**2)
    out *= 0.55 - 0.5 * np.cos(2 * np.pi * 4 * at)
    return (level * out / np.sqrt(np.mean(out**2))).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    """Three actors, each with three neutral clips and two of each other emotion."""
    rows = []
    for speaker, hz in (("a", 100), ("b", 120), ("c", 190)):
        for emotion, (raised, level, effort) in MANNERS.items():
            for take in range(3 if emotion == "neutral" else 2):
                name = f"{speaker}-{emotion}-{take}.wav"
                sound = voice(hz * raised * (1 + 0.02 * take), level, effort, seed=take)
                soundfile.write(tmp_path / name, sound, RATE)
                rows.append({"file": name, "id": name, "speaker": speaker, "emotion": emotion})
    rows.append({"file": "absent.wav", "id": "x", "speaker": "a", "emotion": "anger"})
    (tmp_path / "manifest.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return tmp_path


@pytest.fixture
def energy():
    return load("vad", "energy", {})


def test_clips_keep_their_levels_within_a_speaker(folder):
    clips = acted(folder)
    assert len(clips) == 27
    levels = {
        emotion: np.median([c.measures.level for c in clips if c.emotion == emotion])
        for emotion in MANNERS
    }
    assert 8 < levels["anger"] - levels["neutral"] < 15, "9.5 dB, and more within the line's band"


def test_a_calm_clip_is_never_part_of_its_own_usual(folder):
    head = read_head()
    clips = acted(folder)
    pairs = against_own(clips, head.spread)
    assert len(pairs) == len(clips)
    for clip, own in pairs:
        calm = [
            c.measures.pitch
            for c in clips
            if c.speaker == clip.speaker and c.emotion == "neutral" and c is not clip
        ]
        assert own.middle["pitch"] == np.median(calm)


def test_a_speaker_without_calm_clips_is_left_out(folder):
    clips = [c for c in acted(folder) if c.speaker != "a" or c.emotion == "anger"]
    assert {c.speaker for c, _ in against_own(clips, read_head().spread)} == {"b", "c"}


def test_a_head_tells_raised_voices_of_speakers_it_never_heard(folder, energy):
    clips = acted(folder)
    spread = usual_spread(folder, clips, energy)
    told = leave_one_out(against_own(clips, spread), spread)
    assert len(told) == len(clips)
    raised = [g.probability for c, g in told if c.emotion in {"anger", "happiness"}]
    calm = [g.probability for c, g in told if c.emotion in {"neutral", "sadness"}]
    assert min(raised) > max(calm)


def test_without_level_loudness_adds_nothing(folder):
    head = read_head()
    pairs = against_own(acted(folder), head.spread)
    with_level = {id(c): g.probability for c, g in guesses(pairs, head)}
    without = {id(c): g.probability for c, g in guesses(pairs, head, level=False)}
    soft = [c for c, _ in pairs if c.emotion == "sadness"]
    assert all(with_level[id(c)] < without[id(c)] for c in soft)


def test_a_call_is_cut_where_it_is_silent(energy):
    silence = np.zeros(8000, np.float32)
    speech = voice(110, 0.1, 1.0)[::2]
    parts = list(segments(np.concatenate([silence, speech, silence, speech, silence]), energy))
    assert len(parts) == 2
    assert all(len(speech) <= len(part) <= len(speech) + 8000 for part in parts)


def test_calm_speakers_raise_no_alarm_and_a_shout_does(folder, energy):
    head = read_head()
    rows = (folder / "manifest.jsonl").read_text().splitlines()
    calm = [row for row in rows if '"neutral"' in row]
    speakers = [json.loads(row)["speaker"] for row in calm]
    (folder / "manifest.jsonl").write_text("\n".join(calm * 3))
    assert {name for name, _ in calm_calls(folder)} == set(speakers)
    quiet = false_alarms(folder, head, energy)
    assert quiet.compared > 0
    assert (quiet.callers, quiet.alarms, quiet.per_hour) == (3, 0, 0.0)
    shouts = [row for row in rows if '"anger"' in row and "absent" not in row]
    (folder / "manifest.jsonl").write_text("\n".join(calm * 3 + shouts))
    assert false_alarms(folder, head, energy).alarms == len(shouts)


def test_the_trained_head_is_made_for_the_same_prior_as_the_shipped_one(folder):
    spread = read_head().spread
    head = trained(against_own(acted(folder), spread), spread)
    assert head.prior == read_head().prior
    assert set(head.weights) == set(read_head().weights)
