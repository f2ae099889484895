from sqlalchemy import text

from pipeline.events import CallEnded, UtteranceFinal
from pipeline.store import search
from pipeline.store.rows import CallFilter


def told(story, *texts):
    says = [story.said(n, "agent", float(n), t) for n, t in enumerate(texts, 1)]
    says = [
        UtteranceFinal(s.__class__(s.id, story.Channel.AGENT, s.start, s.end, s.text)) for s in says
    ]
    return list(enumerate([story.started(), *says, CallEnded(9.0, "completed")], 1))


def found(store, words):
    return [r.call_id for r in store.calls(CallFilter(text=words))]


def test_words_are_found_in_any_order_and_by_their_beginning(store, story):
    store.append("c1", told(story, "the engine overheats", "I will send a mechanic"))
    for words in ("engine", "mechanic engine", "over", "OVERHEATS", "engine mech"):
        assert found(store, words) == ["c1"], words
    for words in ("eng mechanic", "heats", "tyre"):
        assert found(store, words) == [], words


def test_accents_and_scripts_are_found(store, story):
    store.append("c1", told(story, "mañana por la tarde", "спасибо вам", "naïve café"))
    for words in ("mañana", "manana", "спасибо", "cafe"):
        assert found(store, words) == ["c1"], words


def test_a_live_call_is_not_found_and_an_empty_one_is_no_fault(store, story):
    events = told(story, "the engine overheats")
    store.append("c1", events[:-1])
    assert found(store, "engine") == []
    store.append("c1", events[-1:])
    assert found(store, "engine") == ["c1"]
    store.append("c2", [(1, story.started("c2")), (2, CallEnded(1.0, "completed"))])
    assert found(store, "engine") == ["c1"]


def test_the_index_agrees_with_the_documents(store, story):
    for n in range(4):
        store.append(f"c{n}", told(story, f"word{n} engine"))
        store.rebuild(f"c{n}")
    store.remove(["c2"])
    with store.database.write() as connection:
        search.index(connection, "c1")
        connection.execute(
            text("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
        )
    assert found(store, "word2") == []
    assert found(store, "word3") == ["c3"]
