import statistics
import time

import pytest
from sqlalchemy import event, text

from models.types import Channel
from pipeline.events import CallEnded, CallScored, to_json
from pipeline.store import reading
from pipeline.store.project import sortable
from pipeline.store.rows import CallFilter
from qa_rules.types import State


@pytest.fixture
def four(store, story):
    """Four calls: three whole ones on three days, and a live one."""
    for n, (agent, queue, score) in enumerate(
        [("a1", "billing", 40.0), ("a2", "sales", 70.0), ("a1", "sales", None)]
    ):
        events = story.body(f"c{n}", at=f"2025-03-0{n + 1}T10:00:00Z", agent=agent, queue=queue)
        events = [
            CallScored(story.scorecard(score)) if e.type == "CallScored" else e for e in events
        ]
        store.append(f"c{n}", list(enumerate(events, 1)))
    store.append("c3", [(1, story.started("c3", "2025-03-04T10:00:00+02:00", "a1", "billing"))])
    return store


def ids(store, limit=50, before=None, **wanted):
    return [r.call_id for r in store.calls(CallFilter(**wanted), limit, before)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["c3", "c2", "c1", "c0"]),
        ({"agent": "a1"}, ["c3", "c2", "c0"]),
        ({"queue": "sales"}, ["c2", "c1"]),
        ({"agent": "a1", "queue": "sales"}, ["c2"]),
        ({"direction": "outbound"}, []),
        ({"state": "live"}, ["c3"]),
        ({"state": "ended", "agent": "a2"}, ["c1"]),
        ({"reason": "completed"}, ["c2", "c1", "c0"]),
        ({"min_score": 50.0}, ["c1"]),
        ({"min_score": 0.0}, ["c1", "c0"]),
        ({"max_score": 40.0}, ["c0"]),
        ({"angry": True}, ["c2", "c1", "c0"]),
        ({"angry": False}, ["c3"]),
        ({"auto_fail": False}, ["c2", "c1", "c0"]),
        ({"scored": True}, ["c2", "c1", "c0"]),
        ({"scored": False}, ["c3"]),
        ({"needs_review": True}, ["c2", "c1", "c0"]),
        ({"since": "2025-03-02"}, ["c3", "c2", "c1"]),
        ({"since": "2025-03-02T10:00:00Z", "until": "2025-03-03T10:00:00Z"}, ["c1"]),
        ({"until": "2025-03-04T08:00:00Z"}, ["c2", "c1", "c0"]),
        ({"since": "2025-03-04T08:00:00Z"}, ["c3"]),
        ({"rule": "card"}, ["c2", "c1", "c0"]),
        ({"rule": "card", "rule_state": State.VIOLATED}, ["c2", "c1", "c0"]),
        ({"rule": "card", "rule_state": State.DONE}, []),
        ({"rule": "nothing"}, []),
        ({"label": "upset"}, ["c2", "c1", "c0"]),
        ({"label": "calm"}, []),
        ({"text": "harbour mobile"}, ["c2", "c1", "c0"]),
        ({"text": "mobile bill wro"}, ["c2", "c1", "c0"]),
        ({"text": "harbour unicorn"}, []),
        ({"text": "4539"}, []),
        ({"text": '" OR ( * NEAR -bill'}, []),
        ({"text": "?!"}, ["c3", "c2", "c1", "c0"]),
    ],
    ids=str,
)
def test_a_list_has_the_calls_that_are_wanted(four, wanted, found):
    assert ids(four, **wanted) == found


def test_pages_follow_each_other_without_gap_or_overlap(store, story):
    for n in range(25):
        store.append(f"c{n:02}", [(1, story.started(f"c{n:02}", f"2025-03-01T10:00:0{n // 5}Z"))])
    seen, before = [], None
    while page := store.calls(limit=7, before=before):
        seen += [r.call_id for r in page]
        before = page[-1].cursor
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 25


def test_times_sort_whatever_zone_they_came_in():
    assert sortable("2025-03-04T10:00:00+02:00") == "2025-03-04T08:00:00.000000Z"
    assert sortable("2025-03-04T08:00:00Z") == "2025-03-04T08:00:00.000000Z"
    assert sortable("2025-03-04") == "2025-03-04T00:00:00.000000Z"
    assert sortable("yesterday") == "yesterday"


def test_a_call_reads_as_it_happened(store, story):
    store.append("c1", story.whole())
    detail = store.call("c1")
    assert detail.row.utterances == 4
    assert (detail.row.anger_peak, detail.row.angry) == (2, True)
    assert (detail.row.score, detail.row.passed, detail.row.needs_review) == (81.5, True, 1)
    assert detail.utterances[0] == story.said(1, Channel.AGENT, 1.0, "hello this is Harbour Mobile")
    assert detail.redacted == {3: ("card",), 4: ("card",)}
    assert [f.utterance_id for f in detail.failures] == [7]
    assert [label.name for label in detail.labels[2]] == ["billing", "upset"]
    greet = next(f for f in detail.findings if f.rule_id == "greet")
    assert (greet.state, greet.evidence[0].quote) == (State.DONE, "hello")
    assert detail.scorecard == story.scorecard()
    assert [(h.hint.id, h.cleared_reason, h.cleared_at) for h in detail.hints] == [
        ("h1", "said", 11.0),
        ("h2", "expired", 20.0),
    ]
    assert [(a.start, a.end, a.level) for a in detail.anger] == [
        (6.0, 12.6, 1),
        (12.6, 25.0, 2),
        (25.0, 31.5, 0),
    ]
    assert [(g.start, g.end, g.reason) for g in detail.gaps] == [(8.0, 8.4, "late")]
    assert [item.rule_id for item in detail.checklist] == ["greet"]
    assert detail.recording is None


def fill(store, story, count):
    """Insert many ended calls the short way, with the rows that filters look into."""
    body = to_json(CallEnded(1.0, "completed")).decode()
    with store.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO call (id, state, started_at, agent, queue, score, angry, last_seq) "
                "VALUES (:id, 'ended', :at, :agent, :queue, :score, :angry, 1)"
            ),
            [
                {
                    "id": f"c{n:05}",
                    "at": f"2025-{n // 900 + 1:02}-{n // 33 % 28 + 1:02}T10:{n % 60:02}:00.000000Z",
                    "agent": f"a{n % 50}",
                    "queue": f"q{n % 7}",
                    "score": n % 101,
                    "angry": n % 13 == 0,
                }
                for n in range(count)
            ],
        )
        connection.execute(
            text("INSERT INTO event VALUES (:c, 1, 'CallEnded', 1.0, :body)"),
            [{"c": f"c{n:05}", "body": body} for n in range(count)],
        )
        connection.execute(
            text("INSERT INTO finding VALUES (:c, 'greet', '', 'REQ', :state, 1.0, '{}')"),
            [{"c": f"c{n:05}", "state": "done" if n % 3 else "missed"} for n in range(count)],
        )
        connection.execute(
            text("INSERT INTO search_doc (call_id, text) VALUES (:c, :said)"),
            [{"c": f"c{n:05}", "said": f"hello number {n % 997} bill"} for n in range(count)],
        )
        connection.execute(text("INSERT INTO search_index(search_index) VALUES ('rebuild')"))


FAST = [
    {},
    {"agent": "a7"},
    {"queue": "q3"},
    {"min_score": 90.0},
    {"angry": True},
    {"rule": "greet", "rule_state": State.MISSED},
    {"text": "number 55"},
    {"text": "hello bill"},
    {"agent": "a7", "queue": "q3", "min_score": 50.0, "since": "2025-02-01"},
]


def test_a_list_of_ten_thousand_calls_is_quick(store, story):
    fill(store, story, 10_000)
    slow = {}
    for wanted in FAST:
        took = []
        before = store.calls(CallFilter(**wanted), 50)[-1].cursor
        for cursor in (None, before, None, before, None):
            start = time.perf_counter()
            store.calls(CallFilter(**wanted), 50, cursor)
            took.append(time.perf_counter() - start)
        slow[str(wanted)] = statistics.median(took) * 1000
    assert {k: v for k, v in slow.items() if v > 50} == {}


def test_no_page_of_calls_reads_the_whole_table_of_events(store, story):
    fill(store, story, 300)
    store.append("whole", story.whole("whole"))
    with store.database.read() as connection:
        statements = []

        @event.listens_for(connection, "before_cursor_execute")
        def note(conn, cursor, statement, parameters, context, many):
            statements.append((statement, parameters))

        reading.calls(connection, CallFilter(), 50, "2025-01-05|c00100")
        reading.calls(connection, CallFilter(agent="a7"), 50, None)
        reading.call(connection, "whole")
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            (statement, row[3])
            for statement, parameters in statements
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        ]
    assert plans
    assert [p for p in plans if p[1].startswith("SCAN") and "USING" not in p[1]] == []
    assert [p for p in plans if "TEMP B-TREE FOR ORDER" in p[1] and "FROM call" in p[0]] == []
