import runpy
from pathlib import Path

import pytest

from models.types import Channel
from pipeline.errors import RequestRefused
from pipeline.mining.parser import parse
from pipeline.store.turn_mining import TurnMining
from pipeline.store.turn_search import TurnSearch

HERE = Path(__file__).parent
told = runpy.run_path(str(HERE / "calls.py"))["told"]
others = runpy.run_path(str(HERE / "test_turn_search.py"))


@pytest.fixture
def mining(store):
    for n in range(8):
        lost = n % 2
        agent = "that is our policy sir" if lost else "let me put this right for you"
        told(
            store,
            f"c{n}",
            [
                ("a", 1, "good morning how can I help"),
                ("c", 5, "why is my parcel late" if n < 4 else "my bill is too high"),
                ("a", 20, agent),
                ("c", 30, "thank you and goodbye now" if not lost else "I am leaving you"),
            ],
            day=1 + 3 * n,
            anger=[(50, 2)] if lost else [(50, 2), (60, 0)],
        )
    others["read"](store)
    return TurnMining(store.database, TurnSearch(store.database, others["Bags"]()))


def test_recovered_calls_against_lost_ones(mining):
    ranking, notes = mining.compare(
        parse("mood:angry->calm"), parse("mood:stayed-angry"), Channel.AGENT
    )
    assert notes == []
    assert ranking.call_counts == (4, 4)
    assert ranking.first == () or "right" in ranking.first[0].term
    assert {one.calls for one in ranking.first} <= {(4, 0)}


def test_reasons_and_questions_are_gathered_from_customers(mining):
    reasons, _ = mining.gathered(parse(""), "reasons")
    openings = {c.quotes[0].text for c in reasons.clusters}
    assert {"why is my parcel late", "my bill is too high"} <= openings
    questions, _ = mining.gathered(parse(""), "questions")
    assert [c.quotes[0].text for c in questions.clusters] == ["why is my parcel late"]
    with pytest.raises(RequestRefused, match="no kind"):
        mining.gathered(parse(""), "jokes")


def test_weeks_go_by_when_the_call_began(mining):
    found, _ = mining.rising(parse(""), None)
    assert sum(found.call_counts) == 8
    assert found.weeks[-1].isoformat() == "2026-05-18"
