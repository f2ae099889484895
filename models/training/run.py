"""Trains the encoder: what each step wants of vectors and logits, and the loop around it."""

import logging
import math
import multiprocessing
import queue
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.encoder import Encoder
from models.training.recipe import Batch, Batches, IntentLine, Pieces

log = logging.getLogger(__name__)

SHARPNESS = 20.0
"""What cosines are multiplied by before they compete."""
GROUPS = 4
"""Groups of like length that a step's lines are read in, so that little padding is computed."""
READY_STEPS = 12
PER_CLASS = 8
"""Lines of a class whose mean vector is its prototype at the start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how strongly to train; the weights of what is wanted.

    `only` names the branch, "meaning" or "affect", that is trained while all else stays as it is;
    "" trains everything.
    """

    steps: int
    rate: float = 1e-4
    warm_up: int = 60
    seed: int = 0
    intents: float = 1.0
    alike: float = 0.5
    keep: float = 3.0
    scripts: float = 0.5
    emotions: float = 0.5
    callers: float = 0.3
    only: str = ""


def train(
    encoder: Encoder, teacher: Encoder, batches: Batches, lines: Sequence[IntentLine], plan: Plan
) -> None:
    """Train an encoder in place; `teacher` is the base that it shall not forget.

    The word pieces' embeddings stay as they are.
    """
    torch.manual_seed(plan.seed)
    parts = _parts(encoder, plan.only)
    for weight in encoder.parameters():
        weight.requires_grad_(False)
    for part in parts:
        for weight in part.parameters():
            weight.requires_grad_(True)
    encoder.words.weight.requires_grad_(False)
    prototypes = nn.Parameter(_prototypes(encoder, batches, lines))
    encoder.train()
    trained = [w for w in encoder.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": trained, "pace": 1.0}, {"params": [prototypes], "pace": 5.0}],
        lr=plan.rate, weight_decay=0.01, fused=True,
    )  # fmt: skip
    began, told, read, sums = time.monotonic(), time.monotonic(), 0, _Sums()
    for step, batch in enumerate(_ahead(batches, plan.steps)):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * group["pace"] * _pace(step, plan)
        losses = _losses(encoder, teacher, prototypes, batch, plan)
        total = torch.stack([weight * loss for weight, loss in losses.values()]).sum()
        total.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        sums.add({name: float(loss.detach()) for name, (_, loss) in losses.items()})
        read += 2 * len(batch.clean) + len(batch.scripts) + len(batch.felt) + len(batch.said)
        if time.monotonic() - told > 30 or step + 1 == plan.steps:
            told = time.monotonic()
            pace = read / (told - began)
            log.info("step %d of %d, %.0f lines/s: %s", step + 1, plan.steps, pace, sums.take())
    encoder.eval()


def _parts(encoder: Encoder, only: str) -> list[nn.Module]:
    if only == "meaning":
        return [encoder.meaning]
    if only == "affect":
        return [encoder.affect, encoder.affect_dense, encoder.affect_out]
    return [encoder]


def _losses(
    encoder: Encoder, teacher: Encoder, prototypes: Tensor, batch: Batch, plan: Plan
) -> dict[str, tuple[float, Tensor]]:
    out: dict[str, tuple[float, Tensor]] = {}
    if plan.only != "affect" and (batch.clean or batch.scripts):
        vectors = read(encoder, batch.clean + batch.broken + batch.scripts, affect=False)[0]
        n = len(batch.clean)
        clean, broken, scripts = vectors[:n], vectors[n : 2 * n], vectors[2 * n :]
        if n:
            with torch.no_grad():
                kept = read(teacher, batch.raw, affect=False)[0]
            out["intents"] = (plan.intents, _class_loss(clean, broken, prototypes, batch))
            out["alike"] = (plan.alike, _alike_loss(clean, broken, batch))
            out["keep"] = (
                plan.keep,
                2 - (clean * kept).sum(-1).mean() - (broken * kept).sum(-1).mean(),
            )
        if batch.scripts:
            out["scripts"] = (plan.scripts, _script_loss(scripts, batch))
    if plan.only != "meaning" and (batch.felt or batch.said):
        logits = read(encoder, batch.felt + batch.said, meaning=False)[1]
        wide, m = batch.emotions.shape[1], len(batch.felt)
        if m:
            target = torch.from_numpy(batch.emotions)
            each = functional.binary_cross_entropy_with_logits(
                logits[:m, :wide], target, reduction="none"
            )
            out["emotions"] = (plan.emotions, each.sum(-1).mean())
        if batch.said:
            each = functional.cross_entropy(
                logits[m:, wide:], torch.from_numpy(batch.callers), reduction="none"
            )
            out["callers"] = (plan.callers, (each * torch.from_numpy(batch.weights)).mean())
    return out


def _class_loss(clean: Tensor, broken: Tensor, prototypes: Tensor, batch: Batch) -> Tensor:
    """Want each line near its class's prototype, among those of its set."""
    known = torch.from_numpy(batch.classes >= 0)
    if not known.any():
        return clean.sum() * 0.0
    both = torch.cat([clean[known], broken[known]])
    column = torch.arange(len(prototypes))[None]
    first = torch.from_numpy(batch.first)[known, None].repeat(2, 1)
    last = torch.from_numpy(batch.last)[known, None].repeat(2, 1)
    logits = SHARPNESS * both @ functional.normalize(prototypes, dim=-1).T
    logits = logits.masked_fill((column < first) | (column >= last), -1e4)
    return functional.cross_entropy(logits, torch.from_numpy(batch.classes)[known].repeat(2))


def _alike_loss(clean: Tensor, broken: Tensor, batch: Batch) -> Tensor:
    """Want a broken line nearest to its own clean form; lines of its class do not compete."""
    classes = torch.from_numpy(batch.classes)
    same = (classes[:, None] == classes[None]) & (classes >= 0)[:, None]
    same &= ~torch.eye(len(classes), dtype=torch.bool)
    logits = (SHARPNESS * broken @ clean.T).masked_fill(same, -1e4)
    return functional.cross_entropy(logits, torch.arange(len(classes)))


def _script_loss(vectors: Tensor, batch: Batch) -> Tensor:
    """Want lines that mean one item together, and apart from what only sounds like it."""
    items, meant = torch.from_numpy(batch.items), torch.from_numpy(batch.meant)
    logits = SHARPNESS * vectors @ vectors.T
    own = torch.eye(len(items), dtype=torch.bool)
    right = (items[:, None] == items[None]) & meant[:, None] & meant[None] & ~own
    chances = logits.masked_fill(own, -1e4).log_softmax(-1)
    anchors = right.any(-1)
    each = (chances * right).sum(-1)[anchors] / right.sum(-1)[anchors]
    return -each.mean()


def read(
    encoder: Encoder, lines: Sequence[Pieces], *, meaning: bool = True, affect: bool = True
) -> tuple[Tensor, Tensor]:
    """Return vectors and logits of lines, empty where not wanted.

    They are read in groups of like length.
    """
    order = sorted(range(len(lines)), key=lambda n: len(lines[n]))
    size = math.ceil(len(order) / GROUPS)
    parts: list[tuple[Tensor | None, Tensor | None]] = []
    for start in range(0, len(order), size):
        chosen = [lines[n] for n in order[start : start + size]]
        ids, mask = padded(chosen)
        parts.append(encoder(ids, mask, meaning=meaning, affect=affect))
    back = torch.tensor(np.argsort(order))
    nothing = torch.zeros(len(lines), 0)
    vectors = torch.cat([v for v, _ in parts if v is not None])[back] if meaning else nothing
    logits = torch.cat([a for _, a in parts if a is not None])[back] if affect else nothing
    return vectors, logits


def padded(lines: Sequence[Pieces]) -> tuple[Tensor, Tensor]:
    """Return word pieces and mask, [lines, longest]."""
    longest = max(len(line) for line in lines)
    ids = torch.zeros(len(lines), longest, dtype=torch.long)
    mask = torch.zeros(len(lines), longest, dtype=torch.long)
    for row, line in enumerate(lines):
        ids[row, : len(line)] = torch.tensor(line)
        mask[row, : len(line)] = 1
    return ids, mask


def _prototypes(encoder: Encoder, batches: Batches, lines: Sequence[IntentLine]) -> Tensor:
    """Return the mean vector of a few lines of each class, as the encoder reads them now."""
    chosen: list[tuple[int, str]] = []
    taken: dict[int, int] = {}
    for line in lines:
        number = batches.classes.of(line)[0]
        if number >= 0 and taken.get(number, 0) < PER_CLASS:
            taken[number] = taken.get(number, 0) + 1
            chosen.append((number, line.text))
    out = torch.zeros(len(batches.classes.number), encoder.shape.hidden_size)
    pieces = batches.pieces([text for _, text in chosen])
    with torch.no_grad():
        for start in range(0, len(pieces), 256):
            vectors = read(encoder, pieces[start : start + 256], affect=False)[0]
            for (number, _), vector in zip(chosen[start : start + 256], vectors, strict=True):
                out[number] += vector
    return functional.normalize(out, dim=-1)


def _pace(step: int, plan: Plan) -> float:
    """Return the share of the learning rate: rising while warming up, then falling in a line."""
    rising = min(1.0, (step + 1) / plan.warm_up)
    return rising * max(0.02, 1 - step / plan.steps)


def _ahead(batches: Batches, steps: int) -> Iterator[Batch]:
    """Make batches in a process of their own, a few steps ahead."""
    context = multiprocessing.get_context("fork")
    ready: Queue[Batch] = context.Queue(READY_STEPS)
    done = context.Event()
    maker = context.Process(target=_make, args=(batches, steps, ready, done), daemon=True)
    maker.start()
    try:
        for _ in range(steps):
            yield ready.get()
    finally:
        done.set()
        maker.terminate()


def _make(batches: Batches, steps: int, ready: "Queue[Batch]", done: Event) -> None:
    for step in range(steps):
        batch = batches.make(step)
        while not done.is_set():
            try:
                ready.put(batch, timeout=1.0)
                break
            except queue.Full:
                continue


class _Sums:
    """Means since they were last told."""

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}

    def add(self, losses: dict[str, float]) -> None:
        for name, loss in losses.items():
            self._sums.setdefault(name, []).append(loss)

    def take(self) -> str:
        told = ", ".join(f"{name} {np.mean(v):.3f}" for name, v in self._sums.items())
        self._sums = {}
        return told
