"""`cueline bench`: each benchmark a command; a table for people, one line of JSON last."""

import shlex
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from benchmarks import (
    affect,
    agent_scripts,
    anger,
    calibrate,
    calls,
    capacity,
    compare,
    confusions,
    encoder,
    hot_words,
    intents,
    latency,
    meanings,
    packs,
    pages,
    prosody,
    recorded,
    rules,
    screenshots,
    search,
    silence,
    soak,
    spoken,
    wall,
    wer,
)
from benchmarks.keep import FOLDER
from pipeline.config import load_settings

KEEP = "--keep"


class Benches(TyperGroup):
    """The benchmarks; `--keep` may stand anywhere on the line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take `--keep` to the front, where the group reads it, and remember the line."""
        named = [arg for arg in args if arg != KEEP]
        ctx.obj = shlex.join(["cueline", "bench", *named])
        return list(super().parse_args(ctx, [KEEP, *named] if KEEP in args else named))


app = typer.Typer(cls=Benches, help="Measure what is promised.", no_args_is_help=True)


@app.callback()
def options(
    context: typer.Context,
    keep: Annotated[
        bool, typer.Option(KEEP, help="Keep the numbers as a run for the models desk.")
    ] = False,
) -> None:
    """Measure what is promised."""
    FOLDER.set((load_settings().runs, str(context.obj)) if keep else None)


app.command("wer")(wer.command)
app.command("hot-words")(hot_words.command)
app.command("latency")(latency.command)
app.command("capacity")(capacity.command)
app.command("recorded")(recorded.command)
app.command("soak")(soak.command)
app.command("silence")(silence.command)
app.command("rules")(rules.command)
app.command("prosody")(prosody.command)
app.command("speak")(spoken.command)
app.command("confusions")(confusions.command)
app.command("anger")(anger.command)
app.command("affect")(affect.command)
app.command("encoder")(encoder.command)
app.command("intents")(intents.command)
app.command("meanings")(meanings.command)
app.command("packs")(packs.command)
app.command("calls")(calls.command)
app.command("wall")(wall.command)
app.command("pages")(pages.command)
app.command("screenshots")(screenshots.command)
app.command("search")(search.command)
app.command("scripts")(agent_scripts.command)
app.command("compare")(compare.command)
app.add_typer(calibrate.app, name="calibrate")
