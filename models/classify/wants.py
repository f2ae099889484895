"""What the lexical reader adds to the head's evidence, and where in an utterance it adds it."""

from collections.abc import Sequence

import numpy as np

from models.classify.clauses import Clause
from models.classify.lexical import Found, Reader
from models.classify.talk import Heard
from models.types import Samples


def lexical_chances(
    reader: Reader, text: str, parts: Sequence[Clause], names: Sequence[str]
) -> Samples:
    """Return how probably the words alone say each name in each part, [parts, names]."""
    heard = Heard.of(text)
    return place(heard, list(reader.found(heard)), parts, names)


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
