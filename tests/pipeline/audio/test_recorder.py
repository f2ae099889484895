import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.recorder import RecorderPool, recover
from pipeline.audio.tape import HEADER_BYTES, Tape, base_name, erase

RATE = 8000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "audio"


@pytest.fixture
def troubles():
    return []


@pytest.fixture
def pool(folder, troubles):
    made = RecorderPool(folder, lambda call_id, why: troubles.append((call_id, why)))
    yield made
    made.close()


def noise(seconds, channels=2, seed=3):
    """Random samples that survive 16 bits exactly, shape [channels, samples]; none is zero."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 30_000, (channels, int(seconds * RATE))).astype(np.float32)
    return values / np.float32(32768)


def drained(pool):
    done = threading.Event()
    pool.submit(done.set)
    assert done.wait(10)


def journal_samples(path):
    raw = path.read_bytes()[HEADER_BYTES:]
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def read(folder, recording):
    samples, rate = soundfile.read(folder / recording.path, dtype="int16", always_2d=True)
    assert rate == RATE
    return samples


def test_what_is_heard_is_kept_sample_for_sample(pool, folder):
    audio = noise(5.03)
    recorder = pool.open("call-1", RATE, 2)
    for at in range(0, audio.shape[1], 513):
        recorder.write(audio[:, at : at + 513])
        recorder.settle(at)
    recording = recorder.finish()
    assert (recording.state, recording.format, recording.path) == (
        "complete",
        "flac",
        "call-1.flac",
    )
    assert recording.seconds == pytest.approx(5.03, abs=1 / RATE)
    assert np.array_equal(read(folder, recording), (audio.T * 32768).astype(np.int16))
    assert recording.peaks.values.shape[1] == 252
    assert recording.peaks.values[:, :, 1].max() <= 127
    assert [p.name for p in folder.iterdir()] == ["call-1.flac"]
    assert stat.S_IMODE((folder / "call-1.flac").stat().st_mode) == 0o600


def test_nothing_touches_the_disk_before_it_is_settled(pool, folder):
    recorder = pool.open("c", RATE, 2)
    recorder.write(noise(20))
    drained(pool)
    assert not folder.exists()
    recorder.settle(3 * RATE)
    drained(pool)
    assert len(journal_samples(folder / "c.pcm")) == 3 * RATE
    recorder.discard()


@pytest.mark.parametrize(
    ("mute_at_s", "settle_s"),
    [(6, 0), (6, 3), (6, 6), (1, 0)],
    ids=["all in memory", "across both", "all on disk", "before it is heard"],
)
def test_a_mute_is_zero_in_the_journal_and_in_the_file(pool, folder, mute_at_s, settle_s):
    audio = noise(6)
    recorder = pool.open("c", RATE, 2)
    start, end = 2 * RATE + 17, 4 * RATE + 5
    recorder.write(audio[:, : mute_at_s * RATE])
    recorder.settle(settle_s * RATE)
    recorder.mute(1, start, end)
    recorder.write(audio[:, mute_at_s * RATE :])
    recorder.settle(6 * RATE)
    drained(pool)
    want = (audio.T * 32768).astype(np.int16)
    want[start:end, 1] = 0
    assert np.array_equal(journal_samples(folder / "c.pcm"), want)
    recording = recorder.finish()
    assert np.array_equal(read(folder, recording), want)
    spans = recording.peaks.values[1, 102:199]
    assert not spans.any()
    assert recording.peaks.values[0, 102:199].any()


def test_muting_over_many_minutes_on_the_disk_goes_piece_by_piece(pool, folder):
    recorder = pool.open("c", RATE, 2)
    minute = noise(60)
    for n in range(3):
        recorder.write(minute)
        recorder.settle((n + 1) * 60 * RATE)
    recorder.mute(0, 5, 175 * RATE)
    drained(pool)
    kept = journal_samples(folder / "c.pcm")
    assert not kept[5 : 175 * RATE, 0].any()
    assert kept[:5, 0].all()
    assert kept[175 * RATE :, 0].all()
    assert kept[:, 1].all()
    recorder.discard()
    drained(pool)
    assert list(folder.iterdir()) == []


def test_memory_is_bounded_where_nothing_is_ever_settled(folder):
    pool = RecorderPool(folder, unsettled_s=4.0)
    recorder = pool.open("c", RATE, 2)
    audio = noise(10)
    for at in range(0, audio.shape[1], 800):
        recorder.write(audio[:, at : at + 800])
    drained(pool)
    assert pool.counters.forced > 0
    assert len(journal_samples(folder / "c.pcm")) >= 6 * RATE
    recorder.mute(0, RATE, 2 * RATE)
    recording = recorder.finish()
    kept = read(folder, recording)
    assert not kept[RATE : 2 * RATE, 0].any()
    assert np.array_equal(kept[:, 1], (audio[1] * 32768).astype(np.int16))
    pool.close()


def test_a_folder_that_cannot_be_made_is_told_once_and_raises_nothing(tmp_path, troubles):
    (tmp_path / "audio").write_text("a file where the folder should be")
    pool = RecorderPool(tmp_path / "audio", lambda *told: troubles.append(told))
    recorder = pool.open("c", RATE, 2)
    for n in range(4):
        recorder.write(noise(2))
        recorder.settle((n + 1) * 2 * RATE)
    recording = recorder.finish()
    assert recording.state == "failed"
    assert recording.path == ""
    assert len(troubles) == 1
    assert troubles[0][0] == "c"
    pool.close()


class FullTape(Tape):
    """A journal on a device that is full (Linux's /dev/full refuses with ENOSPC)."""

    def _open(self):
        if self._fd < 0:
            self._fd = os.open("/dev/full", os.O_RDWR)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_makes_the_recording_incomplete_and_later_audio_is_kept(pool, folder, troubles):
    recorder = pool.open("c", RATE, 2)
    good = recorder._tape
    recorder._tape = FullTape(folder, good.info)
    audio = noise(6)
    recorder.write(audio[:, : 2 * RATE])
    recorder.settle(2 * RATE)
    drained(pool)
    recorder._tape = good
    recorder.write(audio[:, 2 * RATE :])
    recording = recorder.finish()
    assert recording.state == "incomplete"
    assert "No space left" in recording.detail
    assert [call for call, _ in troubles] == ["c"]
    kept = read(folder, recording)
    assert len(kept) == 6 * RATE
    assert not kept[: 2 * RATE].any()
    assert kept[2 * RATE :].all()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_mute_that_cannot_be_written_removes_the_recording(pool, folder, troubles):
    recorder = pool.open("c", RATE, 2)
    recorder.write(noise(4))
    recorder.settle(4 * RATE)
    drained(pool)
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, recorder._tape._fd)
    os.close(full)
    recorder.mute(1, 0, RATE)
    recording = recorder.finish()
    assert recording.state == "failed"
    assert "mute" in troubles[0][1]
    assert list(folder.iterdir()) == []


def test_a_disk_that_stands_still_costs_audio_but_no_memory(folder, troubles):
    pool = RecorderPool(
        folder, lambda *told: troubles.append(told), capacity_bytes=6 * RATE * 2 * 2
    )
    stuck = threading.Event()
    pool.submit(lambda: stuck.wait(30) and None)
    recorder = pool.open("c", RATE, 2)
    audio = noise(20)
    for n in range(10):
        recorder.write(audio[:, 2 * n * RATE : 2 * (n + 1) * RATE])
        recorder.settle(2 * (n + 1) * RATE)
    assert pool.waiting_bytes <= 6 * RATE * 2 * 2
    assert pool.counters.dropped_blocks == 7
    stuck.set()
    recording = recorder.finish()
    assert recording.state == "incomplete"
    assert recording.seconds == 20
    assert [call for call, _ in troubles] == ["c"]
    kept = read(folder, recording)
    assert kept[: 6 * RATE].all()
    assert not kept[6 * RATE :].any()
    pool.close()


@pytest.mark.parametrize(
    "call_id", ["../../etc/passwd", "a/b", "", "..", "ü ~1", "x" * 400, "A%2F"]
)
def test_any_call_id_is_a_safe_name(pool, folder, call_id):
    recorder = pool.open(call_id, RATE, 2)
    recorder.write(noise(0.5))
    recording = recorder.finish()
    assert recording.call_id == call_id
    assert (folder / recording.path).resolve().parent == folder.resolve()
    assert erase(folder, call_id) == 1
    assert list(folder.iterdir()) == []


def test_names_of_different_calls_differ():
    ids = ["a/b", "a%2Fb", "a b", "a~2", "x" * 400, "x" * 401, ".", "..", "", "_"]
    assert len({base_name(i) for i in ids}) == len(ids)


def test_a_second_recording_of_a_call_leaves_the_first_alone(pool, folder):
    for _ in range(2):
        recorder = pool.open("c", RATE, 2)
        recorder.write(noise(0.5))
        recorder.finish()
    assert sorted(p.name for p in folder.iterdir()) == ["c.flac", "c~2.flac"]
    assert erase(folder, "c") == 2


def test_a_call_without_audio_has_no_file(pool, folder):
    recording = pool.open("c", RATE, 2).finish()
    assert (recording.state, recording.path, recording.seconds) == ("failed", "", 0)
    assert not folder.exists()


KILLED = """
import os, signal, sys, threading
import numpy as np
from pathlib import Path
from pipeline.audio.recorder import RecorderPool
pool = RecorderPool(Path(sys.argv[1]))
recorder = pool.open("c/1", 8000, 2)
audio = np.random.default_rng(5).integers(1, 30000, (2, 80000)).astype(np.float32) / 32768
recorder.write(audio)
recorder.mute(1, 8000, 16000)
recorder.settle(48000)
recorder.mute(0, 40000, 44000)
done = threading.Event()
pool.submit(done.set)
done.wait()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_a_journal_that_becomes_a_file(folder):
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)], timeout=60, cwd=Path(__file__).parents[3]
    )
    assert ended.returncode == -9
    (folder / "half.flac.part").write_bytes(b"half")
    (folder / "empty.pcm").write_bytes(b"")
    (recording,) = recover(folder)
    assert (recording.call_id, recording.state) == ("c/1", "recovered")
    assert recording.seconds == 6
    want = np.random.default_rng(5).integers(1, 30000, (2, 80000)).T[:48000].astype(np.int16)
    want[8000:16000, 1] = 0
    want[40000:44000, 0] = 0
    assert np.array_equal(read(folder, recording), want)
    assert recover(folder) == []
    assert sorted(p.name for p in folder.iterdir()) == ["c%2F1.flac"]
