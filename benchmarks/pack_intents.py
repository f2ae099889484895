"""`cueline models eval intents`: how well a pack's own examples teach, on lines held back.

Each pack is read as in a call: it and what it inherits are learned together. Lines have one intent,
two, or none; a want that is told wrongly is as visible as one that is missed, and pairs of intents
that are taken for each other are listed for whoever writes the pack.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer

from benchmarks import intent_lines
from benchmarks.chances import Figure, ece, reliability, reliability_bins, share
from benchmarks.intent_lines import IntentLine, IntentLines
from benchmarks.report import publish, table
from models.engines import Classifier
from models.types import Channel, ClassifyRequest, Label
from pipeline.config import load_settings
from pipeline.fit import classifier_for
from pipeline.making import Maker

LEAST = 0.02
"""Probability down to which intents are asked for, so that the first choice of a line is known."""
THRESHOLD = 0.5
"""Probability from which rules count an intent."""
OFTEN = 2
"""Times that two intents are taken for each other before they are said to overlap."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A held-back line, and every intent's probability that was told."""

    line: IntentLine
    chances: Mapping[str, float]

    @property
    def first(self) -> str:
        """Return the intent told first, "" where none was told."""
        return next(iter(self.chances), "")

    def told(self, threshold: float = THRESHOLD) -> frozenset[str]:
        """Return the intents told at a threshold."""
        return frozenset(name for name, p in self.chances.items() if p >= threshold)


@dataclass(frozen=True, slots=True)
class Marks:
    """How a pack's intents were read; shares in percent with intervals."""

    first: Figure
    precision: Figure
    recall: Figure
    false_alarms: Figure
    both: Figure
    ece: float
    overlaps: tuple[tuple[str, str, int], ...]
    said: tuple[tuple[float, bool], ...]


def read_pack(pack: str, engine: str, encoder: str = "") -> list[Answer]:
    """Read a pack's lines with an engine; `encoder` is another encoder's folder.

    Raises:
        ModelError: the engine does not load.
    """
    options: dict[str, object] = {"least": LEAST}
    if encoder:
        options |= {"encoder_options": {"folder": encoder}}
    settings = load_settings(overrides={"classify": {"engine": engine, "options": options}})
    maker = Maker(settings, classifier_for)
    lines = intent_lines.load(pack).lines
    classifier = maker.classifier((pack,))
    speakers = {i.id: i.speaker for i in maker.packs((pack,)).intents}
    if classifier is None:
        raise ValueError("an engine that reads is needed")
    requests = [_request(line, speakers, maker.fit((pack,))) for line in lines]
    try:
        return [
            Answer(line, {one.name: one.probability for one in labels if one.kind == "intent"})
            for line, labels in zip(lines, _read(classifier, requests), strict=True)
        ]
    finally:
        classifier.close()


def mark(lines: IntentLines, answers: Sequence[Answer]) -> Marks:
    """Mark the answers; intents that mean the same count for each other."""
    one = [a for a in answers if a.line.kind == "one"]
    none = [a for a in answers if not a.line.intents]
    both = [a for a in answers if a.line.kind == "both"]
    accepted = {name: lines.accepted(name) for a in answers for name in a.line.intents}
    right_first = [a.first in accepted[a.line.intents[0]] for a in one]
    told = [
        any(name in accepted[wanted] for wanted in a.line.intents)
        for a in answers
        for name in a.told()
    ]
    heard = [bool(a.told() & accepted[wanted]) for a in one for wanted in a.line.intents]
    pairs = [all(a.told() & accepted[wanted] for wanted in a.line.intents) for a in both]
    wrong = Counter(
        (min(a.line.intents[0], name), max(a.line.intents[0], name))
        for a in one
        for name in a.told() | {a.first}
        if name and name not in accepted[a.line.intents[0]]
    )
    said = [
        (a.chances.get(a.first, 0.0), any(a.first in accepted[w] for w in a.line.intents))
        for a in answers
    ]
    return Marks(
        share(right_first),
        share(told),
        share(heard),
        share([bool(a.told()) for a in none]),
        share(pairs),
        ece(np.array([p for p, _ in said]), np.array([so for _, so in said])),
        tuple((*pair, count) for pair, count in wrong.most_common() if count >= OFTEN),
        tuple(said),
    )


def command(
    pack: Annotated[str | None, typer.Option(help="One pack; all of the shipped.")] = None,
    engine: Annotated[str, typer.Option(help="Classifier engine.")] = "meaning",
    encoder: Annotated[str, typer.Option(help="Another encoder's folder.")] = "",
) -> None:
    """Measure intents on held-back lines, per pack."""
    rows: list[list[object]] = []
    numbers: dict[str, object] = {}
    overlaps: list[str] = []
    said: list[tuple[float, bool]] = []
    for name in [pack] if pack else intent_lines.packs():
        lines = intent_lines.load(name)
        marks = mark(lines, read_pack(name, engine, encoder))
        figures = (marks.first, marks.precision, marks.recall, marks.false_alarms, marks.both)
        rows.append([name, *figures, round(marks.ece, 1)])
        numbers[name] = {
            **{k: f.json() for k, f in zip(FIGURES, figures, strict=True)},
            "ece": round(marks.ece, 2),
        }
        said += marks.said
        overlaps += [
            f"  {name}: {one} and {other} ({count} lines)" for one, other, count in marks.overlaps
        ]
    shown = [table(["pack", *FIGURES, "ECE"], rows)]
    if overlaps:
        shown.append("These intents overlap; give them examples or not_examples that differ:")
        shown.append("\n".join(overlaps))
    chances = np.array([p for p, _ in said])
    so = np.array([so for _, so in said])
    shown.append(reliability(chances, so))
    bins = {"all packs": reliability_bins(chances, so)}
    publish(
        f"intents of packs, {engine}", "\n\n".join(shown), {"packs": numbers, "reliability": bins}
    )


FIGURES = ("first %", "precision", "recall", "false alarms", "both of two")


def _request(line: IntentLine, speakers: Mapping[str, str], fit: str) -> ClassifyRequest:
    """Say the line on the channel of its intents; of no intent, on the customer's."""
    who = {speakers.get(name, "customer") for name in line.intents}
    channel = Channel.AGENT if who == {"agent"} else Channel.CUSTOMER
    return ClassifyRequest(line.text, channel, fit=fit)


def _read(
    classifier: Classifier, requests: Sequence[ClassifyRequest]
) -> Iterator[tuple[Label, ...]]:
    size = classifier.info.max_batch
    for start in range(0, len(requests), size):
        yield from classifier.classify(requests[start : start + size])
