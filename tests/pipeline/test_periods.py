from datetime import date

import pytest

from pipeline.errors import RequestRefused
from pipeline.periods import period, short


def test_days_are_local_across_a_change_of_the_clocks():
    found = period("2026-03-28", "2026-03-29", "Europe/Berlin")
    assert found.since == "2026-03-27T23:00:00.000000Z"
    assert found.until == "2026-03-29T22:00:00.000000Z", "the day of the change has 23 hours"
    assert found.local("2026-03-29T21:59:00.000000Z").date() == date(2026, 3, 29)


def test_long_periods_are_cut_into_weeks_that_start_on_monday():
    days = period("2026-03-02", "2026-04-01", "")
    weeks = period("2026-03-04", "2026-04-05", "")
    assert len(days.parts()) == 31
    assert weeks.weekly
    assert [d.weekday() for d in weeks.parts()] == [0] * 5
    assert weeks.parts()[0] == date(2026, 3, 2)
    assert weeks.part(date(2026, 4, 5)) in weeks.parts()


def test_without_dates_it_is_the_last_days_up_to_today():
    found = period("", "", "", today=date(2026, 3, 9))
    assert (found.first, found.last) == (date(2026, 3, 3), date(2026, 3, 9))
    assert short(found.first) == "3 Mar"


@pytest.mark.parametrize(
    ("first", "last", "zone", "said"),
    [
        ("2026-03-09", "2026-03-01", "", "before the first"),
        ("yesterday", "", "", "is no date"),
        ("9999-01-01", "", "", "out of the calendar"),
        ("2024-01-01", "2026-01-01", "", "at most 400 days"),
        ("", "", "Mars/Olympus", "no time zone"),
        ("", "", "../../etc/passwd", "no time zone"),
    ],
)
def test_what_does_not_read_is_refused_with_what_to_write(first, last, zone, said):
    with pytest.raises(RequestRefused, match=said):
        period(first, last, zone)
