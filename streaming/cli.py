"""The command line: `cueline`. Each noun has a file in `streaming/commands`."""

import sys
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from models.errors import ModelError
from pipeline.errors import PipelineError
from qa_rules.errors import RuleError
from streaming.commands.db import app as db_app
from streaming.commands.demo import demo
from streaming.commands.doctor import doctor
from streaming.commands.models import app as models_app
from streaming.commands.recordings import score, transcribe
from streaming.commands.rules import app as rules_app
from streaming.commands.serve import serve
from streaming.commands.simulate import simulate
from streaming.errors import StreamingError

EXPECTED = (ModelError, RuleError, PipelineError, StreamingError, OSError)
"""Faults that a person can do something about: one clear line, no traceback."""

FAILED = 1


def build() -> typer.Typer:
    """Return the command line with all its commands."""
    app = typer.Typer(
        name="cueline",
        help="Live help for call-centre agents, and a score with evidence for every call.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def main_options(
        debug: Annotated[bool, typer.Option(help="Show tracebacks of faults.")] = False,
        show_version: Annotated[
            bool,
            typer.Option("--version", help="Print the version and exit.", callback=_print_version),
        ] = False,
    ) -> None:
        del debug, show_version

    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("transcribe")(transcribe)
    app.command("score")(score)
    app.command("simulate")(simulate)
    app.command("doctor")(doctor)
    app.add_typer(rules_app, name="rules", help="Check, test and explain rule packs.")
    app.add_typer(models_app, name="models", help="List, fetch and check models.")
    app.add_typer(db_app, name="db", help="Look after the database.")
    for entry in entry_points(group="cueline.commands"):
        app.add_typer(entry.load(), name=entry.name)
    return app


def main() -> None:
    """Run the command line; faults that can be named are told in one line."""
    debug = "--debug" in sys.argv
    try:
        build()()
    except EXPECTED as error:
        if debug:
            raise
        sys.stderr.write(f"cueline: {error}\n")
        sys.exit(FAILED)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"cueline {version('cueline')}")
        raise typer.Exit


if __name__ == "__main__":
    main()
