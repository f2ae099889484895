from datetime import date

from pipeline.mining.trends import WEEKS, trend, week_of


def test_a_week_begins_on_monday():
    assert week_of("2026-05-10T23:00:00Z") == date(2026, 5, 4)


def rows():
    for week in range(4):
        for call in range(10):
            new = "the app crashed" if week == 3 and call < 7 else "my bill is high"
            old = "about the fax machine" if week < 3 else "about the thing"
            day = f"2026-05-{4 + 7 * week:02}T10:00:00Z"
            yield f"{week}-{call}", day, f"hello {new} {old}"


def test_what_is_new_this_week_rises_and_what_is_gone_falls():
    found = trend(rows())
    risen = [one for one in found.rising if "app crashed" in one.ranked.term]
    assert risen[0].by_week == (0, 0, 0, 0, 0, 0, 0, 7)
    assert any("fax" in one.ranked.term for one in found.falling)
    assert len(found.weeks) == WEEKS
    assert found.call_counts == (0, 0, 0, 0, 10, 10, 10, 10)


def test_one_week_alone_has_no_trend():
    assert trend([("a", "2026-05-04", "so it is")]).rising == ()
    assert trend([]).weeks == ()
