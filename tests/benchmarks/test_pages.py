"""The benchmark of pages: the long call that it puts beside the demo's, and its bars."""

from benchmarks.pages import LONG, LONG_TURNS, PAGES, keep_long_call, over, rows
from pipeline.config import load_settings
from pipeline.store.repo import Store


def page(name, **more):
    return {
        "name": name,
        "answer": 50.4,
        "paint": 400.2,
        "slowest": 512.0,
        "script": 90_040,
        "files": 12,
        "page": 20_480,
    } | more


def test_the_long_call_is_in_the_store_that_the_demo_opens(tmp_path):
    keep_long_call(tmp_path)
    with Store.open(load_settings(overrides={"data_dir": tmp_path}).database) as store:
        detail = store.call(LONG)
    assert len(detail.utterances) == LONG_TURNS
    assert detail.row.state == "ended"


def test_pages_over_their_bars_are_named():
    dear = [page("slow", paint=1000.5), page("heavy", script=200_001), page("fine")]
    assert over(dear) == ["slow", "heavy"]
    assert rows(dear)[2] == ["fine", 50, 400, 512, 90.0, 12, 20.5]


def test_every_desk_is_measured():
    roles = {role for role, _, _ in PAGES}
    assert roles == {"agent", "supervisor", "qa", "trainer", "engineer", "admin"}
