import os
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio.decode import open_audio, open_pair, read_all
from pipeline.errors import AudioUnreadable


def tones(rate_hz: int, channels: int = 2, seconds: float = 3.0) -> np.ndarray:
    """A different tone in each channel."""
    clock = np.arange(int(rate_hz * seconds)) / rate_hz
    return np.stack([0.4 * np.sin(2 * np.pi * (440 + 300 * c) * clock) for c in range(channels)])


def write(path: Path, rate_hz: int, codec: str, samples: np.ndarray) -> Path:
    """Write with FFmpeg's encoder, or libsndfile's for Vorbis."""
    if codec == "libvorbis":
        soundfile.write(path, samples.T, rate_hz, format="OGG", subtype="VORBIS")
        return path
    with av.open(str(path), "w") as container:
        layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[0]]
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, np.float32), "fltp", layout
        )
        frame.sample_rate = rate_hz
        converter = av.AudioResampler(
            stream.codec_context.format, layout, rate_hz, stream.codec_context.frame_size or 1024
        )
        for piece in [*converter.resample(frame), *converter.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def strongest_hz(row: np.ndarray, rate_hz: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(row * np.hanning(row.size)))) * rate_hz / row.size)


FORMATS = [
    ("a.wav", 8_000, "pcm_s16le", 1e-4),
    ("a.wav", 16_000, "pcm_s24le", 1e-4),
    ("a.wav", 8_000, "pcm_u8", 1e-2),
    ("a.wav", 8_000, "pcm_mulaw", 2e-2),
    ("a.wav", 8_000, "pcm_alaw", 2e-2),
    ("a.wav", 16_000, "pcm_f32le", 1e-6),
    ("a.flac", 8_000, "flac", 1e-4),
    ("a.mp3", 16_000, "libmp3lame", 5e-2),
    ("a.ogg", 48_000, "libopus", None),
    ("a.ogg", 44_100, "libvorbis", None),
    ("a.m4a", 16_000, "aac", 5e-2),
    ("a.wav", 11_025, "pcm_s16le", None),
    ("a.wav", 44_100, "pcm_s16le", None),
    ("a.webm", 48_000, "libopus", None),
]


@pytest.mark.parametrize(("name", "rate_hz", "codec", "tolerance"), FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_is_read_as_it_was_written(tmp_path, name, rate_hz, codec, tolerance, channels):
    sent = tones(rate_hz, channels)
    source = open_audio(write(tmp_path / name, rate_hz, codec, sent))
    assert source.channels == channels
    assert source.rate_hz == (rate_hz if rate_hz in {8_000, 16_000} else 16_000)
    assert source.seconds == pytest.approx(3.0, abs=0.15)
    blocks = list(source.blocks())
    assert all(block.shape[1] <= 2 * source.rate_hz for block in blocks)
    heard = np.concatenate(blocks, axis=1)
    assert heard.dtype == np.float32
    assert heard.shape[1] / source.rate_hz == pytest.approx(3.0, abs=0.15)
    assert source.notes == []
    for channel, row in enumerate(heard):
        assert strongest_hz(row, source.rate_hz) == pytest.approx(440 + 300 * channel, abs=1)
        assert np.sqrt(np.mean(row[4000:-4000] ** 2)) == pytest.approx(0.4 / 2**0.5, rel=0.1)
    if tolerance is not None and codec not in {"libmp3lame", "aac"}:
        np.testing.assert_allclose(heard, sent, atol=tolerance)


def test_a_source_can_be_read_again(tmp_path):
    source = open_audio(write(tmp_path / "a.flac", 8_000, "flac", tones(8_000)))
    np.testing.assert_array_equal(read_all(source), read_all(source))


def test_full_scale_stays_below_one(tmp_path):
    loud = np.array([[1.5, -1.5, np.nan, 1.0]] * 4000).T.reshape(1, -1)
    soundfile.write(tmp_path / "loud.wav", loud[0], 16_000, subtype="FLOAT")
    heard = read_all(open_audio(tmp_path / "loud.wav"))
    assert heard.max() < 1
    assert heard.min() == -1
    assert np.isfinite(heard).all()


def test_memory_is_bounded_by_the_block(tmp_path):
    path = write(tmp_path / "long.flac", 8_000, "flac", tones(8_000, 2, seconds=60))
    sizes = [block.shape[1] for block in open_audio(path).blocks()]
    assert len(sizes) > 50
    assert sum(sizes) == 60 * 8_000


# -- what cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.wav", b"", "is empty"),
        ("notes.txt", b"This is a text, not a call.\n" * 50, "no recording"),
        ("text.wav", b"This is a text, not a call.\n" * 50, "no recording"),
        ("noise.mp3", bytes(range(7, 250)) * 40, "no recording"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", "no rec"),
        ("list.wav", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", "no rec"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile other.wav\n", "no recording"),
    ],
)
def test_what_is_no_recording_says_so(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioUnreadable, match=f"{name} .*{reason}"):
        open_audio(tmp_path / name)


def test_a_missing_file_and_a_folder_say_so(tmp_path):
    with pytest.raises(AudioUnreadable, match=r"gone\.wav does not exist"):
        open_audio(tmp_path / "gone.wav")
    with pytest.raises(AudioUnreadable, match="is a folder"):
        open_audio(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_locked_file_says_so(tmp_path):
    path = write(tmp_path / "a.wav", 8_000, "pcm_s16le", tones(8_000))
    path.chmod(0)
    with pytest.raises(AudioUnreadable, match="may not be read"):
        open_audio(path)


def test_a_header_without_sound_says_so(tmp_path):
    with wave.open(str(tmp_path / "none.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
    with pytest.raises(AudioUnreadable, match="holds no sound"):
        read_all(open_audio(tmp_path / "none.wav"))


def test_six_channels_are_too_many(tmp_path):
    path = write(tmp_path / "room.flac", 16_000, "flac", tones(16_000, 6, 0.5))
    with pytest.raises(AudioUnreadable, match="has 6 channels"):
        open_audio(path)


def test_a_cut_m4a_has_no_index_and_says_so(tmp_path):
    path = write(tmp_path / "a.m4a", 16_000, "aac", tones(16_000))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioUnreadable, match="header is damaged or missing"):
        open_audio(path)


def test_a_wav_that_was_written_as_a_stream_states_no_length_and_is_read(tmp_path):
    path = write(tmp_path / "a.wav", 8_000, "pcm_s16le", tones(8_000))
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(data))
    source = open_audio(path)
    assert read_all(source).shape == (2, 24_000)
    assert source.notes == []


# -- what breaks in the middle ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rate_hz", "codec"),
    [
        ("a.wav", 8_000, "pcm_s16le"),
        ("a.flac", 8_000, "flac"),
        ("a.mp3", 16_000, "libmp3lame"),
    ],
)
def test_a_cut_recording_gives_what_there_is_and_says_so(tmp_path, name, rate_hz, codec):
    path = write(tmp_path / name, rate_hz, codec, tones(rate_hz, 2, seconds=20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_audio(path)
    heard = read_all(source)
    assert 8 < heard.shape[1] / rate_hz < 12
    assert strongest_hz(heard[0, : 8 * rate_hz], rate_hz) == pytest.approx(440, abs=1)
    assert any("ends after" in note and "20.0 s" in note for note in source.notes)


@pytest.mark.parametrize(
    ("name", "rate_hz", "codec"),
    [
        ("a.flac", 8_000, "flac"),
        ("a.mp3", 16_000, "libmp3lame"),
        ("a.ogg", 48_000, "libopus"),
        ("a.m4a", 16_000, "aac"),
    ],
)
def test_a_recording_with_a_broken_middle_goes_on_after_it(tmp_path, name, rate_hz, codec):
    rng = np.random.default_rng(3)
    voice = tones(rate_hz, 2, seconds=20) * (1 + 0.2 * rng.standard_normal((2, 20 * rate_hz)))
    path = write(tmp_path / name, rate_hz, codec, voice)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    width = len(data) // 10
    data[middle : middle + width] = rng.integers(0, 256, width, dtype=np.uint8).tobytes()
    path.write_bytes(bytes(data))
    source = open_audio(path)
    heard = read_all(source)
    seconds = heard.shape[1] / source.rate_hz
    assert seconds > 17
    assert source.notes, "nothing is lost in silence"
    assert strongest_hz(heard[1, -2 * source.rate_hz :], source.rate_hz) == pytest.approx(
        740, abs=2
    )


# -- one file a channel ----------------------------------------------------------------------


def test_a_pair_is_one_call_in_step(tmp_path):
    sent = tones(8_000, 2)
    first = write(tmp_path / "agent.wav", 8_000, "pcm_s16le", sent[:1])
    second = write(tmp_path / "customer.flac", 8_000, "flac", sent[1:, :20_000])
    pair = open_pair(first, second)
    assert (pair.rate_hz, pair.channels) == (8_000, 2)
    assert pair.seconds == pytest.approx(3.0)
    heard = read_all(pair)
    np.testing.assert_allclose(heard[0], sent[0], atol=1e-4)
    np.testing.assert_allclose(heard[1, :20_000], sent[1, :20_000], atol=1e-4)
    assert not heard[1, 20_000:].any()
    assert pair.notes == []


def test_a_pair_of_unlike_length_says_so(tmp_path):
    first = write(tmp_path / "agent.wav", 8_000, "pcm_s16le", tones(8_000, 1, 5))
    second = write(tmp_path / "customer.wav", 8_000, "pcm_s16le", tones(8_000, 1, 3))
    pair = open_pair(first, second)
    assert read_all(pair).shape == (2, 40_000)
    assert pair.notes == ["customer.wav is 2.0 s shorter; its end is silence"]


def test_a_pair_of_unlike_rates_is_read_at_the_higher(tmp_path):
    first = write(tmp_path / "agent.wav", 8_000, "pcm_s16le", tones(8_000, 1))
    second = write(tmp_path / "customer.wav", 44_100, "pcm_s16le", tones(44_100, 1))
    pair = open_pair(first, second)
    heard = read_all(pair)
    assert pair.rate_hz == 16_000
    assert heard.shape == (2, 48_000)
    assert strongest_hz(heard[0], 16_000) == pytest.approx(440, abs=1)


def test_a_stereo_file_is_no_half_of_a_pair(tmp_path):
    mono = write(tmp_path / "agent.wav", 8_000, "pcm_s16le", tones(8_000, 1))
    stereo = write(tmp_path / "both.wav", 8_000, "pcm_s16le", tones(8_000, 2))
    with pytest.raises(AudioUnreadable, match=r"both\.wav has two channels"):
        open_pair(mono, stereo)
