"""How well the anger flag tells angry calls from calm ones, heard by the recogniser.

The calls are scripted and spoken by synthetic voices: no set of real angry telephone calls can be
had freely. Half of the scripts are held back: nothing is tuned on them, and their words are shown
only when asked for. `--calm` counts flags on recordings of calm people, `--calm-text` on typed
service dialogues.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from benchmarks import anger_calm as calm
from benchmarks import corpus
from benchmarks.anger_product import (
    ClockedEngine,
    TypedCalls,
    product,
    queue_name,
    settings_for,
)
from benchmarks.anger_score import (
    IN_TIME_S,
    Outcome,
    Share,
    heard_between,
    outcome,
    rate_bound,
    tally,
)
from benchmarks.anger_scripts import (
    FOLDER,
    SPLITS,
    Script,
    SpokenCall,
    load_scripts,
    render,
)
from benchmarks.lags import percentile
from benchmarks.report import publish, table
from benchmarks.two_voices import Speak, missing_programs, say
from benchmarks.wer import rate
from models.registry import load
from pipeline.endpoint import Endpointing
from pipeline.offline import RecordedCall

CALM_PACKS = ("customer_service",)
FLAGS_SHOWN = 20
SCORE_HEAD = (
    *(
        "split",
        "calls",
        "angry",
        "precision",
        "95 %",
        "recall",
        "95 %",
        f"within {IN_TIME_S:.0f} s",
    ),
    *("early", "level reached", "late s p50", "max"),
)
CALL_HEAD = ("call", "split", "wanted", "peak", "what", "late s", "WER %", "flag rests on")
CALM_HEAD = (
    *("set", "calls", "clips", "speech h", "words", "level rises", "rises/h"),
    *("flags", "flags/h", "at most/h"),
)


async def hear(
    calls: Sequence[SpokenCall], folder: Path, *, stt: str = "", vad: str = ""
) -> tuple[list[Outcome], list[float]]:
    """Run calls through the product; return what came of each, and seconds a reading took."""
    packs = list(dict.fromkeys(c.script.packs for c in calls))
    settings = settings_for(folder, packs, stt=stt, vad=vad)
    engine = ClockedEngine(load("stt", settings.stt.engine, settings.stt.options))
    engine.warm_up()
    pause_s = Endpointing().silence_s
    found: list[Outcome] = []
    try:
        async with product(settings, engine) as read:
            for call in calls:
                script = call.script
                queue = queue_name(script.packs)
                recorded = RecordedCall((call.path,), queue=queue, direction=script.direction)
                done = await read.read(recorded, call_id=script.id)
                found.append(outcome(call, done.events, pause_s))
    finally:
        engine.close()
    return found, engine.took_s


def show(found: Sequence[Outcome], *, held_words: bool) -> str:
    """Return the tables of scripted calls, and every wrong call with its words."""
    rows = [score_row(s, [o for o in found if o.call.script.split == s]) for s in SPLITS]
    rows.append(score_row("both", found))
    calls = [call_row(o, held_words=held_words) for o in found]
    wrong = [tell_wrong(o, held_words=held_words) for o in found if o.kind in _WRONG]
    late = [
        tell_wrong(o, held_words=held_words) for o in found if o.kind == "hit" and not in_line(o)
    ]
    parts = [
        "Scripted calls, spoken by synthetic voices through a telephone line.",
        table(SCORE_HEAD, rows),
        table(CALL_HEAD, calls),
        f"wrong: {len(wrong)}",
        *wrong,
        f"raised late or before the wanted turn: {len(late)}",
        *late,
    ]
    return "\n\n".join(parts)


def in_line(found: Outcome) -> bool:
    """Return whether a flag came neither late nor early."""
    return found.in_time and not found.early


def score_row(name: str, found: Sequence[Outcome]) -> list[object]:
    """Return a row of the table of scores."""
    total = tally(found)
    late = [percentile(total.late, 0.5), max(total.late)] if total.late else ["-", "-"]
    return [
        *(name, total.calls, total.angry),
        *_shown(total.precision),
        *_shown(total.recall),
        f"{total.recall_in_time.hits}/{total.recall_in_time.of}",
        total.early,
        f"{total.level_reached.hits}/{total.level_reached.of}",
        *late,
    ]


def call_row(found: Outcome, *, held_words: bool) -> list[object]:
    """Return a call's row; a held call's words stay hidden unless asked for."""
    script = found.call.script
    hidden = script.split == "held" and not held_words
    why = "" if found.flag is None else "(held)" if hidden else calm.reasons(found.flag)
    late = "" if found.late_s is None else found.late_s
    wer = rate([found.errors])
    return [script.id, script.split, script.level, found.peak, found.kind, late, wer, why]


def tell_wrong(found: Outcome, *, held_words: bool) -> str:
    """Return what was said and heard where a call went wrong."""
    script, wanted = found.call.script, found.call.flag_turn
    lines = [f"{script.id} ({script.split}; {script.about}): {found.kind}, peak {found.peak}"]
    if script.split == "held" and not held_words:
        return lines[0].replace(f"; {script.about}", "")
    if found.flag is not None:
        lines.append(f"  flag at {found.flag.at:.1f} s: {calm.reasons(found.flag)}")
        lines.append(f"  heard then: {heard_between(found, found.flag.at - 0.1, found.flag.at)}")
    if wanted is not None:
        for turn in found.call.turns:
            if turn.side == "customer" and wanted.number <= turn.number <= wanted.number + 4:
                lines.append(f"  said at {turn.start:.1f} s: {turn.text}")
                lines.append(f"    heard: {heard_between(found, turn.start, turn.end)}")
    return "\n".join(lines)


def numbers(found: Sequence[Outcome], took_s: Sequence[float]) -> dict[str, object]:
    """Return the figures for machines."""
    out: dict[str, object] = {
        "scripted": True,
        "clip_read_s_p95": round(percentile(took_s, 0.95), 3),
    }
    for name in (*SPLITS, "both"):
        total = tally([o for o in found if name in (o.call.script.split, "both")])
        out[name] = {
            "calls": total.calls,
            "angry": total.angry,
            "precision": _plain(total.precision),
            "recall": _plain(total.recall),
            "recall_in_time": _plain(total.recall_in_time),
            "early": total.early,
            "level_reached": _plain(total.level_reached),
            "late_s": [round(s, 2) for s in total.late],
        }
    by_voice: dict[str, float] = {}
    for voice in sorted({o.call.script.voices["customer"] for o in found}):
        own = [o.errors for o in found if o.call.script.voices["customer"] == voice]
        by_voice[voice] = round(rate(own), 1)
    out["customer_wer"] = {"all": round(rate([o.errors for o in found]), 1), **by_voice}
    return out


async def hear_calm(data: Path, sets: Sequence[str], folder: Path) -> tuple[list[calm.Calm], str]:
    """Play the calm sets; return what each did, and what the complaint calls did, in words."""
    settings = settings_for(folder, [CALM_PACKS])
    engine = ClockedEngine(load("stt", settings.stt.engine, settings.stt.options))
    engine.warm_up()
    done: list[calm.Calm] = []
    told: list[str] = []
    try:
        async with product(settings, engine) as read:
            done += [
                await calm.calm_set(name, calm.clips_of(data, name), read, folder) for name in sets
            ]
            for name in calm.COMPLAINTS if "aws_calls" in sets else ():
                heard = await calm.complaint(data, name, read)
                told.append(f"{name} (a complaint, not counted): {tell_complaint(heard)}")
    finally:
        engine.close()
    return done, "\n".join(told)


def tell_complaint(heard: calm.Heard | None) -> str:
    """Return what the anger did on a complaint call."""
    if heard is None:
        return "not in the data"
    changes, _ = heard
    if not changes:
        return "stayed at level 0"
    return "".join(
        f"\n  {c.at:.1f} s: level {c.level}{', flag' if c.flagged else ''}: {calm.reasons(c)}"
        for c in changes
    )


def show_calm(found: Sequence[calm.Calm]) -> str:
    """Return the table of calm speech, and the first flags with their words."""
    rows = [calm_row(c) for c in (*found, *([calm.together(found)] if len(found) > 1 else []))]
    flags = [flag for c in found for flag in c.flags]
    told = [f"{where}: {words}\n  rests on {why}" for where, words, why in flags[:FLAGS_SHOWN]]
    head = f"flags: {len(flags)}, of which shown: {len(told)}"
    return "\n\n".join([table(CALM_HEAD, rows), head, *told])


def calm_row(one: calm.Calm) -> list[object]:
    """Return a row of the table of calm speech; the last column bounds the rate (95 %)."""
    flags, hours = len(one.flags), one.hours
    return [
        *(one.name, one.calls, one.clips, f"{hours:.2f}", one.words, one.rises),
        *(one.rises / hours if hours else 0.0, flags),
        *(f"{flags / hours:.2f}" if hours else "-", f"{rate_bound(flags, hours):.2f}"),
    ]


def calm_numbers(found: Sequence[calm.Calm]) -> dict[str, object]:
    """Return the figures of calm speech for machines."""
    every = calm.together(found)
    return {
        "speech_h": round(every.hours, 3),
        "flags": len(every.flags),
        "level_rises": every.rises,
        "flags_per_h_at_most": round(rate_bound(len(every.flags), every.hours), 3),
        "sets": {c.name: {"calls": c.calls, "flags": len(c.flags)} for c in found},
    }


def measure_calls(
    scripts: Sequence[Script], cache: Path, *, speak: Speak = say
) -> list[SpokenCall]:
    """Speak the scripts, or take their sounds from the cache."""
    return [render(script, cache, speak) for script in scripts]


def command(  # noqa: PLR0913 - one parameter for each flag of the command line
    split: Annotated[str, typer.Option(help="tune, held, or both.")] = "both",
    only: Annotated[str, typer.Option(help="Scripts whose id holds this.")] = "",
    scripts: Annotated[Path, typer.Option(help="A folder of scripts.")] = FOLDER,
    cache: Annotated[Path | None, typer.Option(help="Where sounds are kept.")] = None,
    held_words: Annotated[
        bool, typer.Option("--held-words", help="Show held calls' words: then they are spent.")
    ] = False,
    with_calm: Annotated[bool, typer.Option("--calm", help="Calm recordings instead.")] = False,
    with_text: Annotated[bool, typer.Option("--calm-text", help="Typed dialogues.")] = False,
    limit: Annotated[int | None, typer.Option(help="Dialogues of each domain, at most.")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", help="Calm sets to play.")] = None,
) -> None:
    """Measure the anger flag: on scripted calls, on calm recordings, on typed dialogues."""
    with tempfile.TemporaryDirectory(prefix="cueline-bench-") as name:
        folder = Path(name)
        try:
            if with_calm:
                _run_calm(folder, tuple(sets or calm.SETS))
            if with_text:
                _run_text(folder, limit)
        except corpus.CorpusNotFound as err:
            raise typer.BadParameter(str(err)) from err
        if with_calm or with_text:
            return
        chosen = [s for s in load_scripts(scripts) if split in (s.split, "both") and only in s.id]
        if not chosen:
            raise typer.BadParameter("no script fits")
        if missing := missing_programs(v for s in chosen for v in s.voices.values()):
            raise typer.BadParameter(f"install {' and '.join(missing)} first")
        kept = cache or Path(platformdirs.user_cache_dir("cueline")) / "anger"
        found, took_s = asyncio.run(hear(measure_calls(chosen, kept), folder))
        publish("anger", show(found, held_words=held_words), numbers(found, took_s))


def _run_calm(folder: Path, sets: Sequence[str]) -> None:
    found, told = asyncio.run(hear_calm(corpus.data_folder(), sets, folder))
    publish("anger calm", f"{show_calm(found)}\n\n{told}", calm_numbers(found))


def _run_text(folder: Path, limit: int | None) -> None:
    product_read = TypedCalls(settings_for(folder, [CALM_PACKS]))
    typed = calm.dialogues(corpus.data_folder() / "text" / "multidogo")
    found = [calm.calm_text(name, calls[:limit], product_read) for name, calls in typed.items()]
    publish("anger calm text", show_calm(found), calm_numbers(found))


_WRONG = frozenset({"missed", "false flag"})


def _shown(one: Share) -> tuple[str, str]:
    if not one.of:
        return "-", "-"
    return f"{one.hits}/{one.of} = {one.value:.2f}", f"{one.low:.2f} to {one.high:.2f}"


def _plain(one: Share) -> dict[str, object]:
    value = round(one.value, 3) if one.of else None
    return {"hits": one.hits, "of": one.of, "value": value, "low": one.low, "high": one.high}
