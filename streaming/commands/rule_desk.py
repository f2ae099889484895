"""`cueline rules backtest`, `diff`, `coverage`, and why an item stands as it does in a call."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.backtest import Backtest
from pipeline.config import Settings, load_settings
from pipeline.coverage import Coverage
from pipeline.desk_data import backtest_data, coverage_data, diff_data, why_data
from pipeline.past import ended_calls, past_call, why_in
from pipeline.shelf import PackShelf, shelf_with
from pipeline.store.repo import Store
from pipeline.store.rows import CallFilter
from qa_rules.errors import PackInvalid, PackNotFound
from qa_rules.pack_diff import diff_lines, diff_packs
from qa_rules.packs import PackFile, load_packs, read_pack, shipped
from qa_rules.why_words import lines as why_lines
from streaming.commands.rule_words import backtest_lines, coverage_lines, left_out_lines

PackArgument = Annotated[str, typer.Argument(help="The changed pack: a .yaml file, or a name.")]
Packs = Annotated[list[str] | None, typer.Argument(help="Names or .yaml files; all shipped ones.")]
Directories = Annotated[
    list[Path] | None, typer.Option("--in", help="Folders to look for packs in, before ours.")
]
Calls = Annotated[
    list[str] | None, typer.Option(help="Only these calls: ids, with commas or repeated.")
]
Queue = Annotated[str, typer.Option(help="Only calls of this queue.")]
Since = Annotated[str, typer.Option(help="Only calls from this day on, e.g. 2026-05-01.")]
Last = Annotated[int | None, typer.Option(min=1, help="Only the latest so many calls.")]
Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
Url = Annotated[str, typer.Option(help="A database by URL or path, in place of the configured.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def explain_call(
    call: str,
    item: str,
    packs: list[str] | None,
    folders: list[Path] | None,
    config: Path | None,
    url: str,
    *,
    as_json: bool,
) -> None:
    """Say why an item stands as it does in a stored call."""
    settings = load_settings(config)
    with Store.open(where(settings, url)) as store:
        past = past_call(store, call)
    shelf = PackShelf([*(folders or ()), *_own(settings)])
    told, notes = why_in(past.call, shelf.load(packs or past.packs), item)
    if as_json:
        typer.echo(json.dumps(why_data(call, told, notes), ensure_ascii=False))
        return
    typer.echo(f"call {call}")
    for line in (*why_lines(told), *(f"note: {n}" for n in notes)):
        typer.echo(line)


def backtest(
    pack: PackArgument,
    folders: Directories = None,
    calls: Calls = None,
    queue: Queue = "",
    since: Since = "",
    last: Last = None,
    add: Annotated[bool, typer.Option(help="Also try it on calls that were not under it.")] = False,
    config: Config = None,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Judge stored calls anew by a changed pack: what would change, with examples.

    Nothing is kept. A pack that is in use as it is, is compared with the scores that calls have.
    """
    settings = load_settings(config)
    changed = [*(folders or ()), *_own(settings)]
    name = Path(pack).stem
    with (
        faults_told(),
        Store.open(where(settings, url)) as store,
        shelf_with(_text(pack, changed), changed) as new,
    ):
        test = Backtest(name, PackShelf(_own(settings)), new, add=add)
        ids = chosen(store, calls, queue, since, last)
        _each(ids, f"{name} on {len(ids)} calls", lambda call_id: test.take(store, call_id))
    report = test.report()
    if as_json:
        typer.echo(json.dumps(backtest_data(report), ensure_ascii=False))
        return
    for line in backtest_lines(report):
        typer.echo(line)


def coverage(
    packs: Packs = None,
    folders: Directories = None,
    calls: Calls = None,
    queue: Queue = "",
    since: Since = "",
    last: Last = None,
    config: Config = None,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Say which items never fired or never failed in stored calls, and what packs lack."""
    settings = load_settings(config)
    dirs = [*(folders or ()), *_own(settings)]
    given = packs or shipped()
    files = {Path(p).stem: p for p in given}
    with (
        faults_told(),
        Store.open(where(settings, url)) as store,
        shelf_with(dict(t for p in given for t in _text(p, dirs).items()), dirs) as shelf,
    ):
        count = Coverage(shelf, list(files))
        ids = chosen(store, calls, queue, since, last)
        _each(ids, f"{len(ids)} calls", lambda call_id: count.take(store, call_id))
    told = count.report()
    idle = [p.pack for p in told if not p.calls]
    if not packs and len(idle) < len(told):
        told = tuple(p for p in told if p.calls)
    if as_json:
        typer.echo(json.dumps(coverage_data(told, count.elsewhere, count.left_out)))
        return
    for line in (*coverage_lines(told, count.elsewhere), *left_out_lines(count.left_out)):
        typer.echo(line)
    if idle and not packs:
        typer.echo(f"\non no call: {', '.join(idle)}")


def diff(
    old: Annotated[Path, typer.Argument(help="A pack file, or a folder of packs.")],
    new: Annotated[Path, typer.Argument(help="What it is compared with.")],
    as_json: AsJson = False,
) -> None:
    """Say in words how packs differ: items, events, wants, hints, forms."""
    with faults_told():
        told = diff_packs(_read(old), _read(new))
    if as_json:
        typer.echo(json.dumps(diff_data(told), ensure_ascii=False))
        return
    for line in diff_lines(told):
        typer.echo(line)


def where(settings: Settings, url: str) -> str:
    """Return the database that is meant; its folder is made where it is the configured one."""
    if not url and not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return url or settings.database


def chosen(
    store: Store, calls: Sequence[str] | None, queue: str, since: str, last: int | None
) -> list[str]:
    """Return the calls that are meant: those named, or all that are over and fit."""
    if calls:
        return [name for given in calls for name in given.split(",") if name]
    return ended_calls(store, CallFilter(state="ended", queue=queue, since=since), last)


@contextmanager
def faults_told() -> Iterator[None]:
    """Tell the faults of packs one a line, and end the command."""
    try:
        yield
    except PackInvalid as err:
        for fault in sorted(err.faults, key=lambda f: (f.file, f.line, f.column)):
            typer.echo(str(fault), err=True)
        raise typer.Exit(1) from err


def _own(settings: Settings) -> list[Path]:
    return [Path(p) for p in settings.pack_dirs]


def _text(pack: str, folders: Sequence[Path]) -> dict[str, str]:
    """Return a pack file's text under its name, once it reads; nothing for a name."""
    if not pack.endswith(".yaml"):
        return {}
    load_packs([pack], folders)
    return {Path(pack).stem: Path(pack).read_text(encoding="utf-8")}


def _read(path: Path) -> list[PackFile]:
    """Read a pack, or all packs of a folder, each by itself.

    Raises:
        PackNotFound: there is none.
        PackInvalid: one does not read.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise PackNotFound(f"no pack file at {path}")
    return [read_pack(f.read_text(encoding="utf-8"), str(f)) for f in files]


def _each(ids: Sequence[str], what: str, take: Callable[[str], None]) -> None:
    """Take calls one after the other and show how far it is, on a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=len(ids))
        for call_id in ids:
            take(call_id)
            bar.advance(task)
