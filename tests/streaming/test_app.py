"""The whole app: what it may never let out, and that two of them do not mix."""

import asyncio

import httpx
import numpy as np
import soundfile

from models.registry import load
from models.types import SttRequest

RATE = 8000
CARD = "four two four two four two four two four two four two four two four two"


def leaks(data):
    """Whether bytes hold the card's digits, spoken or written."""
    text = data.lower()
    return any(word in text for word in (b"four two four", b"4242", b"4 2 4 2"))


async def test_card_digits_are_in_nothing_that_is_kept_or_told(serving, script, capfd, tmp_path):
    care = {"packs": ("card_payment",)}
    async with serving(default_queue=care, log_level="debug") as server:
        samples = (
            script()
            .silence(0.5)
            .agent("can i take your card number please")
            .customer(f"yes it is {CARD}")
            .customer(f"shall i say it again {CARD}", 0.6)
            .agent("no thank you that is fine", 1.0)
            .samples()
        )
        playing = asyncio.create_task(server.play(samples, speed=2.0))
        await server.until(lambda: server.runtime.host.live())
        told, tapes = [], []
        async with server.watch("call-1") as socket, asyncio.timeout(40):
            async for text in socket:
                told.append(text)
                tapes += [p.read_bytes() for p in server.runtime.settings.recordings.glob("*.pcm")]
                if '"CallEnded"' in text:
                    break
        await playing
        assert "[card number]" in "".join(told)
        assert not leaks("".join(told).encode())
        assert not leaks((await server.metrics()).encode())
        async with httpx.AsyncClient(headers=server.headers, follow_redirects=True) as client:
            for path in ("/calls/call-1", "/api/v1/calls/call-1", "/"):
                answer = await client.get(server.address.http + path)
                assert answer.status_code == 200, path
                assert not leaks(answer.content), path
        kept = server.runtime.store.recording("call-1")
    out, err = capfd.readouterr()
    assert not leaks((out + err).encode())
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert files
    assert {p.name for p in files if leaks(p.read_bytes())} == set()

    tone = load("stt", "tone", {})
    sound, rate = soundfile.read(
        server.runtime.settings.recordings / kept.path, dtype="float32", always_2d=True
    )
    (text,) = tone.transcribe([SttRequest(sound[:, 1].copy(), rate)])
    assert "two" not in text.text
    (text,) = tone.transcribe([SttRequest(sound[:, 0].copy(), rate)])
    assert "card number please" in text.text
    for tape in tapes:
        raw = np.frombuffer(tape[-(len(tape) - 4096) // 4 * 4 :], "<i2").astype(np.float32) / 32768
        for at in range(0, max(1, len(raw) // 2 - RATE), 10 * RATE):
            piece = raw.reshape(-1, 2)[at : at + 12 * RATE, 1].copy()
            assert "two four two four" not in tone.transcribe([SttRequest(piece, RATE)])[0].text


async def test_two_apps_in_one_process_know_nothing_of_each_other(serving, script):
    first, second = serving(queues={"a": {}}), serving(data_dir=serving.args[0] / "other")
    async with first, second:
        await first.play(script().agent("good morning").samples(), "mine")
        assert await first.events("mine")
        assert await second.events("mine") == []
        assert "cueline_live_calls 0.0" in await second.metrics()
        async with httpx.AsyncClient(headers=first.headers) as client:
            answer = await client.get(f"{second.address.http}/api/v1/calls")
            assert answer.status_code == 401


async def test_every_answer_forbids_foreign_scripts(serving):
    async with serving() as server, httpx.AsyncClient(headers=server.headers) as client:
        for path in ("/", "/metrics", "/api/v1/calls", "/nowhere"):
            answer = await client.get(server.address.http + path)
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self'" in policy or "default-src 'none'" in policy, path
            assert answer.headers["x-content-type-options"] == "nosniff"
