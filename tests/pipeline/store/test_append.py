import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.types import Channel
from pipeline.events import CallEnded, UtteranceFinal, to_json
from pipeline.store import schema
from pipeline.store.project import Amend, Put
from pipeline.store.repo import Store


def test_rebuilding_gives_what_writing_gave(store, story, everything):
    for seq, event in story.whole():
        store.append("c1", [(seq, event)])
    written = everything()
    assert all(written[t.name] for t in schema.DERIVED), "the story leaves a table empty"
    store.rebuild("c1")
    assert everything() == written


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_the_size_of_a_transaction_does_not_matter(store, story, everything, tmp_path, size):
    store.append("c1", story.whole())
    want = everything()
    with Store.open(tmp_path / "other.db") as other:
        calls = [[(f"c{n}", s, e) for s, e in story.whole(f"c{n}")] for n in (1, 2)]
        mixed = [item for pair in zip(*calls, strict=True) for item in pair]
        for n in range(0, len(mixed), size):
            other.append_all(mixed[n : n + size])
        other.remove(["c2"])
        with other.database.read() as connection:
            for name, rows in want.items():
                table = schema.metadata.tables[name]
                found = connection.execute(select(table).order_by(*table.primary_key))
                assert [tuple(r) for r in found] == rows, name


def call_tables(store):
    with store.database.read() as connection:
        return {
            t.name: [tuple(r) for r in connection.execute(select(t).order_by(*t.c))]
            for t in (schema.call, schema.event, *schema.DERIVED)
        }


def written_in_any_order(store, events, data):
    order = data.draw(st.permutations(range(len(events))))
    again = data.draw(st.lists(st.sampled_from(range(len(events))), max_size=20))
    picked = [*order, *again]
    size = data.draw(st.integers(1, 8))
    store.remove(["c1"])
    for n in range(0, len(picked), size):
        store.append("c1", [events[i] for i in picked[n : n + size]])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_order_and_repetition_of_writing_do_not_matter(store, story, data):
    events = [(s, e) for s, e in story.whole() if e.type != "UtteranceRedacted"]
    store.remove(["c1"])
    store.append("c1", events)
    want = call_tables(store)
    written_in_any_order(store, events, data)
    assert call_tables(store) == want


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_redaction_holds_in_any_order(store, story, data):
    written_in_any_order(store, story.whole(), data)
    assert store.scrub()
    folder = store.database.path.parent
    assert digits_on_disk(folder, story.CARD[:4], story.CARD[5:9]) == set()
    written = call_tables(store)
    assert len(written["event"]) == len(story.whole())
    store.rebuild("c1")
    assert call_tables(store) == written


def test_an_event_is_written_once(store, story, everything):
    first = store.append("c1", story.whole())
    assert (first.written, first.known) == (len(story.whole()), 0)
    before = everything()
    second = store.append("c1", story.whole())
    assert (second.written, second.known) == (0, len(story.whole()))
    third = store.append("c1", [(3, CallEnded(999.0, "lost"))])
    assert third.written == 0
    assert everything() == before


def test_of_two_events_of_one_number_the_first_counts(store, story):
    start = story.started()
    store.append("c1", [(1, start), (2, CallEnded(5.0, "completed")), (2, CallEnded(9.0, "lost"))])
    assert store.events("c1") == [(1, start), (2, CallEnded(5.0, "completed"))]


def test_events_whose_call_never_started_are_kept(store, story):
    events = story.whole()
    store.append("c1", events[1:])
    assert len(store.call("c1").utterances) == 4
    store.append("c1", events[:1])
    detail = store.call("c1")
    assert (detail.row.agent, detail.row.state) == ("a7", "ended")
    assert next(e for _, e in store.events("c1")) == events[0][1]


def digits_on_disk(folder, *needles):
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found |= {(path.name, n) for n in needles if n.encode() in data}
    return found


@pytest.mark.parametrize("size", [1, 4, 100])
def test_a_redaction_leaves_the_words_in_no_file(store, story, tmp_path, size):
    needles = (story.CARD[:4], story.CARD[5:9])
    events = story.whole()
    redacted_at = next(s for s, e in events if e.type == "UtteranceRedacted")
    if size == 1:
        store.append("c1", events[: redacted_at - 1])
        assert digits_on_disk(tmp_path, *needles), "the search finds nothing at all"
        events = events[redacted_at - 1 :]
    for n in range(0, len(events), size):
        store.append("c1", events[n : n + size])
    assert store.scrub()
    assert digits_on_disk(tmp_path, *needles) == set()
    final = next(
        e
        for _, e in store.events("c1")
        if e.type == "UtteranceFinal" and "[card]" in e.utterance.text
    )
    assert final.utterance.text == "sure it is [card] hold on please"
    assert final.redacted == ("card",)
    assert " ".join(w.text for w in final.utterance.words) == "sure it is hold on please"
    detail = store.call("c1")
    assert detail.utterances[2].text == final.utterance.text
    assert detail.labels[3][0].quote == "is [card]"
    card = next(f for f in detail.findings if f.rule_id == "card")
    assert [e.quote for e in card.evidence] == ["[card]", "it is [card] hold"]
    assert card.reason == "the customer said [card] aloud"
    assert detail.hints[1].hint.why == "heard [card] and [card]"
    assert detail.anger[1].reasons[0].quote == "[card]"


def test_a_redaction_after_the_end_leaves_the_index_clean(store, story, tmp_path):
    events = story.whole()
    late = next(e for _, e in events if e.type == "UtteranceRedacted")
    others = [e for _, e in events if e.type != "UtteranceRedacted"]
    store.append("c1", list(enumerate(others, 1)))
    store.database.scrub()
    assert digits_on_disk(tmp_path, "4539")
    store.append("c1", [(len(others) + 1, late)])
    assert store.scrub()
    assert digits_on_disk(tmp_path, "4539", "1488") == set()


def test_a_final_that_comes_after_its_redaction_is_redacted(store, story, tmp_path):
    events = story.whole()
    finals = [(s, e) for s, e in events if isinstance(e, UtteranceFinal) and e.utterance.id == 3]
    store.append("c1", [item for item in events if item not in finals])
    store.append("c1", finals)
    assert store.call("c1").utterances[2].text == "sure it is [card] hold on please"
    assert store.scrub()
    assert digits_on_disk(tmp_path, "4539", "1488") == set()


def test_other_calls_and_utterances_keep_their_words(store, story):
    store.append("c2", [(s, e) for s, e in story.whole("c2") if e.type != "UtteranceRedacted"])
    before = [to_json(e) for _, e in store.events("c2")]
    store.append("c1", story.whole("c1"))
    assert [to_json(e) for _, e in store.events("c2")] == before


def test_stored_events_read_back_as_they_were(store, story):
    events = [(s, e) for s, e in story.plain("c1", 30)]
    store.append("c1", events)
    assert store.events("c1") == events
    assert store.events("c1", after=50) == events[50:]


def test_changes_of_one_row_keep_their_order(story):
    from pipeline.store.append import _grouped

    rng = np.random.default_rng(4)
    changes = []
    for n in range(300):
        key = {"call_id": f"c{rng.integers(3)}", "id": "h"}
        tables = (schema.hint, schema.utterance)
        table = tables[rng.integers(2)]
        changes.append(
            Put(table, {**key, "n": n}) if rng.random() < 0.5 else Amend(table, key, {"n": n})
        )
    groups = _grouped(changes)
    assert len(groups) < 300
    for call in ("c0", "c1", "c2"):
        for table in (schema.hint, schema.utterance):

            def of_row(c, call=call, table=table):
                named = c.values if isinstance(c, Put) else c.where
                return c.table is table and named["call_id"] == call

            flat = [c.values["n"] for group in groups for c in group if of_row(c)]
            assert flat == sorted(flat)
            assert flat


def test_bodies_are_compact_and_keep_letters_of_all_languages(store, story):
    said = story.said(1, Channel.CUSTOMER, 1.0, "el año próximo")
    store.append("c1", [(1, story.started()), (2, UtteranceFinal(said))])
    with store.database.read() as connection:
        body = connection.scalar(select(schema.event.c.body).where(schema.event.c.seq == 2))
    assert "año" in body
    assert json.loads(body)["type"] == "UtteranceFinal"
