"""The anger ladder: what raises it, what does not, and that the flag never flaps."""

import pytest

from models.types import Channel, Label, Utterance
from qa_rules.anger import AngerLadder
from qa_rules.schema import MoodSpec

CUES = [
    {"id": "waiting", "level": 1, "match": {"pattern": "been waiting ~2 (forever|hour*)"}},
    {"id": "ridiculous", "level": 1, "match": "this is ridiculous"},
    {"id": "angry", "level": 2, "match": ["angry", "upset", "furious"]},
    {"id": "unacceptable", "level": 2, "match": "this is unacceptable"},
    {"id": "livid", "level": 2, "strong": True, "match": "absolutely livid"},
    {"id": "lawyer", "level": 3, "match": {"any_of": [{"pattern": "my (lawyer|solicitor)"}]}},
    {"id": "abuse", "level": 4, "match": "you idiot"},
    {"id": "soothed", "level": -1, "match": ["thank you so much", "that is great"]},
]  # fmt: skip


class Caller:
    def __init__(self):
        self.ladder = AngerLadder([MoodSpec.model_validate(c) for c in CUES])
        self.changes = []
        self._next = 0

    def says(self, at, text, seconds=3.0, channel=Channel.CUSTOMER, labels=()):
        said = Utterance(self._next, channel, at, at + seconds, text)
        self._next += 1
        self.ladder.advance(at)
        change = self.ladder.utterance(said, labels)
        if change is not None:
            self.changes.append(change)
        return self.ladder.level


def test_irritation_does_not_raise_the_flag():
    caller = Caller()
    assert caller.says(0, "I've been waiting for hours") == 1
    assert not caller.ladder.flagged
    assert caller.says(10, "this is ridiculous") == 1


def test_one_weak_cue_of_anger_is_only_irritation():
    caller = Caller()
    assert caller.says(0, "I am angry") == 1


def test_two_independent_cues_within_a_minute_raise_the_flag_with_reasons():
    caller = Caller()
    caller.says(0, "this is ridiculous")
    assert caller.says(50, "I'm really angry now") == 2
    assert caller.ladder.flagged
    assert [e.quote for e in caller.changes[-1].reasons] == [
        "I'm really angry now",
        "this is ridiculous",
    ]


def test_the_same_cue_twice_is_not_two():
    caller = Caller()
    caller.says(0, "I'm angry")
    assert caller.says(20, "I'm angry I tell you") == 1


def test_cues_further_apart_do_not_add_up():
    caller = Caller()
    caller.says(0, "this is ridiculous")
    assert caller.says(70, "I'm angry") == 1


@pytest.mark.parametrize(
    ("line", "level"),
    [("I'm absolutely livid", 2), ("you'll hear from my lawyer", 3), ("you idiot", 4)],
)
def test_strong_words_are_enough_alone(line, level):
    caller = Caller()
    assert caller.says(0, line) == level
    assert caller.ladder.flagged


@pytest.mark.parametrize(
    "line",
    [
        "I'm not angry, just confused",
        "my daughter was furious with the school",
        "my wife was really upset about it",
        "I was upset last year but you fixed it",
        "I was furious but your colleague sorted it out",
        "he said this is unacceptable",
        "they told me this is ridiculous",
        "haha this is ridiculous",
        "ha ha this is ridiculous",
        "the man at the door shouted at me in front of the kids you idiot",
        "she wrote on the card that she knows where I live you idiot",
        "I'm calling about my bill",
    ],
)
def test_what_must_not_fire(line):
    caller = Caller()
    caller.says(0, line)
    caller.says(10, line)
    assert (caller.ladder.level, caller.changes) == (0, [])


def test_abuse_after_a_tale_is_the_callers_own():
    caller = Caller()
    assert caller.says(0, "your man shouted at me. and now you, you idiot") == 4
    caller = Caller()
    assert caller.says(0, "I wrote to you and you did nothing you idiot") == 4


def test_the_agents_words_are_no_cue():
    caller = Caller()
    caller.says(0, "you idiot, this is unacceptable", channel=Channel.AGENT)
    assert caller.ladder.level == 0


def test_a_soothed_caller_comes_down_step_by_step():
    caller = Caller()
    caller.says(0, "my lawyer will ring you")
    assert caller.says(20, "okay thank you so much") == 2
    assert caller.ladder.flagged
    assert caller.says(30, "that is great") == 1
    assert not caller.ladder.flagged


def test_the_flag_stays_up_for_a_while_and_abuse_is_not_soothed():
    caller = Caller()
    caller.says(0, "I'm absolutely livid")
    assert caller.says(5, "that is great") == 2
    caller = Caller()
    caller.says(0, "you idiot")
    assert caller.says(60, "thank you so much") == 4


def test_ninety_seconds_of_calm_speech_clear_it():
    caller = Caller()
    caller.says(0, "I'm absolutely livid")
    for n in range(8):
        assert caller.says(10 + n * 15, "so the number is on the front", seconds=10) == 2
    assert caller.says(140, "and it is blue", seconds=10) == 0
    assert [c.flagged for c in caller.changes] == [True, False]


def test_a_cue_begins_the_calm_anew():
    caller = Caller()
    caller.says(0, "I'm absolutely livid")
    for n in range(8):
        caller.says(10 + n * 15, "so the number is on the front", seconds=10)
    caller.says(135, "this is ridiculous")
    assert caller.says(140, "and it is blue", seconds=10) == 2


def test_time_clears_it_where_the_caller_only_listens():
    caller = Caller()
    caller.says(0, "I'm absolutely livid")
    assert caller.ladder.next_due == float("inf")
    caller.says(60, "okay")
    assert caller.ladder.next_due == 243
    assert caller.ladder.advance(242) is None
    gone = caller.ladder.advance(250)
    assert (gone.level, gone.flagged, gone.at) == (0, False, 243)


def test_the_flag_never_flaps():
    caller = Caller()
    for n in range(10):
        caller.says(n * 10, "I'm absolutely livid" if n % 2 == 0 else "that is great")
    assert [c.flagged for c in caller.changes if c.flagged] == [True]


def test_a_loud_voice_supports_words_and_never_stands_alone():
    loud = Label("prosody", "raised", 0.95)
    caller = Caller()
    assert caller.says(0, "what about my bill", labels=[loud]) == 0
    assert caller.says(10, "what about my bill then", labels=[loud]) == 0
    assert caller.says(20, "this is unacceptable", labels=[loud]) == 2


def test_a_classifiers_label_supports_words():
    label = Label("mood", "angry", 0.9, "", "encoder")
    caller = Caller()
    assert caller.says(0, "what about my bill", labels=[label]) == 0
    assert caller.says(10, "this is unacceptable", labels=[label]) == 2
    caller = Caller()
    assert caller.says(10, "this is unacceptable", labels=[Label("mood", "angry", 0.6)]) == 1


def test_a_label_of_the_same_cue_is_not_another_sign():
    caller = Caller()
    assert caller.says(0, "I'm angry", labels=[Label("mood", "angry", 0.95)]) == 1
