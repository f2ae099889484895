"""`cueline db`: look after the database."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import Settings, load_settings
from pipeline.store import migrate, upkeep
from pipeline.store.database import Database
from pipeline.store.keeping import Keeping, Mark, Why
from pipeline.store.repo import Store
from pipeline.store.retention import delete_calls
from streaming.commands import keeping
from streaming.commands.noting import note, whoever

app = typer.Typer(no_args_is_help=True)
for _command in (
    keeping.sweep,
    keeping.hold,
    keeping.lift,
    keeping.holds,
    keeping.export_person,
    keeping.erase_person,
):
    app.command()(_command)

Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
Url = Annotated[str, typer.Option(help="A database by URL or path, in place of the configured.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def upgrade(config: Config = None, url: Url = "") -> None:
    """Bring the database to the tables of this version; serving does it too."""
    database = Database(_where(config, url))
    changed = migrate.upgrade(database)
    reached = migrate.revision(database)
    database.close()
    typer.echo(f"{database.where}: {'brought to' if changed else 'is at'} step {reached}")


@app.command()
def status(config: Config = None, url: Url = "", as_json: AsJson = False) -> None:
    """Say how the database stands."""
    database = Database(_where(config, url))
    stands = upkeep.standing(database)
    database.close()
    if as_json:
        typer.echo(json.dumps(asdict(stands)))
        return
    typer.echo(f"database    {stands.where} ({_size(stands.size_bytes)})")
    due = "" if stands.revision == stands.head else f", due: {stands.head}"
    typer.echo(f"step        {stands.revision or 'none'}{due}")
    typer.echo(f"calls       {stands.calls} ({stands.live} live)")
    typer.echo(f"events      {stands.events}")
    typer.echo(f"recordings  {stands.recordings}")
    typer.echo(f"since       {stands.oldest or 'no call yet'}")


@app.command()
def backup(target: Path, config: Config = None, url: Url = "") -> None:
    """Copy the database to TARGET while calls go on; recordings are files beside it."""
    with Store.open(_where(config, url)) as store:
        size = upkeep.backup(store, target)
    typer.echo(f"{target}: {_size(size)}")


@app.command()
def vacuum(config: Config = None, url: Url = "") -> None:
    """Give the space of removed calls back to the disk; new events wait meanwhile."""
    with Store.open(_where(config, url)) as store:
        freed = upkeep.vacuum(store)
    typer.echo(f"freed {_size(freed)}")


@app.command()
def check(config: Config = None, url: Url = "") -> None:
    """Look for damage; the exit code is 1 where there is any."""
    with Store.open(_where(config, url)) as store:
        found = upkeep.faults(store)
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo("sound")


@app.command()
def rebuild(
    call_ids: Annotated[list[str] | None, typer.Argument(help="Calls; none for all.")] = None,
    config: Config = None,
    url: Url = "",
) -> None:
    """Make the rows that pages read again from the events of calls."""
    with Store.open(_where(config, url)) as store:
        wanted = call_ids or store.ids()
        for call_id in wanted:
            store.rebuild(call_id)
    typer.echo(f"rebuilt {len(wanted)} calls")


@app.command()
def delete(
    call_ids: Annotated[list[str], typer.Argument(help="Calls that have ended.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    url: Url = "",
) -> None:
    """Remove calls for good: words, findings, and audio. Held calls stay."""
    if not yes:
        typer.confirm(f"Remove {len(call_ids)} calls and their audio for good?", abort=True)
    settings = load_settings(config)
    with Store.open(url or settings.database) as store:
        mark = Mark(Why.HAND, whoever())
        gone = delete_calls(store, call_ids, _audio(settings, url), mark=mark)
        held = Keeping(store.database).held(call_ids)
        for call_id in set(call_ids) - held:
            note(store.database, "call_removed", call_id)
    for call_id in sorted(held):
        typer.echo(f"{call_id} is held and stays: cueline db holds says why")
    typer.echo(f"removed {gone} of {len(call_ids)} calls")
    if gone < len(call_ids):
        raise typer.Exit(1)


def _where(config: Path | None, url: str) -> str:
    if url:
        return url
    settings = load_settings(config)
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.database


def _audio(settings: Settings, url: str) -> Path | None:
    """Return the recordings' folder; a database named by hand has its own beside it, if any."""
    if not url:
        return settings.recordings
    beside = Path(url.removeprefix("sqlite:///")).parent / settings.recordings.name
    return beside if beside.is_dir() else None


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.1f} MiB"
