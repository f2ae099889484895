import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.types import Channel
from pipeline.errors import RequestRefused
from pipeline.events import UtteranceRedacted
from pipeline.mining import patterns, quantised
from pipeline.mining.parser import parse
from pipeline.mining.query import Edge, Part, Query, Term, Window, Word
from pipeline.store.repo import Store
from pipeline.store.schema_mining import utterance_doc, utterance_vector
from pipeline.store.turn_search import TurnSearch

told = runpy.run_path(str(Path(__file__).with_name("calls.py")))["told"]
CALLS = {
    "refund": [
        ("a", 1, "Good morning, how can I help?"),
        ("c", 5, "I want a refund, it came three weeks late"),
        ("a", 40, "I am sorry, I will refund you"),
        ("c", 90, "Thank you so much"),
    ],
    "angry": [
        ("a", 1, "Good morning"),
        ("c", 50, "This is the third time, I want my money back"),
        ("a", 60, "I cannot refund the fee"),
    ],
    "calm": [("a", 1, "Hello, how can I help?"), ("c", 5, "What time do you close?")],
}


class Bags:
    """Vectors of words: enough of a meaning for a test."""

    model, trouble = "bags", ""

    def vector(self, sentence):
        made = np.zeros(384, np.float32)
        for word in patterns.words_of(sentence):
            made[hash_of(word.text)] += 1
        return made / max(float(np.linalg.norm(made)), 1.0)


def hash_of(word):
    return sum(ord(c) * 31**n for n, c in enumerate(word)) % 384


def read(store):
    with store.database.write() as connection:
        known = {row.n for row in connection.execute(utterance_vector.select())}
        for row in connection.execute(utterance_doc.select()).all():
            if row.n not in known:
                vector = quantised.to_bytes(Bags().vector(row.text))
                connection.execute(
                    utterance_vector.insert().values(n=row.n, model="bags", vector=vector)
                )


@pytest.fixture
def search(store):
    told(store, "refund", CALLS["refund"], day=1, intents=[(2, "refund")])
    told(store, "angry", CALLS["angry"], day=3, agent="Bo", anger=[(50, 2)], queue="billing")
    told(store, "calm", CALLS["calm"], day=2)
    read(store)
    return TurnSearch(store.database, Bags())


def turns(search, box):
    return [(hit.call_id, hit.utterance_id) for hit in search.answer(parse(box)).hits]


@pytest.mark.parametrize(
    ("box", "want"),
    [
        ("refund", [("angry", 3), ("refund", 2), ("refund", 3)]),
        ("customer: refund", [("refund", 2)]),
        ("refund ~2 weeks", []),
        ("refund ~3 week*", [("refund", 2)]),
        ('"how can i help"', [("calm", 1), ("refund", 1)]),
        ("refund -fee", [("refund", 2), ("refund", 3)]),
        ("refund NOT agent: sorry", [("angry", 3)]),
        ("agent: refund customer: money", [("angry", 2), ("angry", 3)]),
        ("refund within first 30s", [("refund", 2)]),
        ("refund within last 15s", [("angry", 3)]),
        ("intent:refund", [("refund", 2)]),
        ("by:Bo refund", [("angry", 3)]),
        ("mood:calm->angry", [("angry", 2)]),
        ("mood:angry->calm", []),
        ("minutes:<1", [("calm", 1)]),
        ("from:2026-05-02 until:2026-05-03", [("calm", 1)]),
        ("queue:billing", [("angry", 1)]),
    ],
)
def test_what_is_found(search, box, want):
    assert turns(search, box) == want


def test_hits_tell_their_call_and_where_the_words_stand(search):
    answer = search.answer(parse("refund by:Ana"), size=1)
    (hit,) = answer.hits
    assert (answer.turns, answer.calls, answer.more) == (2, 1, True)
    assert [hit.text[a:b] for a, b in hit.marks] == ["refund"]
    assert (hit.agent, hit.queue, hit.start_s, hit.recorded) == ("Ana", "parcels", 5.0, False)
    (second,) = search.answer(parse("refund by:Ana"), page=2, size=1).hits
    assert second.utterance_id == 3


def test_meaning_is_ranked_and_combines_with_the_rest(search):
    found = search.answer(parse('like:"the third time I want money back"')).hits
    assert [(h.call_id, h.utterance_id) for h in found][:1] == [("angry", 2)]
    assert found[0].alike > 0.55
    assert turns(search, 'agent: like:"I want my money back"') == []
    assert turns(search, "like:angry#turn-2") == [("angry", 2)]
    with pytest.raises(RequestRefused, match="no turn 9"):
        search.answer(parse("like:angry#turn-9"))


def test_without_an_encoder_words_go_on_and_meaning_says_why(store, search):
    bare = TurnSearch(store.database, type("None", (), {"model": "", "trouble": "no weights"})())
    assert len(bare.answer(parse("refund")).hits) == 3
    with pytest.raises(RequestRefused, match="no weights"):
        bare.answer(parse("like:refund"))


def test_what_is_in_memory_follows_the_database(store, search):
    assert len(turns(search, 'like:"how can I help"')) == 2
    told(store, "new", [("a", 1, "how can I help")], day=5)
    assert turns(search, '"can i help"')[0] == ("new", 1)
    assert search.answer(parse("like:help")).notes == (
        "90 % of the turns are read for meaning so far.",
    )
    store.append("calm", [(99, UtteranceRedacted(1, "[name]", ("name",)))])
    store.remove(["refund"])
    read(store)
    assert turns(search, 'like:"how can I help"') == [("new", 1)]
    assert turns(search, "help") == [("new", 1)]


words = st.builds(
    Word, st.sampled_from(["so", "refund", "week", "my"]), st.booleans(), st.integers(0, 2)
)
phrases = st.lists(words, min_size=1, max_size=2).map(
    lambda found: (Word(found[0].text, found[0].prefix), *found[1:])
)
terms = st.lists(st.builds(Term, st.lists(phrases, min_size=1, max_size=2).map(tuple)), max_size=2)
windows = st.none() | st.builds(Window, st.sampled_from(list(Edge)), st.sampled_from([5.0, 20.0]))
speakers = st.sampled_from([None, Channel.AGENT, Channel.CUSTOMER])
parts = st.builds(
    Part, terms.map(tuple), terms.map(tuple), speaker=speakers, window=windows
).filter(lambda part: not part.empty)
said = st.lists(
    st.sampled_from(["so", "refund", "weeks", "week", "my", "mys"]), min_size=1, max_size=5
)
talks = st.lists(
    st.lists(st.tuples(st.sampled_from("ac"), said.map(" ".join)), min_size=1, max_size=4),
    min_size=1,
    max_size=3,
)


def is_part(part, who, at, length, words):
    edge = at if part.window and part.window.edge is Edge.FIRST else length - at
    return (
        part.speaker in (None, Channel.AGENT if who == "a" else Channel.CUSTOMER)
        and (part.window is None or edge < part.window.seconds)
        and patterns.says(words, part)
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("any") / "c.db") as store:
        yield store


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(talks, st.lists(parts, min_size=1, max_size=2), st.lists(parts, max_size=1))
def test_any_query_finds_what_reading_every_turn_finds(shared, calls, wanted, never):
    want = set()
    for number, lines in enumerate(calls):
        turns = [(who, n * 6.0, words) for n, (who, words) in enumerate(lines)]
        told(shared, f"c{number}", turns)
        length = turns[-1][1] + 10.0
        by_part = [
            {n for n, (who, at, words) in enumerate(turns, 1) if is_part(p, who, at, length, words)}
            for p in wanted
        ]
        barred = any(is_part(p, who, at, length, w) for p in never for who, at, w in turns)
        if all(by_part) and not barred:
            want |= {(f"c{number}", n) for found in by_part for n in found}
    try:
        search = TurnSearch(shared.database, Bags())
        answer = search.answer(Query(tuple(wanted), tuple(never)), size=100)
        assert {(h.call_id, h.utterance_id) for h in answer.hits} == want
    finally:
        shared.remove([f"c{number}" for number in range(len(calls))])
