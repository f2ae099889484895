"""`cueline rules`: check packs, try their lines, and see why a rule does what it does."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qa_rules.errors import PackInvalid, PackNotFound, UnknownItem
from qa_rules.explain import explain_item, explain_lines
from qa_rules.lint import lint as lint_packs
from qa_rules.lint import pack_of
from qa_rules.packs import SHIPPED, PackSet, load_packs, schema, shipped
from qa_rules.selftest import Report, RuleScore, selftest, wear
from streaming.commands import rule_desk
from streaming.commands.fairness import fairness_command

app = typer.Typer(help="Rule packs: check, test, explain.", no_args_is_help=True)

ITEM = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+[a-z]?")
"""An item's id: no line of words is one."""
Packs = Annotated[list[str] | None, typer.Argument(help="Names or .yaml files; all shipped ones.")]
Directories = Annotated[
    list[Path] | None, typer.Option("--in", help="Folders to look for packs in, before ours.")
]


@app.command("lint")
def lint_command(packs: Packs = None, folders: Directories = None, strict: bool = False) -> None:
    """Read packs and say what is wrong with them, with file, line and column."""
    bad = 0
    for name in packs or shipped():
        loaded = _load([name], folders or [], stop=False)
        if loaded is None:
            bad += 1
            continue
        warnings = lint_packs(loaded, [pack_of(name)])
        for fault in warnings:
            typer.echo(str(fault))
        bad += bool(warnings) and strict
        own = next(f.pack for f in loaded.files if f.pack.pack == pack_of(name))
        counts = f"{len(own.items)} items, {len(own.events)} events, {len(own.hints)} hints"
        typer.echo(f"{pack_of(name)} {loaded.version}: {counts}, {len(warnings)} warnings")
    if bad:
        raise typer.Exit(1)


@app.command("test")
def try_command(
    packs: Packs = None,
    folders: Directories = None,
    table: bool = False,
    as_json: bool = False,
    degraded: Annotated[bool, typer.Option(help="Also as a bad line delivers them.")] = False,
) -> None:
    """Run the lines that packs ship with; fail where one does not do what it must."""
    scores: list[RuleScore] = []
    failed = False
    for name in packs or shipped():
        loaded = _load([name], folders or [], stop=True)
        if loaded is None:
            raise typer.Exit(1)
        report = selftest(loaded, [pack_of(name)])
        scores += report.scores
        for failure in report.failures:
            typer.echo(str(failure))
        failed |= bool(report.failures)
        if degraded:
            for row in wear(loaded, [pack_of(name)]):
                typer.echo(f"{pack_of(name)}: {row.kind}: {row.held} of {row.tried} still match")
        lines = sum(s.yes + s.no for s in report.scores)
        typer.echo(f"{pack_of(name)}: {lines - len(report.failures)} of {lines} lines are right")
    if table:
        _table(scores)
    if as_json:
        typer.echo(json.dumps(_summary(scores)))
    if failed or not all(s.passes for s in scores):
        raise typer.Exit(1)


@app.command("explain")
def explain_command(
    item: Annotated[str, typer.Argument(metavar="ITEM|CALL", help="An item, or a stored call.")],
    lines: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LINES|ITEM]", help='Turns, e.g. "customer: yes", or an item.'),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(help="Packs to look in; all shipped, or those that judged the call."),
    ] = None,
    folders: Directories = None,
    config: rule_desk.Config = None,
    url: rule_desk.Url = "",
    as_json: rule_desk.AsJson = False,
) -> None:
    """Say what an item asks for and makes of some lines, or why it stands so in a stored call.

    explain ITEM [LINES]: what it asks, and what it makes of the lines. explain CALL ITEM: the
    words with their second, where it looked, what came nearest, what did not hold.
    """
    if lines and len(lines) == 1 and ITEM.fullmatch(lines[0]):
        with rule_desk.faults_told():
            rule_desk.explain_call(item, lines[0], pack, folders, config, url, as_json=as_json)
        return
    loaded = _load(pack or shipped("en"), folders or [], stop=True)
    if loaded is None:
        raise typer.Exit(1)
    try:
        told = explain_item(loaded, item) if not lines else explain_lines(loaded, item, lines)
    except UnknownItem as err:
        typer.echo(str(err), err=True)
        raise typer.Exit(2) from err
    for line in told:
        typer.echo(line)


app.command("backtest")(rule_desk.backtest)
app.command("diff")(rule_desk.diff)
app.command("coverage")(rule_desk.coverage)
app.command("fairness")(fairness_command)


@app.command("schema")
def schema_command(
    write: Annotated[bool, typer.Option(help="Write it beside the shipped packs.")] = False,
) -> None:
    """Print the JSON Schema of a pack file, for editors."""
    text = json.dumps(schema(), indent=2, sort_keys=True) + "\n"
    if write:
        (SHIPPED / "pack.schema.json").write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


def _load(names: list[str], folders: list[Path], *, stop: bool) -> PackSet | None:
    """Load packs; on a fault tell it and return None, or stop the command."""
    try:
        return load_packs(names, folders)
    except PackInvalid as err:
        for fault in sorted(err.faults, key=lambda f: (f.file, f.line, f.column)):
            typer.echo(str(fault), err=True)
    except PackNotFound as err:
        typer.echo(str(err), err=True)
    if stop:
        raise typer.Exit(1)
    return None


def _table(scores: list[RuleScore]) -> None:
    table = Table("pack", "rule", "yes", "no", "recall", "precision")
    for score in scores:
        if score.yes or score.no:
            table.add_row(
                score.pack,
                score.rule,
                f"{score.right_yes}/{score.yes}",
                f"{score.no - score.wrong_no}/{score.no}",
                _share(score.recall),
                _share(score.precision),
            )
    Console().print(table)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _summary(scores: list[RuleScore]) -> dict[str, float]:
    report = Report(tuple(scores), ())
    yes = sum(s.yes for s in report.scores)
    right = sum(s.right_yes for s in report.scores)
    wrong = sum(s.wrong_no for s in report.scores)
    return {
        "rules": len(scores),
        "recall": right / yes if yes else 1.0,
        "precision": right / (right + wrong) if right + wrong else 1.0,
    }
