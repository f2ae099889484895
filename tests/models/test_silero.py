import hashlib
import shutil
import threading
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile
import soxr

import models.vad.silero as silero
from models.errors import OptionsInvalid, WeightsCorrupt
from models.vad.silero import SileroVad, create
from models.weights import moonshine_files

FOLDER = Path(silero.__file__).parent
RATES = [8_000, 16_000]


@pytest.fixture(scope="module")
def engine():
    return SileroVad()


@pytest.fixture(scope="module")
def speech():
    samples, rate = soundfile.read(moonshine_files().speech[0], dtype="float32")
    return {hz: soxr.resample(samples[: 20 * rate], rate, hz).astype(np.float32) for hz in RATES}


def crowd(engine, speech, rate, size, moments, seed):
    """[size, moments, window]: pieces of speech at all levels, noise among them."""
    rng = np.random.default_rng(seed)
    window = engine.window(rate)
    starts = rng.integers(0, len(speech[rate]) - moments * window, size)
    pieces = np.stack([speech[rate][s : s + moments * window] for s in starts])
    pieces *= 10.0 ** rng.uniform(-3, 0, (size, 1))
    pieces += rng.standard_normal(pieces.shape) * 10.0 ** rng.uniform(-6, -1.5, (size, 1))
    return pieces.astype(np.float32).reshape(size, moments, window)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("size", [2, 3, 4, 7, 14, 28, 37, 64, 65, 140])
def test_a_stream_in_a_crowd_gives_the_bits_it_gives_alone(engine, speech, rate, size):
    assert engine.batched
    audio = crowd(engine, speech, rate, size, 12, size)
    streams = [engine.open(rate) for _ in range(size)]
    together = np.concatenate(
        [engine.measure(streams, list(audio[:, t : t + 1])) for t in range(12)], axis=1
    )
    for row in range(size):
        single = engine.open(rate)
        one = [engine.measure([single], [audio[row, t : t + 1]])[0] for t in range(12)]
        assert np.array_equal(together[row], np.concatenate(one))
    assert size < 14 or together.max() > 0.5


@pytest.mark.parametrize("rate", RATES)
def test_a_long_recording_in_one_call_gives_the_bits_of_single_windows(engine, speech, rate):
    window = engine.window(rate)
    audio = speech[rate][: len(speech[rate]) // window * window].reshape(-1, window)
    whole = engine.measure([engine.open(rate), engine.open(rate)], [audio, audio[::-1].copy()])[0]
    single = engine.open(rate)
    assert len(audio) > silero.MAX_WINDOWS
    assert np.array_equal(
        whole, np.concatenate([engine.measure([single], [w[None]])[0] for w in audio])
    )


@pytest.mark.parametrize("rate", RATES)
def test_the_flat_graph_says_what_the_published_one_says(engine, speech, rate):
    session = onnxruntime.InferenceSession(FOLDER / silero.FILE, providers=["CPUExecutionProvider"])
    window, context = engine.window(rate), rate // 250
    audio = speech[rate][: len(speech[rate]) // window * window]
    state, sr = np.zeros((2, 1, 128), np.float32), np.array(rate, np.int64)
    kept, want = np.zeros(context, np.float32), []
    for at in range(0, len(audio), window):
        piece = np.concatenate([kept, audio[at : at + window]])
        out, state = session.run(None, {"input": piece[None], "state": state, "sr": sr})
        kept = piece[-context:]
        want.append(out[0, 0])
    got = engine.measure([engine.open(rate)], [audio.reshape(-1, window)])[0]
    assert np.abs(got - np.array(want)).max() < 1e-4
    assert np.mean(got > 0.5) > 0.5


def test_the_slow_way_gives_the_same_bits(engine, speech):
    slow = create({"alone": True})
    assert not slow.batched
    audio = crowd(engine, speech, 8_000, 5, 6, 0)
    fast = engine.measure([engine.open(8_000) for _ in range(5)], list(audio))
    for mine, theirs in zip(
        slow.measure([slow.open(8_000) for _ in range(5)], list(audio)), fast, strict=True
    ):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("rate", RATES)
def test_noise_tones_and_hum_are_not_speech(engine, rate):
    rng = np.random.default_rng(5)
    t = np.arange(4 * rate) / rate
    dtmf = 0.2 * np.sin(2 * np.pi * 770 * t) + 0.2 * np.sin(2 * np.pi * 1336 * t)
    ring = 0.2 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 2 < 1)
    hum = 0.1 * np.sin(2 * np.pi * 50 * t)
    for sound in (0.03 * rng.standard_normal(len(t)), dtmf, ring, hum):
        audio = sound.astype(np.float32)[: len(t) // engine.window(rate) * engine.window(rate)]
        heard = engine.measure([engine.open(rate)], [audio.reshape(-1, engine.window(rate))])[0]
        assert np.mean(heard >= 0.5) < 0.05


def test_threads_with_streams_of_their_own_do_not_disturb_each_other(engine, speech):
    audio = crowd(engine, speech, 8_000, 8, 40, 3)
    want = [engine.measure([engine.open(8_000)], [row])[0] for row in audio]
    got = [None] * len(audio)

    def work(row):
        extra = [engine.open(8_000) for _ in range(40)]
        stream = engine.open(8_000)
        got[row] = np.concatenate(
            [engine.measure([stream], [audio[row, t : t + 2]])[0] for t in range(0, 40, 2)]
        )
        del extra

    threads = [threading.Thread(target=work, args=(row,)) for row in range(len(audio))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for mine, theirs in zip(got, want, strict=True):
        assert np.array_equal(mine, theirs)


def test_places_in_the_tables_are_used_again(engine):
    net = engine._nets[8_000]
    for _ in range(10):
        streams = [engine.open(8_000) for _ in range(50)]
        held = len(net._h)
        del streams
    assert len(net._h) == held


def test_the_shipped_file_is_the_one_listed():
    listed = tomllib.loads((FOLDER / silero.MANIFEST).read_text("utf-8"))["file"]
    for entry in listed:
        data = (FOLDER / entry["name"]).read_bytes()
        assert len(data) == entry["size_bytes"]
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert entry["licence"] in (FOLDER / entry["licence_file"]).read_text("utf-8")
    assert {entry["name"] for entry in listed} == {path.name for path in FOLDER.glob("*.onnx")}
    assert silero.weights() == FOLDER / silero.FILE


def test_a_changed_weight_file_is_refused(tmp_path):
    for name in (silero.FILE, silero.MANIFEST):
        shutil.copy(FOLDER / name, tmp_path / name)
    assert silero.weights(tmp_path) == tmp_path / silero.FILE
    with (tmp_path / silero.FILE).open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsCorrupt):
        silero.weights(tmp_path)


def test_an_unknown_option_is_named():
    with pytest.raises(OptionsInvalid, match="threshold: unknown option"):
        create({"threshold": 0.5})
