import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.stt.beam import Choices, How, search
from models.stt.moonshine_tokens import BEGIN, END

TOKENS = (END, 10, 11)


class Table:
    """A decoder whose next tokens depend on all that was said: chances by history."""

    def __init__(self, chances):
        self.chances, self.rows, self.widest = chances, [()], 0

    def choose(self, tokens):
        assert len(tokens) == len(self.rows)
        self.widest = max(self.widest, len(tokens))
        self.rows = [(*row, t) for row, t in zip(self.rows, tokens, strict=True)]
        found = [sorted(self.next(row[1:]).items(), key=lambda c: -c[1]) for row in self.rows]
        return Choices(
            np.array([[t for t, _ in row] for row in found]),
            np.log(np.array([[c for _, c in row] for row in found])),
        )

    def keep(self, rows):
        self.rows = [self.rows[row] for row in rows]

    def next(self, said):
        return self.chances(said)


def misleading(said):
    """10 looks best at first, yet what follows it is in doubt; 11 goes on surely."""
    if not said:
        return {10: 0.5, 11: 0.4, END: 0.1}
    if len(said) == 1:
        return {END: 0.9, 10: 0.05, 11: 0.05} if said == (11,) else {10: 0.4, 11: 0.35, END: 0.25}
    return {END: 0.8, 10: 0.1, 11: 0.1}


def test_greedy_is_misled_and_a_beam_is_not():
    assert search(Table(misleading), 9).ids == (10, 10)
    heard = search(Table(misleading), 9, How(2))
    assert heard.ids == (11,)
    assert heard.confidence == pytest.approx(0.4)
    assert not heard.capped


def test_a_reading_that_reaches_the_limit_says_so():
    def never(said):
        return {10: 0.9, 11: 0.09, END: 0.01}

    heard = search(Table(never), 3, How(2))
    assert (heard.ids, heard.capped) == ((10, 10, 10), True)


def test_nothing_said_is_an_answer():
    heard = search(Table(lambda said: {END: 0.9, 10: 0.05, 11: 0.05}), 5, How(3))
    assert (heard.ids, heard.confidence, heard.capped) == ((), None, False)


def test_plain_speech_is_read_by_one_reading():
    def plain(said):
        return {(10, 11, END)[min(len(said), 2)]: 0.998, 12: 0.001, 13: 0.001}

    table = Table(plain)
    assert search(table, 9, How(4)).ids == (10, 11)
    assert table.widest == 1


class Lift:
    """Wants one token, and takes back what a reading got where it ends without another."""

    def start(self):
        return False

    def follow(self, state, token):
        return token == 11, 2.0 if token == 11 else 0.0

    def end(self, state):
        return 0.0


def test_what_is_expected_lifts_a_reading():
    def unsure(said):
        return {END: 0.98, 10: 0.01, 11: 0.01} if said else {10: 0.6, 11: 0.3, END: 0.1}

    assert search(Table(unsure), 5, How(2)).ids == (10,)
    assert search(Table(unsure), 5, How(2, Lift())).ids == (11,)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_a_beam_as_wide_as_everything_finds_the_likeliest_reading(seed, limit):
    random = np.random.default_rng(seed)
    table = {
        said: dict(zip(TOKENS, random.dirichlet([1.5] * 3), strict=True))
        for n in range(limit + 1)
        for said in itertools.product(TOKENS[1:], repeat=n)
    }

    def log_of(ids):
        whole = 0.0
        for at in range(len(ids) + 1):
            whole += np.log(table[ids[:at]][(*ids, END)[at]])
        return whole

    heard = search(Table(table.__getitem__), limit, How(64))
    ended = [ids for n in range(limit) for ids in itertools.product(TOKENS[1:], repeat=n)]
    best = max(ended, key=log_of)
    if not heard.capped:
        assert log_of(heard.ids) >= log_of(best) - 1e-6


def test_the_first_token_told_is_the_mark_of_begin():
    told = []

    class Noted(Table):
        def choose(self, tokens):
            told.append(list(tokens))
            return super().choose(tokens)

    search(Noted(misleading), 9)
    assert told[0] == [BEGIN]
