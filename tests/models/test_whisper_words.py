from dataclasses import dataclass

import pytest

from models.stt.whisper_words import place_words


@dataclass
class Aligned:
    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


class Spelling:
    """A tokenizer of one token a piece: 0 to 9 are `pieces`, 99 ends the text, 100 is a time."""

    eot, sot_sequence = 99, [50]

    def __init__(self, *pieces):
        self.pieces = pieces

    def split_to_word_tokens(self, tokens):
        words, groups = [], []
        for token in tokens:
            piece = "<end>" if token == self.eot else self.pieces[token]
            if words and not piece.startswith((" ", "<")) and piece.isalnum():
                words[-1] += piece
                groups[-1].append(token)
            else:
                words.append(piece)
                groups.append([token])
        return words, groups


class Model:
    def __init__(self, *rows):
        self.rows, self.asked = rows, None

    def align(self, encoded, start, tokens, frames, *, median_filter_width):
        self.asked = (start, tokens, frames)
        return list(self.rows)


def path(*firsts):
    """A path through the attention: each token holds from its first position to the next one's."""
    ends = [*firsts[1:], firsts[-1] + 1]
    return [(i, t) for i, (a, b) in enumerate(zip(firsts, ends, strict=True)) for t in range(a, b)]


def test_words_begin_where_their_first_token_is_heard():
    model = Model(Aligned(path(10, 20, 25, 40), [0.9, 0.5, 0.7]))
    words = place_words(model, None, Spelling(" re", "fund", " please"), [[0, 1, 2]], [100])[0]
    assert [(w.text, w.start, w.end) for w in words] == [("refund", 0.2, 0.5), ("please", 0.5, 0.8)]
    assert words[0].confidence == pytest.approx(0.7)


def test_signs_join_the_word_they_belong_to():
    model = Model(Aligned(path(0, 5, 10, 15, 20), [0.5] * 4))
    words = place_words(model, None, Spelling(' "', " no", ",", " yes"), [[0, 1, 2, 3]], [50])[0]
    assert [(w.text, w.start) for w in words] == [('"no,', 0.1), ("yes", 0.3)]


def test_times_and_ends_among_the_tokens_are_not_aligned():
    model = Model(Aligned(path(0, 5), [0.5]), Aligned([], []))
    words = place_words(model, None, Spelling(" no"), [[100, 0, 99], [99]], [50, 60])
    assert model.asked == ([50], [[0], []], [50, 60])
    assert [w.text for w in words[0]] == ["no"]
    assert words[1] == ()
