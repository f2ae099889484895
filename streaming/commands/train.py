"""`cueline models train`: a customer's own heads or encoder, of their labelled calls."""

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.training.placing import REFUSED
from streaming.errors import UsageFault

if TYPE_CHECKING:
    from models.training.customer import Made

NOT_BETTER = 3
"""Exit code where a model was made and is not surely better than the one that is there."""


Data = Annotated[Path, typer.Argument(help="Labelled lines: JSON, one object a line.")]
Licence = Annotated[
    str, typer.Option(help="Whose the calls are, and that you may learn from them.")
]
HeadsOnly = Annotated[bool, typer.Option("--heads", help="Fit the heads; needs no torch.")]
Encoder = Annotated[
    bool, typer.Option("--encoder", help="Train the encoder, then the heads; needs torch.")
]
Install = Annotated[
    Path | None, typer.Option(help="The model's folder; replaced by a better one only.")
]
Packs = Annotated[
    list[str] | None, typer.Option("--pack", help="Packs whose examples teach the intents.")
]
Folders = Annotated[
    list[Path] | None, typer.Option("--in", help="Folders to look for packs in, before ours.")
]
Start = Annotated[
    Path | None, typer.Option(help="The model's folder to begin with; the shipped one.")
]
Base = Annotated[
    Path | None, typer.Option(help="Its float weights: model.safetensors, tokenizer.json.")
]
Seed = Annotated[int, typer.Option(help="Of the split and of the training.")]
Steps = Annotated[int, typer.Option(min=1, help="Steps of the encoder's training.")]
Force = Annotated[
    str, typer.Option(help="Install it though it is not better; the reason, for its card.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def train(
    data: Data,
    licence: Licence,
    heads: HeadsOnly = False,
    encoder: Encoder = False,
    install: Install = None,
    packs: Packs = None,
    folders: Folders = None,
    model: Start = None,
    base: Base = None,
    seed: Seed = 0,
    steps: Steps = 300,
    force: Force = "",
    as_json: AsJson = False,
) -> None:
    """Make a model from labelled calls; install it if it does better on calls held back.

    Exit codes: 0 made (and installed, where asked for); 3 made and not better; 1 not made.
    """
    if heads == encoder:
        raise UsageFault("say --heads (the encoder stays) or --encoder (it is trained as well)")
    # The other commands on models need not wait for these.
    from models.encode.minilm import SHIPPED
    from models.training.customer import Order, make
    from pipeline.fit import fit_of
    from qa_rules.packs import load_packs

    given = fit_of(load_packs(packs, folders or [])).intents if packs else {}
    order = Order(
        data,
        licence,
        encoder=encoder,
        place=install,
        seed=seed,
        steps=steps,
        start=model or SHIPPED,
        base=base,
        force=force,
        given=given,
    )
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    made = make(order, lambda line: typer.echo(line, err=True))
    if as_json:
        told = {"better": made.better, "installed": made.installed, "card": made.card}
        typer.echo(json.dumps(told | {"place": str(made.place) if made.place else None}))
    else:
        _show(made, install)
    if install is not None and not made.installed:
        raise typer.Exit(NOT_BETTER)


def _show(made: "Made", install: Path | None) -> None:
    for name, value in made.card["figures"].items():
        typer.echo(f"{name:<32} {value}")
    verdict = "better than the model there" if made.better else "not surely better"
    if install is None:
        typer.echo(f"{verdict}; nothing was written (--install FOLDER keeps it)")
    elif made.installed:
        why = "" if made.better else " all the same, for the reason in its card"
        typer.echo(f"{verdict}; installed{why} in {install}")
    else:
        typer.echo(
            f"{verdict} on the calls held back: {install} is as it was. The new one lies in"
            f" {install}{REFUSED}; to install it all the same: --force 'why'"
        )
