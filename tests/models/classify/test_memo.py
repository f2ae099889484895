from tiny import TinyEncoder

from models.classify.memo import Memo


def test_a_text_is_encoded_once_while_it_is_remembered():
    encoder = TinyEncoder()
    memo = Memo(encoder)
    first = memo.encode(["one", "two", "one"])
    assert (first.vectors[0] == first.vectors[2]).all()
    assert (memo.encode(["two"]).vectors[0] == first.vectors[1]).all()
    assert encoder.seen == [["one", "two"]]
    assert memo.encoded == 2


def test_the_longest_unused_go_first():
    encoder = TinyEncoder()
    memo = Memo(encoder, kept=2)
    memo.encode(["one", "two"])
    memo.encode(["one"])
    memo.encode(["three"])
    encoder.seen.clear()
    memo.encode(["one", "three"])
    assert encoder.seen == []
    memo.encode(["two"])
    assert encoder.seen == [["two"]]


def test_nothing_gives_nothing():
    made = Memo(TinyEncoder()).encode([])
    assert (made.vectors.shape, made.affect.shape) == ((0, 64), (0, 2))
