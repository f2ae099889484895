import numpy as np
import pytest

from models.stt.beam import CHOICES, Choices, How
from models.stt.moonshine_cache import build, pieces
from models.stt.moonshine_sessions import (
    ORT_ERRORS,
    ReassembledGraphs,
    ShippedGraphs,
    follow,
    read,
)
from models.stt.moonshine_tokens import BEGIN, END, Vocabulary
from models.weights import moonshine_files


class Script:
    """Graphs that say what is written, whatever they hear, and note what they are told."""

    def __init__(self, *said):
        self.said, self.told = said, []

    def steps(self, samples):
        self.told.clear()
        return self

    def choose(self, tokens):
        self.told += tokens
        token, chance = self.said[len(self.told) - 1]
        return Choices(np.array([[token]]), np.log(np.array([[chance]])))


@pytest.fixture(scope="module")
def both():
    files = moonshine_files()
    made = build(files)
    return {
        "shipped": ShippedGraphs(files.encoder, files.decoder),
        "re-assembled": ReassembledGraphs(made.encoder, made.decoder),
    }


@pytest.fixture(scope="module")
def clips():
    return list(pieces(moonshine_files()))


def test_reading_ends_at_the_end_mark():
    heard = read(Script((70, 0.5), (71, 1.0), (END, 0.1)), np.zeros(1), limit=9)
    assert heard.ids == (70, 71)
    assert heard.confidence == pytest.approx(0.75)
    assert not heard.capped


def test_reading_is_cut_at_the_limit():
    heard = read(Script((70, 0.5), (71, 0.5), (END, 0.5)), np.zeros(1), limit=2)
    assert (heard.ids, heard.capped) == ((70, 71), True)


def test_nothing_said_has_no_confidence():
    heard = read(Script((END, 0.9)), np.zeros(1), limit=5)
    assert (heard.ids, heard.confidence, heard.capped) == ((), None, False)


def test_each_token_is_told_to_the_next_step():
    script = Script((70, 0.5), (71, 0.5), (END, 0.5))
    read(script, np.zeros(1), limit=9)
    assert script.told == [BEGIN, 70, 71]


def test_following_tells_what_was_given_and_yields_what_would_be_said():
    script = Script((70, 0.5), (99, 0.5), (END, 0.5))
    assert list(follow(script, np.zeros(1), (80, 81))) == [70, 99, END]
    assert script.told == [BEGIN, 80, 81]


@pytest.mark.parametrize("kind", ["shipped", "re-assembled"])
def test_reading_twice_gives_the_same(both, clips, kind):
    assert read(both[kind], clips[0], 60) == read(both[kind], clips[0], 60)


def test_both_kinds_give_the_same_chances(both, clips):
    """Before any near tie: the first tokens of each recording."""
    for clip in clips[:3]:
        ours, theirs = (both[kind].steps(clip) for kind in ("re-assembled", "shipped"))
        one, other = ours.choose([BEGIN]), theirs.choose([BEGIN])
        assert one.tokens[0, 0] == other.tokens[0, 0]
        assert one.tokens.shape == other.logs.shape == (1, CHOICES)
        assert np.exp(one.logs[0, 0]) == pytest.approx(np.exp(other.logs[0, 0]), abs=0.06)
        assert (np.diff(one.logs) <= 0).all()
        assert (np.diff(other.logs) <= 0).all()


@pytest.mark.parametrize("kind", ["shipped", "re-assembled"])
def test_readings_side_by_side_do_not_touch_each_other(both, clips, kind):
    """Two readings of one clip, told apart by their first token, against each alone."""
    first = both[kind].steps(clips[0]).choose([BEGIN]).tokens[0, :2].tolist()
    together = both[kind].steps(clips[0])
    together.choose([BEGIN])
    together.keep([0, 0])
    second = together.choose(first)
    together.keep([1, 0])
    third = together.choose([int(second.tokens[1, 0]), int(second.tokens[0, 0])])
    for row, token in enumerate(reversed(first)):
        alone = both[kind].steps(clips[0])
        alone.choose([BEGIN])
        follows = int(alone.choose([token]).tokens[0, 0])
        assert follows == second.tokens[1 - row, 0]
        logs = alone.choose([follows]).logs[0, 0]
        # The quantised activations of a step share one scale, so company changes a little.
        assert np.exp(logs) == pytest.approx(np.exp(third.logs[row, 0]), abs=0.08)


def test_a_wider_search_finds_a_reading_at_least_as_likely(both, clips):
    text = Vocabulary(moonshine_files().tokens).text
    heard = read(both["re-assembled"], clips[0], 60, How(4))
    assert text(heard.ids).startswith("It was the best of times")


def test_a_greedy_reading_follows_itself(both, clips):
    heard = read(both["re-assembled"], clips[0], 60)
    assert list(follow(both["re-assembled"], clips[0], heard.ids)) == [*heard.ids, END]
    text = Vocabulary(moonshine_files().tokens).text(heard.ids)
    assert text.startswith("It was the best of times")


@pytest.mark.parametrize("kind", ["shipped", "re-assembled"])
def test_too_few_samples_are_an_error_of_onnxruntime(both, kind):
    with pytest.raises(ORT_ERRORS):
        both[kind].steps(np.zeros(300, np.float32))
