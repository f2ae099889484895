from types import SimpleNamespace

import pytest

from models.types import Channel, Label, Utterance, Word
from pipeline.audio.cut import Mute
from pipeline.clips import Consent, around, consent, mutes_of, turns_in, unnamed
from pipeline.masks import Mask, redact
from pipeline.store.playlists import Stretch
from pipeline.store.redacted import Masking
from qa_rules.types import State

A, C = Channel.AGENT, Channel.CUSTOMER


def timed(text, start=0.0, step=0.5):
    return tuple(
        Word(w, start + n * step, start + n * step + 0.4) for n, w in enumerate(text.split())
    )


def piece(start, end, *hushed):
    return Stretch("one", start, end, "Piece", hushed=hushed)


def call(*said, redacted=(), legs=(A, C), channels=2, agent="Dana", **more):
    """Return what `CallDetail` says, as far as clips ask."""
    return SimpleNamespace(
        utterances=said,
        redacted={number: ("card",) for number in redacted},
        legs=legs,
        recording=SimpleNamespace(channels=channels),
        row=SimpleNamespace(agent=agent),
        **{"facts": {}, "findings": (), "labels": {}} | more,
    )


SAID = (
    Utterance(1, A, 1.2, 3.0, "Hello, Dana speaking"),
    Utterance(2, C, 3.4, 6.1, "It is late again"),
    Utterance(3, A, 6.3, 9.9, "I am sorry"),
    Utterance(4, C, 12.0, 14.0, "Thanks"),
)


def test_a_clip_of_a_turn_has_the_turn_before_and_after_on_half_seconds():
    assert around(call(*SAID), 2) == (1.0, 10.0)
    assert around(call(*SAID), 1) == (1.0, 6.5)
    assert around(call(*SAID), 4) == (6.0, 14.0)
    assert around(call(*SAID), 9) is None


def test_turns_stand_at_their_second_of_the_clip_and_say_when_they_are_cut():
    found = turns_in(call(*SAID), piece(2.0, 9.9))
    assert [(t.id, t.at, t.cut) for t in found] == [
        (1, 0.0, True),
        (2, pytest.approx(1.4), False),
        (3, pytest.approx(4.3), False),
    ]
    assert [t.id for t in turns_in(call(*SAID), piece(2.9, 6.4))] == [2]


def test_the_agents_name_is_taken_out_unless_it_is_asked_for():
    assert turns_in(call(*SAID), piece(0, 4))[0].text == "Hello, [agent] speaking"
    assert turns_in(call(*SAID), piece(0, 4), names=True)[0].text == "Hello, Dana speaking"
    assert unnamed("Tom here, Tomorrow O", "Tom O") == "[agent] here, Tomorrow O"
    assert unnamed("Hello", "") == "Hello"

    assert unnamed("Hello", "") == "Hello"


def test_words_masked_at_once_are_silent_from_the_word_before_to_the_word_after():
    text = "my card is 4539 1488 0343 6467 thanks a lot"
    heard = Utterance(7, C, 10.0, 15.0, text, words=timed(text, 10.0))
    begin = text.index("4539")
    said = redact(heard, [Mask(begin, begin + 19, "card", "[card number]")])
    assert "[card number]" in [w.text for w in said.words]
    (mute,) = mutes_of(call(said, redacted=[7]))
    assert mute == Mute(1, pytest.approx(11.4 - 0.25), pytest.approx(13.5 + 0.25))


def test_words_masked_later_have_no_times_and_are_silent_all_the_same():
    text = "four five three nine is the beginning"
    rest = Masking(text, "[card number] is the beginning").words(
        [{"text": w.text, "start": w.start, "end": w.end} for w in timed(text)]
    )
    late = Utterance(
        7, C, 0.0, 4.0, "[card number] is the beginning", words=tuple(Word(**w) for w in rest)
    )
    assert mutes_of(call(late, redacted=[7])) == [Mute(1, 0.0, 2.25)]
    untimed = Utterance(7, C, 1.0, 4.0, "[card number] is the beginning")
    assert mutes_of(call(untimed, redacted=[7])) == [Mute(1, 0.75, 4.25)]
    odd = Utterance(7, C, 1.0, 4.0, "[card number] is it", words=timed("was it", 1.0))
    assert mutes_of(call(odd, redacted=[7])) == [Mute(1, 0.75, 4.25)]
    assert mutes_of(call(late)) == []


def test_a_turn_that_is_silenced_by_hand_is_neither_heard_nor_read():
    first, second = turns_in(call(*SAID), piece(3.0, 9.0, 2))
    assert (first.text, first.hushed, second.text) == ("[silenced]", True, "I am sorry")
    assert mutes_of(call(*SAID), (2,)) == [Mute(1, pytest.approx(3.15), pytest.approx(6.35))]


def test_all_channels_are_muted_where_sides_were_not_recorded_apart():
    late = Utterance(7, C, 1.0, 4.0, "[card number]")
    assert mutes_of(call(late, redacted=[7], channels=1))[0].channel is None
    assert mutes_of(call(late, redacted=[7], legs=(C, A)))[0].channel == 0


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({}, Consent.UNKNOWN),
        ({"facts": {"recording_notice_played": True}}, Consent.TOLD),
        ({"findings": [SimpleNamespace(rule_id="CORE-03", state=State.LATE)]}, Consent.TOLD),
        ({"findings": [SimpleNamespace(rule_id="CORE-03", state=State.MISSED)]}, Consent.UNKNOWN),
        ({"facts": {"all_party": True}}, Consent.MISSING),
        (
            {
                "facts": {"recording_notice_played": True},
                "labels": {3: (Label("intent", "recording_refused", 0.9, "", "x"),)},
            },
            Consent.REFUSED,
        ),
    ],
)
def test_consent_is_what_the_call_says_of_it(known, found):
    assert consent(call(**known)) is found
    assert found.bars == (found in (Consent.MISSING, Consent.REFUSED))
