"""What every recogniser must do, on real samples."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import soundfile
import soxr

from models.errors import ClipTooLong, OptionsInvalid, WeightsNotFound
from models.registry import load
from models.stt import tone
from models.text import wer_words
from models.types import SttRequest
from models.weights import moonshine_files

ENGINES = {"moonshine": {}, "faster-whisper": {}, "tone": {}}
"""Name and options of each; one whose weights are absent is skipped."""

RATES = [8_000, 16_000]


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request):
    try:
        made = load("stt", request.param, ENGINES[request.param])
    except WeightsNotFound as err:
        pytest.skip(str(err))
    made.warm_up()
    yield made
    made.close()


@pytest.fixture(scope="module")
def clips(engine):
    """Clips in the engine's own language by rate, and the words in the first of them."""
    if engine.info.name == "tone":
        texts = ["my card was declined", "thank you", "good morning"]
        return {hz: [tone.say(text, rate_hz=hz) for text in texts] for hz in RATES}, texts[0]
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    cut = [(1.1, 4.7), (21.1, 24.1), (29.9, 32.4)]
    parts = [samples[int(a * rate) : int(b * rate)] for a, b in cut]
    made = {
        hz: [soxr.resample(part, rate, hz).astype(np.float32) for part in parts] for hz in RATES
    }
    return made, "it was the best of times it was the worst of times"


def requests(clips, rate):
    return [SttRequest(clip, rate) for clip in clips[0][rate]]


def read(engine, request):
    return engine.transcribe([request])[0]


def test_it_says_what_it_is(engine):
    info = engine.info
    assert info.name in ENGINES
    assert info.model
    assert info.licence
    assert info.max_batch >= 1
    assert info.workers >= 1
    assert info.max_seconds >= 15


@pytest.mark.parametrize("rate", RATES)
def test_it_reads_what_is_said(engine, clips, rate):
    heard = read(engine, requests(clips, rate)[0])
    said = wer_words(clips[1])
    found = wer_words(heard.text)
    assert sum(word in found for word in said) >= 0.8 * len(said), heard.text
    assert len(found) <= 1.3 * len(said), heard.text
    assert heard.rejected is None


def test_confidence_is_a_probability_or_nothing(engine, clips):
    heard = read(engine, requests(clips, 16_000)[0])
    assert heard.confidence is None or 0.0 <= heard.confidence <= 1.0
    silent = read(engine, SttRequest(np.zeros(16_000, np.float32), 16_000, speech_s=0.0))
    assert (silent.text, silent.confidence) == ("", None)


def test_a_batch_answers_in_order_and_its_members_do_not_mix(engine, clips):
    batch = requests(clips, 16_000)
    batch = [batch[i] for i in (2, 0, 1)][: engine.info.max_batch]
    together = engine.transcribe(batch)
    assert len(together) == len(batch)
    for heard, request in zip(together, batch, strict=True):
        assert wer_words(heard.text) == wer_words(read(engine, request).text)


def test_requests_with_one_key_are_hashable_and_equal(engine, clips):
    first, second = (engine.batch_key(request) for request in requests(clips, 16_000)[:2])
    assert hash(first) == hash(second)
    assert first == second


def test_threads_hear_the_same_as_one(engine, clips):
    batch = requests(clips, 8_000)
    alone = [read(engine, request).text for request in batch]
    workers = max(2, engine.info.workers)
    start = threading.Barrier(workers, timeout=30)

    def work(shift):
        start.wait()
        order = [(at + shift) % len(batch) for at in range(len(batch))]
        return {at: read(engine, batch[at]).text for at in order}

    with ThreadPoolExecutor(workers) as pool:
        for heard in pool.map(work, range(workers)):
            assert [heard[at] for at in range(len(batch))] == alone


def test_silence_yields_no_words(engine):
    for seconds in (0.3, 2.0):
        for rate in RATES:
            silence = np.zeros(int(seconds * rate), np.float32)
            heard = read(engine, SttRequest(silence, rate, speech_s=0.0))
            assert heard.text == ""


@pytest.mark.parametrize("samples", [1, 2, 79, 447, 448])
def test_the_shortest_clips_are_no_error(engine, samples):
    noise = np.random.default_rng(samples).normal(0, 0.01, samples).astype(np.float32)
    assert read(engine, SttRequest(noise, 8_000, speech_s=0.0)).text == ""


def test_a_clip_that_is_too_long_is_refused(engine):
    long = np.zeros(int((engine.info.max_seconds + 0.1) * 8_000), np.float32)
    with pytest.raises(ClipTooLong):
        engine.transcribe([SttRequest(long, 8_000)])


def test_the_samples_are_left_as_they_were(engine, clips):
    given = clips[0][16_000][0].copy()
    given.setflags(write=False)
    read(engine, SttRequest(given, 16_000))
    assert np.array_equal(given, clips[0][16_000][0])


def test_a_view_into_a_longer_recording_is_read_as_its_copy(engine, clips):
    clip = clips[0][8_000][0]
    stereo = np.stack([clip, np.zeros_like(clip)], axis=1)
    assert read(engine, SttRequest(stereo[:, 0], 8_000)) == read(engine, SttRequest(clip, 8_000))


def test_word_times_are_in_order_and_inside_the_clip(engine, clips):
    clip = clips[0][16_000][0]
    heard = read(engine, SttRequest(clip, 16_000, words=True))
    times = [(word.start, word.end) for word in heard.words]
    assert all(0.0 <= start <= end <= len(clip) / 16_000 + 0.1 for start, end in times)
    assert all(one[0] <= other[0] for one, other in pairwise(times))


def test_unknown_options_are_errors(engine):
    with pytest.raises(OptionsInvalid, match="colour"):
        load("stt", engine.info.name, {**ENGINES[engine.info.name], "colour": "blue"})
