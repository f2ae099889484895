import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encode.minilm import MODEL, SHIPPED, MiniLmEncoder, create
from models.encode.plain import plain
from models.errors import EngineFailed, OptionsInvalid, WeightsCorrupt, WeightsNotFound
from models.registry import load
from models.weights import sha256

shipped = pytest.mark.skipif(
    not (SHIPPED / MODEL).is_file(), reason="the shipped encoder's model.onnx is not there"
)
TEXT = st.text(alphabet="abcxyz019' .?", max_size=150)


@pytest.fixture(scope="module")
def encoder(tiny):
    return MiniLmEncoder(tiny.folder)


@pytest.fixture
def folder(tiny, tmp_path):
    """A copy of the model's folder that a test may spoil."""
    return Path(shutil.copytree(tiny.folder, tmp_path / "copy"))


def rewrite_card(folder, **changes):
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, **changes}))


def test_it_gives_what_the_forward_pass_gives(encoder, tiny, plain_forward):
    """Within what int8 may cost so small a model: the cosine 0.998, a logit 0.08."""
    for text in ("a", "bc d", "The quick brown fox, it's 100!", "word " * 24):
        found = encoder.encode([text])
        vector, logits = plain_forward(tiny.weights, encoder.pieces(plain(text))[0])
        assert found.vectors[0] @ vector > 0.998
        np.testing.assert_allclose(found.affect[0], logits, atol=0.08)


def test_it_says_what_it_is(encoder):
    assert encoder.affect == ("anger", "joy", "neutral")
    assert encoder.dimensions == 32
    assert (encoder.info.name, encoder.info.model) == ("minilm", "tiny")
    assert encoder.info.licence == "CC0-1.0"


@given(texts=st.lists(TEXT, min_size=1, max_size=6))
def test_a_text_has_the_same_numbers_alone_and_in_company(encoder, texts):
    together = encoder.encode(texts)
    for row, text in enumerate(texts):
        alone = encoder.encode([text])
        np.testing.assert_array_equal(together.vectors[row], alone.vectors[0])
        np.testing.assert_array_equal(together.affect[row], alone.affect[0])


@given(texts=st.lists(TEXT, min_size=1, max_size=4))
def test_vectors_have_unit_length(encoder, texts):
    found = encoder.encode(texts)
    assert found.vectors.shape == (len(texts), 32)
    assert found.affect.shape == (len(texts), 3)
    assert found.vectors.dtype == found.affect.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(encoder):
    found = encoder.encode([])
    assert len(found) == 0
    assert (found.vectors.shape, found.affect.shape) == ((0, 32), (0, 3))


def test_texts_without_words_are_all_one_and_feel_nothing(encoder):
    found = encoder.encode(["", " ?! ", "—", "a"])
    np.testing.assert_array_equal(found.vectors[0], found.vectors[1])
    np.testing.assert_array_equal(found.vectors[0], found.vectors[2])
    assert not found.affect[:3].any()
    assert found.affect[3].any()


def test_case_and_punctuation_make_no_difference(encoder):
    found = encoder.encode(["It’s BROKEN, again!", "it's broken again"])
    np.testing.assert_array_equal(found.vectors[0], found.vectors[1])


def test_a_long_text_keeps_its_first_64_and_last_32_word_pieces(encoder):
    letters = [chr(ord("a") + n % 26) for n in range(200)]
    kept = letters[:64] + letters[-32:]
    np.testing.assert_array_equal(encoder.pieces(" ".join(letters)), encoder.pieces(" ".join(kept)))
    assert encoder.pieces(" ".join(letters)).shape == (1, 98)
    assert encoder.pieces(" ".join(letters[:96])).shape == (1, 98)
    assert encoder.pieces(" ".join(letters[:95])).shape == (1, 97)
    middle = letters[:70] + ["z"] * 80 + letters[150:]
    end = [*letters[:-1], "q"]
    first, same, other = encoder.encode([" ".join(t) for t in (letters, middle, end)]).vectors
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0


def test_two_threads_give_the_same(encoder, tiny):
    two = create({"folder": str(tiny.folder), "threads": 2})
    texts = ["one two three", "a", "x y z " * 20]
    np.testing.assert_allclose(two.encode(texts).vectors, encoder.encode(texts).vectors, atol=1e-6)
    two.close()


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_it_starts_no_thread_of_its_own(tiny):
    before = len(os.listdir("/proc/self/task"))
    encoder = MiniLmEncoder(tiny.folder)
    encoder.warm_up()
    encoder.encode(["some words"] * 50)
    assert len(os.listdir("/proc/self/task")) == before


def test_a_closed_encoder_says_so(tiny):
    encoder = MiniLmEncoder(tiny.folder)
    encoder.close()
    with pytest.raises(EngineFailed, match="closed"):
        encoder.encode(["a"])


@pytest.mark.parametrize("options", [{"thread": 1}, {"threads": 0}, {"folder": 3}])
def test_a_wrong_option_is_refused(options):
    with pytest.raises(OptionsInvalid, match="minilm"):
        create(options)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "card.json"])
def test_a_missing_file_is_named_with_its_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(WeightsNotFound, match=rf"{name}; .*models\.training\.export"):
        create({"folder": str(folder)})


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_changed_file_is_refused(folder, name):
    held = bytearray((folder / name).read_bytes())
    held[len(held) // 2] ^= 1
    (folder / name).write_bytes(held)
    with pytest.raises(WeightsCorrupt, match=rf"{name} does not match its checksum"):
        create({"folder": str(folder)})


@pytest.mark.parametrize(
    ("name", "why"), [("model.onnx", "does not load"), ("tokenizer.json", "is no tokenizer")]
)
def test_a_file_of_another_kind_is_refused(folder, name, why):
    (folder / name).write_bytes(b"something else")
    rewrite_card(folder, sha256={n: sha256(folder / n) for n in ("model.onnx", "tokenizer.json")})
    with pytest.raises(WeightsCorrupt, match=why):
        create({"folder": str(folder)})


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"model": "m", "licence": "l", "affect": 3}'])
def test_a_card_that_is_none_is_refused(folder, card):
    (folder / "card.json").write_text(card)
    with pytest.raises(WeightsCorrupt, match="no model's card"):
        create({"folder": str(folder)})


def test_a_card_of_other_names_is_refused(folder):
    rewrite_card(folder, affect=["anger"])
    with pytest.raises(WeightsCorrupt, match="what its card says"):
        create({"folder": str(folder)})


@shipped
def test_the_shipped_encoder_puts_alike_beside_alike():
    encoder = load("encode", "minilm", {})
    found = encoder.encode(
        [
            "I would like to cancel my subscription",
            "please stop my plan, I don't want it any more",
            "what time do you open on Saturdays",
        ]
    )
    assert encoder.dimensions == 384
    assert len(set(encoder.affect)) == len(encoder.affect) == found.affect.shape[1] >= 28
    alike, unlike = found.vectors[0] @ found.vectors[1:].T
    assert alike > unlike + 0.2
    encoder.close()


@shipped
def test_the_shipped_encoder_is_small_and_says_where_it_comes_from():
    card = json.loads((SHIPPED / "card.json").read_text())
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 30e6
    assert card["licence"]
    assert card["attributions"]
    assert card["int8"]["cosine_mean"] > 0.99
    note = (SHIPPED / "card.md").read_text()
    assert all(line in note for line in card["attributions"])
