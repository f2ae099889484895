"""`cueline transcribe` and `cueline score`: recordings to words, findings and a score."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.registry import load
from models.types import Channel
from pipeline.audio.decode import AudioSource
from pipeline.config import Settings, load_settings
from pipeline.errors import AudioUnreadable
from pipeline.fit import classifier_for
from pipeline.folder import BatchReport, call_name, find_calls, read_folder
from pipeline.making import Maker
from pipeline.offline import RecordedCall, RecordingReader, open_call, open_reader
from streaming.commands.show import show_call
from streaming.errors import UsageFault

Files = Annotated[
    Path | None,
    typer.Argument(help="A recording, or a folder of recordings.", show_default=False),
]
AgentFile = Annotated[
    Path | None, typer.Option("--agent", help="The agent's side, where each side has a file.")
]
CustomerFile = Annotated[
    Path | None, typer.Option("--customer", help="The customer's side, with --agent.")
]
Left = Annotated[
    Channel, typer.Option(help="Who is on the first channel of a two-channel recording.")
]
Queue = Annotated[str, typer.Option(help="The queue whose rules hold.")]
Packs = Annotated[
    list[str] | None, typer.Option("--pack", help="Rule packs to use instead of the queue's.")
]
Jurisdiction = Annotated[str, typer.Option(help="Turns on legal packs: US, UK ...")]
Direction = Annotated[str, typer.Option(help="inbound or outbound.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Out = Annotated[
    Path | None, typer.Option(help="Where a folder's results go; default: FOLDER/cueline.")
]
Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]


def transcribe(
    file: Files = None,
    agent: AgentFile = None,
    customer: CustomerFile = None,
    left: Left = Channel.AGENT,
    as_json: AsJson = False,
    out: Out = None,
    config: Config = None,
) -> None:
    """Write down what is said in a recording, or in all recordings of a folder."""
    settings = load_settings(config)
    _run(settings, _call(file, agent, customer, left), out, as_json=as_json, scored=False)


def score(
    file: Files = None,
    agent: AgentFile = None,
    customer: CustomerFile = None,
    left: Left = Channel.AGENT,
    queue: Queue = "",
    pack: Packs = None,
    jurisdiction: Jurisdiction = "",
    direction: Direction = "inbound",
    as_json: AsJson = False,
    out: Out = None,
    config: Config = None,
) -> None:
    """Score a recording against its queue's script, or all recordings of a folder."""
    settings = load_settings(config)
    if pack or jurisdiction:
        chosen = settings.queue(queue)
        update: dict[str, Any] = {}
        if pack:
            update["packs"] = tuple(pack)
        if jurisdiction:
            update["jurisdiction"] = jurisdiction
        queues = {**settings.queues, queue: chosen.model_copy(update=update)}
        settings = settings.model_copy(update={"queues": queues})
    call = replace(_call(file, agent, customer, left), queue=queue, direction=direction)
    _run(settings, call, out, as_json=as_json, scored=True)


def _call(
    file: Path | None, agent: Path | None, customer: Path | None, left: Channel
) -> RecordedCall:
    if left is Channel.MIXED:
        raise UsageFault("--left is agent or customer")
    other = Channel.CUSTOMER if left is Channel.AGENT else Channel.AGENT
    if (agent is None) != (customer is None):
        raise UsageFault("--agent and --customer go together: one file for each side")
    if agent is not None and customer is not None:
        if file is not None:
            raise UsageFault("give a FILE, or --agent and --customer, not both")
        return RecordedCall((agent, customer))
    if file is None:
        raise UsageFault("give a FILE or folder, or --agent and --customer")
    if not file.exists():
        raise AudioUnreadable(f"{file} does not exist")
    return RecordedCall((file,), (left, other))


def _run(
    settings: Settings, call: RecordedCall, out: Path | None, *, as_json: bool, scored: bool
) -> None:
    if call.files[0].is_dir():
        report = asyncio.run(_read_folder(settings, call, out or call.files[0] / "cueline"))
        _tell_report(report, as_json=as_json)
        if report.failed:
            raise typer.Exit(1)
        return
    read = asyncio.run(_read_one(settings, call))
    for note in read["notes"]:
        sys.stderr.write(f"cueline: {note}\n")
    if as_json:
        typer.echo(json.dumps(read, ensure_ascii=False))
    else:
        show_call(Console(), read, scored=scored)


async def _read_one(settings: Settings, call: RecordedCall) -> dict[str, Any]:
    async with _reader(settings) as reader:
        source = await asyncio.to_thread(open_call, call)
        with _bar() as bar:
            task = bar.add_task(call.name, total=source.seconds or None)
            done = await reader.read(call, progress=lambda s: bar.update(task, completed=s))
    return done.result


async def _read_folder(settings: Settings, call: RecordedCall, results: Path) -> BatchReport:
    folder = call.files[0]
    calls = [
        c
        for c in await asyncio.to_thread(find_calls, folder, call)
        if results not in c.files[0].parents
    ]
    lengths = await asyncio.to_thread(_lengths, calls, folder)
    read_so_far: dict[str, float] = {}
    async with _reader(settings) as reader:
        with _bar() as bar:
            task = bar.add_task(f"{len(calls)} calls", total=sum(lengths.values()))

            def progress(name: str, seconds: float, over: bool) -> None:
                read_so_far[name] = lengths[name] if over else min(seconds, lengths[name])
                bar.update(task, completed=sum(read_so_far.values()))

            return await read_folder(reader, calls, folder, results, progress)


@asynccontextmanager
async def _reader(settings: Settings) -> AsyncIterator[RecordingReader]:
    maker = Maker(settings, classifier_for)
    stt = await asyncio.to_thread(load, "stt", settings.stt.engine, settings.stt.options)
    vad = await asyncio.to_thread(load, "vad", settings.vad.engine, settings.vad.options)
    try:
        async with open_reader(maker, vad, stt) as reader:
            yield reader
    finally:
        stt.close()


def _lengths(calls: list[RecordedCall], folder: Path) -> dict[str, float]:
    lengths: dict[str, float] = {}
    for call in calls:
        try:
            source: AudioSource = open_call(call)
            lengths[call_name(call, folder)] = source.seconds or 0.0
        except AudioUnreadable:
            lengths[call_name(call, folder)] = 0.0
    return lengths


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _tell_report(report: BatchReport, *, as_json: bool) -> None:
    if as_json:
        data = {
            "read": report.read,
            "skipped": report.skipped,
            "failed": [{"call": f.name, "reason": f.reason} for f in report.failed],
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    typer.echo(
        f"{len(report.read)} read, {len(report.skipped)} were done already, "
        f"{len(report.failed)} could not be read"
    )
    for failure in report.failed:
        typer.echo(f"  {failure.name}: {failure.reason}")
