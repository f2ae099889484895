import json

import numpy as np

from benchmarks.calibrate import Case, best, fit_wants, odds, write_card
from models.classify.fewshot import FEATURES


def cases(count=200):
    rng = np.random.default_rng(1)
    out = []
    for number in range(count):
        means = np.arange(4) == number % 5
        rows = rng.normal(0, 1, (2, 4, len(FEATURES))).astype(np.float32)
        rows[number % 2, :, 1] += 4 * means
        out.append(Case("set", rows, means, False))
    return out


def test_a_line_means_what_one_of_its_texts_says():
    found = cases()
    made = fit_wants(found)
    truth = np.concatenate([case.means for case in found])
    said = odds(made, found)
    assert said[truth].mean() > said[~truth].mean() + 1
    assert best(made, found[0].evidence).shape == (4, len(FEATURES))


def test_a_card_says_what_it_is(tmp_path):
    write_card(tmp_path / "c.json", {"what": "x", "lines": 3})
    assert json.loads((tmp_path / "c.json").read_text()) == {"what": "x", "lines": 3}
