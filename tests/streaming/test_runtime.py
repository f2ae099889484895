"""A whole server when something goes wrong: engines, disks, clients, and a kill."""

import asyncio
import json
import re
import runpy
import signal
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import websockets

from models.errors import WeightsCorrupt
from models.types import Channel
from pipeline.config import load_settings
from pipeline.errors import FormLocked
from pipeline.store.repo import Store
from qa_rules.packs import load_packs
from streaming.client import Pace, Sound, call_start, play
from streaming.runtime import Runtime

PLAY = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "scored.py"))["scored_call"]
RATE = 8000
BOTH = (Channel.AGENT, Channel.CUSTOMER)


def kinds(events):
    return [e.type for e in events]


async def heard_live(socket, true):
    """Read a call's event socket until an event is as wanted; return all that came."""
    seen = []
    async with asyncio.timeout(30):
        async for text in socket:
            message = json.loads(text)
            if "event" in message:
                seen.append(message["event"])
                if true(seen[-1]):
                    return seen
    raise AssertionError(f"the socket closed after {[e['type'] for e in seen]}")


def talk(script, *lines):
    spoken = script()
    for number, line in enumerate(lines):
        (spoken.customer if number % 2 else spoken.agent)(line, 0.8)
    return spoken.samples()


# -- engines -----------------------------------------------------------------------------------


async def test_an_engine_that_fails_over_a_clip_is_told_and_harms_nobody_else(
    serving, script, plugins, said
):
    async with serving(stt={"engine": "faulty"}) as server:
        broken = talk(script, "good morning", "there is a fault on my line", "let me look")
        sound = talk(script, "good evening", "all is well", "goodbye")
        await asyncio.gather(
            server.play(broken, "broken", speed=8.0), server.play(sound, "sound", speed=8.0)
        )
        events = await server.events("broken")
        assert [text for _, text in said(events)] == ["good morning", "let me look"]
        (failed,) = [e for e in events if e.type == "TranscriptionFailed"]
        assert (failed.channel, "cannot bear" in failed.reason) == (Channel.CUSTOMER, True)
        assert kinds(events)[-2:] == ["CallScored", "WrapupReady"]
        assert [text for _, text in said(await server.events("sound"))] == [
            "good evening",
            "all is well",
            "goodbye",
        ]
        counted = await server.metrics()
        assert float(re.search(r'fate="batches_failed"} (\S+)', counted)[1]) >= 1


async def test_a_classifier_that_hangs_holds_no_final_for_long(serving, script, plugins, said):
    def hurry(runtime):
        runtime.classifiers._deadline_s = 0.3

    riddle = {"engine": "riddle", "options": {"seconds": 2.0}}
    lines = ["good morning", "here is a riddle", "i see", "cancel my order"]
    async with serving(hurry, classify=riddle) as server:
        playing = asyncio.create_task(server.play(talk(script, *lines), speed=1.5))
        await server.until(lambda: server.runtime.host.live())
        async with server.watch("call-1") as socket:
            seen = await heard_live(socket, lambda e: e["type"] == "CallEnded")
        await playing
        events = await server.events()
        assert [text for _, text in said(events)] == lines
        assert "CallScored" in kinds(events)
        assert "cueline_classify_late_total 0.0" not in await server.metrics()
    told = [e["active"] for e in seen if e["type"] == "Degraded" and e["what"] == "labels"]
    assert told[0] is True


async def test_a_server_that_cannot_start_says_why(serving, plugins):
    with pytest.raises(WeightsCorrupt, match="weights are damaged"):
        async with serving(stt={"engine": "unready"}):
            pass


# -- one call's fault --------------------------------------------------------------------------


async def test_a_fault_in_one_calls_rules_ends_that_call_only(serving, script, said):
    lines = [f"this is line {number}" for number in range(10)]
    async with serving() as server:
        samples = talk(script, *lines)
        good = asyncio.create_task(server.play(samples, "good", speed=4.0))
        bad = asyncio.create_task(server.play(samples, "bad", speed=2.0))
        await server.until(lambda: len(server.finals("bad")) >= 2)
        call = server.runtime.host.get("bad")

        def fail(*_):
            raise ZeroDivisionError("a rule went wrong")

        call._session.reading.rules.utterance = fail
        with pytest.raises(Exception, match="fault of the server") as refused:
            await bad
        assert refused.value.code == "call_failed"
        await good
        events = await server.events("bad")
        assert [text for _, text in said(events)][:2] == lines[:2]
        assert (events[-1].type, events[-1].reason) == ("CallEnded", "failed")
        assert kinds(events).count("CallEnded") == 1
        assert [text for _, text in said(await server.events("good"))] == lines
        assert "cueline_calls_failed_total 1.0" in await server.metrics()
        recording = server.runtime.store.recording("bad")
        assert recording is not None
        assert recording.seconds > 0


async def test_a_fault_in_scoring_leaves_the_call_ended_once(serving, script):
    async with serving() as server:
        playing = asyncio.create_task(server.play(talk(script, "good morning"), speed=4.0))
        await server.until(lambda: server.runtime.host.get("call-1"))
        call = server.runtime.host.get("call-1")
        call._session.reading.rules.findings = None
        await playing
        events = await server.events()
    assert kinds(events)[-1] == "CallEnded"
    assert kinds(events).count("CallEnded") == 1


async def test_a_client_that_sends_garbage_harms_nobody_else(serving, script, said):
    samples = talk(script, "good morning", "hello there", "goodbye")
    rng = np.random.default_rng(3)
    async with serving() as server:
        good = asyncio.create_task(server.play(samples, "good", speed=4.0))
        for text in ("{", '{"type":"start"}', "[]", '{"type":"sing"}', "\x00" * 99):
            async with server.dial() as line:
                await line.send(text)
                assert json.loads(await line.recv())["type"] == "error"
        start = {
            "type": "start",
            "call_id": "noise",
            "channels": ["agent", "customer"],
            "encoding": "mulaw",
            "rate_hz": 8000,
        }
        async with server.dial() as line:
            await line.send(json.dumps(start))
            for _ in range(20):
                await line.send(rng.bytes(2001))
            await line.send('{"type":"stop"}')
            async with asyncio.timeout(30):
                async for text in line:
                    last = json.loads(text)
        assert last["type"] == "stopped"
        await good
        assert [text for _, text in said(await server.events("good"))] == [
            "good morning",
            "hello there",
            "goodbye",
        ]
        assert kinds(await server.events("noise"))[-1] == "WrapupReady"


# -- too much ----------------------------------------------------------------------------------


async def test_the_last_call_over_the_cap_is_asked_to_come_back_later(serving, script):
    async with serving(max_calls=1) as server:
        first = asyncio.create_task(server.play(talk(script, "good morning", "hello"), speed=1.0))
        await server.until(lambda: server.runtime.host.live())
        async with server.dial() as line:
            await line.send(
                json.dumps(
                    {
                        "type": "start",
                        "call_id": "second",
                        "channels": ["mixed"],
                        "encoding": "pcm16",
                        "rate_hz": 8000,
                    }
                )
            )
            answer = json.loads(await line.recv())
            await line.wait_closed()
            assert (answer["type"], answer["code"]) == ("error", "over_capacity")
            assert line.close_code == 1013
        await first
        assert "cueline_calls_refused_total 1.0" in await server.metrics()


async def test_under_load_captions_go_first_and_no_final_is_lost(serving, script, plugins, said):
    # Four calls give 3.3 finals a second: 0.86 of the one worker's time, so captions must go.
    slow = {"engine": "faulty", "options": {"seconds": 0.26}}
    lines = [f"this is line number {n}" for n in range(7)]
    async with serving(stt=slow) as server:
        samples = np.concatenate(
            [talk(script, *lines), np.zeros((2, 14 * RATE), np.float32)], axis=1
        )
        calls = [
            asyncio.create_task(server.play(samples, f"call-{n}", speed=1.6)) for n in range(4)
        ]
        await server.until(lambda: len(server.runtime.host.live()) == 4)
        async with server.watch("call-0") as socket:
            seen = await heard_live(socket, lambda e: e["type"] == "CallEnded")
        await asyncio.gather(*calls)
        for n in range(4):
            assert [text for _, text in said(await server.events(f"call-{n}"))] == lines
    told = [e["active"] for e in seen if e["type"] == "Degraded" and e["what"] == "partials"]
    assert told[:2] == [True, False]
    assert told == [True, False] * (len(told) // 2)
    assert len(told) <= 4, "it flickers"


# -- disks -------------------------------------------------------------------------------------


async def test_a_database_that_refuses_is_told_and_loses_nothing(serving, script, said):
    lines = ["good morning", "hello there", "one moment please", "thank you", "goodbye now", "bye"]
    async with serving() as server:
        playing = asyncio.create_task(server.play(talk(script, *lines), speed=1.5))
        await server.until(lambda: server.runtime.host.live())
        async with server.watch("call-1") as socket:
            await heard_live(socket, lambda e: e["type"] == "UtteranceFinal")
            other = sqlite3.connect(server.runtime.store.database.path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            seen = await heard_live(socket, lambda e: e["type"] == "Degraded")
            assert (seen[-1]["what"], seen[-1]["active"]) == ("storage", True)
            ready = server.runtime.ready()
            other.execute("ROLLBACK")
            other.close()
            await heard_live(socket, lambda e: e["type"] == "Degraded" and not e["active"])
        await playing
        assert ready["store"] is False
        assert [text for _, text in said(await server.events())] == lines
        assert server.runtime.writer.counters.spilled > 0


async def test_a_recording_that_cannot_be_kept_is_told_and_the_call_goes_on(serving, script, said):
    lines = ["good morning", "hello there", "goodbye"]
    async with serving() as server:
        folder = server.runtime.settings.recordings
        folder.rmdir()
        folder.write_text("a file where the folder should be")
        playing = asyncio.create_task(server.play(talk(script, *lines), speed=1.5))
        await server.until(lambda: server.runtime.host.live())
        async with server.watch("call-1") as socket:
            seen = await heard_live(
                socket, lambda e: e["type"] == "Degraded" and e["what"] == "recording"
            )
        await playing
        assert seen[-1]["active"] is True
        assert [text for _, text in said(await server.events())] == lines
        assert server.runtime.store.recording("call-1").state == "failed"


# -- restarts ----------------------------------------------------------------------------------


async def test_stopping_ends_calls_as_interrupted_with_their_score(serving, script):
    async with serving() as server:
        playing = asyncio.create_task(server.play(talk(script, "good morning", "hello"), speed=1.0))
        await server.until(lambda: server.finals())
        playing.cancel()
        path = server.runtime.settings.database
    with Store.open(path) as store:
        events = [e for _, e in store.events("call-1")]
        detail = store.call("call-1")
    assert [e.reason for e in events if e.type == "CallEnded"] == ["interrupted"]
    assert kinds(events)[-2:] == ["CallScored", "WrapupReady"]
    assert detail.recording.state == "complete"


async def test_a_kill_loses_half_a_second_and_no_call(cueline, script, tmp_path):
    lines = [f"line number {n}" for n in range(9)]
    samples = talk(script, *lines)
    first = cueline("serve", "--port", "0", CUELINE_TOKEN="t")
    url = await asyncio.to_thread(lambda: first.until(r"audio in: (ws://[^/]+)")[1])
    sound = Sound(samples, RATE, BOTH)

    def call(number):
        start = call_start(f"call-{number}", sound)
        return play(sound, start, url=url, token="t", pace=Pace(speed=1.5))

    calls = [asyncio.create_task(call(n)) for n in range(3)]
    headers = {"Authorization": "Bearer t"}
    seen = {}
    for number in range(3):
        address = f"{url}/calls/call-{number}/live"
        async with websockets.connect(address, additional_headers=headers) as socket:
            finals = await heard_live(
                socket, lambda e: e["type"] == "UtteranceFinal" and "3" in e["utterance"]["text"]
            )
            seen[number] = [e["utterance"] for e in finals if e["type"] == "UtteranceFinal"]
    await asyncio.sleep(0.5)
    first.kill(signal.SIGKILL)
    for one in calls:
        one.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.to_thread(first.wait)

    second = cueline("serve", "--port", "0", CUELINE_TOKEN="t")
    url = await asyncio.to_thread(lambda: second.until(r"audio in: (ws://[^/]+)")[1])
    start = {
        "type": "start",
        "call_id": "call-1",
        "channels": ["agent", "customer"],
        "encoding": "pcm16",
        "rate_hz": 8000,
    }
    async with websockets.connect(f"{url}/v1/audio", additional_headers=headers) as line:
        await line.send(json.dumps(start))
        answer = json.loads(await line.recv())
        await line.wait_closed()
        assert (answer["code"], line.close_code) == ("call_busy", 4409)
        assert "is over; begin a new one under another id" in answer["message"]
    second.kill(signal.SIGINT)
    assert await asyncio.to_thread(second.wait) == 0

    with Store.open(tmp_path / "data" / "cueline.db") as store:
        for number, utterances in seen.items():
            detail = store.call(f"call-{number}")
            assert detail.row.state == "ended"
            ended = [e for _, e in store.events(f"call-{number}") if e.type == "CallEnded"]
            assert [e.reason for e in ended] == ["interrupted"]
            kept = [u.text for u in detail.utterances]
            assert kept[: len(utterances)] == [u["text"] for u in utterances]
            assert detail.recording.state == "recovered"
            assert detail.recording.seconds > utterances[-1]["end"] - 1.5
            assert detail.row.seconds >= utterances[-1]["end"]


def test_a_server_does_not_start_with_a_form_that_scored_and_was_changed(tmp_path):
    file = tmp_path / "own.yaml"
    text = "pack: own\ntitle: O\nform: {sections: {a: {title: A, weight: 100}}}\nitems:\n" + (
        "  - {id: T-01, title: Greets, severity: REQ, section: a, weight: 1, match: hello}\n"
    )
    file.write_text(text)
    lines = ("hello", "customer: hello", "bye")
    with Store.open(tmp_path / "cueline.db") as store:
        store.append("c1", PLAY(load_packs(["own"], [tmp_path]), *lines))
    settings = load_settings(
        overrides={
            "stt": {"engine": "tone"},
            "vad": {"engine": "energy"},
            "classify": {"engine": "none"},
            "data_dir": tmp_path,
            "pack_dirs": (tmp_path,),
            "default_queue": {"packs": ("own",)},
        }
    )
    file.write_text(text.replace("weight: 1,", "weight: 3,"))
    with pytest.raises(
        FormLocked, match=r"own\.yaml: the form of own, version 1, has scored 1 call"
    ):
        Runtime.build(settings)
    file.write_text(file.read_text().replace("title: O", 'title: O\nversion: "2"'))
    Runtime.build(settings).store.close()
