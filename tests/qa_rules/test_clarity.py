"""How well a speaker was heard, by sums that are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Channel
from qa_rules.clarity import Speech, SpeechLog, mean_confidence

SECONDS = st.integers(0, 400).map(lambda n: n / 8)
STRETCHES = st.lists(
    st.builds(
        Speech,
        st.sampled_from(list(Channel)),
        SECONDS,
        SECONDS,
        st.sampled_from([None, 0.2, 0.8, 0.95]),
    ),
    max_size=30,
)


@given(STRETCHES, st.integers(0, 30), st.sampled_from(["agent", "customer", "any"]), SECONDS)
def test_the_log_knows_what_counting_every_stretch_would(made, fork, speaker, start):
    log = SpeechLog()
    for speech in made[:fork]:
        log.append(speech)
    ahead = log.branch()
    for speech in made[fork:]:
        ahead.append(speech)
    for end in (start + 3, start + 20, float("inf")):
        for kept, plain in ((log, made[:fork]), (ahead, made)):
            counted = mean_confidence(plain, speaker, start, end)
            assert mean_confidence(kept, speaker, start, end) == pytest.approx(counted)


def test_evenly_sure_words_are_as_sure_as_each():
    log = SpeechLog()
    for n in range(1000):
        log.append(Speech(Channel.AGENT, n * 1.1, n * 1.1 + 0.7, 0.8))
    assert mean_confidence(log, "agent", 0.3, 900.1) == 0.8
    assert mean_confidence(log, "customer", 0, 1000) is None
