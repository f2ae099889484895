"""Writes a trained encoder as the folder that the engine `minilm` loads; needs no torch.

The weights become an int8 graph, which is compared with the float32 one on texts; the card says
how close they are, what the model was made from, and under which licences. Run it as
`python -m models.training.export --help`.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import onnxruntime
import typer
from numpy.typing import NDArray

from models.encode.graph import HEADS, Floats, build, build_float32
from models.encode.minilm import AFFECT, CARD, IDS, MODEL, TOKENIZER, VECTORS, MiniLmEncoder
from models.encode.plain import plain
from models.types import Encoded
from models.weights import sha256

ELEMENTS: Mapping[str, np.dtype[np.floating]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
"""Kinds of numbers in a weights file, by their names there."""

NOTE = "card.md"
TEXTS = (
    "thank you for calling how can i help you today",
    "i want to cancel my plan because the price went up again",
    "this call may be recorded for training and quality",
    "my card was charged twice and nobody called me back",
    "no",
    "could you give me the last four digits of your account number please",
    "i'm sick of this every time i call i have to explain it all over again",
    "the internet goes down every evening around nine and comes back by midnight",
    "that's wonderful thank you so much you've been a great help",
    "so what i can do is send a new one out to you and it should be there within five working days",
    "there is a cancellation fee of forty nine dollars if you leave before the end of the term",
    "uh huh",
    "i would like to speak to a manager",
    "can you hold for a minute while i look that up",
    "it was meant to be delivered on tuesday it is friday now and i still have nothing",
    "what is the balance on my savings account",
)
"""What int8 is compared with float32 on unless other texts are given."""

EXAMPLES = (
    "hi i'm calling about a bill that i got in the mail last week",
    "sure i can help you with that may i have your name and date of birth",
    "no that is not what i asked for",
    "okay thanks bye",
    "my phone has had no signal since this morning and i work from home",
    "your order has been sent and you should see it by thursday the tenth",
    "i want my money back",
    "um so yeah i tried to log in and it says the password is wrong",
    "is there anything else that i can do for you today",
    "hello",
    "that's ridiculous nobody told me there was a fee",
    "we write down all calls so that we can learn from them is that all right with you",
    "let me put you through to my colleague in the billing team one moment please",
    "yes it's four four seven one nine two and the name is on the account",
)
"""What the sizes of the channels are taken from; none of them is in `TEXTS`."""


def export(  # noqa: PLR0913 - one call writes one folder
    weights_path: Path,
    tokenizer_path: Path,
    affect_names: Sequence[str],
    out_folder: Path,
    card: Mapping[str, object],
    texts: Sequence[str] = TEXTS,
    *,
    heads: int = HEADS,
    float32: Path | None = None,
) -> Mapping[str, object]:
    """Write model.onnx, tokenizer.json, card.json and card.md; return the card.

    Args:
        weights_path: safetensors with the names of the state of `models.training.encoder.Encoder`.
        tokenizer_path: the base model's `tokenizer.json`.
        affect_names: one name for each affect logit, in order.
        out_folder: made if it does not exist.
        card: at least `model` and `licence`; `attributions`, `base`, `summary`, `limits` and
            `figures` are shown too, anything else is kept.
        texts: what to compare int8 with float32 on.
        heads: attention heads of every layer.
        float32: a folder to keep the unquantised model in, to measure what int8 costs.

    Raises:
        ValueError: the card or the names do not fit the weights.
    """
    if missing := {"model", "licence"} - card.keys():
        raise ValueError(f"the card lacks {', '.join(sorted(missing))}")
    weights = read_weights(weights_path)
    if len(affect_names) != (outputs := len(weights["affect_out.weight"])):
        raise ValueError(f"{len(affect_names)} affect names for {outputs} outputs")
    whole: dict[str, object] = {**card, "affect": list(affect_names)}
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder)
        _write(exact, build_float32(weights, heads=heads), tokenizer_path, whole)
        encoder = MiniLmEncoder(exact)
        wanted = encoder.encode(texts)
        if float32 is not None:
            _write(float32, build_float32(weights, heads=heads), tokenizer_path, whole)
        spans = largest(exact / MODEL, [encoder.pieces(plain(text)) for text in EXAMPLES])
    _write(out_folder, build(weights, heads=heads, spans=spans), tokenizer_path, whole)
    found = MiniLmEncoder(out_folder).encode(texts)
    whole["int8"] = compare(wanted, found)
    whole["megabytes"] = round((out_folder / MODEL).stat().st_size / 1e6, 1)
    _write_card(out_folder, whole)
    (out_folder / NOTE).write_text(describe(whole), "utf-8")
    return whole


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the arrays of a safetensors file, in float32.

    Raises:
        ValueError: it is no such file, or holds numbers of another kind.
    """
    held = path.read_bytes()
    start = 8 + int.from_bytes(held[:8], "little")
    if start > len(held):
        raise ValueError(f"{path} is no safetensors file")
    arrays = {}
    for name, of in json.loads(held[8:start]).items():
        if name == "__metadata__":
            continue
        if of["dtype"] not in ELEMENTS:
            raise ValueError(f"{path}: {name} holds {of['dtype']}; save it in float32")
        begin, end = of["data_offsets"]
        kind = ELEMENTS[of["dtype"]]
        numbers = np.frombuffer(held, kind, (end - begin) // kind.itemsize, start + begin)
        arrays[name] = numbers.reshape(of["shape"]).astype(np.float32)
    return arrays


def largest(model: Path, texts: Sequence[NDArray[np.int64]]) -> dict[str, Floats]:
    """Return the largest size of each channel of the float32 graph's products, over texts."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [at.name for at in session.get_outputs() if at.name not in {VECTORS, AFFECT}]
    found: dict[str, Floats] = {}
    for pieces in texts:
        for name, seen in zip(names, session.run(names, {IDS: pieces}), strict=True):
            peak = np.abs(seen).max(axis=(0, 1))
            found[name] = np.maximum(found.get(name, peak), peak)
    return found


def compare(wanted: Encoded, found: Encoded) -> dict[str, float | int]:
    """Return how close two encodings of the same texts are."""
    cosines = (wanted.vectors * found.vectors).sum(axis=1)
    return {
        "texts": len(cosines),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "logit_apart_mean": round(float(np.abs(wanted.affect - found.affect).mean()), 4),
        "logit_apart_max": round(float(np.abs(wanted.affect - found.affect).max()), 4),
    }


def describe(card: Mapping[str, object]) -> str:
    """Return a card for people, in Markdown."""
    parts = [f"# {card['model']}", str(card.get("summary", ""))]
    parts.append(f"Licence: {card['licence']}. Made from: {card.get('base', 'not stated')}.")
    for title in ("attributions", "limits"):
        lines = card.get(title)
        if isinstance(lines, list) and lines:
            parts.append("\n".join([f"## {title.title()}", "", *(f"- {line}" for line in lines)]))
    for title in ("figures", "int8"):
        rows = card.get(title)
        if isinstance(rows, Mapping) and rows:
            cells = [f"| {name} | {value} |" for name, value in rows.items()]
            head = (f"## {title.title()}", "", "| what | value |", "|---|---|")
            parts.append("\n".join([*head, *cells]))
    affect = card["affect"]
    if isinstance(affect, list) and affect:
        parts.append(f"## Affect\n\n{', '.join(affect)}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _write(folder: Path, model: bytes, tokenizer: Path, card: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(model)
    if tokenizer.resolve() != (folder / TOKENIZER).resolve():
        shutil.copyfile(tokenizer, folder / TOKENIZER)
    card["sha256"] = {name: sha256(folder / name) for name in (MODEL, TOKENIZER)}
    _write_card(folder, card)


def _write_card(folder: Path, card: Mapping[str, object]) -> None:
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def main(
    weights: Annotated[Path, typer.Option(help="The trained encoder, safetensors.")],
    tokenizer: Annotated[Path, typer.Option(help="The base model's tokenizer.json.")],
    card: Annotated[Path, typer.Option(help="JSON: model, licence, affect (names), and more.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    texts: Annotated[Path | None, typer.Option(help="Texts to compare on, one a line.")] = None,
    float32: Annotated[
        Path | None, typer.Option("--float32", help="Keep the unquantised model here.")
    ] = None,
) -> None:
    """Write a trained encoder as a folder for the engine minilm."""
    given = json.loads(card.read_text("utf-8"))
    lines = TEXTS if texts is None else tuple(texts.read_text("utf-8").splitlines())
    made = export(weights, tokenizer, given["affect"], out, given, lines, float32=float32)
    typer.echo(json.dumps(made["int8"]))


if __name__ == "__main__":
    typer.run(main)
