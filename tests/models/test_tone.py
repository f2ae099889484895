import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ClipTooLong, OptionsInvalid, UnsupportedRate
from models.stt.tone import LETTERS, ToneStt, create, pause, say
from models.types import SttRequest

RATES = [8_000, 16_000]
words = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=8)
SENTENCE = "thank you for calling this call is recorded how can i help"


def read(samples, rate, **how):
    return ToneStt().transcribe([SttRequest(samples, rate, **how)])[0]


def mu_law(samples):
    """Through the 8 bits of a telephone line and back."""
    value = np.clip(samples, -1, 1)
    coded = np.round(127 * np.sign(value) * np.log1p(255 * np.abs(value)) / np.log(256))
    return (np.sign(coded) * np.expm1(np.abs(coded) / 127 * np.log(256)) / 255).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(words=words, rate=st.sampled_from(RATES), lead=st.floats(0, 0.6), tail=st.floats(0, 0.6))
def test_what_is_said_is_heard_wherever_it_lies(words, rate, lead, tail):
    clip = np.concatenate([pause(lead, rate), say(*words, rate_hz=rate), pause(tail, rate)])
    heard = read(clip, rate)
    assert heard.text == " ".join(words)
    assert heard.confidence == 1.0
    assert heard.words == ()


@settings(max_examples=20, deadline=None)
@given(words=words, seed=st.integers(0, 999), level=st.sampled_from([0.05, 0.3, 0.9]))
def test_codecs_resamplers_and_noise_do_not_hurt(words, seed, level):
    clip = np.concatenate([pause(0.2), say(*words, level=level), pause(0.15)])
    clip = mu_law(clip)
    noise = np.random.default_rng(seed).standard_normal(len(clip)) * level / 20
    clip = soxr.resample((clip + noise).astype(np.float32), 8_000, 16_000).astype(np.float32)
    assert read(clip, 16_000).text == " ".join(words)


def test_words_carry_their_times():
    clip = np.concatenate([pause(0.4), say("refund please"), pause(0.437), say("now"), pause(0.2)])
    refund, please, now = read(clip, 8_000, words=True).words
    assert (refund.text, please.text, now.text) == ("refund", "please", "now")
    assert refund.start == pytest.approx(0.4, abs=0.006)
    assert refund.end == pytest.approx(0.7, abs=0.006)
    assert please.start == pytest.approx(0.75, abs=0.006)
    assert now.start == pytest.approx(0.4 + 13 * 0.05 + 0.437, abs=0.006)


@pytest.mark.parametrize("rate", RATES)
def test_a_clip_cut_anywhere_gives_part_of_the_text_and_no_letter_twice(rate):
    clip = say(SENTENCE, rate_hz=rate)
    for cut in range(rate // 20, len(clip) - rate // 20, 997):
        left, right = read(clip[:cut], rate).text, read(clip[cut:], rate).text
        assert SENTENCE.startswith(left)
        assert SENTENCE.endswith(right)
        assert len(left.replace(" ", "")) + len(right.replace(" ", "")) <= len(
            SENTENCE.replace(" ", "")
        )


@pytest.mark.parametrize("rate", RATES)
def test_a_phrase_is_one_stretch_of_sound(rate):
    clip = say("a b c d please", rate_hz=rate)
    window = rate * 32 // 1000
    whole = clip[: len(clip) // window * window].reshape(-1, window)
    assert np.sqrt(np.mean(whole**2, axis=1)).min() > 0.02


@pytest.mark.parametrize("rate", RATES)
def test_silence_noise_and_a_single_sample_are_no_words(rate):
    noise = (0.1 * np.random.default_rng(0).standard_normal(rate)).astype(np.float32)
    for clip in (pause(2, rate), noise, np.zeros(1, np.float32), np.ones(1, np.float32)):
        heard = read(clip, rate)
        assert heard.text == ""
        assert heard.confidence is None


def test_a_batch_gives_what_its_clips_give_alone_and_in_their_order():
    clips = [say("refund"), pause(1), say("yes please", rate_hz=16_000), say("no no no")]
    batch = [SttRequest(c, r) for c, r in zip(clips, [8_000, 8_000, 16_000, 8_000], strict=True)]
    engine = ToneStt()
    engine.warm_up()
    assert len({engine.batch_key(one) for one in batch}) == 1
    assert [t.text for t in engine.transcribe(batch)] == ["refund", "", "yes please", "no no no"]
    engine.close()


def test_it_refuses_what_it_cannot_hear():
    with pytest.raises(UnsupportedRate):
        read(pause(1), 11_025)
    with pytest.raises(ClipTooLong):
        read(pause(31), 8_000)
    with pytest.raises(OptionsInvalid):
        create({"vocabulary": 6})


def test_characters_without_a_tone_are_left_out():
    assert read(say("No, really?"), 8_000).text == "no really"
    assert len(say("")) == 0
