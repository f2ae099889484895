"""`cueline search`: search in what was said, and make its index."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import load_settings
from pipeline.errors import RequestRefused
from pipeline.mining.lexer import QueryInvalid
from pipeline.mining.parser import parse
from pipeline.store import mining
from pipeline.store.repo import Store
from pipeline.store.turn_search import Hit, TurnSearch
from pipeline.vectors import SentenceReader, VectorMaker

app = typer.Typer(no_args_is_help=True, help="Search in what was said.")

Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
Url = Annotated[str, typer.Option(help="A database by URL or path, in place of the configured.")]


@app.command()
def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the index of words again as well.")
    ] = False,
    config: Config = None,
    url: Url = "",
) -> None:
    """Read the turns of old calls for meaning at once; serving does it a few at a time."""
    reader = SentenceReader()
    with Store.open(url or load_settings(config).database) as store:
        if rebuild:
            with store.database.write() as connection:
                calls = mining.reindex_all(connection)
            typer.echo(f"indexed {calls} calls")
        if not reader.model:
            raise RequestRefused(f"turns cannot be read for meaning: {reader.trouble}")
        done = VectorMaker(store.database, reader).all(
            lambda so_far: typer.echo(f"read {so_far} turns", err=True)
        )
    typer.echo(f"read {done} turns for meaning")


@app.command()
def find(
    query: Annotated[str, typer.Argument(help="As in the search box; see docs/desks/search.md.")],
    most: Annotated[int, typer.Option(min=1, max=1000, help="Turns to print.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: Config = None,
    url: Url = "",
) -> None:
    """Print the turns that answer QUERY."""
    try:
        asked = parse(query)
    except QueryInvalid as error:
        raise RequestRefused(str(error)) from error
    with Store.open(url or load_settings(config).database) as store:
        answer = TurnSearch(store.database, SentenceReader()).answer(asked, size=most)
    if as_json:
        typer.echo(json.dumps(asdict(answer), ensure_ascii=False))
        return
    for hit in answer.hits:
        typer.echo(_line(hit))
    for note in answer.notes:
        typer.echo(note)
    typer.echo(f"{answer.turns} turns in {answer.calls} calls")


def _line(hit: Hit) -> str:
    minutes, seconds = divmod(int(hit.start_s), 60)
    alike = f" {100 * hit.alike:.0f} %" if hit.alike is not None else ""
    return f"{hit.call_id} {minutes}:{seconds:02} {hit.channel}{alike}: {hit.text}"
