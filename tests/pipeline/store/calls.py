"""Ended calls of told turns, for the tests of search and mining."""

from models.types import Channel, Label, Utterance
from pipeline.events import AngerChanged, CallEnded, CallStarted, LabelsAdded, UtteranceFinal
from qa_rules.types import Anger

WHO = {"a": Channel.AGENT, "c": Channel.CUSTOMER}


def told(store, call_id, turns, *, day=1, agent="Ana", queue="parcels", anger=(), intents=()):
    """Store a call.

    `turns` are (who, second, text), `anger` (second, level), `intents` (turn, name).
    """
    legs = (Channel.AGENT, Channel.CUSTOMER)
    events = [
        CallStarted(
            call_id,
            f"2026-05-{day:02}T09:00:00Z",
            agent,
            queue,
            "inbound",
            "en",
            legs,
            8000,
            (),
            (),
        )
    ]
    for number, (who, at, text) in enumerate(turns, 1):
        events.append(UtteranceFinal(Utterance(number, WHO[who], at, at + 2.0, text, 0.9)))
    events += [
        LabelsAdded(turn, (Label("intent", name, 0.9, "", "test"),)) for turn, name in intents
    ]
    events += [AngerChanged(Anger(level, level >= 2, at, ())) for at, level in anger]
    events.append(CallEnded(max(at for _, at, _ in turns) + 10.0, "completed"))
    store.append(call_id, list(enumerate(events, 1)))
