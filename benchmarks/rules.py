"""What the rules cost: one utterance, one caption and one look at the clock, on shipped packs.

The utterances are the packs' own example sentences, in an order drawn once; a call has `TURNS` of
them. Times are of this thread's processor.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, TypeVar

import numpy as np
import typer

from benchmarks.lags import percentile
from benchmarks.report import publish, table
from models.types import Channel, Utterance
from qa_rules.live import RuleRun
from qa_rules.packs import PackSet, load_packs, shipped
from qa_rules.types import CallFacts

HEAD = ("packs", "rules", "what", "n", "p50 us", "p95 us", "p99 us", "mean us")
KINDS = ("utterance", "preview", "advance", "start", "compile")
TURNS = 80
SECONDS = 4.5
"""From one utterance to the next."""
SEED = 11

_T = TypeVar("_T")


@dataclass(slots=True)
class Cost:
    """Microseconds of each kind of question."""

    utterance: list[float] = field(default_factory=list)
    preview: list[float] = field(default_factory=list)
    advance: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    compile: list[float] = field(default_factory=list)


def texts(packs: PackSet) -> list[str]:
    """Return the packs' example sentences."""
    found = [example for intent in packs.intents for example in intent.examples]
    return found or ["thank you for calling how can i help"]


def measure(packs: PackSet, calls: int, turns: int = TURNS) -> Cost:
    """Run calls of drawn sentences through the rules, of so many utterances each."""
    rng = np.random.default_rng(SEED)
    said = texts(packs)
    cost = Cost()
    timed(partial(getattr, packs, "program"), cost.compile)
    for _ in range(calls):
        run = timed(partial(RuleRun, packs, CallFacts(company="Northwind")), cost.start)
        for number in range(turns):
            at = number * SECONDS
            text = " ".join(said[i] for i in rng.integers(0, len(said), 2))
            channel = (Channel.AGENT, Channel.CUSTOMER)[number % 2]
            heard = Utterance(number, channel, at, at + SECONDS - 0.5, text, 0.9)
            timed(partial(run.preview, heard), cost.preview)
            timed(partial(run.utterance, heard), cost.utterance)
            timed(partial(run.advance, at), cost.advance)
        run.end(turns * SECONDS)
    return cost


def timed(what: Callable[[], _T], into: list[float]) -> _T:
    """Do something and note the microseconds it took."""
    began = time.thread_time_ns()
    result = what()
    into.append((time.thread_time_ns() - began) / 1000)
    return result


def row(name: str, rules: int, what: str, spent: Sequence[float]) -> list[object]:
    """Return one row of the table."""
    shares = [percentile(spent, share) for share in (0.5, 0.95, 0.99)]
    return [name, rules, what, len(spent), *shares, sum(spent) / len(spent)]


def command(
    packs: Annotated[list[str] | None, typer.Argument(help="Packs together; none: each")] = None,
    calls: Annotated[int, typer.Option(min=1, help="How many calls.")] = 10,
    turns: Annotated[int, typer.Option(min=1, help="Utterances in a call.")] = TURNS,
) -> None:
    """Measure what the rules cost."""
    choices = [tuple(packs)] if packs else [*((name,) for name in shipped()), tuple(shipped("en"))]
    rows: list[list[object]] = []
    numbers: dict[str, dict[str, float]] = {}
    for names in choices:
        chosen = load_packs(names)
        rules = len(chosen.items) + len(chosen.hints) + len(chosen.events)
        cost = measure(chosen, calls, turns)
        name = "+".join(names) if len(names) < 4 else f"all {len(names)}"
        for what in KINDS:
            spent = getattr(cost, what)
            rows.append(row(name, rules, what, spent))
            numbers[f"{name} {what}"] = {
                "p50_us": round(percentile(spent, 0.5), 1),
                "p95_us": round(percentile(spent, 0.95), 1),
            }
    publish("rules", table(HEAD, rows), {"costs": numbers})
