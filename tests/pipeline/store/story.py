"""A call as a list of numbered events, with every kind of durable event in it."""

from dataclasses import replace

import numpy as np

from models.types import Channel, Label, Utterance, Word
from pipeline.events import (
    AngerChanged,
    AudioGap,
    CallEnded,
    CallScored,
    CallStarted,
    ChecklistChanged,
    HintCleared,
    HintRaised,
    LabelsAdded,
    TranscriptionFailed,
    UtteranceFinal,
    UtteranceRedacted,
    WrapupReady,
)
from qa_rules.types import (
    Anger,
    Answer,
    ChecklistItem,
    Evidence,
    Finding,
    FormPart,
    Hint,
    NearMiss,
    Priority,
    Scorecard,
    ScoredSection,
    Severity,
    State,
)

CARD = "4539 1488 0343 6467"
SPOKEN = "four five three nine"


def started(call_id="c1", at="2025-03-04T10:00:00Z", agent="a7", queue="billing"):
    return CallStarted(
        call_id,
        at,
        agent,
        queue,
        "inbound",
        "en",
        (Channel.AGENT, Channel.CUSTOMER),
        8000,
        ("P01", "M3"),
        (ChecklistItem("greet", "Greeting", "Says hello", Severity.REQUIRED, "open"),),
    )


def words(text, start):
    return tuple(
        Word(w, start + n * 0.25, start + n * 0.25 + 0.2, 0.9) for n, w in enumerate(text.split())
    )


def said(n, channel, start, text):
    return Utterance(n, channel, start, start + 2.0, text, 0.93, words(text, start))


def card_given():
    """Half of a number is said, and quoted by all that quotes; then the rest follows."""
    told = said(3, Channel.CUSTOMER, 12.0, f"sure it is {CARD[:9]} hold on please")
    quote = Evidence(CARD[:9], 12.5, 13.0, 3, Channel.CUSTOMER, "pattern", 0.9)
    wide = Evidence(f"it is {CARD[:9]} hold", 12.2, 13.4, 3, Channel.CUSTOMER)
    return [
        UtteranceFinal(told),
        LabelsAdded(3, (Label("intent", "pay", 0.8, f"is {CARD[:9]}", "lexical"),)),
        ChecklistChanged(
            Finding(
                "card",
                "Card is not read aloud",
                Severity.PROHIBITED,
                State.VIOLATED,
                f"the customer said {CARD[:9]} aloud",
                12.5,
                (quote, wide),
                NearMiss(quote, 0.8),
            )
        ),
        HintRaised(
            Hint(
                "h2",
                "card",
                "Stop them reading the card",
                12.5,
                20.0,
                Priority.CRITICAL,
                why=f"heard {CARD[:4]} and {CARD[5:9]}",
                evidence=(quote,),
            )
        ),
        AngerChanged(Anger(2, True, 12.6, (quote,))),
        UtteranceFinal(said(4, Channel.CUSTOMER, 15.0, "[card]"), ("card",)),
        UtteranceRedacted(3, "sure it is [card] hold on please", ("card",)),
    ]


def scorecard(score=81.5, quote="my bill is wrong"):
    proof = Evidence(quote, 5.0, 6.0, 2, Channel.CUSTOMER)
    answer = Answer("greet", "Says hello", Severity.REQUIRED, "yes", 5, 5, (proof,))
    return Scorecard(
        "M3",
        "v1",
        "scored",
        score,
        90.0,
        False,
        (),
        True,
        1,
        (ScoredSection("open", "Opening", 1.0, score, (answer,)),),
        parts=(FormPart("core_call", "1", "0f1e2d3c4b5a"),),
    )


def body(call_id="c1", **start):
    """Everything that happens in a call, without numbers, card number and end included."""
    hello = Evidence("hello", 1.0, 1.4, 1, Channel.AGENT)
    wrong = Evidence("wrong", 5.8, 6.0, 2, Channel.CUSTOMER)
    greet = Finding("greet", "Says hello", Severity.REQUIRED, State.DUE, at=0.0)
    return [
        started(call_id, **start),
        ChecklistChanged(greet),
        UtteranceFinal(said(1, Channel.AGENT, 1.0, "hello this is Harbour Mobile")),
        ChecklistChanged(replace(greet, state=State.DONE, at=1.4, evidence=(hello,))),
        UtteranceFinal(said(2, Channel.CUSTOMER, 5.0, "my bill is wrong")),
        LabelsAdded(2, (Label("intent", "billing", 0.9, "bill"), Label("mood", "upset", 0.7))),
        HintRaised(Hint("h1", "empathy", "Say you see why", 6.0, 26.0, evidence=(wrong,))),
        AngerChanged(Anger(1, False, 6.0, (wrong,))),
        AudioGap(Channel.AGENT, 8.0, 8.4, "late"),
        TranscriptionFailed(7, Channel.AGENT, 9.0, 10.0, "engine"),
        HintCleared("h1", "said", 11.0),
        *card_given(),
        HintCleared("h2", "expired", 20.0),
        AngerChanged(Anger(0, False, 25.0)),
        CallEnded(31.5, "completed"),
        CallScored(scorecard()),
        WrapupReady({"reason": {"text": "bill is wrong", "utterance_id": 2}, "promises": []}),
    ]


def numbered(events):
    return list(enumerate(events, 1))


def whole(call_id="c1", **start):
    return numbered(body(call_id, **start))


def plain(call_id, turns, seed=0):
    """A long plain call: three events a turn, its words random but the same for a seed."""
    rng = np.random.default_rng(seed)
    names = ["thanks", "account", "bill", "please", "order", "today", "number", "line", "late"]
    events = [started(call_id)]
    for n in range(turns):
        text = " ".join(rng.choice(names, 12))
        channel = Channel.AGENT if n % 2 else Channel.CUSTOMER
        events += [
            UtteranceFinal(said(n + 1, channel, 4.0 * n, text)),
            LabelsAdded(n + 1, (Label("intent", "billing", 0.9, "bill"),)),
            ChecklistChanged(
                Finding(f"r{n % 9}", "An item", Severity.REQUIRED, State.DONE, "said", 4.0 * n)
            ),
        ]
    return numbered(events)
