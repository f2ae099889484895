"""`cueline db sweep | hold | lift | holds | export-person | erase-person`: what is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import Settings, load_settings
from pipeline.store.caller import Found, Search, chosen, export_caller, find_caller
from pipeline.store.keeping import Keeping, Mark, Why
from pipeline.store.repo import Store
from pipeline.store.retention import delete_calls
from pipeline.store.retention import sweep as sweep_calls
from streaming.commands.noting import note, whoever
from streaming.errors import UsageFault

Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
Number = Annotated[str, typer.Argument(help="As +442079460018, with the country code.")]
Also = Annotated[
    list[str] | None,
    typer.Option(help="A call marked 'perhaps' that is the person's as well; several times."),
]
Calls = Annotated[list[str], typer.Argument(help="Calls.")]


def sweep(
    dry_run: Annotated[bool, typer.Option(help="Only say what is due.")] = False,
    config: Config = None,
) -> None:
    """Remove the calls whose days are over; a server does it every hour."""
    with _opened(config) as (store, settings):
        for queue in Keeping(store.database).stock(settings.keep_days):
            days = f"kept {queue.days} days" if queue.days else "kept for ever"
            typer.echo(f"{queue.queue or 'no queue'}: {queue.calls} calls, {days}, {queue.due} due")
        if not dry_run:
            swept = sweep_calls(store, settings.keep_days, settings.recordings)
            typer.echo(f"removed {swept.calls} calls")


def hold(
    call_ids: Calls,
    why: Annotated[str, typer.Option(help="Why they must stay.")],
    config: Config = None,
) -> None:
    """Hold calls: nothing removes them until the hold is lifted."""
    with _opened(config) as (store, _):
        made = Keeping(store.database).hold(call_ids, whoever(), why)
        for call_id in call_ids:
            note(store.database, "call_held", call_id, why)
    typer.echo(f"{made} calls are held now, {len(call_ids) - made} were already")


def lift(call_ids: Calls, config: Config = None) -> None:
    """Lift holds; what is due goes with the next sweep."""
    with _opened(config) as (store, _):
        for call_id in call_ids:
            Keeping(store.database).lift(call_id)
            note(store.database, "hold_lifted", call_id)
    typer.echo(f"lifted {len(call_ids)} holds")


def holds(config: Config = None) -> None:
    """List the calls that are held."""
    with _opened(config) as (store, _):
        listed = Keeping(store.database).holds()
    for held in listed:
        typer.echo(f"{held.call_id}  {held.held_at[:10]}  {held.held_by}  {held.why}")
    if not listed:
        typer.echo("no call is held")


def export_person(number: Number, target: Path, also: Also = None, config: Config = None) -> None:
    """Write everything stored of the calls of a telephone number to TARGET, a ZIP file."""
    if target.exists():
        raise UsageFault(f"{target} is there already")
    with _opened(config) as (store, settings):
        search = find_caller(store, number)
        _tell(search)
        calls = [f.call_id for f in chosen(search, also or ())]
        if not calls:
            raise typer.Exit(1)
        export_caller(store, calls, target, settings.recordings)
        for call_id in calls:
            note(store.database, "person_exported", call_id)
    typer.echo(f"{target}: {len(calls)} calls")


def erase_person(
    number: Number,
    also: Also = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
) -> None:
    """Remove the calls of a telephone number for good; held ones and those on the line stay."""
    with _opened(config) as (store, settings):
        search = find_caller(store, number)
        _tell(search)
        going = [f for f in chosen(search, also or ()) if not f.live and not f.held]
        if going and not yes:
            typer.confirm(f"Remove {len(going)} calls and their audio for good?", abort=True)
        mark = Mark(Why.PERSON, whoever())
        ids = [f.call_id for f in going]
        gone = delete_calls(store, ids, settings.recordings, mark=mark)
        for call_id in ids:
            note(store.database, "person_erased", call_id)
    typer.echo(f"removed {gone} calls")
    if len(going) < len(chosen(search, also or ())):
        raise typer.Exit(1)


def _tell(search: Search) -> None:
    for found in search.found:
        typer.echo(f"{found.call_id}  {found.started_at[:16]}  {found.queue}  {said_of(found)}")
    if not search.found:
        typer.echo("no call carries that number")
    if search.without:
        typer.echo(
            f"{search.without} of {search.calls} calls carry no number, so they cannot be found "
            "this way; numbers that were only spoken are not looked for"
        )


def said_of(found: Found) -> str:
    """Return in words why a call was found, and what stands in the way of removing it."""
    parts = [f"number in {found.fact}" if found.sure else f"perhaps: number in {found.fact}"]
    if not found.sure:
        parts.append("without the country code or a leading zero; --also takes it in")
    if found.held:
        parts.append("HELD, stays")
    if found.live:
        parts.append("on the line, stays for now")
    return ", ".join(parts)


@contextmanager
def _opened(config: Path | None) -> Iterator[tuple[Store, Settings]]:
    settings = load_settings(config)
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.database) as store:
        yield store, settings
