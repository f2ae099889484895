"""The charts of the figures' pages, made of a period's figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pipeline.figure_board import Board, Group
from pipeline.figures import Figure, HintUse
from pipeline.periods import short
from pipeline.store.figures import Missed
from streaming import chart_rows, charts
from streaming.chart_rows import Row, Rows, Spark
from streaming.charts import ENOUGH, PERCENT, SCORE, Axis, Chart, Series, Value, said
from streaming.views import LEVELS

MOST_LINES = 5
"""More lines in one chart cannot be told apart."""
NO_TEAM, NO_QUEUE, NO_AGENT = "no team", "no queue", "no agent named"
TENTHS = Axis(lambda v: f"{v:.1f}", 0.0)
TREND = Axis(SCORE.say)
"""Scores over time: as wide as they and their intervals are, or a change could not be seen."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the head of the page, with what stands below it."""

    name: str
    text: str
    below: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class AgentLine:
    """An agent in the table of a team: numbers with their samples, and the score part by part."""

    name: str
    calls: int
    score: str
    passed: str
    missed: str
    talk: str
    weak: bool
    trend: Spark
    href: str


def tiles(seen: Board) -> list[Tile]:
    """Return the numbers at the head of the page."""
    t = seen.totals
    return [
        Tile("Calls", f"{t.calls:,}", f"{_clock(t.seconds)} each" if t.calls else ""),
        Tile("Score", _plain(t.score, SCORE), _between(t.score, SCORE)),
        Tile("Passed", _plain(t.passed.times(100), PERCENT), _between(t.passed.times(100))),
        Tile(
            "Auto-fail", _plain(t.auto_fail.times(100), PERCENT), _between(t.auto_fail.times(100))
        ),
        Tile("Angry", _plain(t.angry.times(100), PERCENT), _between(t.angry.times(100))),
        Tile("Must-says missed", _plain(t.missed, TENTHS), "a call, " + _between(t.missed, TENTHS)),
        Tile("Reviews waiting", f"{t.waiting:,}", "calls with a question open"),
    ]


def day_charts(seen: Board) -> list[Chart]:
    """Return the charts of the period as a whole: by hour, then by day or week."""
    step = "week" if seen.weekly else "day"
    labels = [short(p.first) for p in seen.parts]
    hours = [f"{h.hour}:00" for h in seen.hours]
    by_hour = [
        charts.series("not angry", [float(h.calls - h.angry) for h in seen.hours]),
        charts.series("angry", [float(h.angry) for h in seen.hours]),
    ]
    missed_by_hour = [charts.series("calls", [float(h.missed) for h in seen.hours])]
    calls = [charts.series("calls", [float(p.totals.calls) for p in seen.parts])]
    return [
        charts.columns("by-hour", "Calls by hour of the day", hours, by_hour),
        charts.columns(
            "missed-by-hour", "Calls with a must-say missed, by hour", hours, missed_by_hour
        ),
        charts.columns("by-part", f"Calls by {step}", labels, calls),
        score_trend(seen),
        mood_trend(seen),
        charts.lines(
            "missed-trend",
            f"Must-says missed a call, by {step}",
            labels,
            [Series("missed", tuple(_value(p.totals.missed) for p in seen.parts))],
            TENTHS,
        ),
    ]


def score_trend(seen: Board) -> Chart:
    """Return the mean score by day or week."""
    step = "week" if seen.weekly else "day"
    labels = [short(p.first) for p in seen.parts]
    scores = Series("score", tuple(_value(p.totals.score) for p in seen.parts))
    return charts.lines("score-trend", f"Mean score by {step}", labels, [scores], TREND)


def mood_trend(seen: Board) -> Chart:
    """Return the calls whose customer was not calm throughout, by day or week and level."""
    step = "week" if seen.weekly else "day"
    labels = [short(p.first) for p in seen.parts]
    peaks = [charts.series(LEVELS[n], [float(p.moods[n]) for p in seen.parts]) for n in range(1, 5)]
    return charts.columns("moods", f"Calls by the customer's worst mood, by {step}", labels, peaks)


def team_trend(seen: Board) -> Chart | None:
    """Return the teams' scores as lines, None where there are none or too many to tell apart."""
    teams = [g for g in seen.teams if g.name]
    if not 2 <= len(teams) <= MOST_LINES:
        return None
    labels = [short(p.first) for p in seen.parts]
    lines = [Series(g.name, tuple(_value(s) for s in g.scores)) for g in teams]
    step = "week" if seen.weekly else "day"
    return charts.lines("team-trend", f"Teams' mean score by {step}", labels, lines, TREND)


def group_rows(id: str, title: str, first: str, groups: Sequence[Group], nameless: str) -> Rows:
    """Return the mean score of each group with its interval, in order of names."""
    rows = [
        Row(g.name or nameless, (_value(g.totals.score),), note=f"{g.totals.calls:,}")
        for g in groups
    ]
    return chart_rows.dots(id, title, (first, "Mean score"), rows, SCORE, notes="Calls")


def talk_rows(groups: Sequence[Group], first: str, nameless: str) -> Rows:
    """Return how talk was shared in each group, with silence and overtalk beside it."""
    rows = []
    for g in groups:
        agent = g.balance.talk_ratio.times(100)
        other = None if agent.value is None else 100 - agent.value
        note = (
            f"{said(_value(g.balance.dead_air.times(100)), PERCENT)}; overtalk"
            f" {_plain(g.balance.overtalk.times(100), PERCENT)}"
        )
        values = (Value(agent.value, agent.low, agent.high, agent.n), Value(other))
        rows.append(Row(g.name or nameless, values, note=note))
    names = ("agent speaks", "customer speaks")
    return chart_rows.bars("talk", "Talk balance", first, names, rows, notes="Silence over 3 s")


def missed_rows(missed: Sequence[Missed], calls: int) -> Rows:
    """Return the must-says missed most, as a share of the calls."""
    rows = [
        Row(
            m.title,
            (Value(100 * m.calls / calls if calls else None, n=calls),),
            note=f"{m.calls:,} {'call' if m.calls == 1 else 'calls'}"
            + (", fails the call" if m.critical else ""),
        )
        for m in missed
    ]
    top = max((r.values[0].y or 0 for r in rows), default=1.0)
    axis = Axis(PERCENT.say, 0.0, min(100.0, top))
    return chart_rows.bars(
        "missed", "Must-says missed", "Item", ("of the calls",), rows, axis, notes="Missed in"
    )


def hint_rows(hints: Sequence[HintUse]) -> Rows:
    """Return how often each rule's hints were used, and what else became of them."""
    rows = []
    for h in hints:
        used = h.rate.times(100)
        note = f"shown {h.shown:,}, dismissed {h.dismissed:,}, not helpful {h.not_helpful:,}"
        if h.ignored:
            note += "; hardly ever used: take it out or say it better"
        rows.append(Row(h.text, (_value(used),), note=note))
    return chart_rows.dots("hints", "Hints used", ("Hint", "Used"), rows, notes="Of them")


def agent_lines(agents: Sequence[Group], query: dict[str, str]) -> dict[str, list[AgentLine]]:
    """Return each team's agents in order of names: team -> lines."""
    found: dict[str, list[AgentLine]] = {}
    for g in agents:
        t, name = g.totals, g.name or NO_AGENT
        line = AgentLine(
            name,
            t.calls,
            said(_value(t.score), SCORE),
            said(_value(t.passed.times(100)), PERCENT),
            _plain(t.missed, TENTHS),
            _plain(g.balance.talk_ratio.times(100), PERCENT),
            t.score.n < ENOUGH,
            chart_rows.spark(f"Score of {name}", [s.value for s in g.scores], SCORE),
            "/?" + urlencode({"agent": g.name, **query}) if g.name else "",
        )
        found.setdefault(g.team or NO_TEAM, []).append(line)
    return found


def _value(figure: Figure) -> Value:
    return Value(figure.value, figure.low, figure.high, figure.n)


def _plain(figure: Figure, axis: Axis = PERCENT) -> str:
    return "–" if figure.value is None else axis.say(figure.value)


def _between(figure: Figure, axis: Axis = PERCENT) -> str:
    if figure.low is None or figure.high is None:
        return f"n {figure.n}" + (", too few to tell" if 0 < figure.n < ENOUGH else "")
    few = ", too few to tell" if figure.n < ENOUGH else ""
    return f"{axis.say(figure.low)} to {axis.say(figure.high)}, n {figure.n:,}{few}"


def _clock(figure: Figure) -> str:
    return charts.clock_text(figure.value or 0.0)
