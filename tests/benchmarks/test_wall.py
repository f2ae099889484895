"""The benchmark of the wall: its floor of told calls, and its sums."""

import asyncio
import json

import websockets

from benchmarks.wall import floor, numbers


async def test_the_floor_fills_a_wall_and_keeps_telling():
    async with (
        floor(12) as url,
        websockets.connect(f"{url}/live?wall=1".replace("http", "ws")) as ws,
    ):
        hello = json.loads(await ws.recv())["hello"]
        seen = {c["id"] for c in hello["calls"]}
        moved = 0
        async with asyncio.timeout(20):
            while len(seen) < 12 or moved < 3:
                news = json.loads(await ws.recv())
                moved += bool(news.get("wall", {}).get("calls"))
                seen |= {c["id"] for c in news.get("wall", {}).get("calls", [])}


def test_late_frames_are_counted():
    gaps = [16.7] * 97 + [33.4, 50.0, 120.0]
    shown = numbers({"gaps": gaps, "long": [70.0], "tiles": 200, "nodes": 3000})
    assert (shown["median_ms"], shown["p95_ms"], shown["longest_ms"]) == (16.7, 16.7, 120.0)
    assert (shown["late_percent"], shown["long_tasks"]) == (3.0, 1)
    assert numbers({"gaps": gaps, "long": [], "tiles": 1, "nodes": 1})["longest_task_ms"] == 0.0
