import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from benchmarks.telephone import at_line_rate, line
from models.prosody import pitch

RATE = pitch.RATE_HZ


def voice(hz, seconds=1.0, seed=1, noise=0.01):
    """A voice after the telephone: harmonics between 300 and 3400 Hz only, two formants, noise.

    `hz` is a number, or a track with a value for each sample.
    """
    count = int(seconds * RATE)
    track = np.broadcast_to(np.asarray(hz, float), (count,))
    phase = 2 * np.pi * np.cumsum(track) / RATE
    draw = np.random.default_rng(seed)
    out = np.zeros(count)
    for number in range(1, int(3400 / track.min()) + 1):
        here = number * track
        formants = 1 / (1 + ((here - 500) / 120) ** 2) + 0.5 / (1 + ((here - 1500) / 200) ** 2)
        inside = (here >= 300) & (here <= 3400)
        out += (0.05 + formants) * inside * np.cos(number * phase + draw.uniform(0, 6.3))
    out += noise * draw.standard_normal(count)
    return (0.2 * out / np.abs(out).max()).astype(np.float32)


def tracked(samples):
    frames = pitch.frames_of(samples)
    return pitch.track(pitch.magnitudes(frames), np.arange(len(frames))).hz


@pytest.mark.parametrize("hz", [75, 95, 110, 137, 180, 220, 261, 330, 420])
def test_the_pitch_is_found_though_the_line_passes_no_fundamental(hz):
    samples = voice(hz)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    if hz < 280:
        assert spectrum[np.abs(hertz - hz) < 10].max() < 0.02 * spectrum.max()
    found = tracked(samples)
    assert (found > 0).mean() > 0.95
    assert np.abs(12 * np.log2(found[found > 0] / hz)).max() < 0.5


def test_a_glide_is_followed_over_an_octave():
    track = np.linspace(110, 230, 2 * RATE)
    found = tracked(voice(track, 2.0))
    centres = np.arange(len(found)) * pitch.HOP + pitch.FRAME // 2
    off = 12 * np.log2(found[found > 0] / track[centres[found > 0]])
    assert (found > 0).mean() > 0.9
    assert np.abs(off).max() < 1


def test_a_formant_on_a_harmonic_is_not_taken_for_the_pitch():
    """At 250 Hz the second harmonic lies on the first formant, the classic error of an octave."""
    found = tracked(voice(250, noise=0.03))
    assert np.median(found[found > 0]) == pytest.approx(250, rel=0.02)


def test_noise_and_silence_have_no_pitch():
    noise = np.random.default_rng(3).standard_normal(2 * RATE).astype(np.float32) * 0.1
    assert (tracked(noise) > 0).mean() < 0.1
    assert not (tracked(np.zeros(RATE, np.float32)) > 0).any()


def test_frames_apart_are_no_neighbours():
    """A pitch must hold for two frames on end; two single frames far apart do not."""
    spectra = pitch.magnitudes(pitch.frames_of(voice(150))[:2])
    assert (pitch.track(spectra, np.array([0, 1])).hz > 0).all()
    assert not (pitch.track(spectra, np.array([0, 40])).hz > 0).any()


def test_nothing_gives_nothing():
    empty = np.zeros((0, pitch.FRAME), np.float32)
    assert len(pitch.track(pitch.magnitudes(empty), np.zeros(0, np.intp)).hz) == 0
    assert pitch.frames_of(np.zeros(10, np.float32)).shape == (1, pitch.FRAME)


def spoken(folder, name, mean_hz=None):
    path = folder / f"{name}{mean_hz}.wav"
    said = "my order has not come and nobody rang me back about it"
    pitched = [] if mean_hz is None else ["--setf", f"int_f0_target_mean={mean_hz}"]
    subprocess.run(["flite", "-voice", name, *pitched, "-t", said, "-o", str(path)], check=True)
    return soundfile.read(path, dtype="float32")


@pytest.mark.speech
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
@pytest.mark.parametrize("name", ["kal16", "awb", "rms", "slt"])
def test_a_voice_has_the_same_pitch_before_and_after_the_telephone(tmp_path, name):
    samples, rate_hz = spoken(tmp_path, name)
    wide, narrow = tracked(at_line_rate(samples, rate_hz)), tracked(line(samples, rate_hz))
    both = (wide > 0) & (narrow > 0)
    assert both.sum() > 60
    off = np.abs(12 * np.log2(narrow[both] / wide[both]))
    assert (off < 1).mean() > 0.95


@pytest.mark.speech
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_a_voice_raised_by_seven_semitones_is_heard_so(tmp_path):
    low, high = (
        np.median([hz for hz in tracked(line(*spoken(tmp_path, "kal16", mean))) if hz > 0])
        for mean in (100, 150)
    )
    assert low == pytest.approx(100, rel=0.08)
    assert 12 * np.log2(high / low) == pytest.approx(7.0, abs=1.0)
