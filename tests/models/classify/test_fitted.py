import numpy as np
import pytest
from tiny import TinyEncoder

from models.classify.exemplars import Exemplars, Fit
from models.classify.fitted import CacheCorrupt, key_of, learn, read_arrays
from models.types import Channel

FIT = Fit(
    {"bill": Exemplars(("my invoice", "the invoice"), ("bill is my husband",), Channel.CUSTOMER)},
    {"A-1:0": Exemplars(("this is recorded", "we record this"))},
)


def test_the_key_changes_with_what_it_hangs_on():
    keys = {
        key_of(FIT, "one"),
        key_of(FIT, "two"),
        key_of(Fit(FIT.intents), "one"),
        key_of(Fit({"invoice": FIT.intents["bill"]}, FIT.meanings), "one"),
    }
    assert len(keys) == 4
    assert key_of(FIT, "one") == key_of(Fit(dict(FIT.intents), dict(FIT.meanings)), "one")


def test_a_kept_head_is_the_head(tmp_path):
    file = tmp_path / "fits" / "k.npz"
    first = learn(FIT, TinyEncoder().encode, file)
    encoder = TinyEncoder()
    again = learn(FIT, encoder.encode, file)
    assert (again.head.weights == first.head.weights).all()
    assert (again.head.counters == first.head.counters).all()
    assert encoder.seen == [list(FIT.meanings["A-1:0"].examples)]
    assert again.speakers == {"bill": Channel.CUSTOMER, "A-1:0": None}
    assert again.meanings == ("A-1:0",)


def test_a_file_that_is_something_else_is_corrupt(tmp_path):
    file = tmp_path / "k.npz"
    learn(FIT, TinyEncoder().encode, file)
    with pytest.raises(CacheCorrupt, match="something else"):
        read_arrays(file, ("other",))
    file.write_bytes(b"PK but no archive")
    with pytest.raises(CacheCorrupt, match="does not read"):
        read_arrays(file, ("bill",))
    np.savez(file, names=np.array('["bill"]'))
    with pytest.raises(CacheCorrupt):
        read_arrays(file, ("bill",))
