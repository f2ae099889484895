"""The charts of a benchmark run: rates by set and condition, delays, reliability. Pure.

A chart is made where the run's numbers have its shape; of others there is the table alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.runs import Difference, Measure, Run, plain
from streaming import chart_rows, charts
from streaming.chart_rows import Row, Rows
from streaming.charts import Axis, Chart, Curve, Value

SHARES: Final = (("p50", 50.0), ("p75", 75.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0))
KINDS: Final = ("finals", "captions", "partials", "hints")
MILLISECONDS: Final = Axis(lambda v: f"{v:,.0f} ms", 0.0)
PART: Final = Axis(lambda v: f"{v:g}", 0.0, 1.0)
MOST_ROWS: Final = 40


def interval_rows(run: Run) -> list[Rows]:
    """Return each kind of number that has intervals: a row for each set, engine or condition."""
    kinds: dict[str, list[Measure]] = {}
    for m in run.measures:
        if m.low is not None:
            kinds.setdefault(_condition(run, m), []).append(m)
    return [
        chart_rows.dots(
            f"bounded-{n}",
            kind,
            ("Where", "Value (95 %)"),
            [Row(_where(m) or m.what, (Value(m.value, m.low, m.high, m.n),)) for m in of],
            Axis(plain),
        )
        for n, (kind, of) in enumerate(kinds.items())
        if len(of) <= MOST_ROWS
    ]


def condition_lines(run: Run) -> Chart | None:
    """Return word error rates over the conditions of the line, a line for each set; or None."""
    rows = [r for r in _listed(run.data.get("scores")) if "condition" in r and _known(r, "wer")]
    conditions = list(dict.fromkeys(str(r["condition"]) for r in rows))
    if len(conditions) < 2:
        return None
    sets: dict[str, dict[str, Value]] = {}
    for r in rows:
        name = f"{r.get('corpus', '')}, {r.get('engine', '')}".strip(", ")
        value = Value(r["wer"], r.get("low"), r.get("high"), r.get("utterances"))
        sets.setdefault(name, {})[str(r["condition"])] = value
    of = [
        charts.Series(name, tuple(by.get(c, Value(None)) for c in conditions))
        for name, by in list(sets.items())[:6]
    ]
    axis = Axis(lambda v: f"{v:.0f} %", 0.0)
    return charts.lines("conditions", "Word error rate by condition", conditions, of, axis)


def delay_curves(run: Run) -> list[Chart]:
    """Return how late what share was, for each kind of message; and by calls at once."""
    found = []
    curves = _curves(run.data)
    if curves:
        share = Axis(lambda v: f"{v:.0f} %", 50.0, 99.0)
        found.append(
            charts.curves(
                "delays", "Delay: so many of 100 came sooner", curves, (share, MILLISECONDS)
            )
        )
    steps = _listed(run.data.get("steps"))
    by_calls = []
    for kind in KINDS:
        points = [
            (float(s["plan"]["calls"]), 1000 * float(s[kind]["p95"]))
            for s in steps
            if isinstance(s.get("plan"), dict)
            and isinstance(s.get(kind), dict)
            and _known(s[kind], "p95")
        ]
        if len(points) > 1:
            by_calls.append(Curve(kind, tuple(sorted(points))))
    if by_calls:
        calls = Axis(lambda v: f"{v:.0f} calls", 0.0)
        found.append(
            charts.curves(
                "load", "95th percentile by calls at once", by_calls, (calls, MILLISECONDS)
            )
        )
    return found


def reliability_plots(run: Run) -> list[Chart]:
    """Return what was said with a probability and how often it was so, where a run has bins."""
    found = run.data.get("reliability")
    plots: Mapping[str, Any] = found if isinstance(found, dict) else {}
    out = []
    for n, (name, bins) in enumerate(plots.items()):
        known = [b for b in _listed(bins) if _known(b, "said") and _known(b, "so")]
        if not known:
            continue
        points = tuple((float(b["said"]), float(b["so"])) for b in known)
        words = tuple(f"n {b['n']}" if "n" in b else "" for b in known)
        curve = Curve(str(name), points, words)
        title = f"Said with a chance, and was so: {name}"
        out.append(charts.curves(f"bins-{n}", title, [curve], (PART, PART), diagonal=True))
    return out


def difference_rows(found: Sequence[Difference]) -> Rows | None:
    """Return both runs' numbers with intervals beside each other, A above B; or None."""
    bounded = [d for d in found if d.a.low is not None and d.b.low is not None][:MOST_ROWS]
    if not bounded or len({d.a.what for d in bounded}) > 1:
        return None
    rows = []
    for d in bounded:
        where = _where(d.a) or d.a.what
        for letter, m, note in (("A", d.a, ""), ("B", d.b, d.verdict)):
            rows.append(Row(f"{letter}: {where}", (Value(m.value, m.low, m.high, m.n),), note=note))
    head = ("Where", f"{bounded[0].a.what} (95 %)")
    return chart_rows.dots("sides", "Side by side", head, rows, Axis(plain), notes="B against A")


def _curves(data: Mapping[str, Any], where: str = "") -> list[Curve]:
    found = []
    for kind in KINDS:
        lags = data.get(kind)
        if isinstance(lags, dict):
            points = tuple((at, 1000 * lags[key]) for key, at in SHARES if _known(lags, key))
            if len(points) > 1:
                found.append(Curve(f"{kind}{where}", points))
    for part in ("socket", "screen"):
        inner = data.get(part)
        if isinstance(inner, dict):
            found += _curves(inner, f" on the {part}")
    return found


def _condition(run: Run, m: Measure) -> str:
    """Return the chart that a number belongs in: its kind, and its condition where it has one."""
    if _has_conditions(run):
        return f"{m.what}, {m.where.rpartition(', ')[2]}"
    return m.what if m.where.count(",") else m.where or m.what


def _where(m: Measure) -> str:
    first, _, rest = m.where.partition(", ")
    return rest if first == "scores" else f"{m.where}: {m.what}" if m.where else m.what


def _has_conditions(run: Run) -> bool:
    return any("condition" in r for r in _listed(run.data.get("scores")))


def _listed(value: object) -> list[dict[str, Any]]:
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []


def _known(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key)
    return isinstance(value, int | float) and not isinstance(value, bool)
