"""A trainer's job in a real browser: collect moments, order them, hear them, take them along."""

import io
import re
import runpy
import zipfile
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import expect
from test_desk import LOOKS, axe

from pipeline.store.playlists import Playlists, Stretch
from pipeline.store.retention import delete_call

pytestmark = pytest.mark.browser
told = runpy.run_path(str(Path(__file__).parents[1] / "pipeline" / "store" / "calls.py"))["told"]
TURNS = [
    ("a", 1, "Good morning, how can I help you?"),
    ("c", 5, "My parcel is late again and I want a refund"),
    ("a", 9, "I am so sorry, Ana will put this right"),
    ("c", 14, "Thank you"),
]


@pytest.fixture
def heard(server):
    for day, call_id in enumerate(("one", "two"), 1):
        told(server.store, call_id, TURNS, day=day)
        server.record(call_id, [(0, 1, 3), (1, 5, 7), (0, 9, 11)], seconds=24)
    return server


def collect(page, nth, title, kind):
    page.get_by_role("link", name="Add to a playlist").nth(nth).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Title of the clip").fill(title)
    page.get_by_label(kind).check()


def test_two_hits_are_collected_ordered_heard_and_exported_by_keyboard(pages, heard):
    page = pages.open(f"{heard.url}/search?q=sorry", accept_downloads=True)
    collect(page, 0, "Says sorry", "a good example")
    expect(page.get_by_label("Begins, s")).to_have_value("5.0")
    page.get_by_role("button", name="Begin half a second earlier").press("Enter")
    expect(page.get_by_label("Begins, s")).to_have_value("4.5")
    expect(page.locator("form.add audio")).to_have_attribute("src", re.compile(r"#t=4\.5,16$"))
    expect(page.locator(".near .inside")).to_have_count(3)
    page.get_by_label("Its title").fill("Late parcels")
    page.get_by_label("Its goal").fill("Own the delay within 30 seconds")
    assert axe(page) == []
    page.get_by_label("Its title").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("The clip is added.")
    page.get_by_role("link", name="Back to where you were").press("Enter")
    collect(page, 1, "Blames nobody", "a bad example")
    expect(page.get_by_role("combobox", name="Playlist")).to_contain_text("Late parcels (1)")
    page.get_by_role("button", name="Add the clip").press("Enter")

    titles = page.locator(".clip h3")
    expect(titles).to_have_text(["1 Says sorry", "2 Blames nobody"])
    page.locator("h1").click()
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("Alt+ArrowUp")
    expect(titles).to_have_text(["1 Blames nobody", "2 Says sorry"])
    expect(page.locator("#moved")).to_have_text("Moved to place 1 of 2.")
    first = page.locator(".clip").first
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(first).to_have_class(re.compile("playing"))
    expect(first.locator(".now")).to_contain_text("My parcel is late")
    page.keyboard.press("Space")
    expect(first).not_to_have_class(re.compile("playing"))
    page.get_by_role("button", name="Play all").press("Enter")
    page.evaluate("document.querySelector('.clip audio').currentTime = 10.9")
    expect(page.locator(".clip").nth(1)).to_have_class(re.compile("playing"))
    page.get_by_role("button", name="Stop").press("Enter")
    page.reload()
    expect(titles).to_have_text(["1 Blames nobody", "2 Says sorry"])
    assert axe(page) == []

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export").press("Enter")
    with zipfile.ZipFile(waiting.value.path()) as archive:
        info = soundfile.info(io.BytesIO(archive.read("playlist-1.flac")))
        text = archive.read("playlist-1.md").decode()
    assert info.duration == 11 + 1 + 11.5
    assert "## 0:12 2. Says sorry (good example)" in text
    assert "- 0:16 Agent: I am so sorry, [agent] will put this right" in text


def test_every_page_is_clean_in_both_themes_and_on_a_phone(pages, heard):
    lists = Playlists(heard.store.database)
    number = lists.create("", "Openings that calm", "Name the feeling", shared=True)
    for call_id, title in (("one", "Says " + "sorry" * 20), ("two", "Gone")):
        lists.add("", number, Stretch(call_id, 1, 9, title), "good")
    delete_call(heard.store, "two", heard.folder)
    phone = ("light", {"width": 390, "height": 844})
    for scheme, viewport in (*LOOKS[:2], phone):
        page = pages.open(color_scheme=scheme, viewport=viewport)
        paths = (f"playlists/{number}", "playlists/add?call=one&turn=2", "playlists")
        for path in paths[: 2 if scheme == "dark" else 3]:
            page.goto(f"{heard.url}/{path}")
            for fold in page.locator(".change > summary:visible").all():
                fold.click()
            assert viewport is phone[1] or axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
