"""A call of real people through the real road and on the pages of those who work with it.

The recording is of the set `aws_calls`; the engines are those of a fresh installation.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import expect
from test_desk import axe

from models.types import Channel
from pipeline.audio.decode import open_pair, read_all
from pipeline.audio.peaks import file_peaks
from pipeline.audio.tape import Recording
from pipeline.config import load_settings
from pipeline.events import CallStarted, durable
from pipeline.offline import RecordedCall

pytestmark = [pytest.mark.browser, pytest.mark.data]

DATA = Path(os.environ.get("CUELINE_DATA", Path(__file__).parents[2] / "../shared/data"))
SIDES = [DATA / f"aws_calls/audio/Auto_Repairs_40_UTC_{side}.wav" for side in ("agent", "caller")]
ENGINES = {"stt": {"engine": "moonshine"}, "vad": {"engine": "silero"}}
QUEUE = {"packs": ("customer_service", "complaint_resolution")}


def read_call(reading):
    """Read the recording; on a thread of its own, as the browser's has a loop running."""

    async def read():
        settings = load_settings(overrides={**ENGINES, "default_queue": QUEUE})
        async with reading(settings) as reader:
            both = (Channel.AGENT, Channel.CUSTOMER)
            return (await reader.read(RecordedCall(tuple(SIDES), both))).events

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(read())).result()


@pytest.fixture
def heard(reader):
    if not SIDES[0].is_file():
        pytest.skip(f"{SIDES[0]} is not there; CUELINE_DATA names the folder of sets")
    return [event for event in read_call(reader) if durable(event)]


@pytest.fixture
def house(guarded, heard):
    started = replace(heard[0], call_id="real", agent="Dana")
    assert isinstance(started, CallStarted)
    guarded.store.append("real", list(enumerate([started, *heard[1:]], 1)))
    source = open_pair(*SIDES)
    samples = read_all(source)
    sound = guarded.folder / "real.flac"
    soundfile.write(sound, samples.T, source.rate_hz, subtype="PCM_16")
    seconds = samples.shape[1] / source.rate_hz
    kept = Recording(
        "real", sound.name, "flac", source.rate_hz, 2, seconds, "complete", file_peaks(sound)
    )
    guarded.store.save_recording(kept)
    people = (("quinn", "qa", ""), ("tara", "trainer", ""), ("dana", "agent", "Dana"))
    guarded.cookies = {n: guarded.person(n, role, agent=agent) for n, role, agent in people}
    return guarded


def as_person(pages, house, name, path, **more):
    page = pages.open(**more)
    cookies = [
        {"name": key, "value": value, "url": house.url}
        for key, value in house.cookies[name].items()
    ]
    page.context.add_cookies(cookies)
    page.goto(house.url + path)
    return page


def test_each_does_their_work_on_a_call_of_real_people(pages, house):
    """One test, as reading the call takes longest."""
    reviewer = as_person(pages, house, "quinn", "/reviews")
    reviewer.keyboard.press("t")
    reviewer.wait_for_url("**/reviews/*")
    expect(reviewer.get_by_role("button", name="Play")).to_be_visible()
    expect(reviewer.locator("[data-question] q").first).to_be_visible()
    assert axe(reviewer) == []

    trainer = as_person(pages, house, "tara", "/search?q=customer%3A+calling")
    hit = trainer.locator("li.hit").first
    expect(hit).to_contain_text("calling")
    hit.get_by_role("link", name="Open").click()
    trainer.wait_for_url("**/calls/real*")
    assert axe(trainer) == []

    small = {"width": 390, "height": 844}
    agent = as_person(pages, house, "dana", "/calls/real", viewport=small, color_scheme="dark")
    expect(agent.get_by_role("heading", level=1)).to_be_visible()
    assert agent.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(agent) == []
    agent.goto(f"{house.url}/me/figures")
    expect(agent.get_by_role("heading", level=1)).to_be_visible()
