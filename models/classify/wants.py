"""What words and their sounds add to the head's evidence, and where in an utterance they add it."""

from collections.abc import Sequence

import numpy as np

from models.classify.clauses import Clause
from models.classify.lexical import Found, Reader
from models.classify.sounds import Sounds
from models.classify.talk import Heard
from models.types import Samples


def word_evidence(
    reader: Reader | None, sounds: Sounds, text: str, parts: Sequence[Clause], names: Sequence[str]
) -> Samples:
    """Return what each part's words say of each name, without a reader by their sounds alone."""
    heard = Heard.of(text)
    found = list(reader.found(heard)) if reader is not None else []
    return joined(place(heard, found, parts, names), sounds, [part.of(text) for part in parts])


def joined(lexical: Samples, sounds: Sounds, said: Sequence[str]) -> Samples:
    """Return [parts, names, 3]: the lexical reader's chance, and what `Sounds.read` gives."""
    return np.concatenate([lexical[..., None], sounds.read(said)], axis=-1)


def place(
    heard: Heard, found: Sequence[Found], parts: Sequence[Clause], names: Sequence[str]
) -> Samples:
    """Return what was found by part: a part has what lies in it, the whole has all."""
    out = np.zeros((len(parts), len(names)), np.float32)
    at = {name: number for number, name in enumerate(names)}
    for one in found:
        start, end = heard.words[one.first].start, heard.words[one.last].end
        for number, part in enumerate(parts):
            if start < part.end and end > part.start:
                out[number, at[one.name]] = one.chance
    return out
