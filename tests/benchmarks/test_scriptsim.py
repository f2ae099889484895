import numpy as np

from benchmarks.script_items import load
from benchmarks.scriptsim import drawn, judged, of_items, rows
from models.classify.likeness import FEATURES
from models.types import Encoded

FILE = """
- id: recorded
  yes: [a recorded line, calls are recorded now, we record this call, recording is on, b c, d e]
  no: [not recorded, our records say, a record shop, for the record, f g, h i]
- id: name
  yes: [my name is sam, this is sam, sam speaking, you have got sam, j k, l m]
  no: [your name please, no names here, what is it called, name it, n o, p q]
"""


class Letters:
    dimensions, affect = 26, ()

    def encode(self, texts):
        counts = [[1e-3 + text.count(chr(97 + n)) for n in range(26)] for text in texts]
        vectors = np.array(counts, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Encoded(vectors, np.zeros((len(texts), 0), np.float32))


def test_items_are_asked_about_lines_that_they_were_not_taught(tmp_path):
    (tmp_path / "s.yaml").write_text(FILE)
    asked = drawn(str, tmp_path / "s.yaml", rounds=3)
    assert len(asked) == 6
    for one in asked:
        taught = {*one.taught.examples, *one.taught.not_examples}
        assert not taught & {text for text, _, kind in one.lines if kind != "other"}
        assert {said for _, said, _ in one.lines} == {True, False}
    found = judged(asked, Letters())
    assert len(found) == sum(len(one.lines) for one in asked)
    assert rows(found, [0] * len(found)).shape == (len(found), len(FEATURES))


def test_labelled_items_are_asked_as_they_are_written():
    items = load()
    asked = of_items(items[:2], str.upper)
    assert asked[0].taught.examples == items[0].exemplars
    assert asked[0].lines[0][0] == items[0].lines[0].text.upper()
