"""How the talk of one call was shared, as its page draws it. Pure."""

import math

from models.types import Channel
from pipeline.store.rows import CallDetail
from pipeline.turns import DEAD_AIR_S, analyse
from streaming import chart_rows
from streaming.chart_rows import Row, Rows
from streaming.charts import Axis, Value, clock_text


def talk_rows(detail: CallDetail) -> Rows | None:
    """Return the seconds of each side, of silence and of both at once; None for no two sides."""
    if not {Channel.AGENT, Channel.CUSTOMER} <= set(detail.legs) or not detail.utterances:
        return None
    whole = detail.row.seconds if detail.row.seconds is not None else detail.row.last_s
    turns = analyse(detail.utterances, seconds=whole or math.inf)
    agent, customer = turns.talk[Channel.AGENT], turns.talk[Channel.CUSTOMER]
    spoken = agent + customer
    cuts = sum(o.interruption for o in turns.overtalk)
    measured = (
        ("Agent speaks", agent, _share(agent, spoken)),
        ("Customer speaks", customer, _share(customer, spoken)),
        (
            f"Silence over {DEAD_AIR_S:.0f} s",
            sum(s.seconds for s in turns.dead_air),
            _count(len(turns.dead_air), "silence"),
        ),
        (
            "Both at once",
            sum(o.end - o.start for o in turns.overtalk),
            _count(cuts, "interruption"),
        ),
    )
    rows = [Row(name, (Value(seconds),), note=note) for name, seconds, note in measured]
    axis = Axis(clock_text, 0.0, steps=(10, 30, 60, 120, 300, 600, 1800, 3600))
    return chart_rows.bars("talk", "Talk balance", "Who", ("Time",), rows, axis, notes="That is")


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} % of the talk" if whole else "no talk"


def _count(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"
