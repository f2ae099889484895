import numpy as np

from benchmarks.meanings import HEAD, marks
from benchmarks.scriptsim import Judged
from models.classify.calibrator import Calibrator
from models.classify.likeness import FEATURES

NUMBERS = Calibrator(FEATURES, np.eye(len(FEATURES))[FEATURES.index("mean")] * 10, -5.0)


def line(kind, mean, best=0.5):
    row = np.zeros((1, len(FEATURES)), np.float32)
    row[0, FEATURES.index("mean")], row[0, FEATURES.index("best")] = mean, best
    return Judged("item", kind, row, kind == "yes")


def test_the_figures_are_those_of_the_lines():
    found = [line("yes", 0.9), line("yes", 0.62), line("negated", 0.1), line("other", 0.7, 0.9)]
    figures, said, so = marks(found, NUMBERS)
    told = dict(zip(HEAD, figures, strict=True))
    assert told["AUROC"].value == 75
    assert told["cosine alone"].value == 25
    assert (told["negated"].value, told["other"].value) == (100, 50)
    assert round(told["precision"].value) == 67
    assert told["recall"].value == 100
    assert so.tolist() == [True, True, False, False]
    assert said[0] > 0.9
