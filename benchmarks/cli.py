"""`cueline bench`: each benchmark a command; a table for people, one line of JSON last."""

import typer

from benchmarks import capacity, latency, recorded, rules, silence, soak, spoken, wer

app = typer.Typer(help="Measure what is promised.", no_args_is_help=True)
app.command("wer")(wer.command)
app.command("latency")(latency.command)
app.command("capacity")(capacity.command)
app.command("recorded")(recorded.command)
app.command("soak")(soak.command)
app.command("silence")(silence.command)
app.command("rules")(rules.command)
app.command("speak")(spoken.command)
