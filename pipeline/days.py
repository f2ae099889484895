"""Sums with days of the calendar, as people count them."""

import calendar
from datetime import date, timedelta


def working_day(start: date, count: int) -> date:
    """Return the day that many working days after another; Monday to Friday, no holidays."""
    day = start
    while count > 0:
        day += timedelta(1)
        count -= day.weekday() < 5
    return day


def friday(today: date, following: bool) -> date:
    """Return this week's Friday, or next week's; on a weekend this week's is the coming one."""
    ahead = (4 - today.weekday()) % 7
    return today + timedelta(ahead + 7 * (following and today.weekday() <= 4))


def month_end(today: date, following: bool) -> date:
    """Return this month's last day, or next month's."""
    month = months_on(today.replace(day=1), int(following))
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_on(day: date, count: int) -> date:
    """Return the same day some months later, or that month's last."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
