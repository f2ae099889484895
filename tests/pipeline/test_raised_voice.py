"""A caller who raises the voice, from the sound to the flag, by the engines of an installation."""

import dataclasses
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from benchmarks.telephone import line
from models.types import Channel
from pipeline.config import load_settings
from pipeline.offline import RecordedCall

pytestmark = [
    pytest.mark.speech,
    pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed"),
]

RATE = 8000
REAL = {
    "stt": {"engine": "moonshine"},
    "vad": {"engine": "silero"},
    "queues": {"care": {"packs": ("complaint_resolution",)}},
}
CALM = [
    "hello i am calling about the parcel that you sent me on monday",
    "it came to the house next door and the box was open",
    "yes i still have the box and the paper that was in it",
    "my name is on the label and the street is right as well",
]
COMPLAINT = "that was on friday and now i want my money back right now"
HARMLESS = "the parcel has a green label and the letters are quite large"
LOUDER_DB, FASTER, HZ = 10.0, 0.8, (100, 150)


@dataclasses.dataclass
class Speaker:
    """flite, calm or shouting: ten decibels louder, a quarter faster, seven semitones higher."""

    folder: object

    def say(self, text, shout):
        path = self.folder / "line.wav"
        how = [f"int_f0_target_mean={HZ[shout]}", f"duration_stretch={FASTER if shout else 1.0}"]
        flags = [part for setting in how for part in ("--setf", setting)]
        command = ["flite", "-voice", "kal16", *flags, "-t", text, "-o", str(path)]
        subprocess.run(command, check=True)
        samples = line(*soundfile.read(path, dtype="float32"))
        if shout:
            samples = sharper(samples) * 10 ** (LOUDER_DB / 20)
        return samples * np.float32(0.3)


def sharper(samples):
    """An effort of the voice raises its high part: 4 dB above 1 kHz, at the same level."""
    spectrum = np.fft.rfft(samples)
    spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) > 1000] *= 10 ** (4 / 20)
    out = np.fft.irfft(spectrum, len(samples))
    return (out * np.sqrt(np.mean(samples**2) / np.mean(out**2))).astype(np.float32)


@pytest.fixture
def record(tmp_path, sound_file):
    def write(name, last, *, shout, channel=1):
        speaker, parts = Speaker(tmp_path), [np.zeros(RATE // 2, np.float32)]
        for text in CALM:
            parts += [speaker.say(text, False), np.zeros(RATE, np.float32)]
        parts += [speaker.say(last, shout), np.zeros(RATE, np.float32)]
        mono = np.concatenate(parts)
        whole = np.zeros((2, len(mono)), np.float32)
        whole[channel] = np.clip(mono, -1, 1)
        path = sound_file(tmp_path / f"{name}.wav", whole, RATE)
        return RecordedCall((path,), (Channel.AGENT, Channel.CUSTOMER), "care", "dana")

    return write


async def read(reader, *calls, **settings):
    async with reader(load_settings(overrides={**REAL, **settings})) as reading:
        return [await reading.read(call) for call in calls]


def voices(call):
    return [x for x in call.result["labels"] if x["kind"] == "prosody"]


def flagged(call):
    return any(e.anger.flagged for e in call.events if e.type == "AngerChanged")


async def test_a_raised_voice_is_in_the_result_and_lifts_a_complaint_to_the_flag(reader, record):
    shouted, spoken = await read(
        reader,
        record("shouted", COMPLAINT, shout=True),
        record("spoken", COMPLAINT, shout=False),
    )
    (label,) = voices(shouted)
    assert (label["name"], label["utterance"]) == (
        "raised",
        shouted.result["utterances"][-1]["id"],
    )
    assert label["probability"] >= 0.8
    assert voices(spoken) == []
    assert flagged(shouted)
    assert not flagged(spoken), "the same words in a usual voice irritate, no more"


async def test_a_raised_voice_without_angry_words_raises_no_flag(reader, record):
    (call,) = await read(reader, record("harmless", HARMLESS, shout=True))
    assert len(voices(call)) == 1
    assert not flagged(call)
    assert not [e for e in call.events if e.type == "AngerChanged"]


async def test_an_agents_voice_is_not_judged_nor_anyones_where_it_is_switched_off(reader, record):
    (agent,) = await read(reader, record("agent", COMPLAINT, shout=True, channel=0))
    assert voices(agent) == []
    (off,) = await read(reader, record("off", COMPLAINT, shout=True), prosody="off")
    assert voices(off) == []
