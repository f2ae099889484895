"""Fits what sounds the recogniser takes for which: `python -m benchmarks.make_misheard`.

To be run anew whenever `models/training/confusions.json.gz` changes (`cueline bench confusions`);
writes `models/misheard.json`. Told is how many words heard wrong have so much evidence, beside how
many that merely stand somewhere in a call: of words that the fit had not seen, in two halves.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.report import publish, table
from models.misheard import Misheard, save
from models.training.breaking import Confusions, load
from models.training.misheard import fit, pairs_of

HEAD = ("evidence", "misheard words, %", "by chance, %")
LEVELS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
SEED = 1
DRAWN = 100


def main() -> None:
    """Fit, write and tell."""
    confusions = load()
    save(fit(confusions))
    found = list(_unseen(confusions))
    rows = [
        [level, *(round(100 * _share(found, right, level), 2) for right in (True, False))]
        for level in LEVELS
    ]
    publish("misheard", table(HEAD, rows), {str(row[0]): row[1:] for row in rows})


def _unseen(confusions: Confusions) -> Iterator[tuple[bool, float, float]]:
    """Return whether words were said, the evidence that they were, and how often."""
    chance = random.Random(SEED)
    said = sorted({pair.said for pair in pairs_of(confusions)})
    chance.shuffle(said)
    halves = set(said[::2]), set(said[1::2])
    for seen, unseen in (halves, halves[::-1]):
        heard = {one: to for one, to in confusions.heard.items() if one in seen}
        ear = Misheard(fit(replace(confusions, heard=heard)))
        tried = [pair for pair in pairs_of(confusions) if pair.said in unseen]
        for pair in tried:
            yield True, evidence(ear, pair.said, pair.heard), pair.count
        words, often = list(confusions.vocabulary), list(confusions.vocabulary.values())
        for pair in tried:
            for word in chance.choices(words, often, k=DRAWN):
                if word != pair.said:
                    yield False, evidence(ear, pair.said, (word,)), 1


def evidence(ear: Misheard, said: str, heard: Sequence[str]) -> float:
    """Return how likely words were heard for one."""
    sounds = ear.codes((said,))
    score = ear.score(sounds, ear.codes(heard))
    rarity = max(map(ear.rarity, heard))
    return float(ear.evidence(np.array(score), np.array(rarity), np.array(len(sounds))))


def _share(found: Sequence[tuple[bool, float, float]], right: bool, level: float) -> float:
    all_of = sum(n for true, _, n in found if true is right)
    return sum(n for true, sure, n in found if true is right and sure >= level) / all_of


if __name__ == "__main__":
    main()
