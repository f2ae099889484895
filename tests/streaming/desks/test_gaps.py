import sys
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from pipeline.store.gaps import Gaps


def test_the_page_names_what_is_missing_and_that_nothing_is_set_up(tmp_path):
    with Harness(tmp_path) as server:
        page = httpx.get(f"{server.url}/figures/gaps").text
        assert "No articles are set up" in page
        gaps = Gaps(server.store.database)
        for who in ("ana", "bo"):
            gaps.add("solar <b>panels</b>", "unhelpful", "complaints", who)
        page = httpx.get(f"{server.url}/figures/gaps").text
        assert "solar &lt;b&gt;panels" in page
        assert "no help in 2 of 2" in page
