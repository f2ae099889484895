"""Items in a live call: windows, speakers, confidence, absences and what is never taken back."""

import pytest

from qa_rules.errors import PackInvalid
from qa_rules.types import Finding, Hint, HintEnd

NOTICE = """
items:
  - id: T-01
    title: Notice
    severity: REQ
    section: compliance
    when: {within_s: 30}
    match: this call is recorded
    hint: {text: Say that the call is recorded, lead_s: 10}
"""


def test_said_in_time(call):
    c = call(NOTICE)
    c.agent(2, "hello this call is recorded")
    assert c.state("T-01") == "done"
    piece = c.finding("T-01").evidence[0]
    assert (piece.quote, piece.utterance_id, piece.channel.value) == (
        "this call is recorded", 0, "agent",
    )  # fmt: skip


@pytest.mark.parametrize(("second", "state"), [(29, "done"), (31, "done"), (33, "late")])
def test_the_window_is_from_the_agents_first_word(call, second, state):
    c = call(NOTICE)
    c.customer(0, "hello")
    c.agent(2, "good morning")
    c.wait(second)
    c.agent(second, "this call is recorded")
    c.wait(second + 3)
    assert c.state("T-01") == state


@pytest.mark.parametrize(("second", "state"), [(29, "done"), (31, "late"), (61, "missed")])
def test_seconds_29_31_and_61_of_a_window_of_30(call, second, state):
    c = call(NOTICE)
    c.agent(0, "good morning")
    c.wait(second)
    c.agent(second, "this call is recorded")
    c.end(100)
    assert c.state("T-01") == state


def test_a_window_is_decided_only_when_time_has_passed_it(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    c.customer(40, "hello", seconds=1)
    assert c.state("T-01") == "waiting"
    c.agent(25, "this call is recorded", seconds=20)
    assert c.state("T-01") == "done"


def test_due_raises_the_card_and_saying_it_takes_it_down(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    assert c.run.next_due <= 20
    assert not [o for o in c.wait(19.9) if isinstance(o, Finding | Hint)]
    due, hint = c.wait(20)
    assert (due.state.value, hint.rule_id, hint.at) == ("due", "T-01", 20.0)
    done, gone = c.agent(22, "this call is recorded")
    assert (done.state.value, gone) == ("done", HintEnd(hint.id, "said", 24.0))


def test_an_absence_has_its_span_and_its_near_miss(call):
    c = call(NOTICE)
    c.agent(1, "good morning your call may be recorded")
    c.wait(50)
    found = c.finding("T-01")
    assert found.state.value == "missed"
    assert found.searched == (0.0, 31.0)
    assert found.near_miss.evidence.quote == "call may be recorded"
    assert 0.3 < found.near_miss.score < 0.9


def test_the_wrong_speaker_never_satisfies(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    c.customer(3, "this call is recorded")
    c.wait(60)
    found = c.finding("T-01")
    assert found.state.value == "missed"
    assert found.near_miss.evidence.channel.value == "customer"


def test_a_negated_notice_is_missed_and_shown_as_the_near_miss(call):
    c = call(NOTICE.replace("this call is recorded", "recorded"))
    c.agent(0, "this call is not recorded")
    c.wait(60)
    assert c.state("T-01") == "missed"
    assert c.finding("T-01").near_miss.score == 0.9


def test_a_phrase_over_two_turns_with_a_backchannel_between(call):
    c = call(NOTICE)
    c.agent(0, "so this call is")
    c.customer(2.1, "okay", seconds=0.4)
    c.agent(3, "recorded for quality")
    assert c.state("T-01") == "done"
    assert [e.quote for e in c.finding("T-01").evidence] == ["this call is", "recorded"]


def test_parts_may_come_in_different_turns(call):
    c = call("""
    items:
      - id: T-01
        title: Amount and date
        severity: AF
        section: compliance
        match: {all_of: [the amount is, charged today]}
    """)
    c.agent(0, "the amount is five pounds")
    assert c.state("T-01") == "waiting"
    c.customer(10, "charged today")
    assert c.state("T-01") == "waiting"
    c.agent(20, "it will be charged today")
    assert c.state("T-01") == "done"
    assert len(c.finding("T-01").evidence) == 2


def test_low_confidence_needs_review_until_it_is_said_clearly(call):
    c = call(NOTICE)
    c.agent(0, "this call is recorded", confidence=0.3)
    assert c.state("T-01") == "needs_review"
    assert "0.30" in c.finding("T-01").reason
    c.agent(5, "this call is recorded", confidence=0.9)
    assert c.state("T-01") == "done"


def test_unreadable_speech_leaves_an_absence_open(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    c.tell("unheard", 12, (6.0, 12.0))
    c.wait(60)
    found = c.finding("T-01")
    assert (found.state.value, found.searched) == ("needs_review", (0.0, 30.0))
    assert "0:06" in found.reason


def test_a_mixed_channel_is_a_persons_to_judge_where_it_matters(call):
    c = call(NOTICE)
    c.mixed(0, "this call is recorded")
    assert c.state("T-01") == "needs_review"
    assert "speaker unknown" in c.finding("T-01").reason
    c = call(NOTICE.replace("compliance", "opening"))
    c.mixed(0, "this call is recorded")
    assert c.state("T-01") == "done"


def test_a_call_that_ends_inside_the_window_is_no_failure(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    c.end(20)
    assert c.state("T-01") == "n/a"


BEFORE = """
events:
  - {id: payment_done, speaker: agent, match: gone through}
items:
  - id: T-01
    title: Amount
    severity: AF
    section: compliance
    when: {before: [payment_done]}
    match: forty nine dollars
"""


def test_before_an_event(call):
    c = call(BEFORE)
    c.agent(5, "that is forty nine dollars")
    c.agent(20, "it has gone through")
    assert c.state("T-01") == "done"


def test_the_event_closes_the_window_at_once(call):
    c = call(BEFORE)
    c.agent(20, "it has gone through")
    assert c.state("T-01") == "missed"
    c.agent(30, "that was forty nine dollars")
    assert c.state("T-01") == "late"


def test_within_one_utterance_the_order_of_words_decides(call):
    c = call(BEFORE)
    c.agent(5, "your forty nine dollars has gone through")
    assert c.state("T-01") == "done"
    c = call(BEFORE)
    c.agent(5, "it has gone through all forty nine dollars")
    assert c.state("T-01") == "late"


def test_without_the_event_it_is_not_applicable(call):
    c = call(BEFORE)
    c.agent(5, "good morning")
    c.end(90)
    assert c.state("T-01") == "n/a"


AFTER = """
events:
  - {id: complaint, speaker: customer, match: want to complain}
items:
  - id: T-01
    title: Apology
    severity: REQ
    section: closing
    when: {after: complaint, within_s: 20}
    match: i am sorry
    hint: {text: Say sorry}
"""


def test_after_an_event_the_item_is_due_at_once(call):
    c = call(AFTER)
    c.agent(0, "i am sorry to keep you")
    assert c.state("T-01") == "waiting"
    outputs = c.customer(10, "i want to complain")
    assert [type(o).__name__ for o in outputs] == ["Finding", "Hint"]
    assert c.state("T-01") == "due"
    c.agent(15, "i'm sorry about that")
    assert c.state("T-01") == "done"


def test_after_an_event_words_come_too_late(call):
    c = call(AFTER)
    c.customer(10, "i want to complain", seconds=1)
    c.wait(40)
    assert c.state("T-01") == "missed"
    c.agent(45, "i am sorry")
    assert c.state("T-01") == "late"


APPLIES = """
events:
  - {id: recurring, match: every month}
items:
  - id: T-01
    title: How to cancel
    severity: AF
    section: compliance
    applies_if: {event: recurring}
    match: cancel any time
    hint: {text: Say how to cancel, cooldown_s: 30, max_per_call: 2}
"""


KNOWN = """
items:
  - id: T-01
    title: Recording notice
    severity: REQ
    section: compliance
    when: {within_s: 30}
    applies_if: {not: {fact: {recording_notice_played: true}}}
    match: this call is recorded
"""


def test_an_item_whose_condition_holds_from_the_start_is_not_conditional(call):
    item = call(KNOWN).run.checklist()[0]
    assert (item.conditional, item.due_s) == (False, 30)


def test_an_item_may_begin_to_apply_late(call):
    c = call(APPLIES)
    assert c.run.checklist()[0].conditional
    c.agent(60, "it is ten pounds every month")
    assert c.state("T-01") == "due"
    c.agent(70, "you can cancel any time")
    assert c.state("T-01") == "done"


def test_words_said_before_it_applied_count(call):
    c = call(APPLIES)
    c.agent(10, "you can cancel any time")
    c.agent(60, "it is ten pounds every month")
    assert c.state("T-01") == "done"


def test_an_item_that_never_applies_is_not_applicable(call):
    c = call(APPLIES)
    c.agent(10, "good morning")
    c.end(60)
    assert c.state("T-01") == "n/a"


def test_only_what_would_fail_the_call_is_pressed_again(call):
    c = call(APPLIES.replace("AF", "REQ"))
    c.agent(0, "it is ten pounds every month")
    c.wait(300)
    assert [h.at for h in c.of(Hint)] == [2.0]


def test_an_open_item_is_pressed_again_and_not_more_than_allowed(call):
    c = call(APPLIES)
    c.agent(0, "it is ten pounds every month")
    c.wait(300)
    assert [h.at for h in c.of(Hint)] == [2.0, 32.0]


PROHIBITED = """
items:
  - id: T-01
    title: No blame
    severity: P-AF
    section: compliance
    match: your own fault
    hint: {text: Stay courteous, priority: critical}
"""


def test_what_must_not_be_said(call):
    c = call(PROHIBITED)
    c.agent(0, "it is not your own fault")
    c.agent(10, "he said it is your own fault")
    c.customer(15, "it is your own fault")
    assert c.state("T-01") == "waiting"
    found, hint = c.agent(20, "well it is your own fault")
    assert (found.state.value, hint.text) == ("violated", "Stay courteous")
    c.end(60)
    assert c.state("T-01") == "violated"


def test_what_was_not_said_is_kept_at_the_end(call):
    c = call(PROHIBITED)
    c.agent(0, "good morning")
    c.end(60)
    assert (c.state("T-01"), c.finding("T-01").reason) == ("done", "not said")


BADLY = 0.75


def test_an_absence_is_not_believed_where_the_speaker_was_heard_badly(call):
    c = call(NOTICE)
    c.agent(0, "then keep a calling platform of motives", confidence=BADLY, seconds=6)
    c.agent(20, "okay", confidence=0.95, seconds=1)
    c.wait(60)
    found = c.finding("T-01")
    assert (found.state.value, found.searched) == ("needs_review", (0.0, 30.0))
    assert "not sure of the words there (0.78)" in found.reason


@pytest.mark.parametrize(
    ("speaker", "at", "confidence", "state"),
    [
        ("agent", 10, 0.79, "needs_review"),
        ("agent", 10, 0.81, "missed"),
        ("agent", 10, None, "missed"),
        ("customer", 10, 0.3, "missed"),
        ("agent", 31, 0.3, "missed"),
    ],
)
def test_whose_words_and_when_decide_whether_an_absence_is_believed(
    call, speaker, at, confidence, state
):
    c = call(NOTICE)
    c.agent(0, "good morning", confidence=0.8, seconds=0.1)
    getattr(c, speaker)(at, "something else altogether", confidence=confidence)
    c.wait(60)
    assert c.state("T-01") == state


def test_what_was_never_said_by_anyone_is_missed(call):
    c = call("""
    items:
      - {id: T-01, title: Bye, severity: REQ, section: closing, when: {last_s: 30}, match: bye}
    """)
    c.agent(0, "hello", confidence=0.3)
    c.end(100)
    assert c.state("T-01") == "missed"


def test_a_close_call_never_fails_a_call_by_absence(call):
    c = call(BEFORE.replace("forty nine dollars", "the annual plan costs forty nine dollars"))
    c.agent(5, "so the annual plan is forty nine dollars")
    c.agent(20, "it has gone through")
    found = c.finding("T-01")
    assert found.state.value == "needs_review"
    assert found.near_miss.score >= 0.6
    assert "comes close" in found.reason


def test_the_right_words_long_after_their_time_are_no_close_call(call):
    c = call(BEFORE)
    c.agent(20, "it has gone through")
    c.agent(200, "that was forty nine dollars")
    c.end(210)
    assert c.state("T-01") == "missed"


def test_an_optional_item_that_is_not_said_is_no_accusation(call):
    c = call("items: [{id: T-01, title: Joke, severity: OPT, section: closing, match: joke}]")
    c.agent(0, "good morning")
    c.end(60)
    found = c.finding("T-01")
    assert (found.state.value, found.reason) == ("n/a", "optional, not said")
    assert found.near_miss is None


LAST = """
items:
  - {id: T-01, title: Bye, severity: REQ, section: closing, when: {last_s: 30}, match: take care}
"""


def test_the_last_seconds_are_decided_at_the_end(call):
    c = call(LAST)
    c.agent(100, "take care")
    assert c.state("T-01") == "waiting"
    assert c.finding("T-01").evidence
    c.end(110)
    assert c.state("T-01") == "done"


def test_the_last_words_in_the_window_are_the_evidence(call):
    c = call(LAST)
    for at in (85, 95, 105):
        c.agent(at, "take care")
    c.end(110)
    assert [e.utterance_id for e in c.finding("T-01").evidence] == [2]


def test_too_early_is_a_near_miss(call):
    c = call(LAST)
    c.agent(10, "take care")
    c.end(110)
    found = c.finding("T-01")
    assert (found.state.value, found.searched) == ("missed", (80.0, 110.0))
    assert found.near_miss.score == 0.95


LAW = """
jurisdictions: [US]
items:
  - {id: T-01, title: Law, severity: AF, section: compliance, match: by law}
hints:
  - {id: law, on: {words: lawyer}, text: Take care}
"""


@pytest.mark.parametrize(("where", "state", "hints"), [("US", "waiting", 1), ("UK", "n/a", 0)])
def test_law_holds_where_it_holds(call, where, state, hints):
    c = call(LAW, jurisdiction=where)
    c.customer(0, "my lawyer will ring")
    assert c.state("T-01") == state
    assert len(c.of(Hint)) == hints


def test_no_jurisdiction_chosen_is_said(call):
    c = call(LAW)
    assert c.finding("T-01").reason == "no jurisdiction is chosen"
    assert c.run.checklist() == ()


FACT = """
items:
  - id: T-01
    title: Capture is masked
    severity: AF
    section: compliance
    when: {before: [card_digits]}
    fact: {name: capture_masked, equals: true}
"""


def test_a_fact_told_before_the_event(call):
    c = call(FACT)
    c.tell("capture_masked", 10)
    c.tell("card_digits", 12)
    assert c.state("T-01") == "done"


def test_a_fact_may_be_one_of_several(call):
    text = FACT.replace("name: capture_masked, equals: true", "name: hour, equals: [8, 9]")
    for hour, state in ((9, "done"), (7, "missed")):
        c = call(text, values={"hour": hour})
        c.tell("card_digits", 12)
        assert c.state("T-01") == state


def test_a_fact_not_known_is_a_persons_to_judge(call):
    c = call(FACT)
    c.tell("card_digits", 12)
    assert c.state("T-01") == "needs_review"


def test_a_fact_that_is_wrong(call):
    c = call(FACT, values={"capture_masked": False})
    c.tell("card_digits", 12)
    assert c.state("T-01") == "missed"


METRIC = """
items:
  - id: T-01
    title: Short holds
    severity: REQ
    section: closing
    metric: {name: hold_max_s, op: "<=", value: 120}
"""


def test_a_measured_item_is_judged_at_the_end(call):
    c = call(METRIC)
    c.end(60, {"hold_max_s": 130})
    assert c.state("T-01") == "missed"
    assert c.finding("T-01").evidence[0].engine == "metric"
    c = call(METRIC)
    c.end(60)
    assert c.state("T-01") == "n/a"


def test_severity_by_fact(call):
    text = NOTICE.replace("severity: REQ", "severity: REQ\n    severity_if: {all_party: AF}")
    assert call(text).finding("T-01").severity.value == "REQ"
    assert call(text, values={"all_party": True}).finding("T-01").severity.value == "AF"


EVENTS = """
events:
  - {id: refusal_1, speaker: customer, match: no thank you}
  - {id: refusal_2, of: refusal_1, nth: 2}
items:
  - id: T-01
    title: Ends
    severity: REQ
    section: closing
    applies_if: {count: {event: refusal_1, at_least: 2}}
    when: {after: refusal_2}
    match: thank you for your time
"""


def test_counted_and_derived_events(call):
    c = call(EVENTS)
    c.customer(0, "no thank you")
    assert [e.id for e in c.run.events()] == ["refusal_1"]
    c.customer(20, "no thank you")
    assert [e.id for e in c.run.events()] == ["refusal_1", "refusal_1", "refusal_2"]
    assert c.state("T-01") == "due"


def test_silence_and_overtalk_are_events(call):
    c = call("items: []")
    c.agent(0, "one moment please")
    c.wait(11.9)
    assert not c.run.events()
    c.wait(12)
    c.agent(20, "here it is", seconds=10)
    c.customer(25, "but i want", seconds=4)
    assert [(e.id, e.at) for e in c.run.events()] == [("silence_10s", 12.0), ("overtalk_3s", 28.0)]


def test_a_hold_is_no_silence(call):
    c = call("items: []")
    c.agent(0, "one moment")
    c.tell("hold_start", 3)
    c.wait(60)
    c.tell("hold_end", 61)
    c.agent(63, "thank you for holding")
    c.wait(70)
    assert [e.id for e in c.run.events()] == ["hold_start", "hold_end"]


def test_end_comes_once(call):
    c = call(NOTICE)
    c.agent(0, "good morning")
    assert c.end(100)
    assert c.end(100) == []


LOOKS_BACK = """
items:
  - id: X-1
    title: Explains the wait
    severity: REQ
    section: opening
    weight: 1
    match: bear with me
    example: Bear with me.
    applies_if: {event: silence_10s}
    when: {after: silence_10s, back_s: 15}
"""


@pytest.mark.parametrize(("said", "state"), [(2, "missed"), (17, "done"), (45, "done")])
def test_words_shortly_before_an_event_count_where_the_window_looks_back(call, said, state):
    c = call(LOOKS_BACK)
    for at in (2, 7, 12, 17, 45):
        c.wait(at)
        line = "bear with me" if at == said else "let us see"
        c.agent(at, line, confidence=0.95, seconds=4)
    c.end(60)
    assert c.state("X-1") == state


def test_a_window_looks_back_only_from_an_event(call):
    with pytest.raises(PackInvalid, match="back_s looks back from the event"):
        call(LOOKS_BACK.replace("after: silence_10s, ", ""))


def test_doubtful_words_never_push_out_certain_ones(call):
    c = call("""
    items:
      - {id: T-01, title: Both, severity: REQ, section: closing,
         match: {all_of: [thank you, good bye]}}
    """)
    for n in range(12):
        c.agent(10 * n, "thank you", confidence=0.9 if n == 4 else 0.2)
    c.agent(200, "good bye", confidence=0.9)
    c.end(220)
    assert c.state("T-01") == "done"
    assert c.finding("T-01").evidence[0].start == 40.0


LONG_HOLD = """
items:
  - {id: T-01, title: Checks back, severity: REQ, section: opening, applies_if: {event: hold_60s},
     match: one more minute, hint: {text: Check back}}
  - {id: T-02, title: Waits, severity: REQ, section: opening, applies_if: {event: hold_30s},
     match: thank you}
"""


def happened(call):
    return [(e.id, e.at) for e in call.run.events()]


def test_a_hold_that_lasts_calls_for_a_check_back(call):
    c = call(LONG_HOLD)
    c.agent(0, "may i put you on hold")
    c.tell("hold_start", 3)
    c.wait(62.9)
    assert happened(c) == [("hold_start", 3.0), ("hold_30s", 33.0)]
    hints = [o for o in c.wait(63) if isinstance(o, Hint)]
    assert [(h.text, h.why) for h in hints] == [
        ("Check back", "due now, because a hold has lasted a minute")
    ]
    assert (c.state("T-01"), c.state("T-02")) == ("due", "due")


@pytest.mark.parametrize(
    ("told", "raised"),
    [
        ([("hold_start", 3), ("hold_end", 62)], [("hold_30s", 33.0)]),
        ([("hold_start", 3), ("hold_end", 63)], [("hold_30s", 33.0), ("hold_60s", 63.0)]),
        ([("hold_start", 3), ("hold_start", 20)], [("hold_30s", 33.0), ("hold_60s", 63.0)]),
        ([("hold_start", 3), ("hold_end", 20), ("hold_start", 40)], [("hold_30s", 70.0)]),
        ([("hold_start", 3), ("hold_30s", 25)], [("hold_30s", 25.0), ("hold_60s", 63.0)]),
        ([("hold_start", 3), ("hold_30s", 40)], [("hold_30s", 33.0), ("hold_60s", 63.0)]),
        ([("hold_30s", 25)], [("hold_30s", 25.0)]),
    ],
)
def test_the_clock_counts_each_hold_that_was_told_and_nothing_twice(call, told, raised):
    c = call(LONG_HOLD)
    for event, at in told:
        c.wait(at)
        c.tell(event, at)
    c.wait(90)
    assert [e for e in happened(c) if e[0] in ("hold_30s", "hold_60s")] == raised


def test_a_hold_that_ends_before_anyone_looks_counts_by_its_length(call):
    c = call(LONG_HOLD)
    c.tell("hold_start", 3)
    c.tell("hold_end", 50)
    c.agent(51, "thank you")
    c.end(70)
    assert [e for e, _ in happened(c)] == ["hold_start", "hold_end", "hold_30s", "silence_10s"]
    assert (c.state("T-01"), c.state("T-02")) == ("n/a", "done")


def test_the_begin_of_a_call_raises_a_card_by_a_fact(call):
    pack = """
    items: []
    hints:
      - {id: vip, on: {event: call_start}, if: {fact: {vip: true}}, text: A guest of honour}
    """
    c = call(pack, values={"vip": True})
    (hint,) = c.wait(0.1)
    assert (hint.text, hint.at, hint.why) == ("A guest of honour", 0.0, "the call begins")
    c.tell("call_start", 5)
    assert happened(c) == [("call_start", 0.0)]
    assert call(pack).wait(0.1) == []
