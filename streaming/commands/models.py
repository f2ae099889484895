"""`cueline models`: what can hear and read here, fetching weights, and checking them."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from models.encode import minilm
from models.errors import ModelError
from models.fetch import Fetched, describe, fetch, fetched, verify
from models.registry import available, load
from models.vad import silero
from models.weights import cache_directory, moonshine_files
from streaming.commands.train import train

app = typer.Typer(no_args_is_help=True)
app.command("train")(train)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
MIB = 1 << 20
EVALUATIONS = "cueline.evaluations"
"""Entry points of programs that measure; the benchmarks' lie above this floor."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights on this machine: whose, where, how large, under which licence."""

    name: str
    where: str
    size_bytes: int
    licence: str = ""


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Show engines and whether they load, and the weights on this machine."""
    engines, weights = available(), weights_here()
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "engines": [
                        {"kind": e.kind, "name": e.name, "loads": e.loads, "missing": e.missing}
                        for e in engines
                    ],
                    "weights": [
                        {"name": w.name, "where": w.where, "size_bytes": w.size_bytes}
                        for w in weights
                    ],
                    "cache": str(cache_directory()),
                }
            )
        )
        return
    for engine in engines:
        state = "loads" if engine.loads else f"needs {', '.join(engine.missing)}: {engine.remedy}"
        typer.echo(f"{engine.kind:<9} {engine.name:<15} {state}")
    typer.echo()
    for one in weights:
        typer.echo(f"{one.name:<34} {one.size_bytes / MIB:8.1f} MiB  {one.licence:<4} {one.where}")
    typer.echo(f"cache: {cache_directory()}")


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help="A short name, or org/name on the hub.")],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Another hub's address.")] = None,
) -> None:
    """Download a model into the cache; the only command that ever does."""
    model = fetch(name, revision=revision, endpoint=endpoint)
    typer.echo(f"{model.name}: {model.size_bytes / MIB:.1f} MiB in {model.path}")


@app.command("check")
def check_command(
    name: Annotated[str | None, typer.Argument(help="A fetched model; all weights.")] = None,
) -> None:
    """Compare weights with their checksums and load them; exit 1 if any is not as it should be."""
    checks: dict[str, Callable[[], None]] = {}
    if name is None:
        checks = {
            "silero_vad": _check_silero,
            "moonshine tiny-en": _check_moonshine,
            "minilm": _check_minilm,
        }
    names = [one.name for one in fetched()] if name is None else [describe(name).name]
    checks |= {one: partial(_check_fetched, one) for one in names}
    if not all([_passes(label, check) for label, check in checks.items()]):
        raise typer.Exit(1)


@app.command(
    "eval",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def eval_command(context: typer.Context, what: Annotated[str, typer.Argument()] = "") -> None:
    """Measure what reads, on held-back lines: `eval intents [--pack NAME]`."""
    known = {entry.name: entry for entry in entry_points(group=EVALUATIONS)}
    if what not in known:
        typer.echo(f"measure one of: {', '.join(sorted(known)) or 'nothing is installed'}")
        raise typer.Exit(0 if what in ("", "--help") else 2)
    single = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    single.command(what)(known[what].load())
    single(context.args, prog_name=f"cueline models eval {what}")


def _passes(label: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except ModelError as error:
        typer.echo(f"NO  {label}: {error}")
        return False
    typer.echo(f"ok  {label}")
    return True


def _check_silero() -> None:
    load("vad", "silero", {})


def _check_moonshine() -> None:
    moonshine_files().verify()
    load("stt", "moonshine", {"graphs": "shipped", "workers": 1}).close()


def _check_minilm() -> None:
    load("classify", "meaning", {"cache": False}).close()


def _check_fetched(name: str) -> None:
    """Load with the engine that reads such a folder; torch's models only where torch is."""
    model = verify(name)
    if (model.path / "model.bin").is_file():
        load("stt", "faster-whisper", {"model": name, "workers": 1}).close()
    elif any(e.loads for e in available("classify") if e.name == "transformers"):
        load("classify", "transformers", {"model": name}).close()


def weights_here() -> list[Weights]:
    """Return the weights on this machine, ours and those fetched; blocks on the disk."""
    found = [_vad_weights(), *_encoder_weights()]
    try:
        moonshine = [*moonshine_files()]
    except ModelError as error:
        found.append(Weights("moonshine tiny-en", str(error), 0))
    else:
        size = sum(path.stat().st_size for path in moonshine)
        found.append(Weights("moonshine tiny-en", str(moonshine[0].parent), size, "MIT"))
    return found + [_fetched_weights(one) for one in fetched()]


def _vad_weights() -> Weights:
    folder = Path(silero.__file__).parent
    entry = tomllib.loads((folder / silero.MANIFEST).read_text("utf-8"))["file"][0]
    return Weights("silero_vad", str(folder), entry["size_bytes"], entry["licence"])


def _encoder_weights() -> list[Weights]:
    try:
        card = minilm.Card.read(minilm.SHIPPED)
    except ModelError as error:
        return [Weights("minilm", str(error), 0)]
    size = sum((minilm.SHIPPED / name).stat().st_size for name in card.checksums)
    return [Weights("minilm", str(minilm.SHIPPED), size, card.licence)]


def _fetched_weights(model: Fetched) -> Weights:
    return Weights(model.name, str(model.path), model.size_bytes)
