"""Fits the readers' shipped numbers: `cueline bench calibrate`, after the encoder has changed.

Wants: packs are simulated (`packsim`), heads fitted to their examples as in the product, and a
logistic turns the evidence of every line and want into a probability. For each public set that is
measured in few shots there is a second set of numbers fitted without it. Meanings: the same for
items of scripts (`scriptsim`). Both files say what they were fitted on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks import scriptsim
from benchmarks.packsim import PACKS as OWN
from benchmarks.packsim import SETS, SimPack, Sources, simulate, simulate_shipped
from benchmarks.script_items import load as load_items
from models.classify import likeness, meaning
from models.classify.calibrator import Calibrator, fit
from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.fewshot import FEATURES, Head, fit_head
from models.classify.lexical import Reader
from models.classify.nothing import none_lines
from models.classify.sounds import Sounds
from models.classify.wants import word_evidence
from models.encode.minilm import CARD, SHIPPED
from models.engines import TextEncoder
from models.registry import load
from models.training.breaking import Breaker
from models.types import Samples

PACKS = 60
MEASURED = ("banking77", "clinc150", "hwu64")
"""Sets measured in few shots: their figures use numbers that were fitted without them."""
WEIGHTS = {"other": 0.15}
"""What lines of some kinds count beside the rest, when meanings are fitted."""
TUNED = 3
"""Times that the tuned part of the labelled items counts, as its counter-examples are a pack's."""
ROUNDS = 3
"""Times that the best text of a line is chosen by the numbers, and these are fitted to it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A line's evidence, [texts, names, features], and what is meant, [names]."""

    source: str
    evidence: Samples
    means: NDArray[np.bool_]
    broken: bool


class Vectors:
    """Vectors by text, each encoded once."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Samples] = {}

    def of(self, texts: Sequence[str]) -> Samples:
        """Return unit rows, [texts, d]."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new).vectors, strict=True))
        width = self._encoder.dimensions
        return np.array([self._known[t] for t in texts], np.float32).reshape(len(texts), width)


def cases(packs: Sequence[SimPack], vectors: Vectors) -> list[Case]:
    """Return the evidence of every line of the packs."""
    out: list[Case] = []
    nothing = vectors.of(none_lines())
    for pack in packs:
        head = fit_head(
            {name: vectors.of(lines) for name, lines in pack.examples.items()},
            {name: vectors.of(lines) for name, lines in pack.counters.items()},
            nothing,
        )
        reader = Reader({
            name: Exemplars(lines, pack.counters.get(name, ()))
            for name, lines in pack.examples.items()
        })  # fmt: skip
        sounds = Sounds([pack.examples[name] for name in head.names], none_lines())
        out += _cases(pack, head, (reader, sounds), vectors)
    return out


def _cases(
    pack: SimPack, head: Head, readers: tuple[Reader, Sounds], vectors: Vectors
) -> list[Case]:
    read = [(line, parts) for line in pack.lines if (parts := clauses(line.text))]
    rows = vectors.of([part.of(line.text) for line, parts in read for part in parts])
    out: list[Case] = []
    at = 0
    for line, parts in read:
        words = word_evidence(*readers, line.text, parts, head.names)
        mine = rows[at : at + len(parts)]
        at += len(parts)
        evidence = head.evidence(mine, words)
        means = np.array([name in line.means for name in head.names])
        out.append(Case(pack.source, evidence, means, line.broken))
    return out


def fit_wants(found: Sequence[Case]) -> Calibrator:
    """Fit the numbers: a line means a name as surely as the text that says it best."""
    truth = np.concatenate([case.means for case in found])
    rows = np.concatenate([case.evidence[0] for case in found]).astype(np.float64)
    made = fit(FEATURES, rows, truth)
    for _ in range(ROUNDS):
        rows = np.concatenate([best(made, case.evidence) for case in found]).astype(np.float64)
        made = fit(FEATURES, rows, truth)
    return made


def best(made: Calibrator, evidence: Samples) -> Samples:
    """Return the evidence of the text that says each name best, [names, features]."""
    chosen = made.score(evidence).argmax(axis=0)
    picked: Samples = evidence[chosen, np.arange(evidence.shape[1])]
    return picked


def odds(made: Calibrator, found: Sequence[Case]) -> NDArray[np.float64]:
    """Return the log odds of every line and name, in order."""
    return np.concatenate([made.score(case.evidence).max(axis=0) for case in found])


def fit_meanings(found: Sequence[scriptsim.Judged], *, strength: float = 1.0) -> Calibrator:
    """Fit the numbers of meanings; lines of other items count less, for they are easy."""
    truth = np.array([one.said for one in found])
    weights = np.array([WEIGHTS.get(one.kind, 1.0) for one in found])
    chosen = [0] * len(found)
    made = fit(likeness.FEATURES, scriptsim.rows(found, chosen), truth, weights, strength=strength)
    for _ in range(ROUNDS):
        chosen = [int(made.score(one.evidence).argmax()) for one in found]
        rows = scriptsim.rows(found, chosen)
        made = fit(likeness.FEATURES, rows, truth, weights, strength=strength)
    return made


Folder = Annotated[Path | None, typer.Option(help="Another encoder's folder.")]
Seed = Annotated[int, typer.Option(help="Of the simulated packs and the broken words.")]

app = typer.Typer(help="Fit the shipped numbers of the readers.", no_args_is_help=True)


@app.command("wants")
def wants_command(
    encoder: Folder = None,
    packs: Annotated[int, typer.Option(help="Simulated packs.")] = PACKS,
    seed: Seed = 1,
    out: Annotated[Path, typer.Option(help="File to write.")] = meaning.WANTS,
) -> None:
    """Fit what turns evidence for a want into its probability."""
    engine = open_encoder(encoder)
    spoil = Breaker(seed=seed).break_text
    vectors = Vectors(engine)
    sources = Sources.load()
    drawn = simulate(sources, packs, spoil, seed=seed)
    found = cases([*drawn, *simulate_shipped(sources, spoil, seed=seed)], vectors)
    apart = {
        name: fit_wants([case for case in found if case.source != name]).numbers()
        for name in MEASURED
    }
    card = {
        "what": "probability that a want of a pack is meant, from the evidence of a line",
        "numbers": fit_wants(found).numbers(),
        "without": apart,
        "fitted_on": {**{name: list(splits) for name, splits in SETS.items()}, OWN: ["examples"]},
        "nothing_asked": ["multidogo train (chatter)", "clinc150 oos_train"],
        "licences": "CC BY 3.0 and 4.0, CDLA-Sharing-1.0, CDLA-Permissive-1.0; numbers only",
        **_origin(encoder, seed, f"cueline bench calibrate wants --packs {packs} --seed {seed}"),
        "lines": len(found),
    }
    write_card(out, card)


@app.command("meanings")
def meanings_command(
    encoder: Folder = None,
    seed: Seed = 1,
    out: Annotated[Path, typer.Option(help="File to write.")] = meaning.MEANINGS,
) -> None:
    """Fit what turns evidence for an item of a script into its probability."""
    engine = open_encoder(encoder)
    spoil = Breaker(seed=seed).break_text
    tune = [item for item in load_items() if item.split == "tune"]
    found = scriptsim.judged(
        [
            *scriptsim.drawn(spoil, seed=seed),
            *TUNED * scriptsim.of_items(tune),
            *TUNED * scriptsim.of_items(tune, spoil),
        ],
        engine,
    )
    card = {
        "what": "probability that a line means an item of a script",
        "numbers": fit_meanings(found).numbers(),
        "fitted_on": ["our own lines of scripts", "the tuned part of the labelled script items"],
        "licences": "our own",
        **_origin(encoder, seed, f"cueline bench calibrate meanings --seed {seed}"),
        "lines": len(found),
    }
    write_card(out, card)


def open_encoder(folder: Path | None) -> TextEncoder:
    """Return the shipped encoder, or the one of a folder."""
    return load("encode", "minilm", {"folder": str(folder)} if folder else {})


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write a file of numbers with what they are."""
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{path.name}: {card['lines']} lines")


def _origin(encoder: Path | None, seed: int, command: str) -> dict[str, Any]:
    card = json.loads(((encoder or SHIPPED) / CARD).read_text("utf-8"))
    return {"encoder": card["model"], "encoder_sha256": card["sha256"], "seed": seed,
            "command": command}  # fmt: skip
