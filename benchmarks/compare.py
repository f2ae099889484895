"""`cueline bench compare A B`: two kept runs side by side, and which differences are real."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.report import table
from pipeline.config import load_settings
from pipeline.errors import RecordNotFound
from pipeline.runs import (
    Difference,
    Measure,
    Run,
    compare,
    list_runs,
    only_in,
    plain,
    read_run,
    run_named,
)

HEAD = ("figure", "A", "B", "change", "")


def command(
    a: Annotated[str, typer.Argument(help="A kept run's name, or a file with a run's output.")],
    b: Annotated[str, typer.Argument(help="The run to hold against it.")],
) -> None:
    """Hold two runs against each other; say which differences are more than chance."""
    folder = load_settings().runs
    first, second = find(folder, a), find(folder, b)
    repeats, _ = list_runs(folder) if folder.is_dir() else ([], [])
    found = compare(first, second, repeats)
    typer.echo(f"A {first.name}: {first.benchmark}, {first.at}, {first.place}")
    typer.echo(f"B {second.name}: {second.benchmark}, {second.at}, {second.place}\n")
    if first.place != second.place:
        typer.echo("The machines differ: times and speeds say nothing about the models.\n")
    if not found:
        typer.echo("The two runs have no figure in common.")
        raise typer.Exit(1)
    typer.echo(table(HEAD, [row(d) for d in found]))
    for name, left in (("A", only_in(first, second)), ("B", only_in(second, first))):
        if left:
            typer.echo(f"\nonly in {name}: {len(left)} figures")


def find(folder: Path, name: str) -> Run:
    """Return a run by its name among the kept, or by its file.

    Raises:
        RecordNotFound: there is neither.
        RequestRefused: the file holds no run.
    """
    try:
        return run_named(folder, name)
    except RecordNotFound:
        path = Path(name)
        if path.is_file():
            return read_run(path)
        raise RecordNotFound(
            f"no run {name!r} in {folder} and no such file; `cueline bench wer --keep` makes one"
        ) from None


def row(d: Difference) -> list[object]:
    """Return one figure's row."""
    where = f"{d.a.where}: {d.a.what}" if d.a.where else d.a.what
    return [where, cell(d.a), cell(d.b), plain(d.change, signed=True), d.verdict]


def cell(m: Measure) -> str:
    """Return a number with its interval."""
    ends = "" if m.low is None or m.high is None else f" ({plain(m.low)} to {plain(m.high)})"
    return plain(m.value) + ends
