from typing import get_args

import pytest

from pipeline.events import DurableEvent, NoteSent, SidesSwapped
from pipeline.store import schema
from pipeline.store.project import Put, at_s, project, tally


def test_the_story_has_every_durable_event(story):
    # Swapped sides turn the story round (test_placed.py); a note makes no rows.
    told = {type(e) for _, e in story.whole()}
    assert told == set(get_args(DurableEvent)) - {NoteSent, SidesSwapped}


def test_every_event_becomes_rows_of_its_call(story):
    for seq, event in story.whole():
        changes = project("c1", seq, event)
        assert changes, event.type
        for change in changes:
            columns = set(change.values) | set(() if isinstance(change, Put) else change.where)
            assert columns <= set(change.table.c.keys())
            named = change.values if isinstance(change, Put) else change.where
            assert named.get("call_id", named.get("id")) == "c1"


def test_a_note_to_the_agent_makes_no_rows():
    assert project("c1", 9, NoteSent("n1", "Offer the refund", "sue", 11.2)) == []


def test_a_put_names_its_whole_key(story):
    for seq, event in story.whole():
        for change in project("c1", seq, event):
            if isinstance(change, Put):
                assert {c.name for c in change.table.primary_key} <= set(change.values)


def test_derived_tables_and_no_others_are_written(story):
    written = {c.table for s, e in story.whole() for c in project("c1", s, e)}
    assert written == {schema.call, *schema.DERIVED}


@pytest.mark.parametrize(
    ("kind", "at"),
    [("CallStarted", 0.0), ("UtteranceFinal", 1.0), ("AudioGap", 8.0), ("CallEnded", 31.5)],
)
def test_the_second_an_event_is_about(story, kind, at):
    assert at_s(next(e for _, e in story.whole() if e.type == kind)) == at


def test_the_last_second_known_comes_from_what_was_heard(story):
    known = [tally(e).until_s for _, e in story.whole() if e.type != "CallEnded"]
    assert max(known) == 25.0
