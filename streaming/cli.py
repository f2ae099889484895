"""The command line: `cueline`. Each noun has a file in `streaming/commands`.

A command's module is imported when the command is called, so that `cueline rules lint` does not
wait for the web server's libraries.
"""

import sys
from importlib import import_module
from importlib.metadata import entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from models.errors import ModelError
from pipeline.errors import PipelineError
from qa_rules.errors import RuleError
from streaming.errors import StreamingError

EXPECTED = (ModelError, RuleError, PipelineError, StreamingError, OSError)
"""Faults that a person can do something about: one clear line, no traceback."""

FAILED = 1

COMMANDS = {
    "serve": "streaming.commands.serve:serve",
    "demo": "streaming.commands.demo:demo",
    "transcribe": "streaming.commands.recordings:transcribe",
    "score": "streaming.commands.recordings:score",
    "simulate": "streaming.commands.simulate:simulate",
    "doctor": "streaming.commands.doctor:doctor",
    "rules": "streaming.commands.rules:app",
    "qa": "streaming.commands.qa:app",
    "models": "streaming.commands.models:app",
    "search": "streaming.commands.search:app",
    "db": "streaming.commands.db:app",
    "users": "streaming.commands.users:app",
}
"""Where each command is: a function, or a Typer app of several."""


class Commands(TyperGroup):
    """The commands above, and those of the entry points `cueline.commands`, loaded when named."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every command's name."""
        del ctx
        return [*COMMANDS, *(entry.name for entry in entry_points(group="cueline.commands"))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load a command; None where there is none of that name."""
        del ctx
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name].partition(":")
            return _command(cmd_name, getattr(import_module(module), attribute))
        for entry in entry_points(group="cueline.commands"):
            if entry.name == cmd_name:
                return _command(cmd_name, entry.load())
        return None


def build() -> typer.Typer:
    """Return the command line with all its commands."""
    app = typer.Typer(
        name="cueline",
        cls=Commands,
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


def _command(name: str, found: Any) -> Any:
    if isinstance(found, typer.Typer):
        command = get_command(found)
    else:
        single = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        single.command(name)(found)
        command = get_command(single)
    command.name = name
    return command


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"cueline {version('cueline')}")
        raise typer.Exit


if __name__ == "__main__":
    main()
