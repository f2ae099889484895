import io

import numpy as np
import pytest
import soundfile

from pipeline.audio.cut import FADE_S, Mute, Sound, cut, encode, join
from pipeline.errors import AudioUnreadable

RATE = 8000
FADE = round(FADE_S * RATE)


@pytest.fixture
def recording(tmp_path):
    samples = np.random.default_rng(3).integers(-9000, 9000, (10 * RATE, 2), np.int16)
    soundfile.write(tmp_path / "a.flac", samples, RATE, subtype="PCM_16")
    return tmp_path / "a.flac", samples


def test_a_clip_is_the_recording_to_the_sample_but_for_its_faded_edges(recording):
    path, whole = recording
    sound = cut(path, 2.5, 4.0)
    assert sound.seconds == 1.5
    wanted = whole[20_000:32_000]
    assert np.array_equal(sound.samples[FADE:-FADE], wanted[FADE:-FADE])
    assert not sound.samples[0].any()
    assert not sound.samples[-1].any()
    assert np.abs(sound.samples[:FADE]).max() < np.abs(wanted).max()
    assert np.array_equal(cut(path, 9.0, 99.0).samples[FADE:-FADE], whole[72_000:][FADE:-FADE])


def test_what_is_to_be_muted_is_silent_in_its_channel_alone(recording):
    path, whole = recording
    sound = cut(path, 2.0, 4.0, [Mute(1, 1.0, 2.5), Mute(None, 3.5, 9.0), Mute(0, 6.0, 7.0)])
    assert not sound.samples[: RATE // 2, 1].any()
    assert np.array_equal(sound.samples[FADE : RATE // 2, 0], whole[16_000 + FADE : 20_000, 0])
    assert not sound.samples[3 * RATE // 2 :].any()
    assert sound.samples[RATE // 2 : 3 * RATE // 2].any(axis=0).all()


def test_what_cannot_be_cut_says_why(recording, tmp_path):
    with pytest.raises(AudioUnreadable, match="ends before"):
        cut(recording[0], 11.0, 12.0)
    with pytest.raises(AudioUnreadable, match="is not there"):
        cut(tmp_path / "none.flac", 0.0, 1.0)
    (tmp_path / "odd.flac").write_bytes(b"no sound")
    with pytest.raises(AudioUnreadable, match="does not read"):
        cut(tmp_path / "odd.flac", 0.0, 1.0)


def test_clips_of_any_rate_and_width_are_joined_with_silence_between(recording):
    stereo = cut(recording[0], 0.0, 2.0)
    tone = np.sin(np.arange(16_000) / 16_000 * 2 * np.pi * 300)[:, None] * 8000
    mono = Sound(tone.astype(np.int16), 16_000)
    joined, starts = join([stereo, mono, stereo], 0.5)
    assert starts == [0.0, 2.5, 4.0]
    assert (joined.rate_hz, joined.samples.shape) == (16_000, (96_000, 2))
    assert not joined.samples[32_000:40_000].any()
    assert np.array_equal(joined.samples[40_000:56_000], np.repeat(mono.samples, 2, axis=1))
    alone, _ = join([stereo], 0.5)
    assert np.array_equal(alone.samples, stereo.samples)
    for form in ("flac", "wav"):
        back, rate = soundfile.read(io.BytesIO(encode(stereo, form)), dtype="int16")
        assert rate == RATE
        assert np.array_equal(back, stereo.samples)
