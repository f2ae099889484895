"""`cueline simulate`: recordings as live calls, over the real socket of a running server."""

import asyncio
import json
import math
import secrets
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.types import Channel
from pipeline.audio.codecs import Encoding
from pipeline.live import CallStart
from streaming.client import (
    STEREO,
    Pace,
    Played,
    Sound,
    call_start,
    load_sound,
    play_many,
)
from streaming.errors import StreamingError, UsageFault

DEFAULT_URL = "ws://127.0.0.1:8377"


def simulate(
    files: Annotated[list[Path], typer.Argument(help="Recordings; taken in turn.")],
    calls: Annotated[int, typer.Option("--calls", "-n", min=1, help="Calls at once.")] = 1,
    url: Annotated[str, typer.Option(help="The server's address.")] = DEFAULT_URL,
    token: Annotated[
        str, typer.Option(envvar="CUELINE_TOKEN", help="The server's token.", show_default=False)
    ] = "",
    queue: Annotated[str, typer.Option(help="The queue that the calls come in by.")] = "",
    agent: Annotated[str, typer.Option(help="The agent; with many calls, numbered.")] = "",
    outbound: Annotated[bool, typer.Option("--outbound", help="The agent called.")] = False,
    language: Annotated[str, typer.Option(help="The calls' language.")] = "en",
    roles: Annotated[
        str, typer.Option(help="Who is on which channel of a two-channel recording.")
    ] = ",".join(STEREO),
    encoding: Annotated[Encoding, typer.Option(help="How the sound is sent.")] = Encoding.PCM16,
    speed: Annotated[
        float, typer.Option(min=0, help="1 is real time, 0 as fast as the server reads.")
    ] = 1.0,
    message_ms: Annotated[float, typer.Option(min=1, max=5000, help="Sound a message.")] = 100.0,
    stagger: Annotated[float, typer.Option(min=0, help="Seconds between two beginnings.")] = 0.1,
    drop_at: Annotated[
        list[float] | None, typer.Option(help="Cut the line at this second; may be repeated.")
    ] = None,
    away: Annotated[float, typer.Option(min=0, help="Seconds until a cut line is back.")] = 1.0,
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play recordings as live calls and say how it went."""
    pace = Pace(
        speed=speed or math.inf,
        message_ms=message_ms,
        encoding=encoding,
        drop_at=tuple(drop_at or ()),
        away_s=away,
    )
    sounds = [load_sound(path, _roles(roles)) for path in files]
    like = CallStart(
        "", (), 0, queue=queue, language=language, direction="outbound" if outbound else "inbound"
    )
    plans = _plans(list(islice(cycle(sounds), max(calls, 1))), like, agent)
    results = asyncio.run(_play(plans, url, token, pace, stagger, quiet=json_out))
    _report(results, as_json=json_out)
    if any(isinstance(result, StreamingError) for result in results):
        raise typer.Exit(1)


def _roles(names: str) -> tuple[Channel, ...]:
    try:
        return tuple(Channel(name.strip()) for name in names.split(","))
    except ValueError as err:
        raise UsageFault(f"--roles: {err}; take agent, customer or mixed") from err


def _plans(sounds: list[Sound], like: CallStart, agent: str) -> list[tuple[Sound, CallStart]]:
    run = secrets.token_hex(3)
    plans = []
    for number, sound in enumerate(sounds, 1):
        name = f"{agent}-{number}" if agent and len(sounds) > 1 else agent
        start = call_start(f"sim-{run}-{number}", sound, like)
        plans.append((sound, CallStart(**{**_fields(start), "agent": name})))
    return plans


def _fields(start: CallStart) -> dict[str, Any]:
    return {name: getattr(start, name) for name in CallStart.__dataclass_fields__}


async def _play(
    plans: list[tuple[Sound, CallStart]],
    url: str,
    token: str,
    pace: Pace,
    stagger_s: float,
    *,
    quiet: bool,
) -> list[Played | StreamingError]:
    total = sum(sound.seconds for sound, _ in plans)
    sent: dict[str, float] = {}
    with Progress(
        TextColumn("{task.fields[live]} of {task.fields[calls]} calls"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
        refresh_per_second=4,
    ) as progress:
        bar = progress.add_task("calls", total=total, live=0, calls=len(plans))

        def watch(call_id: str, seconds: float) -> None:
            before = sent.get(call_id, 0.0)
            sent[call_id] = max(before, seconds)
            progress.update(bar, advance=sent[call_id] - before, live=len(sent))

        return await play_many(
            plans, url=url, token=token, pace=pace, stagger_s=stagger_s, watch=watch
        )


def _report(results: list[Played | StreamingError], *, as_json: bool) -> None:
    played = [result for result in results if isinstance(result, Played)]
    failed = [result for result in results if isinstance(result, StreamingError)]
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "calls": [_row(result) for result in played],
                    "failed": [{"code": err.code, "message": str(err)} for err in failed],
                }
            )
        )
        return
    for result in played:
        row = _row(result)
        typer.echo(
            f"{row['call_id']}: {row['seconds']:.1f} s sent, {row['kept_s']:.1f} s kept, "
            f"resumed {row['resumed']} times, worst delay {1000 * row['worst_late_s']:.0f} ms, "
            f"done {row['stopped_after_s']:.2f} s after the end"
        )
    for err in failed:
        typer.echo(f"failed: {err}", err=True)


def _row(played: Played) -> dict[str, Any]:
    return {
        "call_id": played.call_id,
        "seconds": round(played.samples / played.rate_hz, 3),
        "kept_s": round(played.kept / played.rate_hz, 3),
        "resumed": played.resumed,
        "messages": played.messages,
        "worst_late_s": round(played.worst_late_s, 4),
        "stopped_after_s": round(played.stopped_after_s, 3),
        "faults": played.faults,
    }
