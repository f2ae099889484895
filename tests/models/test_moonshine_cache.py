import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from models.stt.beam import Choices
from models.stt.moonshine import create
from models.stt.moonshine_cache import (
    KEPT,
    Check,
    Reassembled,
    build,
    cache_key,
    compare,
    pieces,
    reassembled,
)
from models.stt.moonshine_tokens import END
from models.weights import CACHE_VARIABLE, MoonshineFiles, moonshine_files

NOWHERE = MoonshineFiles(*(moonshine_files()))


class Workshop:
    """Makes small stand-ins for graphs and counts them."""

    def __init__(self):
        self.made = 0
        self.lock = threading.Lock()

    def __call__(self, files):
        with self.lock:
            self.made += 1
        return Reassembled(b"encoder", b"decoder" * 100, Check(0.99, 200, ""))


class Parrot:
    """Graphs that say one token `times` times, then end."""

    def __init__(self, token, times):
        self.token, self.times = token, times

    def steps(self, samples):
        said = [0]

        class Steps:
            def choose(_, tokens):
                said[0] += 1
                token = self.token if said[0] <= self.times else END
                return Choices(np.array([[token]]), np.log(np.array([[0.9]])))

        return Steps()


def parts(made):
    graphs = (made.encoder, made.decoder)
    return *(each if isinstance(each, bytes) else each.read_bytes() for each in graphs), (
        made.check.refused
    )


def test_the_second_start_finds_what_the_first_built(tmp_path):
    make = Workshop()
    first = reassembled(NOWHERE, "digest", tmp_path, make)
    second = reassembled(NOWHERE, "digest", tmp_path, make)
    assert make.made == 1
    assert parts(first) == parts(second)
    assert not list((tmp_path / "moonshine").glob("draft-*"))


@pytest.mark.parametrize("file", ["encoder.onnx", "decoder.onnx", "check.json"])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_cache_is_built_again(tmp_path, file, damage):
    make = Workshop()
    reassembled(NOWHERE, "digest", tmp_path, make)
    path = tmp_path / "moonshine" / cache_key("digest") / file
    if damage == "gone":
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] if damage == "cut" else b"x" + data[1:])
    assert parts(reassembled(NOWHERE, "digest", tmp_path, make))[0] == b"encoder"
    reassembled(NOWHERE, "digest", tmp_path, make)
    assert make.made == 2


def test_starts_at_the_same_time_build_once(tmp_path):
    make = Workshop()
    start = threading.Barrier(4, timeout=30)

    def work(_):
        start.wait()
        return parts(reassembled(NOWHERE, "digest", tmp_path, make))

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, range(4)))) == 1
    assert make.made == 1


def test_a_cache_that_cannot_be_written_costs_time_but_works(tmp_path):
    make = Workshop()
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    for _ in range(2):
        assert parts(reassembled(NOWHERE, "digest", blocked, make))[0] == b"encoder"
    assert make.made == 2


def test_other_weights_have_another_key_and_old_keys_go(tmp_path):
    make = Workshop()
    for number in range(KEPT + 2):
        reassembled(NOWHERE, f"digest {number}", tmp_path, make)
    folders = [path for path in (tmp_path / "moonshine").iterdir() if path.is_dir()]
    assert len(folders) == KEPT
    assert tmp_path / "moonshine" / cache_key(f"digest {KEPT + 1}") in folders


def test_graphs_that_say_something_else_are_refused():
    clips = [np.zeros(16_000, np.float32)] * 10
    same = compare(Parrot(70, 9), Parrot(70, 9), clips)
    assert (same.agreement, same.tokens, same.refused) == (1.0, 100, "")
    other = compare(Parrot(70, 9), Parrot(71, 9), clips)
    assert other.agreement == pytest.approx(0.1)
    assert "10.0%" in other.refused


def test_too_little_speech_proves_nothing():
    assert (
        "only 10 tokens" in compare(Parrot(7, 9), Parrot(7, 9), [np.zeros(9, np.float32)]).refused
    )
    assert compare(Parrot(7, 9), Parrot(7, 9), []).refused


def test_the_real_graphs_pass_on_the_real_recordings():
    made = build(moonshine_files())
    assert made.check.refused == ""
    assert made.check.tokens > 150
    assert made.check.agreement > 0.95


def test_without_recordings_the_graphs_are_not_trusted():
    assert build(replace(moonshine_files(), speech=())).check.refused


def test_what_the_cache_holds_comes_as_files(tmp_path):
    made = reassembled(NOWHERE, "digest", tmp_path, Workshop())
    assert (
        made.encoder.parent == made.decoder.parent == tmp_path / "moonshine" / cache_key("digest")
    )


def test_a_key_in_use_outlives_newer_ones_that_are_not(tmp_path):
    make = Workshop()
    for number in range(KEPT):
        reassembled(NOWHERE, f"digest {number}", tmp_path, make)
        age = 100 - number
        folder = tmp_path / "moonshine" / cache_key(f"digest {number}")
        os.utime(folder, (folder.stat().st_atime, folder.stat().st_mtime - age))
    reassembled(NOWHERE, "digest 0", tmp_path, make)
    reassembled(NOWHERE, "another", tmp_path, make)
    made = make.made
    reassembled(NOWHERE, "digest 0", tmp_path, make)
    assert make.made == made


def test_a_refusal_is_kept_and_the_shipped_graphs_serve(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    files = moonshine_files()
    digest = files.verify()
    bad = Reassembled(b"no", b"graphs", Check(0.4, 200, "they agree on 40.0% of 200 tokens"))
    reassembled(files, digest, tmp_path, lambda _: bad)
    kept = tmp_path / "moonshine" / cache_key(digest) / "check.json"
    assert json.loads(kept.read_text())["agreement"] == 0.4
    engine = create({})
    assert "40.0%" in engine.notice
    assert "shipped" in engine.info.model


def test_pieces_are_six_seconds_at_sixteen_kilohertz():
    clips = list(pieces(moonshine_files()))
    assert len(clips) >= 8
    assert max(len(clip) for clip in clips) == 96_000
    assert min(len(clip) for clip in clips) > 40_000
