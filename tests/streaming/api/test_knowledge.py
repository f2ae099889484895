import datetime
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from models.errors import WeightsNotFound
from pipeline.knowledge import Knowledge

ARTICLE = """---
title: Bills
date: 2026-09-01
owner: Billing
---
## When a bill is due
On the 9th. The amount is never read from the card.
"""


def no_encoder():
    raise WeightsNotFound("no weights here")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("articles")
    (folder / "bills.md").write_text(ARTICLE, "utf-8")
    shelf = Knowledge(folder, encoder=no_encoder, today=lambda: datetime.date(2026, 11, 22))
    with Harness(tmp_path_factory.mktemp("kept"), token="s3cret", knowledge=shelf) as harness:
        harness.cookies = {
            "ana": harness.person("ana", "agent", agent="Ana"),
            "tess": harness.person("tess", "trainer"),
        }
        yield harness


def ask(server, who, method, path, **more):
    with httpx.Client(base_url=server.url, cookies=server.cookies[who]) as client:
        return client.request(method, path, headers={"Origin": server.url}, **more)


def test_a_card_comes_with_its_source_date_and_owner(server):
    answer = ask(server, "ana", "GET", "/api/v1/knowledge/search?q=bill+due").json()
    (card,) = answer["cards"]
    assert (card["heading"], card["source"]) == ("When a bill is due", "bills.md")
    assert (card["date"], card["owner"], card["stale"]) == ("2026-09-01", "Billing", "")
    assert "by words alone" in answer["reduced"]
    assert ask(server, "tess", "GET", "/api/v1/knowledge/search?q=bill").status_code == 403


def test_only_a_sure_card_is_suggested(server):
    def card(text):
        return ask(server, "ana", "POST", "/api/v1/knowledge/suggest", json={"text": text}).json()

    assert card("Okay. When is my bill due?")["card"]["heading"] == "When a bill is due"
    assert card("Can I speak to your manager?") == {"card": None}
    assert card("My bill is due on the 9th.") == {"card": None}


def test_a_gap_is_masked_listed_and_settled(server):
    gap = {"query": "refund to card 4111 1111 1111 1111", "why": "nothing", "queue": "payments"}
    assert ask(server, "ana", "POST", "/api/v1/knowledge/gaps", json=gap).status_code == 204
    bad = gap | {"why": "bored"}
    assert ask(server, "ana", "POST", "/api/v1/knowledge/gaps", json=bad).status_code == 422
    page = ask(server, "tess", "GET", "/figures/gaps")
    assert "refund to card [card number]" in page.text
    assert "4111" not in page.text
    assert ask(server, "ana", "GET", "/figures/gaps").status_code == 403
    words = page.text.split('name="words" value="')[1].split('"')[0]
    done = ask(server, "tess", "POST", "/figures/gaps", data={"words": words})
    assert done.status_code == 303
    assert "Nothing was looked for in vain" in ask(server, "tess", "GET", "/figures/gaps").text
    assert ask(server, "tess", "POST", "/figures/gaps", data={"words": "x"}).status_code == 404


def test_a_server_without_articles_says_so(tmp_path):
    with Harness(tmp_path) as bare:
        answer = httpx.get(f"{bare.url}/api/v1/knowledge/search?q=x")
        assert answer.status_code == 404
        assert "knowledge_dir" in answer.json()["detail"]
