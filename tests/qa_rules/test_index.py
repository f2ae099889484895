"""The index finds what trying every need finds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.types import Channel, Utterance
from qa_rules.heard import hear, speak
from qa_rules.index import NeedIndex
from qa_rules.match_schema import MatchSpec
from qa_rules.phrases import compile_match

PATTERNS = (
    "hello there",
    "(calling|call) ~3 (sell|offer)",
    "cancel* ~2 (plan)?",
    "<digits:2+>",
    "that is <amount>",
    "(thank you|thanks) {company}",
    "not (sure|certain)",
)
NEEDS = [
    (compile_match(MatchSpec(any_of=[{"pattern": p}])).needs[0], who)
    for p, who in zip(
        PATTERNS, ("any", "agent", "customer", "any", "agent", "any", "customer"), strict=True
    )
]
WORDS = (
    "hello there calling call to sell an offer cancelling cancel the plan four five that is nine "
    "pounds thank you thanks acme not sure certain no"
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=12),
    st.sampled_from(["agent", "customer", "mixed"]),
)
def test_nothing_is_lost_by_the_index(words, channel):
    said = Utterance(0, Channel(channel), 0, 2, " ".join(words))
    heard = hear((speak(said),))
    every = {
        n: need.search(heard)
        for n, (need, who) in enumerate(NEEDS)
        if who in ("any", channel) or channel == "mixed"
    }
    assert NeedIndex(NEEDS).search(heard) == {n: h for n, h in every.items() if h}
