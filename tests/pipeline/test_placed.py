"""What events say once sides are swapped: an even number of swaps leaves all as it was."""

from hypothesis import given
from hypothesis import strategies as st

from models.types import Channel, Utterance
from pipeline.events import (
    AngerChanged,
    AudioGap,
    CallEnded,
    CallStarted,
    ChecklistChanged,
    SidesSwapped,
    UtteranceFinal,
)
from pipeline.placed import is_swapped, placed
from qa_rules.types import Anger, Finding, Severity, State

A, C, M = Channel.AGENT, Channel.CUSTOMER, Channel.MIXED
SWAP = SidesSwapped("2026-05-01", "quinn")
STARTED = CallStarted("c1", "", "", "", "inbound", "en", (A, C), 8000)
DONE = ChecklistChanged(Finding("R", "t", Severity.REQUIRED, State.DONE))
ANGRY = AngerChanged(Anger(2, True, 4.0, ()))
ENDED = CallEnded(9.0, "completed")


def said(channel):
    return UtteranceFinal(Utterance(1, channel, 0.0, 1.0, "hello"))


def stand(*events):
    return [event for _, event in placed(list(enumerate(events, 1)))]


def test_a_swap_turns_what_was_heard_and_voids_what_was_judged():
    later = said(A)
    got = stand(
        STARTED, said(A), said(M), AudioGap(C, 1, 2, "late"), DONE, ANGRY, ENDED, SWAP, later
    )
    assert got[0].channels == (C, A)
    assert got[1:] == [said(C), said(M), AudioGap(A, 1, 2, "late"), ENDED, SWAP, later]


EVENTS = st.sampled_from([STARTED, said(A), said(C), said(M), DONE, ANGRY, ENDED])


@given(st.lists(EVENTS), st.lists(EVENTS))
def test_two_swaps_bring_back_what_was_judged_first_and_void_what_lay_between(first, between):
    got = stand(*first, SWAP, *between, SWAP)
    assert got[: len(first) + 1] == [*first, SWAP]
    assert not [e for e in got[len(first) :] if e in (DONE, ANGRY)]
    assert not is_swapped(list(enumerate([*first, SWAP, *between, SWAP])))
