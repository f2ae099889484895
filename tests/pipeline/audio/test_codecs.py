import hashlib

import numpy as np
import pytest

from pipeline.audio.codecs import Decoder, Encoding, decode, encode
from pipeline.errors import AudioUnreadable

ALL_BYTES = bytes(range(256))


def levels(law: Encoding) -> np.ndarray:
    return np.rint(decode(ALL_BYTES, law) * 32768).astype(np.int32)


def mulaw_by_the_book(byte: int) -> int:
    """One byte by G.711, with plain integers."""
    byte = ~byte & 0xFF
    value = (((byte & 15) << 3) + 132) << ((byte >> 4) & 7)
    return 132 - value if byte & 0x80 else value - 132


def alaw_by_the_book(byte: int) -> int:
    byte ^= 0x55
    step, segment = (byte & 15) << 4, (byte >> 4) & 7
    value = step + 8 if segment == 0 else (step + 264) << (segment - 1)
    return value if byte & 0x80 else -value


@pytest.mark.parametrize(
    ("law", "by_the_book", "digest", "magnitude"),
    [
        (
            Encoding.MULAW,
            mulaw_by_the_book,
            "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827",
            1_532_928,
        ),
        (
            Encoding.ALAW,
            alaw_by_the_book,
            "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174",
            1_564_672,
        ),
    ],
)
def test_a_law_decodes_bit_exactly(law, by_the_book, digest, magnitude):
    heard = levels(law)
    assert heard.tolist() == [by_the_book(byte) for byte in range(256)]
    assert hashlib.sha256(heard.astype("<i2").tobytes()).hexdigest() == digest
    assert heard.sum() == 0
    assert np.abs(heard).sum() == magnitude


@pytest.mark.parametrize(
    ("law", "byte", "level"),
    [
        ("mulaw", 0x00, -32124),
        ("mulaw", 0x0F, -16764),
        ("mulaw", 0x7E, -8),
        ("mulaw", 0x7F, 0),
        ("mulaw", 0x80, 32124),
        ("mulaw", 0xFF, 0),
        ("alaw", 0x55, -8),
        ("alaw", 0xD5, 8),
        ("alaw", 0x2A, -32256),
        ("alaw", 0xAA, 32256),
        ("alaw", 0x00, -5504),
        ("alaw", 0x80, 5504),
    ],
)
def test_known_bytes(law, byte, level):
    assert levels(Encoding(law))[byte] == level


@pytest.mark.parametrize("law", [Encoding.MULAW, Encoding.ALAW])
def test_encoding_gives_the_nearest_level(law):
    heard = np.unique(levels(law))
    values = np.arange(-32768, 32768)
    coded = np.rint(decode(encode((values / 32768).astype(np.float32), law), law) * 32768)
    nearest = np.abs(values[:, None] - heard[None, :]).min(axis=1)
    np.testing.assert_array_equal(np.abs(values - coded), nearest)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_silence_is_the_byte_of_the_line(encoding):
    assert encode(np.zeros(1, np.float32), encoding) == encoding.silence
    assert abs(decode(encoding.silence, encoding)[0]) <= 8 / 32768


def test_what_is_too_loud_is_clipped_and_never_wraps():
    loud = np.array([1.0, 2.0, -1.0, -3.0], np.float32)
    assert np.frombuffer(encode(loud, Encoding.PCM16), "<i2").tolist() == [
        32767,
        32767,
        -32768,
        -32768,
    ]
    assert encode(loud, Encoding.MULAW) == b"\x80\x80\x00\x00"


def test_channels_are_interleaved():
    stereo = np.array([[1, 2, 3], [-1, -2, -3]], np.float32) / 32768
    data = encode(stereo, Encoding.PCM16)
    assert np.frombuffer(data, "<i2").tolist() == [1, -1, 2, -2, 3, -3]
    np.testing.assert_array_equal(Decoder(Encoding.PCM16, 2).feed(data), stereo)


def test_a_decoder_carries_a_sample_that_two_messages_share():
    decoder = Decoder(Encoding.PCM16, 2)
    data = np.arange(6, dtype="<i2").tobytes()
    assert decoder.feed(data[:5]).shape == (2, 1)
    assert decoder.carried == 1
    assert decoder.feed(b"").shape == (2, 0)
    assert decoder.feed(data[5:7]).shape == (2, 0)
    assert decoder.carried == 3
    np.testing.assert_array_equal(decoder.feed(data[7:]) * 32768, [[2, 4], [3, 5]])
    decoder.feed(b"\1")
    decoder.reset()
    assert decoder.carried == 0


def test_a_whole_message_that_ends_inside_a_sample_is_an_error():
    with pytest.raises(AudioUnreadable, match="3 bytes"):
        decode(b"abc", Encoding.PCM16)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("mulaw", Encoding.MULAW),
        ("mu-law", Encoding.MULAW),
        ("audio/x-mulaw", Encoding.MULAW),
        ("PCMU", Encoding.MULAW),
        ("pcm_alaw", Encoding.ALAW),
        ("PCMA", Encoding.ALAW),
        ("pcm16", Encoding.PCM16),
        ("s16le", Encoding.PCM16),
    ],
)
def test_names_of_encodings(name, encoding):
    assert Encoding.named(name) is encoding


@pytest.mark.parametrize("name", ["L16", "opus", "", "pcm24"])
def test_an_unknown_encoding_is_an_error_that_names_those_there_are(name):
    with pytest.raises(AudioUnreadable, match="mulaw, alaw or pcm16"):
        Encoding.named(name)
