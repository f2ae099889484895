"""Folders of recordings as batches, read with the tone engine."""

import asyncio
import json
import os

import pytest

from models.registry import load
from models.types import Channel
from pipeline.batcher import Batcher
from pipeline.config import load_settings
from pipeline.fit import classifier_for
from pipeline.folder import call_name, find_calls, read_folder
from pipeline.making import Maker
from pipeline.offline import RecordedCall, RecordingReader
from qa_rules.errors import PackNotFound

TONE = {"stt": {"engine": "tone"}, "vad": {"engine": "energy"}}


@pytest.fixture
def folder(tmp_path, script, sound_file):
    """Three calls, one of them with a file for each side, and two files that hold no call."""
    calls = tmp_path / "calls"
    (calls / "may").mkdir(parents=True)
    spoken = script().agent("how can i help").customer("cancel my order").samples()
    sound_file(calls / "one.wav", spoken)
    sound_file(calls / "may" / "one.flac", spoken)
    sound_file(calls / "two_agent.wav", spoken[:1])
    sound_file(calls / "two_customer.wav", spoken[1:])
    (calls / "broken.wav").write_bytes(b"RIFF nothing of the kind")
    (calls / "empty.mp3").touch()
    (calls / "notes.txt").write_text("not a call")
    return calls


async def batch(reader, folder, results=None, progress=None, **call):
    template = RecordedCall((folder,), **call)
    return await read_folder(
        reader, find_calls(folder, template), folder, results or folder / "out", progress
    )


def saved(folder, name):
    return json.loads((folder / "out" / f"{name}.json").read_text("utf-8"))


def test_calls_are_found_by_name_and_pairs_are_one_call(folder):
    found = find_calls(folder)
    assert [call_name(c, folder) for c in found] == [
        "broken.wav",
        "empty.mp3",
        "may.one.flac",
        "one.wav",
        "two_agent.wav",
    ]
    assert [p.name for p in found[-1].files] == ["two_agent.wav", "two_customer.wav"]


def test_half_a_pair_is_a_call_of_its_own(folder):
    (folder / "two_customer.wav").unlink()
    assert find_calls(folder)[-1].files == (folder / "two_agent.wav",)


def test_a_caller_is_a_customer(folder):
    (folder / "two_customer.wav").rename(folder / "two_Caller.WAV")
    assert [p.name for p in find_calls(folder)[-1].files] == ["two_agent.wav", "two_Caller.WAV"]


async def test_bad_files_are_told_and_do_not_stop_the_rest(folder, reader):
    async with reader() as reading:
        report = await batch(reading, folder)
    assert sorted(report.read) == ["may.one.flac", "one.wav", "two_agent.wav"]
    assert report.skipped == ()
    reasons = {f.name: f.reason for f in report.failed}
    assert set(reasons) == {"broken.wav", "empty.mp3"}
    assert "no recording in a format known here" in reasons["broken.wav"]
    assert "is empty" in reasons["empty.mp3"]
    for name in report.read:
        said = [(u["role"], u["text"]) for u in saved(folder, name)["utterances"]]
        assert said == [("agent", "how can i help"), ("customer", "cancel my order")]
    assert not list((folder / "out").glob("*.part"))


async def test_a_second_run_reads_only_what_changed(folder, reader):
    async with reader() as reading:
        first = await batch(reading, folder)
        asked = reading.batcher.counts["offline_asked"]
        second = await batch(reading, folder)
        assert second.read == ()
        assert sorted(second.skipped) == sorted(first.read)
        assert reading.batcher.counts["offline_asked"] == asked
        os.utime(folder / "one.wav", (1, 1))
        third = await batch(reading, folder)
    assert third.read == ("one.wav",)


async def test_other_rules_or_another_queue_are_another_result(folder, reader):
    other = load_settings(overrides={**TONE, "default_queue": {"packs": ("complaint_resolution",)}})
    async with reader() as reading:
        await batch(reading, folder)
        again = await batch(reading, folder, queue="care")
        assert len(again.read) == 3
        assert (await batch(reading, folder, queue="care")).read == ()
    async with reader(other) as reading:
        assert len((await batch(reading, folder, queue="care")).read) == 3


async def test_a_half_written_result_is_made_again(folder, reader):
    async with reader() as reading:
        await batch(reading, folder)
        (folder / "out" / "one.wav.json").write_text('{"made_from": {"files"')
        assert (await batch(reading, folder)).read == ("one.wav",)
    assert saved(folder, "one.wav")["utterances"]


async def test_a_batch_that_was_interrupted_goes_on(folder, reader):
    over = asyncio.Event()

    def progress(name, seconds, is_over):
        if is_over and name.endswith("one.flac"):
            over.set()

    async with reader() as reading:
        running = asyncio.create_task(batch(reading, folder, progress=progress))
        async with asyncio.timeout(20):
            await over.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        before = {p.name.removesuffix(".json") for p in (folder / "out").glob("*.json")}
        assert "may.one.flac" in before
        report = await batch(reading, folder)
    assert set(report.skipped) == before
    assert sorted([*report.read, *report.skipped]) == ["may.one.flac", "one.wav", "two_agent.wav"]


async def test_an_unknown_pack_is_told_before_anything_is_read(folder, reader):
    settings = load_settings(overrides={**TONE, "default_queue": {"packs": ("no_such_pack",)}})
    with pytest.raises(PackNotFound, match="no_such_pack"):
        async with reader(settings) as reading:
            await batch(reading, folder)
    assert not (folder / "out").exists()


async def test_a_fault_of_ours_in_one_call_does_not_stop_the_batch(folder):
    class Faulty:
        """A voice activity engine with a bug that one call meets."""

        def __init__(self, engine):
            self._engine = engine
            self.info, self.window, self.open = engine.info, engine.window, engine.open
            self.met = 0

        def measure(self, streams, windows):
            self.met += 1
            if self.met == 1:
                raise IndexError("off by one")
            return self._engine.measure(streams, windows)

    settings = load_settings(overrides=TONE)
    batcher = Batcher(load("stt", "tone", {}))
    running = asyncio.create_task(batcher.run())
    try:
        reading = RecordingReader(
            Maker(settings, classifier_for), Faulty(load("vad", "energy", {})), batcher
        )
        report = await batch(reading, folder)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(report.read) == 2
    assert [f.reason for f in report.failed if "fault of ours" in f.reason] == [
        "a fault of ours: IndexError('off by one')"
    ]


async def test_who_is_left_can_be_said(folder, reader):
    async with reader() as reading:
        await batch(reading, folder, channels=(Channel.CUSTOMER, Channel.AGENT))
    said = [(u["role"], u["text"]) for u in saved(folder, "one.wav")["utterances"]]
    assert said == [("customer", "how can i help"), ("agent", "cancel my order")]
