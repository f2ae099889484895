"""`cueline bench`: each benchmark a command; a table for people, one line of JSON last."""

import typer

from benchmarks import (
    affect,
    agent_scripts,
    anger,
    calibrate,
    calls,
    capacity,
    confusions,
    encoder,
    intents,
    latency,
    meanings,
    packs,
    prosody,
    recorded,
    rules,
    silence,
    soak,
    spoken,
    wer,
)

app = typer.Typer(help="Measure what is promised.", no_args_is_help=True)
app.command("wer")(wer.command)
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
app.command("scripts")(agent_scripts.command)
app.add_typer(calibrate.app, name="calibrate")
