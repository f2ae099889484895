"""Alerts kept, and what they tell of themselves."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from models.types import Channel
from pipeline.alerts import Alert, AlertKind, AlertState, Sign, answered
from pipeline.errors import RecordNotFound
from pipeline.events import CallStarted
from pipeline.store.alerts import Alerts

DAY = "2026-05-01T12:00:{:02d}.000+00:00"


@pytest.fixture
def book(store):
    for n in range(4):
        started = CallStarted(
            f"c{n}", "2026-05-01T11:00:00Z", "Ana", "q", "inbound", "en", (Channel.MIXED,), 8000
        )
        store.append(f"c{n}", [(1, started)])
    return Alerts(store.database)


def alert(n, kind=AlertKind.ANGER, level=3, call="c0"):
    also = (Sign(AlertKind.SILENCE, 1, "", 2.0, "Long silence"),)
    return Alert(
        f"a{n}",
        call,
        "Ana",
        "q",
        kind,
        level,
        "Angry",
        "“words”",
        33.0,
        7,
        DAY.format(n),
        also=also,
    )


def test_an_alert_is_kept_as_it_stands(book):
    one = alert(1)
    book.save([one])
    assert book.need("a1") == one
    taken = answered(one, "acknowledge", "Sam", DAY.format(30))
    book.save([taken])
    assert book.need("a1") == taken
    with pytest.raises(RecordNotFound):
        book.need("a2")
    with pytest.raises(IntegrityError):
        book.save([alert(2, call="never")])


def test_open_ones_come_back_and_closed_ones_do_not(book):
    book.save([alert(2), alert(1), replace(alert(3), state=AlertState.EXPIRED)])
    assert [a.id for a in book.open_since(DAY.format(0))] == ["a1", "a2"]
    assert [a.id for a in book.open_since(DAY.format(2))] == ["a2"]


def test_the_report_counts_what_was_right_read_and_in_time(book):
    right = answered(alert(1), "acknowledge", "Sam", DAY.format(11))
    late = answered(alert(2), "resolve", "Sam", "2026-05-01T12:10:02.000+00:00", "done")
    wrong = answered(alert(3, AlertKind.ABUSE, 4), "false", "Kim", DAY.format(23), "misheard")
    unread = alert(4, AlertKind.SILENCE, 1)
    book.save([right, late, wrong, unread])
    found = book.report(DAY.format(0)[:10])
    assert (found.calls, found.per_100_calls) == (4, 100.0)
    assert found.whole.precision == pytest.approx(2 / 3)
    assert (found.whole.median_s, found.whole.slowest_tenth_s) == (20.0, 600.0)
    assert (found.grave, found.grave_in_time) == (3, 2)
    assert [a.id for a in found.unread] == ["a4"]
    assert [(a.id, a.why) for a in found.false] == [("a3", "misheard")]
    shown = {k.kind: (k.raised, k.right, k.wrong, k.precision) for k in found.kinds}
    assert shown == {
        "anger": (2, 2, 0, 1.0),
        "abuse": (1, 0, 1, 0.0),
        "silence": (1, 0, 0, None),
    }
    empty = book.report("2027-01-01")
    assert (empty.whole.raised, empty.per_100_calls, empty.whole.precision) == (0, None, None)
