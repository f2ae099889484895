import typing

import pytest
from pydantic import ValidationError

from models.types import Channel, Label, Utterance, Word
from pipeline import events as ev
from pipeline.events import durable, from_json, to_data, to_json
from qa_rules.types import Anger, Evidence, Finding, Hint, NearMiss, Severity, State

SAID = Utterance(3, Channel.CUSTOMER, 1.5, 2.5, "héllo", 0.9, (Word("héllo", 1.5, 2.5, 0.9),))
PROOF = Evidence("héllo", 1.5, 2.5, 3, Channel.CUSTOMER, "phrase", 1.0)
FOUND = Finding(
    "R-1", "Greets", Severity.REQUIRED, State.DONE, "", 1.5, (PROOF,), NearMiss(PROOF, 0.4)
)
EXAMPLES = [
    ev.CallStarted("c", "2026-01-01T00:00:00Z", "a", "q", "inbound", "en", (Channel.MIXED,), 8000),
    ev.UtteranceFinal(SAID, ("card",)),
    ev.UtteranceRedacted(3, "[card number]", ("card",)),
    ev.LabelsAdded(3, (Label("intent", "cancel", 0.7, "héllo", "lexical"),)),
    ev.ChecklistChanged(FOUND),
    ev.HintRaised(Hint("h@3", "h", "Say sorry", 2.5, 20.0)),
    ev.HintCleared("h@3", "done", 3.0),
    ev.AngerChanged(Anger(2, True, 2.5, (PROOF,))),
    ev.TranscriptionFailed(4, Channel.AGENT, 3.0, 4.0, "no"),
    ev.AudioGap(Channel.AGENT, 3.0, 4.0, "missing"),
    ev.CallEnded(10.0, "completed"),
    ev.SidesSwapped("2026-05-01T12:00:00Z", "quinn"),
    ev.WrapupReady({"reason": None, "promises": [1, "x"]}),
    ev.NoteSent("n1", "Offer the fee back", "Sam", 4.0, True),
    ev.SpeechStarted(Channel.AGENT, 5, 4.0),
    ev.SpeechStopped(Channel.AGENT, 5, 5.0),
    ev.PartialTranscript(Channel.AGENT, 5, 4.0, 4.5, "good", 2),
    ev.HintPreviewed(Hint("h@5", "h", "Say sorry", 2.5, 20.0), 5),
    ev.Degraded("partials", True, "busy"),
]
EPHEMERAL = {"SpeechStarted", "SpeechStopped", "PartialTranscript", "HintPreviewed", "Degraded"}


def test_no_kind_is_left_out_here():
    kinds = {
        k.__name__ for k in (*typing.get_args(ev.DurableEvent), *typing.get_args(ev.EphemeralEvent))
    }
    assert {type(e).__name__ for e in EXAMPLES} | {"CallScored"} == kinds


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda e: e.type)
def test_an_event_comes_back_from_the_wire_as_it_went(event):
    assert from_json(to_json(event)) == event
    assert to_data(event)["type"] == type(event).__name__ == event.type
    assert durable(event) is (event.type not in EPHEMERAL)


@pytest.mark.parametrize("text", ["", "{}", '{"type":"Unknown"}', '{"type":"CallEnded"}', "[]"])
def test_what_is_no_event_is_refused(text):
    with pytest.raises(ValidationError):
        from_json(text)
