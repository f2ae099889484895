"""The after-call draft: quotes that stand in the call, values as said, null for the rest."""

import json
import os
import time
from pathlib import Path

import pytest

from models.types import Channel, Label, Utterance
from pipeline.events import WrapupReady, from_json, to_json
from pipeline.wrapup import draft
from qa_rules.packs import load_packs
from qa_rules.types import Anger, Evidence, Finding, HappenedEvent, Severity, State

A, C = Channel.AGENT, Channel.CUSTOMER
DATA = Path(os.environ.get("CUELINE_DATA", Path(__file__).parents[2] / "../shared/data"))
STARTED = "2026-05-05T14:30:00"
PACKS = load_packs(["card_payment", "hold_transfer_escalate"])


def call(*turns, confidence=0.9):
    out, at = [], 0.0
    for number, (who, text) in enumerate(turns, 1):
        end = at + 0.35 * len(text.split())
        out.append(Utterance(number, who, at, end, text, confidence))
        at = end + 0.7
    return out


def wrap(utterances, *, labels=None, findings=(), happened=(), anger=(), seconds=None):
    return draft(
        utterances,
        labels=labels or {},
        findings=findings,
        happened=happened,
        anger=anger,
        packs=PACKS,
        started_at=STARTED,
        seconds=seconds or (utterances[-1].end if utterances else 0.0),
    )


COMPLAINT = call(
    (A, "good morning thank you for calling Harbour Lights my name is Dana how can I help"),
    (C, "hi my name is Ruth Okafor"),
    (C, "my boiler has been broken since Monday and nobody turned up for the appointment"),
    (A, "I'm sorry to hear that let me have a look"),
    (A, "I'll put you on hold for a moment"),
    (C, "fine"),
    (A, "so I've booked a new visit for you and refunded the call out fee"),
    (A, "an engineer will come out on Thursday between nine and eleven"),
    (C, "okay"),
    (A, "and I'll call you back tomorrow by five to make sure it's confirmed"),
    (A, "your reference is 88 12 04"),
    (C, "thank you bye"),
)


def test_the_summary_says_what_it_was_what_was_done_and_what_comes_next():
    lines = {line.kind: line for line in wrap(COMPLAINT).summary}
    assert lines["issue"].text == COMPLAINT[2].text
    assert lines["issue"].utterance_id == 3
    assert lines["done"].text.startswith("so I've booked a new visit")
    assert lines["next"].text.startswith("I'll call you back tomorrow by five")


def test_promises_have_their_words_and_their_day():
    due = {p.task: (p.due, p.due_words, p.utterance_id) for p in wrap(COMPLAINT).promises}
    assert due["call_back"] == ("2026-05-06T17:00", "tomorrow by five", 10)
    assert due["other"] == ("2026-05-07T11:00", "on Thursday between nine and eleven", 8)


def test_what_is_done_within_the_call_is_no_promise():
    assert not any("hold" in p.quote for p in wrap(COMPLAINT).promises)


def test_follow_ups_come_soonest_first_with_who_does_them():
    rows = [(f.task, f.owner, f.due) for f in wrap(COMPLAINT).follow_ups]
    assert rows[0] == ("call_back", "agent", "2026-05-06T17:00")


def test_a_case_with_a_call_back_due_is_pending():
    found = wrap(COMPLAINT)
    assert found.outcome is not None
    assert found.outcome.id == "pending"
    assert "callback_booked" in [d.id for d in found.dispositions]


def test_every_quote_stands_in_the_turn_it_names():
    found = wrap(COMPLAINT)
    said = {u.id: u.text for u in COMPLAINT}
    rows = [(f.quote, f.utterance_id) for f in (found.reason, found.outcome) if f]
    rows += [(p.quote, p.utterance_id) for p in found.promises]
    rows += [(v.value, v.utterance_id) for v in found.fields.values()]
    rows += [(line.text, line.utterance_id) for line in found.summary]
    assert len(rows) >= 7
    for quote, utterance in rows:
        assert quote.removesuffix(" ...") in said[utterance]


def test_values_are_copied_as_they_were_said():
    fields = wrap(COMPLAINT).fields
    assert fields["customer_name"].value == "Ruth Okafor"
    assert fields["reference"].value == "88 12 04"


def test_a_word_is_no_name_where_names_have_capitals():
    turns = call((C, "Nobody cares."), (A, "I see."), (C, "And this is completely unacceptable."))
    assert "customer_name" not in wrap(turns).fields
    turns = call((A, "Good evening, this is Mrs. Parker?"), (C, "This is Mrs. Parker."))
    assert wrap(turns).fields.get("customer_name") is None or (
        "Parker" in wrap(turns).fields["customer_name"].value
    )


def test_what_redaction_hid_is_no_value():
    fields = wrap(call((A, "the card ending [card number]"), (C, "my name is Ann"))).fields
    assert "last_four" not in fields


def test_an_intent_is_a_reason_with_its_probability():
    labels = {3: [Label("intent", "pay_by_card", 0.8, "pay the bill")]}
    turns = call((A, "hello"), (C, "hi"), (C, "I want to pay the bill"), (A, "sure"))
    found = wrap(turns, labels=labels)
    assert found.reason is not None
    assert (found.reason.id, found.reason.utterance_id) == ("pay_bill", 3)
    assert found.reason.confidence >= 0.8


def test_an_intent_of_the_agents_is_no_reason():
    labels = {1: [Label("intent", "pay_by_card", 0.9)]}
    assert wrap(call((A, "you can pay by card"), (C, "hm")), labels=labels).reason is None


def test_where_the_call_says_nothing_the_draft_says_nothing():
    found = wrap(call((A, "hello"), (C, "hello"), (A, "bye"), (C, "bye")))
    assert found.reason is None
    assert found.outcome is None
    assert (found.promises, found.follow_ups, found.fields, found.summary) == ((), (), {}, ())
    assert "The call does not say why the customer rang." in found.needs_review


def test_a_call_without_words_has_a_draft_too():
    assert wrap([], seconds=12.0).mood.peak == 0


@pytest.mark.parametrize(
    "text",
    [
        "shall I call you back tomorrow",
        "I can send you an email",
        "if it doesn't come I'll send another one",
        "he said he'd call me on Friday",
        "I won't call you again",
        "I'll check that for you now",
        "I'll just put you through",
        "they said they will call me by Monday",
        "I'll be with you in a second",
        "I have booked the visit for you",
        "the engineer comes when he can",
    ],
)
def test_offers_questions_and_conditions_are_no_promise(text):
    assert wrap(call((A, text))).promises == ()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("we'll send you an email", None),
        ("it will be with you in three to five working days", "2026-05-12"),
        ("your refund will be there by Friday", "2026-05-08"),
        ("you should receive it by the end of the week", "2026-05-08"),
        ("a supervisor will ring you within two hours", "2026-05-05T16:30"),
        ("so the engineer comes on Wednesday between eight and ten", "2026-05-06T10:00"),
        ("I have booked the visit for Wednesday", "2026-05-06"),
        ("so I have an 8 a.m. appointment in the system for two days from now", "2026-05-07T08:00"),
        ("okay so i will um email you the form tomorrow", "2026-05-06"),
    ],
)
def test_commitments_are_promises_dated_from_the_day_of_the_call(text, due):
    (promise,) = wrap(call((A, text))).promises
    assert promise.due == due
    assert promise.who == "agent"


def test_a_promise_may_go_on_after_a_nod():
    turns = call((A, "so I'll ring you back"), (C, "uh huh"), (A, "on Friday at noon"))
    (promise,) = wrap(turns).promises
    assert promise.due == "2026-05-08T12:00"
    assert promise.utterance_id == 1


def test_a_promise_kept_within_the_call_is_gone():
    turns = call(
        (A, "I will email you a confirmation"),
        (C, "thanks"),
        (A, "okay I've emailed you the confirmation"),
    )
    assert wrap(turns).promises == ()


def test_a_promise_said_twice_is_one():
    turns = call(
        (A, "I'll call you back about the boiler"),
        (C, "when"),
        (A, "I'll call you back about the boiler on Friday"),
    )
    (promise,) = wrap(turns).promises
    assert promise.due == "2026-05-08"


def test_what_the_customer_will_do_is_theirs():
    (todo,) = wrap(call((A, "could you"), (C, "I'll send you the photos tomorrow"))).follow_ups
    assert (todo.owner, todo.due) == ("customer", "2026-05-06")


def test_doubtful_things_are_listed_for_a_person():
    turns = call(
        (A, "I'll send you the form"),
        (C, "my name is Ann"),
        (A, "I'll call you next Friday"),
        confidence=0.3,
    )
    unsure = Finding("X-1", "t", Severity.REQUIRED, State.NEEDS_REVIEW)
    review = " ".join(wrap(turns, findings=[unsure]).needs_review)
    for words in ("No date was given", "next Friday", "Customer name was not", "1 check needs a"):
        assert words in review
    review = " ".join(wrap(turns, findings=[unsure, unsure]).needs_review)
    assert "2 checks need a person to look." in review


def test_mood_is_told_by_quarters_with_its_cues():
    cue = Evidence("this is ridiculous", 30, 32, 4, C)
    anger = [Anger(1, False, 30.0, (cue,)), Anger(2, True, 55.0), Anger(0, False, 90.0)]
    labels = {1: [Label("sentiment", "negative", 0.8)]}
    turns = [Utterance(1, C, 10, 12, "no", 0.9), Utterance(2, A, 95, 98, "ok", 0.9)]
    mood = wrap(turns, anger=anger, labels=labels, seconds=100.0).mood
    assert [q.level for q in mood.quarters] == [0, 1, 2, 2]
    assert [q.sentiment for q in mood.quarters] == [-0.8, None, None, None]
    assert (mood.start, mood.end, mood.peak, mood.trend) == (0, 0, 2, "better")
    assert (mood.levels[0].quote, mood.levels[0].utterance_id) == ("this is ridiculous", 4)


def test_events_of_the_rules_name_the_outcome():
    turns = call((A, "taking your card"), (C, "okay"), (A, "all done then"))
    found = wrap(turns, happened=[HappenedEvent("payment_done", 1.0)])
    assert found.outcome is not None
    assert found.outcome.id == "paid"
    assert found.dispositions[0].id == "payment_taken"


def test_the_draft_goes_over_the_wire_as_data():
    data = wrap(COMPLAINT).to_data()
    assert json.loads(json.dumps(data)) == data
    event = WrapupReady(data)
    assert from_json(to_json(event)) == event
    assert set(data["mood"]) == {"start", "end", "peak", "trend", "quarters", "levels"}


def test_an_hour_is_drafted_in_well_under_two_seconds():
    turns = []
    for n in range(60):
        for u in COMPLAINT:
            turns.append(
                Utterance(len(turns) + 1, u.channel, n * 60 + u.start, n * 60 + u.end, u.text, 0.9)
            )
    before = time.perf_counter()
    wrap(turns, seconds=3600.0)
    assert time.perf_counter() - before < 1.5


@pytest.mark.data
@pytest.mark.skipif(not (DATA / "text/harper_valley").is_dir(), reason="no CUELINE_DATA")
def test_real_calls_without_full_stops_have_their_issue_and_their_delivery_day():
    rows = (DATA / "text/harper_valley/calls.jsonl").read_text().splitlines()
    segments = json.loads(rows[0])["segments"]
    turns = [
        Utterance(
            n,
            A if s["role"] == "agent" else C,
            s["start_ms"] / 1000,
            (s["start_ms"] + s["duration_ms"]) / 1000,
            s["text"],
            0.9,
        )
        for n, s in enumerate(segments, 1)
        if not s["text"].startswith("[")
    ]
    found = wrap(turns)
    lines = {line.kind: line.text for line in found.summary}
    assert lines["issue"] == "i lost my credit card can you send me a new one"
    assert found.promises[0].due == "2026-05-12"
    assert found.fields["customer_name"].value == "mary smith"
