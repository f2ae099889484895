import pytest

from models.classify.stems import EVERYDAY, GRAMMAR, TRADE, stem, weight

KIN = [
    "cancel cancels cancelled cancelling",
    "charge charges charged charging",
    "stop stops stopped stopping",
    "pay pays paid paying",
    "deliver delivers delivered delivering",
    "try tries tried trying",
    "company companies",
    "address addresses",
    "box boxes",
    "take takes took taken taking",
    "leave leaves left leaving",
]
STRANGERS = ["thing think", "address add", "red read", "business busy", "bill billion", "news new"]


@pytest.mark.parametrize("family", KIN)
def test_kin_share_a_stem(family):
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize("pair", STRANGERS)
def test_strangers_do_not(pair):
    assert len({stem(word) for word in pair.split()}) == 2


def test_numbers_and_masks_stay_as_they_are():
    assert [stem(word) for word in ("4539", "[card]", "49.90")] == ["4539", "[card]", "49.90"]


def test_words_weigh_more_the_more_they_tell():
    assert weight("the") < weight("calls") < weight("refunds") == weight("ombudsman")
    assert weight("calls") < weight("deliveries") < weight("ombudsman")
    assert weight("phones") == weight("phone")


def test_no_word_is_of_two_kinds():
    assert not GRAMMAR & EVERYDAY
    assert not TRADE & (GRAMMAR | EVERYDAY)
