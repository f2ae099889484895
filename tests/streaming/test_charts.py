import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from streaming import chart_rows, charts
from streaming.charts import COUNT, PERCENT, SCORE, Axis, Value
from streaming.rendering import WEB

PLAIN = Axis(lambda v: f"{v:g}")


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_ticks_are_round_even_and_hold_both_ends(low, span, count):
    at = charts.ticks(low, low + span, count)
    steps = {round((b - a) / (at[1] - at[0]), 3) for a, b in itertools.pairwise(at)}
    assert at[0] <= low + 1e-6 * span
    assert at[-1] >= low + span - 1e-6 * span
    assert steps == {1.0}
    assert len(at) <= 2 * count + 2
    assert float(f"{at[1] - at[0]:.3g}") == pytest.approx(at[1] - at[0], rel=1e-6)


def test_a_line_leaves_a_gap_where_a_number_is_missing_and_tells_its_sample():
    values = (Value(50.0, 40.0, 60.0, n=30), Value(None), Value(100.0, n=4))
    chart = charts.lines(
        "a", "Score", ["Mo", "Tu", "We"], [charts.Series("Billing", values)], SCORE
    )
    (line,) = chart.lines
    assert line.path.count("M") == 2, "two pieces, no line through the missing day"
    first, last = line.marks
    assert (first.y, first.low, first.high) == (90.0, 108.0, 72.0)
    assert (last.y, last.weak, first.weak) == (0.0, True, False)
    assert last.text == "We, Billing: 100, n 4, too few to tell"
    assert chart.table == (
        ("Mo", "50 (40 to 60), n 30"),
        ("Tu", "none"),
        ("We", "100, n 4, too few to tell"),
    )
    assert chart.names == (), "one line needs no legend"


def test_columns_stack_without_overlap_and_stay_in_the_plot():
    of = [charts.series("calm", [3, 0, 8]), charts.series("angry", [1, 2, None])]
    chart = charts.columns("b", "Calls", ["9", "10", "11"], of, COUNT, height=200)
    by_column = {}
    for bar in chart.bars:
        assert 0 <= bar.x < bar.x + bar.width <= 100
        assert 0 <= bar.y < bar.y + bar.height <= 200
        by_column.setdefault(bar.x, []).append(bar)
    lower, upper = min(by_column.items())[1]
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.02)
    assert lower.height == pytest.approx(3 * upper.height, abs=0.1)
    assert len(chart.bars) == 4, "nothing is drawn for none"


def test_long_axes_name_only_what_a_phone_has_room_for():
    labels = [str(k) for k in range(24)]
    chart = charts.columns("c", "Hours", labels, [charts.series("calls", [1.0] * 24)])
    plain = [t.text for t in chart.x_ticks if not t.minor]
    assert plain == ["0", "4", "8", "12", "16", "20"]
    assert len(chart.x_ticks) == 12


def test_steps_hold_their_level_and_end_with_the_call():
    whole = Axis(charts.clock_text, 0.0, 100.0, charts.CLOCK.steps)
    mood = charts.Curve("Mood", ((0.0, 0.0), (50.0, 4.0), (100.0, 4.0)))
    chart = charts.curves(
        "d", "Mood", [mood], (whole, Axis(PLAIN.say, 0.0, 4.0)), stepped=True, height=100
    )
    assert chart.lines[0].path == "M0.0 100.0H500.0V0.0H1000.0V0.0"
    assert chart.lines[0].area.endswith("V100H0.0Z")
    assert [t.text for t in chart.x_ticks] == ["0:00", "0:30", "1:00", "1:30"]


def test_rows_draw_intervals_within_the_plot_and_stacks_in_line():
    of = [
        chart_rows.Row("North", (Value(80.0, 70.0, 90.0, n=50),), "/x"),
        chart_rows.Row("South", (Value(None, n=0),)),
    ]
    north, south = chart_rows.dots("e", "Pass rate", ("Team", "Passed"), of, guide=80.0).rows
    assert (north.low, north.dot, north.high) == (70.0, 80.0, 90.0)
    assert south.dot is None
    assert south.said == ("none",)
    stack = chart_rows.bars(
        "f", "Talk", "Agent", ("agent", "customer"), [chart_rows.Row("A", (Value(60), Value(40)))]
    )
    assert [(s.x, s.width) for s in stack.rows[0].spans] == [(0.0, 60.0), (60.0, 40.0)]


def test_a_sparkline_spans_its_box_and_says_its_ends():
    drawn = chart_rows.spark("Score", [10.0, None, 30.0], PERCENT)
    assert drawn.path == "M0.0 18.0M100.0 2.0"
    assert drawn.text == "Score: from 10 % to 30 %, between 10 % and 30 %"
    assert chart_rows.spark("Score", [None], PERCENT).path == ""


def test_flat_and_empty_series_still_have_a_scale():
    flat = charts.lines("g", "Flat", ["a", "b"], [charts.series("x", [5.0, 5.0])], PLAIN)
    assert all(math.isfinite(m.y) for m in flat.lines[0].marks)
    none = charts.lines("h", "None", ["a"], [charts.series("x", [None])], PLAIN)
    assert none.empty


def test_the_macros_draw_what_the_policy_allows_with_a_table_and_escaped_names():
    env = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True)
    page = env.from_string(
        '{% from "charts.html" import chart, rows, spark %}'
        "{{ chart(c) }}{{ rows(r) }}{{ spark(s) }}"
    )
    hostile = "<script>x</script>"
    html = page.render(
        c=charts.lines("a", "T", ["x"], [charts.Series(hostile, (Value(5.0, 4.0, 6.0, n=20),))]),
        r=chart_rows.dots("b", "R", ("Team", "n"), [chart_rows.Row(hostile, (Value(5.0),))]),
        s=chart_rows.spark(hostile, [1.0, 2.0], COUNT),
    )
    assert "style=" not in html
    assert "<script" not in html
    assert html.count("<table") == 2
    assert "5 (4 to 6), n 20" in html
