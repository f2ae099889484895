"""Days as people have them: local days in a time zone, and the parts they are cut into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.errors import RequestRefused

LONGEST_DAYS: Final = 400
DAYS_AS_DAYS: Final = 31
"""Longer stretches are cut into weeks."""
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name (Europe/Berlin); empty for UTC.

    Raises:
        RequestRefused: there is none of that name here.
    """
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise RequestRefused(f"no time zone is named {name[:64]!r}; try Europe/Berlin") from error


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, `first` to `last`."""

    first: date
    last: date
    zone: tzinfo

    def __post_init__(self) -> None:
        """Hold the days to an order and a length.

        Raises:
            RequestRefused: they end before they begin, or are too many.
        """
        if self.last < self.first:
            raise RequestRefused("the last day is before the first")
        if (self.last - self.first).days >= LONGEST_DAYS:
            raise RequestRefused(f"at most {LONGEST_DAYS} days at once")

    @property
    def since(self) -> str:
        """The first moment, ISO 8601 in UTC as the store keeps times."""
        return _utc(self.first, self.zone)

    @property
    def until(self) -> str:
        """The first moment after it."""
        return _utc(self.last + timedelta(1), self.zone)

    @property
    def weekly(self) -> bool:
        """Whether it is cut into weeks."""
        return (self.last - self.first).days >= DAYS_AS_DAYS

    def parts(self) -> Sequence[date]:
        """Return the first day of each part, a day or a week that starts on Monday."""
        step = timedelta(7 if self.weekly else 1)
        at = self.part(self.first)
        found = []
        while at <= self.last:
            found.append(at)
            at += step
        return found

    def part(self, day: date) -> date:
        """Return the first day of the part that a day is in."""
        return day - timedelta(day.weekday()) if self.weekly else day

    def local(self, started_at: str) -> datetime:
        """Return a stored time as the clock on the wall showed it."""
        return datetime.fromisoformat(started_at).astimezone(self.zone)


def period(first: str, last: str, zone: str, today: date | None = None, days: int = 7) -> Period:
    """Return the period between two ISO dates; without them the `days` up to today.

    Raises:
        RequestRefused: a date or the time zone does not read, or the order is wrong.
    """
    named = zone_named(zone)
    end = _day(last) or today or datetime.now(named).date()
    try:
        start = _day(first) or end - timedelta(days - 1)
        return Period(start, end, named)
    except OverflowError as error:
        raise RequestRefused("these days lie out of the calendar") from error


def short(day: date) -> str:
    """Return a day as a chart names it."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        read = date.fromisoformat(text[:10])
    except ValueError as error:
        raise RequestRefused(f"{text[:20]!r} is no date; write 2026-03-31") from error
    if not 1970 <= read.year <= 2999:
        raise RequestRefused(f"{text[:20]!r} lies out of the calendar")
    return read


def _utc(day: date, zone: tzinfo) -> str:
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
