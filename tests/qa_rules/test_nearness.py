"""Near misses come from the span searched, the right words before likely ones."""

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
    said = history(("agent", "the call was recorded"), ("agent", "your call is taped"))
    near = said.nearest({}, MATCH, "agent", (10, 20))
    assert near.evidence.utterance_id == 1
    assert said.nearest({}, MATCH, "agent", (30, 40)) is None


def test_the_right_words_of_the_wrong_speaker_come_first():
    said = history(("agent", "the call may be recorded"), ("customer", "this call is recorded"))
    near = said.nearest({}, MATCH, "agent", (0, 60))
    assert (near.evidence.channel, near.score) == (Channel.CUSTOMER, 0.9)


def test_the_other_speakers_likeness_is_no_near_miss():
    assert history(("customer", "was my call recorded")).nearest({}, MATCH, "agent", (0, 9)) is None
