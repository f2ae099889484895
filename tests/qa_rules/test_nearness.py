"""Near misses come from the span searched, the right words before likely ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.types import Channel, Utterance
from qa_rules.heard import speak
from qa_rules.match_schema import MatchLike
from qa_rules.nearness import History
from qa_rules.phrases import compile_match

MATCH = compile_match(TypeAdapter(MatchLike).validate_python("this call is recorded"))


def history(*lines):
    out = History()
    for n, (who, line) in enumerate(lines):
        out.take(speak(Utterance(n, Channel(who), n * 10, n * 10 + 5, line)))
    return out


def test_only_the_span_is_searched():
    said = history(("agent", "the call was recorded"), ("agent", "your call is being recorded"))
    near = said.nearest({}, MATCH, "agent", (10, 20))
    assert near.evidence.utterance_id == 1
    assert said.nearest({}, MATCH, "agent", (30, 40)) is None


def test_the_right_words_of_the_wrong_speaker_come_first():
    said = history(("agent", "the call may be recorded"), ("customer", "this call is recorded"))
    near = said.nearest({}, MATCH, "agent", (0, 60))
    assert (near.evidence.channel, near.score) == (Channel.CUSTOMER, 0.9)


def test_the_other_speakers_likeness_is_no_near_miss():
    assert history(("customer", "was my call recorded")).nearest({}, MATCH, "agent", (0, 9)) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(did|have) i (get|got) that right", "i get the car"),
        ("(lovely|good) (name|day)", "my name is michelle"),
        ("(let me|just to) ~2 (check|confirm) ~8 (understand|right|got|you)", "you got it"),
        ("(so you are saying|if i understand you)", "so we would love to get you in"),
    ],
)
def test_everyday_words_alone_are_hardly_alike(pattern, said):
    match = compile_match(TypeAdapter(MatchLike).validate_python({"pattern": pattern}))
    near = history(("agent", said)).nearest({}, match, "agent", (0, 60))
    assert near is None or near.score < 0.5


def test_words_of_content_are_alike():
    match = compile_match(
        TypeAdapter(MatchLike).validate_python({"pattern": "(calls|call) ~4 (recorded|monitored)"})
    )
    near = history(("agent", "calls here may at times be monitored")).nearest(
        {}, match, "agent", (0, 60)
    )
    assert near.score > 0.7


WORDS = ["card", "number", "expiry", "cancel", "refund", "okay", "the", "hello", "recorded"]
SAYINGS = st.lists(
    st.tuples(
        st.sampled_from([Channel.AGENT, Channel.CUSTOMER]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=24,
)


@given(SAYINGS, st.integers(0, 40), st.sampled_from(["agent", "customer", "any"]))
def test_asked_again_it_knows_what_looking_at_everything_would(said, since, speaker):
    ways = {"any_of": [{"pattern": "(card|expiry) ~2 number"}, "cancel the refund"]}
    wanted = compile_match(TypeAdapter(MatchLike).validate_python(ways))
    spoken = [
        speak(Utterance(n, channel, 2 * n, 2 * n + 1, " ".join(words)))
        for n, (channel, words) in enumerate(said)
    ]
    kept = History()
    for number, one in enumerate(spoken):
        ahead = kept.ahead(one).like(wanted, speaker, since)
        kept.take(one)
        fresh = History()
        for other in spoken[: number + 1]:
            fresh.take(other)
        asked = [h.like(wanted, speaker, since) for h in (kept, kept, fresh)]
        scores = {None if near is None else near.score for near in (ahead, *asked)}
        assert len(scores) == 1
