"""A call told in events: a parcel that never came, a caller who grows angry and is won back."""

# ruff: noqa: E501, E741

from models.types import Channel, Label, Utterance, Word
from pipeline.events import (
    AngerChanged,
    AudioGap,
    CallEnded,
    CallScored,
    CallStarted,
    ChecklistChanged,
    Degraded,
    HintCleared,
    HintPreviewed,
    HintRaised,
    LabelsAdded,
    PartialTranscript,
    SpeechStarted,
    SpeechStopped,
    TranscriptionFailed,
    UtteranceFinal,
    WrapupReady,
)
from qa_rules.types import (
    Anger,
    Answer,
    ChecklistItem,
    Evidence,
    Finding,
    Hint,
    NearMiss,
    Priority,
    Scorecard,
    ScoredSection,
    Severity,
    State,
)

A, C = Channel.AGENT, Channel.CUSTOMER
R, O, AF, P = (
    Severity.REQUIRED,
    Severity.OPTIONAL,
    Severity.AUTO_FAIL,
    Severity.PROHIBITED_AUTO_FAIL,
)

ITEMS = (
    ("CORE-01", "Greet and name the company", R, "Opening", 10.0, "Thank you for calling Northwind Parcels."),
    ("CORE-02", "Give your own name", R, "Opening", 20.0, "My name is Ana."),
    ("CORE-03", "Say that the call is recorded", AF, "Opening", 30.0, "This call is recorded for training."),
    ("CORE-04", "Offer help", R, "Opening", 45.0, "How can I help you today?"),
    ("CORE-05", "Get and use the caller's name", R, "Understanding", None, "May I take your name?"),
    ("CORE-06", "Restate the reason before solving it", R, "Understanding", None, "So the parcel never came, is that right?"),
    ("CORE-07", "Acknowledge the feeling first", R, "Soft skills", None, "I can hear how frustrating this has been."),
    ("M2-02", "Check two factors before account details", AF, "Compliance", None, "Could I have your postcode and date of birth?"),
    ("M3-01", "Warn before taking a card", R, "Compliance", None, "I will switch the recording off now."),
    ("CORE-11", "Recap what happens next, with a date", R, "Closing", None, "It will be with you by Friday."),
    ("CORE-12", "Offer further help", R, "Closing", None, "Is there anything else I can do?"),
    ("CORE-13", "Thank and close", R, "Closing", None, "Thank you for calling."),
    ("CORE-15", "One remark that is not from the script", O, "Soft skills", None, "Moving house is a lot."),
    ("CORE-09", "No insults or threats", P, "Compliance", None, ""),
    ("CORE-10", "No blame without a next step", Severity.PROHIBITED, "Soft skills", None, ""),
)  # fmt: skip

TURNS = (
    (1, A, 0.4, 4.1, "Good morning, thank you for calling Northwind Parcels, my name is Ana."),
    (2, A, 4.6, 8.0, "Just so you know, this call is recorded for training. How can I help you today?"),
    (3, C, 8.6, 15.2, "Hi, yes, I ordered a bookcase three weeks ago and it still has not arrived."),
    (4, A, 15.9, 18.3, "I am sorry about that. May I take your name?"),
    (5, C, 18.8, 20.4, "It's Morgan Reyes."),
    (6, A, 21.0, 24.6, "Thank you, Morgan. Let me look for your order, one moment please."),
    (7, C, 31.2, 37.9, "This is ridiculous, it's the third time I'm calling about this. Nobody ever rings back."),
    (8, A, 38.4, 40.9, "I understand, the warehouse should have called you."),
    (9, C, 41.3, 47.5, "If it is not here this week I'm cancelling and I will go to the ombudsman."),
    (10, A, 48.1, 55.8, "I can hear how frustrating this has been, Morgan, and I am sorry. You should not have to chase us."),
    (11, A, 56.4, 62.0, "So the bookcase never came, and nobody called you back twice, is that right?"),
    (12, C, 62.5, 64.6, "Yes. That is exactly it."),
    (13, A, 65.2, 73.1, "I have sent a new one today by express. It will be with you by Friday, the sixth of March."),
    (14, C, 73.8, 78.0, "Okay. And the delivery fee, do I get that back? My card is [card number]."),
    (15, A, 78.6, 85.3, "Please do not read your card out. The refund goes to the card we have, within five days."),
    (16, C, 86.0, 89.2, "All right, that is fair. Thank you for sorting it out."),
    (17, A, 89.8, 95.9, "You're welcome. I'll call you on Friday to make sure. Is there anything else I can do for you?"),
    (18, C, 96.4, 97.6, "No, that is everything."),
    (19, A, 98.0, 100.8, "Thank you for calling Northwind, take care."),
)  # fmt: skip
TEXT = {t[0]: t for t in TURNS}


def proof(turn, quote, engine="phrase"):
    _, channel, start, end, text = TEXT[turn]
    assert quote in text, (quote, text)
    span = (end - start) / max(1, len(text))
    at = start + text.index(quote) * span
    return Evidence(
        quote, round(at, 2), round(at + len(quote) * span, 2), turn, channel, engine, 0.91
    )


def item(n):
    rule, label, severity, section, due, example = ITEMS[n]
    title = f"{label} in the first {int(due)} seconds" if due else label
    conditional = rule in ("CORE-07", "M3-01")
    return ChecklistItem(
        rule, label, title, severity, section, example, due, "core_call", conditional
    )


def finding(rule, state, *evidence, at=None, reason="", near=None, searched=None):
    n = next(i for i, row in enumerate(ITEMS) if row[0] == rule)
    when = at if at is not None else (evidence[0].end if evidence else None)
    return ChecklistChanged(
        Finding(rule, item(n).title, ITEMS[n][2], state, reason, when, evidence, near, searched)
    )


def said(turn):
    number, channel, start, end, text = TEXT[turn]
    words = tuple(Word(w, start, end) for w in text.split()[:2])
    redacted = ("card",) if "[card" in text else ()
    return UtteranceFinal(Utterance(number, channel, start, end, text, 0.9, words), redacted)


def hint(name, text, at, *, priority=Priority.NORMAL, detail="", why="", evidence=(), lasts=90.0):
    return Hint(name, name.split("#")[0], text, at, at + lasts, priority, detail, why, "", evidence)


ACKNOWLEDGE = hint(
    "CORE-07#1",
    "Name the feeling before you explain",
    34.5,
    detail="“I can hear how frustrating this has been, and I am sorry.”",
    why="The caller has rung before",
    evidence=(proof(7, "third time I'm calling"),),
)
KEEP = hint(
    "churn#1",
    "Do not argue. Say what you will do, and by when",
    46.9,
    priority=Priority.CRITICAL,
    detail="Offer the express replacement and the fee back. A supervisor has been told.",
    why="Threatens to leave and to complain outside",
    evidence=(proof(9, "I will go to the ombudsman"),),
)
CASE = hint("repeat_caller#1", "Open the last case, 28 February", 36.0, priority=Priority.LOW)
CARD = hint(
    "card_digits#1",
    "Stop the caller from reading the card out",
    77.0,
    priority=Priority.CRITICAL,
    why="Card digits were spoken",
)


def started(call_id="demo", agent="Ana", queue="Parcels", at="2026-03-04T09:12:07.000000Z"):
    checklist = tuple(item(n) for n in range(len(ITEMS)))
    return CallStarted(
        call_id, at, agent, queue, "inbound", "en", (A, C), 8000, ("core_call",), checklist
    )


def opening(call_id="demo", **more):
    """The first 25 seconds: greeting, notice, name."""
    return [
        started(call_id, **more),
        said(1),
        finding("CORE-01", State.DONE, proof(1, "thank you for calling Northwind Parcels")),
        finding("CORE-02", State.DONE, proof(1, "my name is Ana")),
        said(2),
        finding("CORE-03", State.DONE, proof(2, "this call is recorded for training")),
        finding("CORE-04", State.DONE, proof(2, "How can I help you today")),
        said(3),
        LabelsAdded(3, (Label("intent", "parcel_missing", 0.93, "has not arrived", "lexical"),)),
        said(4),
        said(5),
        said(6),
        finding("CORE-05", State.DONE, proof(6, "Thank you, Morgan")),
        AudioGap(C, 26.0, 27.4, "late"),
    ]


def anger():
    """The caller loses patience; hints come."""
    return [
        said(7),
        LabelsAdded(7, (Label("intent", "repeat_caller", 0.9, "third time I'm calling", "lexical"),)),
        AngerChanged(Anger(1, False, 33.0, (proof(7, "This is ridiculous"),))),
        finding("CORE-07", State.DUE, at=33.0, reason="The caller is irritated."),
        HintRaised(ACKNOWLEDGE),
        HintRaised(CASE),
        said(8),
        said(9),
        AngerChanged(
            Anger(3, True, 44.8, (proof(7, "third time I'm calling"), proof(9, "I'm cancelling"),
                                  proof(9, "I will go to the ombudsman")))
        ),
        HintRaised(KEEP),
    ]  # fmt: skip


def now_speaking():
    """Ephemeral: the customer is in mid-sentence."""
    return [
        SpeechStarted(C, 10, 48.1),
        PartialTranscript(C, 10, 48.1, 50.9, "and nobody there could even tell me where", 24),
    ]


def recovery():
    """The agent wins the caller back."""
    return [
        said(10),
        finding("CORE-07", State.DONE, proof(10, "I can hear how frustrating this has been")),
        HintCleared("CORE-07#1", "said", 55.8),
        HintCleared("churn#1", "said", 55.8),
        HintCleared("repeat_caller#1", "expired", 61.0),
        said(11),
        finding("CORE-06", State.DONE, proof(11, "the bookcase never came")),
        said(12),
        said(13),
        finding("CORE-11", State.DONE, proof(13, "It will be with you by Friday")),
        said(14),
        HintRaised(CARD),
        said(15),
        HintCleared("card_digits#1", "said", 85.3),
        TranscriptionFailed(20, C, 85.4, 85.9, "too noisy"),
        said(16),
        AngerChanged(Anger(0, False, 89.2, (proof(16, "that is fair"),))),
        said(17),
        finding("CORE-12", State.DONE, proof(17, "Is there anything else I can do for you")),
        said(18),
        said(19),
    ]


def ending(wrapup=None):
    """The end, the last findings, score and after-call work."""
    near = NearMiss(proof(4, "May I take your name"), 0.41)
    return [
        finding("CORE-13", State.DONE, proof(19, "Thank you for calling Northwind")),
        finding(
            "M2-02", State.MISSED, at=73.1, near=near, searched=(0.0, 73.1),
            reason="Order details were given before a second factor was checked.",
        ),
        finding("M3-01", State.NOT_APPLICABLE, reason="No payment was taken."),
        finding("CORE-15", State.NEEDS_REVIEW, proof(10, "You should not have to chase us"),
                reason="The recogniser was unsure of these words."),
        finding("CORE-09", State.DONE, reason="Nothing of the kind was said."),
        finding("CORE-10", State.VIOLATED, proof(8, "the warehouse should have called you"),
                reason="Blames another team and names no next step."),
        CallEnded(101.6, "completed"),
        CallScored(scorecard()),
        WrapupReady(WRAPUP if wrapup is None else wrapup),
    ]  # fmt: skip


def scorecard():
    def answer(rule, label, severity, result, points, possible, *evidence, **more):
        return Answer(rule, label, severity, result, points, possible, evidence, **more)

    near = NearMiss(proof(4, "May I take your name"), 0.41)
    opening_part = ScoredSection("opening", "Opening", 10, 100.0, (
        answer("CORE-01", "Greets and names the company", R, "yes", 4, 4, proof(1, "thank you for calling Northwind Parcels")),
        answer("CORE-03", "Says that the call is recorded", AF, "yes", 6, 6, proof(2, "this call is recorded for training")),
    ))  # fmt: skip
    understanding = ScoredSection("understanding", "Understanding", 15, 100.0, (
        answer("CORE-06", "Restates the reason", R, "yes", 8, 8, proof(11, "the bookcase never came")),
    ))  # fmt: skip
    compliance = ScoredSection("compliance", "Compliance", 20, 0.0, (
        answer("M2-02", "Checks two factors first", AF, "no", 0, 10, near_miss=near, note="Order details were given before a second factor was checked."),
        answer("M3-01", "Warns before taking a card", R, "n/a", 0, 0, note="No payment was taken."),
    ))  # fmt: skip
    soft = ScoredSection("soft", "Soft skills", 15, 62.5, (
        answer("CORE-07", "Acknowledges the feeling", R, "partly", 5, 8, proof(10, "I can hear how frustrating this has been"), note="22 seconds after the first sign; 30 allowed."),
        answer("CORE-15", "A remark that is not from the script", O, "needs_review", 0, 0, proof(10, "You should not have to chase us")),
    ))  # fmt: skip
    payment = ScoredSection("payment", "Payment", 10, None, ())
    return Scorecard(
        "core_call", "3f9a1c77d2", "scored", 0.0, 0.0, True, ("M2-02",), False, 1,
        (opening_part, understanding, compliance, soft, payment),
    )  # fmt: skip


DEGRADED = Degraded("partials", True, "")
PREVIEW = HintPreviewed(ACKNOWLEDGE, 7)
AGENT_SPEAKS = SpeechStarted(A, 30, 50.0)
AGENT_STOPS = SpeechStopped(A, 30, 52.0)


def found(name, title, turn, quote):
    assert quote in TEXT[turn][4], quote
    return {
        "id": name, "title": title, "quote": quote, "utterance_id": turn,
        "at": TEXT[turn][2], "confidence": 0.9,
    }  # fmt: skip


BY_FRIDAY = "It will be with you by Friday, the sixth of March."
I_CALL = "I'll call you on Friday to make sure."
WRAPUP = {
    "reason": found("order", "Order or delivery", 3, "still has not arrived"),
    "other_reasons": [
        found("repeat_problem", "Earlier problem not solved", 7, "third time I'm calling")
    ],
    "outcome": found("pending", "Pending", 17, "I'll call you on Friday"),
    "dispositions": [
        {"id": "callback_booked", "title": "Callback booked", "why": "call back"},
        {"id": "complaint_logged", "title": "Complaint logged", "why": "complaint"},
        {"id": "awaiting_customer", "title": "Waiting for the customer", "why": "Pending"},
    ],
    "promises": [
        {
            "who": "agent",
            "quote": BY_FRIDAY,
            "due": "2026-03-06",
            "due_words": "by Friday, the sixth of March",
            "task": "",
            "sure": True,
            "utterance_id": 13,
            "at": 65.2,
        },
        {
            "who": "agent",
            "quote": I_CALL,
            "due": "2026-03-06",
            "due_words": "on Friday",
            "task": "call_back",
            "sure": False,
            "utterance_id": 17,
            "at": 89.8,
        },
    ],
    "follow_ups": [
        {
            "task": "call_back",
            "title": "Call back",
            "owner": "agent",
            "due": "2026-03-06",
            "due_words": "on Friday",
            "quote": I_CALL,
            "utterance_id": 17,
        },
    ],
    "fields": {
        "customer_name": {
            "title": "Customer name",
            "value": "Morgan Reyes",
            "utterance_id": 5,
            "quote": "Morgan Reyes",
        }
    },
    "mood": {"start": 0, "end": 0, "peak": 3, "trend": "steady", "quarters": [], "levels": []},
    "summary": [
        {"kind": "issue", "text": TEXT[3][4], "utterance_id": 3},
        {"kind": "done", "text": "I have sent a new one today by express.", "utterance_id": 13},
        {"kind": "next", "text": I_CALL, "utterance_id": 17},
    ],
    "needs_review": [
        '"on Friday" may be meant otherwise than 2026-03-06.',
        "1 check needs a person to look.",
    ],
}
