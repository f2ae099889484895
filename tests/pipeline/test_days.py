"""Counting days."""

from datetime import date

from pipeline.days import friday, month_end, months_on, working_day


def test_weekends_are_no_working_days():
    assert working_day(date(2026, 5, 8), 1) == date(2026, 5, 11)
    assert working_day(date(2026, 5, 9), 1) == date(2026, 5, 11)
    assert working_day(date(2026, 5, 5), 10) == date(2026, 5, 19)


def test_a_month_on_from_its_last_day_stays_in_the_next_month():
    assert months_on(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_on(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_the_end_of_the_month_knows_leap_years():
    assert month_end(date(2028, 1, 15), following=True) == date(2028, 2, 29)
    assert month_end(date(2026, 12, 1), following=True) == date(2027, 1, 31)


def test_the_coming_friday_is_this_weeks_until_it_is_over():
    assert friday(date(2026, 5, 5), following=False) == date(2026, 5, 8)
    assert friday(date(2026, 5, 8), following=False) == date(2026, 5, 8)
    assert friday(date(2026, 5, 9), following=False) == date(2026, 5, 15)
    assert friday(date(2026, 5, 5), following=True) == date(2026, 5, 15)
