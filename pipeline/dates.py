"""Spoken dates and times: found in a text and resolved against the day of the call.

English. A range resolves to its later end, because that is when a promise is broken. Where people
differ in what the words mean ("next Friday", "next week") the answer says that it is not sure;
where the words fix no day ("soon", "in a few days") there is none.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from models.text import Token, numbers, tokens
from pipeline.days import friday, month_end, months_on, working_day

_DAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name and name != "May"}
_PARTS = {"morning", "afternoon", "evening", "night"}
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "fortnight": timedelta(weeks=2),
}
_VAGUE = {"few", "couple", "several"}
_LEAD = {"by", "before", "within", "in", "on", "at", "until", "after", "from", "for", "between"}
_LEAD |= {"around", "about", "up", "to", "over", "next", "this", "the", "coming"}
_AFTER_CLOCK = {"", "tomorrow", "today", "on", "this", "and", "in", "your", "at", "so", "with"}
_AM, _PM = {"am", "a.m"}, {"pm", "p.m"}
_JOIN_WORDS = 3
"""A time this many words before or after a day belongs to it."""
_TO_LATER = 2
"""From a time to the next of a range: "nine and eleven"."""
_NOON, _DAY_BEGINS = 12, 7


@dataclass(frozen=True, slots=True)
class Due:
    """A spoken date or time.

    `start` and `end` are its characters in the text and `words` what stands there; `iso` is a date
    ("2026-05-06") or a local date and time ("2026-05-06T17:00"), None where the words fix none;
    `sure` is false where they may be meant otherwise.
    """

    words: str
    start: int
    end: int
    iso: str | None
    sure: bool = True
    clock: time | None = None
    """The time of day where the words hold no day; `iso` is then today's, while that is to come."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A day or time in the words: from word `first` to `last`."""

    first: int
    last: int
    day: date | None = None
    at: time | None = None
    moment: datetime | None = None
    sure: bool = True
    clock: bool = False


class _Reader:
    """Reads the words of one text; a grammar of short rules, longest first."""

    def __init__(self, toks: Sequence[Token], now: datetime) -> None:
        self.toks, self.now = toks, now
        self.numbers = {n.first: n for n in numbers(toks)}

    def word(self, at: int) -> str:
        return self.toks[at].text if 0 <= at < len(self.toks) else ""

    def read(self) -> list[_Found]:
        found: list[_Found] = []
        at = 0
        while at < len(self.toks):
            rules = (self.span, self.end_of, self.relative, self.weekday, self.calendar, self.clock)
            hit = next((h for rule in rules if (h := rule(at)) is not None), None)
            if hit is None:
                at += 1
                continue
            found.append(hit)
            at = hit.last + 1
        return found

    def span(self, at: int) -> _Found | None:
        """Read "in three to five working days", "within the hour", "24 hours", "in a week"."""
        lead = self.word(at) in {"in", "within", "for", "after", "over", "takes", "take"}
        place = at + 1 if lead else at
        while self.word(place) in {"the", "about", "around", "up", "to", "next", "another", "just"}:
            if not lead and self.word(place) != "next":
                return None
            place += 1
        counted = self._count(place)
        if counted is None:
            return None
        count, place = counted
        working = self.word(place) in {"working", "business"}
        place += working
        unit = self.word(place).rstrip("s")
        if unit not in _UNITS and unit != "month":
            return None
        if self.word(place + 1) in {"ago", "old", "contract", "trial", "plan", "warranty"}:
            return None
        if not lead and not working and self.word(place + 1) not in {"time", "from"}:
            bare = unit in {"hour", "day"} and self.word(at - 1) in {"takes", "is", "to", "be", ""}
            if not bare and self.word(at) != "next":
                return None
        if count is None:
            return _Found(at, place, sure=False)
        last = (
            place + 2 if (self.word(place + 1), self.word(place + 2)) == ("from", "now") else place
        )
        return self._after(at, last, count, unit, working)

    def _count(self, at: int) -> tuple[int | None, int] | None:
        """Read a count, the later one of a range; None in it for "a few"."""
        word = self.word(at)
        if word in {"a", "an", "one"} and self.word(at + 1) in _VAGUE:
            return None, at + 2 + (self.word(at + 2) == "of")
        if word in _VAGUE:
            return None, at + 1 + (self.word(at + 1) == "of")
        if word in {"a", "an"}:
            return 1, at + 1
        number = self.numbers.get(at)
        if number is None:
            whole = word in {"hour", "day"} and self.word(at - 1) == "the"
            return (1, at) if whole else None
        place = number.last + 1
        if self.word(place) in {"to", "or", "and"} and (later := self.numbers.get(place + 1)):
            number, place = later, later.last + 1
        parts = number.parts[-1:] if len(number.parts) > 1 else (number.value,)
        value = parts[0]
        return (int(value), place) if value.isdigit() and len(value) < 4 else None

    def _after(self, first: int, last: int, count: int, unit: str, working: bool) -> _Found:
        if unit in {"minute", "hour"} and not working:
            return _Found(first, last, moment=self.now + _UNITS[unit] * count)
        if unit == "month":
            return _Found(first, last, day=months_on(self.now.date(), count))
        if working and unit == "day":
            return _Found(first, last, day=working_day(self.now.date(), count))
        return _Found(first, last, day=(self.now + _UNITS.get(unit, _UNITS["day"]) * count).date())

    def end_of(self, at: int) -> _Found | None:
        """Read "the end of the week", "close of business", "end of day tomorrow"."""
        if self.word(at) == "close" and (self.word(at + 1), self.word(at + 2)) == (
            "of",
            "business",
        ):
            return _Found(at, at + 2, day=self.now.date(), at=time(17), clock=True)
        if self.word(at) != "end" or self.word(at + 1) != "of":
            return None
        place, following = at + 2, False
        while self.word(place) in {"the", "this", "next", "business", "working"}:
            following = following or self.word(place) == "next"
            place += 1
        unit, today = self.word(place), self.now.date()
        if unit in {"day", "today", "play"}:
            return _Found(at, place, day=today)
        if unit == "tomorrow":
            return _Found(at, place, day=today + timedelta(1))
        if unit == "week":
            return _Found(at, place, day=friday(today, following))
        if unit == "month":
            return _Found(at, place, day=month_end(today, following))
        if unit == "year":
            return _Found(at, place, day=date(today.year + following, 12, 31))
        return None

    def relative(self, at: int) -> _Found | None:
        """Read "today", "tomorrow morning", "the day after tomorrow", "next week"."""
        word, today = self.word(at), self.now.date()
        if word == "day" and (self.word(at + 1), self.word(at + 2)) == ("after", "tomorrow"):
            return self._part(at, at + 2, today + timedelta(2))
        if word in {"today", "tonight"}:
            return _Found(at, at, day=today)
        if word == "tomorrow":
            return self._part(at, at, today + timedelta(1))
        if word == "this" and self.word(at + 1) in _PARTS:
            return _Found(at, at + 1, day=today)
        if word == "this" and self.word(at + 1) == "weekend":
            return _Found(at, at + 1, day=today + timedelta((6 - today.weekday()) % 7))
        if word in {"this", "next"} and self.word(at + 1) in {"week", "month"}:
            following = word == "next"
            end = friday if self.word(at + 1) == "week" else month_end
            return _Found(at, at + 1, day=end(today, following), sure=False)
        return None

    def _part(self, first: int, last: int, day: date) -> _Found:
        last += self.word(last + 1) in _PARTS
        return _Found(first, last, day=day)

    def weekday(self, at: int) -> _Found | None:
        """Read "Friday", "next Monday morning", "Wednesday the fifth", "Monday week"."""
        lead = self.word(at)
        place = at + 1 if lead in {"this", "next", "coming"} else at
        day = _DAYS.get(self.word(place).removesuffix("s"))
        if day is None or self.word(at - 1) == "last":
            return None
        today = self.now.date()
        ahead = (day - today.weekday() - 1) % 7 + 1
        when = today + timedelta(ahead)
        sure = True
        if lead == "next":
            sure = when.isocalendar()[1] != today.isocalendar()[1]
            when += timedelta(0 if sure else 7)
        following = self.calendar(place + 1)
        if following is not None and following.day is not None:
            return _Found(
                at, following.last, day=following.day, sure=following.day.weekday() == day
            )
        return self._part(at, place, when) if sure else _Found(at, place, day=when, sure=False)

    def calendar(self, at: int) -> _Found | None:
        """Read "the fifth of May", "May the fifth 2026", "5th May", "the ninth", "2026-05-04"."""
        place = at + (self.word(at) == "the")
        number = self.numbers.get(place)
        if number is not None and len(number.digits) <= 2:
            after = number.last + 1
            after += self.word(after) == "of"
            month = _MONTHS.get(self.word(after))
            if month is not None:
                return self._dated(at, after, int(number.digits), month)
            if number.kind == "ordinal" and self.word(at) == "the":
                return self._ordinal(at, number.last, int(number.digits))
        month = _MONTHS.get(self.word(at))
        if month is not None:
            place = at + 1 + (self.word(at + 1) == "the")
            number = self.numbers.get(place)
            if number is not None:
                return self._month_first(at, place, month)
        return None

    def _month_first(self, at: int, place: int, month: int) -> _Found | None:
        number = self.numbers[place]
        if len(number.digits) <= 2:
            return self._dated(at, number.last, int(number.digits), month)
        day, year = number.digits[:-4], number.digits[-4:]
        if day and len(day) <= 2 and year.startswith("20"):
            return _exact(at, number.last, int(year), month, int(day))
        return None

    def _dated(self, first: int, last: int, day: int, month: int) -> _Found | None:
        year = self.numbers.get(last + 1)
        if year is not None and len(year.digits) == 4 and year.digits.startswith("20"):
            return _exact(first, year.last, int(year.digits), month, day)
        found = _exact(first, last, self.now.year, month, day)
        if found is not None and found.day is not None and found.day < self.now.date():
            later = _exact(first, last, self.now.year + 1, month, day)
            return None if later is None else replace(later, sure=False)
        return found

    def _ordinal(self, first: int, last: int, day: int) -> _Found | None:
        if self.word(last + 1) in {"time", "one", "call", "floor", "person", "option", "step"}:
            return None
        if self.word(first - 1) not in {"on", "by", "before", "until", "for"}:
            return None
        if (self.word(last + 1), self.word(last + 2)) in {("of", "each"), ("of", "every")}:
            return None
        today = self.now.date()
        month = today if day > today.day else months_on(today.replace(day=1), 1)
        return _exact(first, last, month.year, month.month, day)

    def clock(self, at: int) -> _Found | None:
        """Read "five o'clock", "half past three", "5:30 pm", "by five", "noon"."""
        word = self.word(at)
        if word in {"noon", "midday"}:
            return _Found(at, at, at=time(12), clock=True)
        if word in {"half", "quarter"} and self.word(at + 1) in {"past", "to"}:
            return self._past(at)
        number = self.numbers.get(at)
        if number is None or number.kind == "money":
            return None
        last, digits = number.last, number.digits
        following = self.word(last + 1)
        marked = following in _AM | _PM | {"oclock"}
        led = self.word(at - 1) in {"by", "at", "before", "until", "after", "between", "and"}
        if not marked and not (led and self._ends(last + 1)):
            return None
        moment = _clock(digits, len(number.parts), following)
        return None if moment is None else _Found(at, last + marked, at=moment, clock=True)

    def _ends(self, at: int) -> bool:
        """Return whether a bare number before this word can be a time of day."""
        if self.word(at) == "to":
            return at + 1 not in self.numbers
        return self.word(at) in _AFTER_CLOCK or self.word(at) in _DAYS

    def _past(self, at: int) -> _Found | None:
        number = self.numbers.get(at + 2)
        if number is None or len(number.digits) > 2:
            return None
        moment = _clock(number.digits, 1, self.word(number.last + 1))
        if moment is None:
            return None
        minutes = 30 if self.word(at) == "half" else 15
        minutes = minutes if self.word(at + 1) == "past" else -minutes
        moved = datetime.combine(self.now.date(), moment) + timedelta(minutes=minutes)
        marked = self.word(number.last + 1) in _AM | _PM
        return _Found(at, number.last + marked, at=moved.time(), clock=True)


def find_due(text: str, now: datetime) -> list[Due]:
    """Return the dates and times said in a text, resolved against `now`, the call's local start."""
    toks = _unhyphened(text, tokens(text))
    return [_due(text, toks, found, now) for found in _paired(_Reader(toks, now).read())]


def _unhyphened(text: str, toks: Sequence[Token]) -> list[Token]:
    """Write "to-morrow", as recognisers do, as one word."""
    out: list[Token] = []
    for token in toks:
        last = out[-1] if out else None
        hyphen = last is not None and text[last.end : token.start] == "-"
        after_to = last is not None and last.text == "to"
        whole = token.text == "morrow" or (hyphen and token.text in {"day", "night"})
        if last is not None and after_to and whole:
            out[-1] = Token("to" + token.text, last.start, token.end)
            continue
        out.append(token)
    return out


def _paired(found: list[_Found]) -> list[_Found]:
    """Put a day and the time beside it together."""
    out: list[_Found] = []
    for hit in found:
        last = out[-1] if out else None
        if last is not None and hit.first - last.last <= _JOIN_WORDS:
            day, clock = (last, hit) if hit.clock else (hit, last)
            if clock.clock and clock.day is None and day.day is not None and day.at is None:
                out[-1] = _Found(
                    last.first, hit.last, day.day, clock.at, sure=day.sure, clock=False
                )
                continue
            if hit.clock and last.at is not None and hit.first - last.last == _TO_LATER:
                out[-1] = replace(last, last=hit.last, at=hit.at)
                continue
        out.append(hit)
    return out


def _due(text: str, toks: Sequence[Token], found: _Found, now: datetime) -> Due:
    first = found.first
    while first > 0 and toks[first - 1].text in _LEAD and found.first - first < 3:
        first -= 1
    start, end = toks[first].start, toks[found.last].end
    clock = found.at if found.day is None and found.moment is None else None
    return Due(text[start:end], start, end, _iso(found, now), found.sure, clock)


def _iso(found: _Found, now: datetime) -> str | None:
    if found.moment is not None:
        return found.moment.replace(tzinfo=None).isoformat(timespec="minutes")
    day = found.day
    if day is None:
        if found.at is None or found.at <= now.time():
            return None
        day = now.date()
    if found.at is None:
        return day.isoformat()
    return datetime.combine(day, found.at).isoformat(timespec="minutes")


def _clock(digits: str, parts: int, marker: str) -> time | None:
    """Return a time of day; without am or pm, 7 to 11 is before noon and 1 to 6 after it."""
    hour, minute = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    if len(digits) > 4 or (len(digits) > 2 and parts > 2) or not hour:
        return None
    hours, minutes = int(hour), int(minute)
    if hours > 23 or minutes > 59:
        return None
    if hours <= _NOON:
        if marker in _PM:
            hours = hours % _NOON + _NOON
        elif marker in _AM:
            hours %= _NOON
        elif hours < _DAY_BEGINS:
            hours += _NOON
    return time(hours % 24, minutes)


def _exact(first: int, last: int, year: int, month: int, day: int) -> _Found | None:
    try:
        return _Found(first, last, day=date(year, month, day))
    except ValueError:
        return None
