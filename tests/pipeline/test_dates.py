"""Spoken dates, seen from Tuesday 5 May 2026, half past two."""

from datetime import datetime

import pytest

from pipeline.dates import find_due

NOW = datetime(2026, 5, 5, 14, 30)


@pytest.mark.parametrize(
    ("text", "words", "iso"),
    [
        ("I'll call you back tomorrow by five", "tomorrow by five", "2026-05-06T17:00"),
        ("by five tomorrow", "by five tomorrow", "2026-05-06T17:00"),
        ("in three to five working days", "in three to five working days", "2026-05-12"),
        ("within 3-5 business days", "within 3-5 business days", "2026-05-12"),
        ("your refund will be there by Friday", "by Friday", "2026-05-08"),
        ("you will hear by Tuesday", "by Tuesday", "2026-05-12"),
        ("by the end of the week", "by the end of the week", "2026-05-08"),
        ("by the end of next month", "by the end of next month", "2026-06-30"),
        ("by end of day", "by end of day", "2026-05-05"),
        ("by close of business", "by close of business", "2026-05-05T17:00"),
        ("within 24 hours", "within 24 hours", "2026-05-06T14:30"),
        ("in ten minutes", "in ten minutes", "2026-05-05T14:40"),
        ("within the hour", "within the hour", "2026-05-05T15:30"),
        ("in two weeks", "in two weeks", "2026-05-19"),
        ("in a fortnight", "in a fortnight", "2026-05-19"),
        ("in a month", "in a month", "2026-06-05"),
        ("this afternoon", "this afternoon", "2026-05-05"),
        ("I'll ring you to-morrow before five", "to-morrow before five", "2026-05-06T17:00"),
        ("from day to day, by to-night", "by to-night", "2026-05-05"),
        ("tomorrow morning", "tomorrow morning", "2026-05-06"),
        ("the day after tomorrow", "the day after tomorrow", "2026-05-07"),
        ("on the fifth of June at half past three", None, "2026-06-05T15:30"),
        ("quarter to five on Monday", "quarter to five on Monday", "2026-05-11T16:45"),
        ("by 5 p.m. on Wednesday", "by 5 p.m. on Wednesday", "2026-05-06T17:00"),
        ("Thursday at three your time", "Thursday at three", "2026-05-07T15:00"),
        ("on Monday between nine and eleven", None, "2026-05-11T11:00"),
        ("twenty first of May", "twenty first of May", "2026-05-21"),
        ("December 3rd 2026", "December 3rd 2026", "2026-12-03"),
        ("you'll have it by the ninth", "by the ninth", "2026-05-09"),
        ("paid by the first", "by the first", "2026-06-01"),
        ("on Friday the eighth of May", "on Friday the eighth of May", "2026-05-08"),
        ("before noon tomorrow", "before noon tomorrow", "2026-05-06T12:00"),
        ("I'll ring you at five", "at five", "2026-05-05T17:00"),
        ("at 5:45", "at 5:45", "2026-05-05T17:45"),
    ],
)
def test_words_become_the_day_they_mean(text, words, iso):
    (due,) = find_due(text, NOW)
    assert due.iso == iso
    assert due.sure
    assert due.words == (text[due.start : due.end] if words is None else words)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("next Friday", "2026-05-15"),
        ("next week", "2026-05-15"),
        ("this month", "2026-05-31"),
        ("May 4th", "2027-05-04"),
        ("on Friday the ninth of May", "2026-05-09"),
    ],
)
def test_words_that_may_be_meant_otherwise_say_so(text, iso):
    (due,) = find_due(text, NOW)
    assert (due.iso, due.sure) == (iso, False)


@pytest.mark.parametrize("text", ["in a few days", "within a couple of weeks", "by two"])
def test_words_that_fix_no_day_have_none(text):
    (due,) = find_due(text, NOW)
    assert due.iso is None


@pytest.mark.parametrize(
    "text",
    [
        "I've been waiting three weeks",
        "the second time I'm calling",
        "a twelve month contract",
        "it's ten percent off",
        "one moment please",
        "call us at 1-800-123-4567",
        "my reference is four five three nine",
        "you rang last Friday",
        "that was two days ago",
        "it renews on the first of each month",
        "31st of February",
        "may I take your name",
    ],
)
def test_other_numbers_and_days_gone_by_are_no_date(text):
    assert find_due(text, NOW) == []
