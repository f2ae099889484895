import shutil
import subprocess
import time

import numpy as np
import pytest
import soundfile
import soxr

from models.errors import ClipTooLong, EngineFailed, OptionsInvalid
from models.stt.moonshine import at_sixteen, create, longest_text
from models.text import wer_words
from models.types import SttRequest
from models.weights import moonshine_files

OPENING = "it was the best of times it was the worst of times"


@pytest.fixture(scope="module")
def shipped():
    made = create({"graphs": "shipped"})
    yield made
    made.close()


@pytest.fixture(scope="module")
def rebuilt():
    made = create({})
    yield made
    made.close()


@pytest.fixture(scope="module")
def opening():
    """3.6 s of a person reading, at 16 kHz."""
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    return soxr.resample(samples[int(1.1 * rate) : int(4.7 * rate)], rate, 16_000).astype(
        np.float32
    )


def read(engine, samples, rate_hz=16_000, **more):
    return engine.transcribe([SttRequest(samples, rate_hz, **more)])[0]


def test_the_re_assembled_graphs_are_the_default_and_pass_their_check(rebuilt):
    assert rebuilt.notice == ""
    assert "re-assembled" in rebuilt.info.model


@pytest.mark.parametrize("kind", ["shipped", "rebuilt"])
@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_known_words_are_read_to_the_letter(request, kind, rate, opening):
    engine = request.getfixturevalue(kind)
    heard = read(engine, soxr.resample(opening, 16_000, rate), rate)
    assert wer_words(heard.text) == wer_words(OPENING)
    assert heard.confidence > 0.7


def test_both_graphs_are_equally_sure(shipped, rebuilt, opening):
    theirs, ours = read(shipped, opening), read(rebuilt, opening)
    assert theirs.text == ours.text
    assert ours.confidence == pytest.approx(theirs.confidence, abs=0.05)


def test_it_is_less_sure_of_noise_over_the_words(rebuilt, opening):
    noise = np.random.default_rng(1).normal(0, 0.1, len(opening)).astype(np.float32)
    clean, noisy = read(rebuilt, opening), read(rebuilt, opening + noise)
    assert (noisy.confidence or 0.0) < clean.confidence - 0.1


def test_the_re_assembled_graphs_take_far_less_time(shipped, rebuilt, opening):
    def cost(engine):
        begin = time.thread_time()
        read(engine, opening)
        return time.thread_time() - begin

    pairs = [(cost(shipped), cost(rebuilt)) for _ in range(9)]
    theirs, ours = np.median(pairs, axis=0)
    # `bench wer` shows 2.0 on a quiet machine.
    assert theirs / ours > 1.5


@pytest.mark.parametrize(("samples", "short"), [(894, True), (895, False), (1_600, False)])
def test_clips_too_short_for_the_convolutions_are_empty(rebuilt, samples, short):
    clip = np.random.default_rng(2).normal(0, 0.01, samples).astype(np.float32)
    heard = read(rebuilt, clip)
    assert (heard.rejected == "short") is short


def test_thirty_seconds_are_read_and_no_more(rebuilt, shipped):
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    clip = soxr.resample(samples[: 30 * rate], rate, 16_000)[: 30 * 16_000].astype(np.float32)
    words = wer_words(read(rebuilt, clip).text)
    assert len(set(words) & set(wer_words(read(shipped, clip).text))) >= 0.8 * len(set(words))
    assert words[: len(wer_words(OPENING))] == wer_words(OPENING)
    with pytest.raises(ClipTooLong):
        read(rebuilt, np.zeros(30 * 16_000 + 1, np.float32))


def test_noises_and_tones_yield_no_words(rebuilt):
    rng = np.random.default_rng(3)
    at = np.arange(4 * 8_000) / 8_000
    sounds = {
        "silence": np.zeros(len(at)),
        "white": rng.normal(0, 0.03, len(at)),
        "faint": rng.normal(0, 1e-3, len(at)),
        "dial": 0.2 * (np.sin(2 * np.pi * 350 * at) + np.sin(2 * np.pi * 440 * at)),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * at),
        "digit": 0.2 * (np.sin(2 * np.pi * 770 * at) + np.sin(2 * np.pi * 1336 * at)),
    }
    heard = {
        name: read(rebuilt, sound.astype(np.float32), 8_000, speech_s=0.1)
        for name, sound in sounds.items()
    }
    assert {name: one.text for name, one in heard.items() if one.text} == {}


def test_speech_said_to_be_little_is_still_read(rebuilt, opening):
    assert wer_words(read(rebuilt, opening, speech_s=0.3).text) == wer_words(OPENING)


def test_a_closed_engine_says_so(opening):
    engine = create({"workers": 3})
    assert engine.info.workers == 3
    engine.close()
    with pytest.raises(EngineFailed):
        read(engine, opening)


@pytest.mark.parametrize("options", [{"graphs": "other"}, {"workers": 0}, {"beam": 5}])
def test_options_are_checked(options):
    with pytest.raises(OptionsInvalid):
        create(options)


def test_the_longest_text_grows_with_the_clip():
    assert [longest_text(s) for s in (0.1, 1.0, 2.0, 30.0)] == [3, 9, 15, 197]


def test_sixteen_kilohertz_is_not_copied(opening):
    assert at_sixteen(opening, 16_000) is opening or at_sixteen(opening, 16_000).base is opening
    assert len(at_sixteen(opening[::2], 8_000)) == len(opening)


@pytest.mark.speech
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
@pytest.mark.parametrize("voice", ["kal", "slt", "rms"])
def test_synthetic_voices_on_the_telephone_are_read(rebuilt, tmp_path, voice):
    text = "I would like to speak to your manager about the payment"
    path = tmp_path / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], check=True, timeout=60)
    samples, rate = soundfile.read(path, dtype="float32")
    heard = wer_words(read(rebuilt, soxr.resample(samples, rate, 8_000), 8_000).text)
    assert sum(word in heard for word in wer_words(text)) >= 8
