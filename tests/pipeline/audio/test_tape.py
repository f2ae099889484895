import numpy as np
import pytest
import soundfile

from pipeline.audio import tape
from pipeline.audio.tape import HEADER_BYTES, Tape, TapeInfo, encode, read_info
from pipeline.errors import AudioUnreadable

INFO = TapeInfo('c"1/ü', 8000, 2)


@pytest.fixture
def journal(tmp_path):
    """A closed journal of one second whose first half was never written."""
    made = Tape(tmp_path, INFO)
    made.write(4000, np.full((4000, 2), 1000, np.int16))
    made.close()
    return made.path


def test_a_header_reads_back(journal):
    assert read_info(journal) == INFO
    assert journal.stat().st_size == HEADER_BYTES + 8000 * 4


@pytest.mark.parametrize("data", [b"", b"RIFF", b"{}", b'{"tape": "other"}', b"[1, 2]"])
def test_what_is_no_journal_is_named(tmp_path, data):
    (tmp_path / "x.pcm").write_bytes(data)
    with pytest.raises(AudioUnreadable, match=r"x\.pcm"):
        read_info(tmp_path / "x.pcm")


def test_what_was_never_written_is_silence(journal):
    recording = encode(journal, "incomplete", "why", samples=12_000)
    samples, _ = soundfile.read(journal.with_suffix(".flac"), dtype="int16")
    assert len(samples) == 12_000
    assert not samples[:4000].any()
    assert (samples[4000:8000] == 1000).all()
    assert not samples[8000:].any()
    assert (recording.seconds, recording.detail) == (1.5, "why")
    assert not journal.exists()


def test_samples_cut_by_a_kill_are_left_out(journal):
    with journal.open("r+b") as file:
        file.truncate(HEADER_BYTES + 6000 * 4 + 3)
    assert encode(journal, "recovered").seconds == 0.75


def test_a_file_that_lacks_samples_is_not_kept(journal, monkeypatch):
    blocks = tape._blocks
    monkeypatch.setattr(tape, "_blocks", lambda *given: (b[:-10] for b in blocks(*given)))
    with pytest.raises(AudioUnreadable, match="7990 of 8000"):
        encode(journal, "complete")
    assert [p.name for p in journal.parent.iterdir()] == [journal.name]


def test_an_hour_is_encoded_in_pieces(tmp_path, monkeypatch):
    made = Tape(tmp_path, INFO)
    rng = np.random.default_rng(2)
    want = rng.integers(-3000, 3000, (190 * 8000, 2)).astype(np.int16)
    made.write(0, want)
    made.close()
    encode(made.path, "complete")
    found, _ = soundfile.read(made.path.with_suffix(".flac"), dtype="int16")
    assert np.array_equal(found, want)
