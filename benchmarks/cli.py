"""`cueline bench`: each benchmark a command; a table for people, one line of JSON last."""

import typer

from benchmarks import latency, wer

app = typer.Typer(help="Measure what is promised.", no_args_is_help=True)
app.command("wer")(wer.command)
app.command("latency")(latency.command)
