import pytest

from pipeline.errors import RecordNotFound
from pipeline.store.gaps import Gaps, key_of


def test_the_same_question_is_one_gap_however_it_is_worded(store):
    gaps = Gaps(store.database)
    gaps.add("do we have a solar panel?", "nothing", "sales", "bo")
    gaps.add("The solar panels", "unhelpful", "sales", "bo")
    gaps.add("charging a car", "nothing", "", "cy")
    first, second = gaps.listed()
    assert (first.query, first.asked, first.people) == ("The solar panels", 2, 1)
    assert (first.unhelpful, first.queues) == (1, ("sales",))
    assert (second.query, second.asked) == ("charging a car", 1)
    assert key_of("do we have a solar panel?") == key_of("Solar panels")


def test_a_settled_gap_is_gone_until_it_is_asked_again(store):
    gaps = Gaps(store.database)
    gaps.add("solar panels", "nothing")
    gaps.settle(key_of("solar panels"), "tess")
    assert gaps.listed() == []
    with pytest.raises(RecordNotFound):
        gaps.settle(key_of("solar panels"), "tess")
    gaps.add("solar panels", "nothing")
    assert [gap.asked for gap in gaps.listed()] == [1]


def test_only_known_causes_are_kept(store):
    with pytest.raises(ValueError, match="none of nothing, unhelpful"):
        Gaps(store.database).add("x", "whatever")
