"""`cueline rules fairness`: names, genders and dialects changed must leave findings and score."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from qa_rules.errors import PackInvalid, PackNotFound
from qa_rules.fairness import Fairness, Unfair, of_call, of_lines, read_script
from qa_rules.flips import Flip, flips
from qa_rules.lint import pack_of
from qa_rules.packs import load_packs, shipped
from qa_rules.source import read_source

SCRIPTS = Path(__file__).parents[2] / "benchmarks" / "sets" / "calls"
"""The scripted calls, where they are installed."""

Packs = Annotated[list[str] | None, typer.Argument(help="Names or .yaml files; all shipped ones.")]
Folders = Annotated[
    list[Path] | None, typer.Option("--in", help="Folders to look for packs in, before ours.")
]


def fairness_command(
    packs: Packs = None,
    folders: Folders = None,
    calls: Annotated[Path, typer.Option(help="Folder of scripted calls.")] = SCRIPTS,
    only: Annotated[str, typer.Option(help="names, genders or dialects.")] = "",
    as_json: bool = False,
) -> None:
    """Change names, genders and dialects in lines and calls; fail where a finding changes."""
    chosen = [flip for flip in flips() if not only or flip.kind == only]
    if not chosen:
        raise typer.BadParameter(f"no flips of the kind {only}: names, genders or dialects")
    names, tried, unfair = packs or shipped(), 0, list[Unfair]()
    try:
        for found in _tried(names, folders or [], calls, chosen):
            tried += found.tried
            unfair += found.unfair
            for one in found.unfair:
                typer.echo(str(one))
    except (PackInvalid, PackNotFound) as err:
        typer.echo(str(err), err=True)
        raise typer.Exit(1) from err
    kinds = Counter(one.kind for one in unfair)
    if as_json:
        typer.echo(json.dumps({"tried": tried, "changed": len(unfair), "kinds": kinds}))
    else:
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        typer.echo(
            f"{tried} changes of words, {len(unfair)} of findings" + (listed and f": {listed}")
        )
    if unfair:
        raise typer.Exit(1)


def _tried(
    names: list[str], folders: list[Path], calls: Path, chosen: list[Flip]
) -> Iterator[Fairness]:
    for name in names:
        loaded = load_packs([name], folders)
        file = next(f for f in loaded.files if f.pack.pack == pack_of(name))
        yield of_lines(loaded, file, chosen)
    wanted = {pack_of(name) for name in names}
    for path in sorted(calls.glob("*.yaml")):
        script = read_script(read_source(path.read_text("utf-8"), path.name).data)
        if wanted & set(script.packs):
            yield of_call(load_packs(script.packs, folders), script, chosen)
