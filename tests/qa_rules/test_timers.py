"""Timers: in order, once each."""

from qa_rules.timers import Timer, Timers


def test_timers_come_in_order_of_time_then_of_setting():
    timers = Timers()
    for timer in (Timer(5, "b"), Timer(2, "c"), Timer(5, "a"), Timer(2, "c")):
        timers.put(timer)
    assert timers.next_due == 2
    assert timers.pop(1) is None
    got = [timers.pop(9) for _ in range(4)]
    assert [t.kind if t else None for t in got] == ["c", "b", "a", None]
    assert timers.next_due == float("inf")
