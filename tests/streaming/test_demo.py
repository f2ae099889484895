"""The bundled calls: there, true to their scripts, heard by the shipped engine, and safe."""

import json
import shutil
from itertools import pairwise

import numpy as np
import pytest
import soundfile
import yaml

from models.registry import load
from models.text import wer_words
from models.types import Channel, SttRequest
from pipeline.config import load_settings
from pipeline.events import UtteranceFinal, to_json
from pipeline.fit import classifier_for
from pipeline.making import Maker
from pipeline.offline import RecordedCall, open_reader
from streaming.demo import CHANNELS, NAMES, RATE_HZ, calls
from streaming.demo.make_calls import Script, make

CALLS = {call.name: call for call in calls()}


def sound(call):
    samples, rate = soundfile.read(call.path, dtype="float32")
    assert rate == RATE_HZ
    return samples


@pytest.mark.parametrize("name", NAMES)
def test_a_call_is_a_small_file_of_two_channels_at_the_telephone_rate(name):
    call = CALLS[name]
    samples = sound(call)
    assert samples.shape[1] == 2
    assert call.path.stat().st_size < 1_500_000
    assert 90 <= len(samples) / RATE_HZ <= 190
    assert np.abs(samples).max() < 0.99


@pytest.mark.parametrize("name", NAMES)
def test_every_turn_is_where_the_ground_truth_says(name):
    call = CALLS[name]
    samples = sound(call)
    speaking = np.zeros(samples.shape, dtype=bool)
    for turn in call.turns():
        channel = CHANNELS.index(turn.channel)
        at = slice(int(turn.start * RATE_HZ), int(turn.end * RATE_HZ))
        assert not speaking[at, channel].any(), turn.text
        speaking[at, channel] = True
        assert np.sqrt(np.mean(samples[at, channel] ** 2)) > 0.02, turn.text
    for channel in range(2):
        silence = samples[~speaking[:, channel], channel]
        assert np.sqrt(np.mean(silence**2)) < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_the_ground_truth_is_the_script(name):
    call = CALLS[name]
    script = yaml.safe_load(call.path.with_suffix(".yaml").read_text(encoding="utf-8"))
    said = [(t.channel.value, t.text) for t in call.turns()]
    assert said == [
        ("agent", t["agent"]) if "agent" in t else ("customer", t["customer"])
        for t in script["turns"]
    ]


def test_sides_overlap_a_little_somewhere():
    turns = CALLS["complaint"].turns()
    assert any(b.start < a.end for a, b in pairwise(turns))


def test_one_line_is_noisy():
    def floor(name, channel):
        samples = sound(CALLS[name])[:, CHANNELS.index(channel)]
        blocks = samples[: len(samples) // 800 * 800].reshape(-1, 800)
        return float(np.percentile(np.sqrt((blocks**2).mean(axis=1)), 10))

    noisy, quiet = floor("outbound_sale", Channel.CUSTOMER), floor("complaint", Channel.CUSTOMER)
    assert noisy > 5 * quiet


def test_a_call_starts_as_its_script_says():
    start = CALLS["outbound_sale"].start("x-1")
    assert (start.call_id, start.direction, start.rate_hz) == ("x-1", "outbound", 8000)
    assert start.channels == CHANNELS
    assert CALLS["outbound_sale"].jurisdiction == "US"
    assert start.facts["company"] == "Evergreen Heating"


def test_a_turn_of_both_sides_is_no_turn():
    with pytest.raises(ValueError, match="either"):
        Script.model_validate({"seed": 1, "voices": {}, "turns": [{"agent": "a", "customer": "b"}]})


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_that_comes_along_hears_the_words(name):
    call = CALLS[name]
    samples, engine = sound(call), load("stt", "moonshine", {})
    wrong = words = 0
    for turn in call.turns()[:: 2 if name != "card_payment" else 1]:
        start, end = int((turn.start - 0.2) * RATE_HZ), int((turn.end + 0.15) * RATE_HZ)
        clip = np.ascontiguousarray(samples[start:end, CHANNELS.index(turn.channel)])
        heard = engine.transcribe([SttRequest(clip, RATE_HZ)])[0].text
        said = wer_words(turn.text)
        wrong, words = wrong + distance(said, wer_words(heard)), words + len(said)
    engine.close()
    assert wrong / words < 0.10


def distance(said, heard):
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


class Kept:
    """What a call leaves behind: its events and what is to be silenced."""

    def __init__(self):
        self.events, self.mutes = [], []

    def event(self, seq, event):
        self.events.append(event)

    def audio(self, samples):
        pass

    def mute(self, channel, start, stop):
        self.mutes.append((channel, start / RATE_HZ, stop / RATE_HZ))

    def settled(self, sample):
        pass


async def test_nothing_of_the_card_is_left_in_words_or_sound(tmp_path):
    call = CALLS["card_payment"]
    queue = {"packs": list(call.packs), "company": call.company}
    settings = load_settings(overrides={"data_dir": tmp_path, "queues": {call.queue: queue}})
    engine, kept = load("stt", "moonshine", {}), Kept()
    try:
        made = Maker(settings, classifier_for)
        async with open_reader(made, load("vad", "silero", {}), engine) as reader:
            await reader.read(RecordedCall((call.path,), queue=call.queue), keep=kept)
    finally:
        engine.close()
    stored = b"".join(to_json(event) for event in kept.events).decode()
    finals = [e for e in kept.events if isinstance(e, UtteranceFinal)]
    assert {"card", "cvv", "expiry"} <= {kind for e in finals for kind in e.redacted}
    for secret in ("five one", "five, one", "5105", "1051", "one two three", "One, two"):
        assert secret.lower() not in stored.lower()
    for turn in call.turns():
        if turn.channel is Channel.CUSTOMER and turn.text.startswith(
            ("Zero", "One two", "Okay, one")
        ):
            assert any(
                channel == 1 and start <= turn.start + 0.3 and stop >= turn.end - 0.3
                for channel, start, stop in kept.mutes
            ), turn.text


@pytest.mark.speech
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_the_script_makes_the_same_call_again(tmp_path):
    make("card_payment", tmp_path)
    again = json.loads((tmp_path / "card_payment.json").read_text())
    shipped = json.loads(CALLS["card_payment"].path.with_suffix(".json").read_text())
    assert [t["text"] for t in again["turns"]] == [t["text"] for t in shipped["turns"]]
    for a, b in zip(again["turns"], shipped["turns"], strict=True):
        assert abs((a["end"] - a["start"]) - (b["end"] - b["start"])) < 0.3
