"""Whole scripted calls of every role: is every planted fault found, and no other auto-fail raised?

The calls are spoken by synthetic voices through a telephone line, heard by the embedded recogniser
and judged by the pipeline. `--typed` judges the same calls as they are written, which tells faults
of the rules from faults of hearing.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from benchmarks.call_judged import Judged, call_settings, hear_call, read_typed
from benchmarks.call_scripts import FOLDER, CallScript, load_calls, speak_call
from benchmarks.inside import reader
from benchmarks.labelled import SetInvalid
from benchmarks.remembered import RememberedEngine
from benchmarks.report import publish, table
from benchmarks.two_voices import Speak, missing_programs, say
from benchmarks.wer import rate
from models.engines import SttEngine
from models.registry import load
from pipeline.config import Settings
from pipeline.fit import classifier_for
from pipeline.making import Maker
from qa_rules.types import Finding

HEAD = (
    *("", "calls", "expected", "found", "review", "wrong"),
    *("planted", "found", "review", "lost", "other auto-fails", "WER %"),
)


async def hear_all(
    scripts: Sequence[CallScript], cache: Path, settings: Settings, stt: SttEngine, speak: Speak
) -> list[Judged]:
    """Speak the calls, or take their sounds from the cache, and have them heard and judged."""
    async with reader(settings, stt) as reading:
        return [
            await hear_call(script, speak_call(script, cache, speak), reading) for script in scripts
        ]


def heard(scripts: Sequence[CallScript], cache: Path, folder: Path) -> list[Judged]:
    """Hear calls with the shipped recogniser; what it read is kept beside the sounds."""
    settings = call_settings(scripts, folder)
    engine = load("stt", settings.stt.engine, settings.stt.options)
    remembered = RememberedEngine(engine, cache / "read")
    try:
        return asyncio.run(hear_all(scripts, cache, settings, remembered, say))
    finally:
        engine.close()


def typed(scripts: Sequence[CallScript], folder: Path) -> list[Judged]:
    """Judge calls as they are written."""
    maker = Maker(call_settings(scripts, folder), classifier_for)
    return [read_typed(script, maker) for script in scripts]


def row(name: str, calls: Sequence[Judged]) -> list[object]:
    """Return the row of a call, of a pack's calls or of all."""
    planted = sum(len(c.script.planted) for c in calls)
    found = sum(len(c.faults_found) for c in calls)
    lost = sum(len(c.faults_lost) for c in calls)
    return [
        *(name, len(calls), sum(len(c.script.expect) for c in calls)),
        *(sum(len(c.found) for c in calls), sum(len(c.in_review) for c in calls)),
        *(sum(len(c.wrong) for c in calls), planted, found, planted - found - lost, lost),
        *(sum(len(c.false_auto_fails) for c in calls), rate([c.errors for c in calls])),
    ]


def numbers(calls: Sequence[Judged], *, sound: bool) -> dict[str, object]:
    """Return the figures for machines."""
    packs = {name: _figures(own) for name, own in _by_pack(calls).items()}
    total = _figures(calls)
    return {
        "scripted": True,
        "heard": sound,
        "holds": not total["lost"] and not total["faults_in_review"] and not total["other_fails"],
        **total,
        "packs": packs,
        "each": [_one(c) for c in calls],
    }


def show(calls: Sequence[Judged], *, words: bool) -> str:
    """Return the tables, and every call that is not as expected with what was found."""
    rows = [row(name, own) for name, own in _by_pack(calls).items()]
    parts = [table(HEAD, [*(row(c.script.id, [c]) for c in calls)])]
    parts.append(table(HEAD, [*rows, row("all", calls)]))
    parts += [tell(c, words=words) for c in calls if words or _odd(c)]
    return "\n\n".join(parts)


def tell(call: Judged, *, words: bool) -> str:
    """Return what is not as expected in a call; `words` adds what was said and what was heard."""
    lines = [f"{call.script.id}: {call.script.about}"]
    for item in _odd(call):
        wanted = call.script.expect.get(item, "no fault")
        mark = "  (auto-fail)" if item in call.false_auto_fails else ""
        lines.append(f"  {item}: {wanted} expected, {_told(call.findings[item])}{mark}")
    for turn in call.turns if words else ():
        read = [
            u.text
            for u in call.heard
            if u.channel.value == turn.side and u.start < turn.end and u.end > turn.start
        ]
        lines.append(f"  {turn.number:2} {turn.start:6.1f} s {turn.side}: {turn.text}")
        lines.append(f"     heard: {' / '.join(read)}")
    return "\n".join(lines)


def command(
    only: Annotated[str, typer.Option(help="Calls whose id holds this.")] = "",
    scripts: Annotated[Path, typer.Option(help="A folder of calls.")] = FOLDER,
    as_typed: Annotated[
        bool, typer.Option("--typed", help="Judge the calls as written, without sound.")
    ] = False,
    swap: Annotated[
        bool,
        typer.Option("--swap", help="Speak each side in the other's voice: other mishearings."),
    ] = False,
    words: Annotated[bool, typer.Option("--words", help="Show what was said and heard.")] = False,
    cache: Annotated[
        Path | None, typer.Option(help="Where sounds, and what was read of them, are kept.")
    ] = None,
) -> None:
    """Judge whole scripted calls of every role against what is planted in them."""
    try:
        chosen = [call for call in load_calls(scripts) if only in call.id]
    except SetInvalid as err:
        raise typer.BadParameter(str(err)) from err
    if not chosen:
        raise typer.BadParameter("no call fits")
    if swap:
        chosen = [call.swapped for call in chosen]
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as name:
        folder = Path(name)
        if as_typed:
            judged = typed(chosen, folder)
        else:
            if missing := missing_programs(v for c in chosen for v in c.voices.values()):
                raise typer.BadParameter(f"install {' and '.join(missing)} first")
            kept = cache or Path(platformdirs.user_cache_dir("cueline")) / "calls"
            judged = heard(chosen, kept, folder)
    title = "calls typed" if as_typed else "calls swapped" if swap else "calls"
    publish(title, show(judged, words=words), numbers(judged, sound=not as_typed))


def _by_pack(calls: Sequence[Judged]) -> dict[str, list[Judged]]:
    out: dict[str, list[Judged]] = {}
    for call in calls:
        out.setdefault("+".join(call.script.packs), []).append(call)
    return out


def _odd(call: Judged) -> list[str]:
    """Return the items that are not as expected, and all other faults."""
    return list(dict.fromkeys([*call.wrong, *call.in_review, *call.unlisted_faults]))


def _told(found: Finding) -> str:
    said = "; ".join(f"{e.quote!r} at {e.start:.1f} s" for e in found.evidence[:2])
    near = found.near_miss
    near_said = f"; nearest {near.score:.2f} {near.evidence.quote!r}" if near else ""
    reason = f" ({found.reason})" if found.reason else ""
    return f"{found.state} found{reason}{': ' if said else ''}{said}{near_said}"


def _figures(calls: Sequence[Judged]) -> dict[str, int | float]:
    keys = (
        *("calls", "expected", "found", "in_review", "wrong"),
        *("planted", "faults_found", "faults_in_review", "lost", "other_fails"),
    )
    named = row("", calls)
    plain = {key: int(str(n)) for key, n in zip(keys, named[1:-1], strict=True)}
    return {**plain, "wer": round(rate([c.errors for c in calls]), 1)}


def _one(call: Judged) -> dict[str, object]:
    odd = [
        {
            "item": item,
            "expected": call.script.expect.get(item),
            "state": call.state(item).value,
            "severity": call.findings[item].severity.value,
            "reason": call.findings[item].reason,
        }
        for item in _odd(call)
    ]
    return {
        "id": call.script.id,
        "score": call.card.score,
        "auto_fail_items": list(call.card.auto_fail_items),
        "faults_found_items": call.faults_found,
        "faults_lost": call.faults_lost,
        "other_auto_fails": call.false_auto_fails,
        "not_as_expected": odd,
        **{k: v for k, v in _figures([call]).items() if k != "calls"},
    }
