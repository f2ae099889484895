"""Hints: raised by words, events and moods, few, in time, and gone when they should be."""

import pytest

from models.types import Channel, Label, Utterance
from qa_rules.types import Hint, HintEnd


def ids(call):
    return [h.id for h in call.of(Hint)]


WORDS = """
intents:
  - {id: cancel, title: Cancel, examples: [close it]}
events:
  - {id: complaint, speaker: customer, match: complain}
  - {id: complaint_resolved, speaker: agent, match: settled}
hints:
  - {id: price, on: {words: how much}, text: Give the price, topic: price}
  - {id: dear, on: {words: too dear}, text: Give the value, topic: price}
  - {id: save, on: {intent: cancel}, text: Ask why, topic: leaving}
  - {id: more, on: {words: bigger one}, text: Offer the bundle, topic: offer}
  - {id: stop, on: {words: lawyer}, text: Be careful, topic: price, priority: critical}
  - {id: mine, on: {words: my mistake}, speaker: agent, text: Say sorry}
mood:
  - {id: livid, level: 2, strong: true, match: livid}
"""


def test_the_customers_words_raise_a_hint_with_its_reason(call):
    c = call(WORDS)
    (hint,) = c.customer(10, "how much is it")
    assert (hint.id, hint.at, hint.expires_at) == ("price@0", 12.0, 37.0)
    assert hint.why == 'customer: "how much is it"'
    assert c.agent(20, "how much was it") == []
    assert c.agent(40, "my mistake")[-1].rule_id == "mine"


def test_an_intent_raises_a_hint(call):
    c = call(WORDS)
    label = Label("intent", "cancel", 0.8, "close it", "lexical")
    (hint,) = c.customer(10, "close it then", labels=[label])
    assert (hint.rule_id, hint.evidence[0].quote) == ("save", "close it")
    assert c.agent(12, "close it", labels=[label]) == []


def test_a_card_dies_after_its_time(call):
    c = call(WORDS)
    c.customer(0, "how much is it")
    assert HintEnd("price@0", "expired", 27.0) in c.wait(30)


def test_a_rule_and_a_topic_cool_down(call):
    c = call(WORDS)
    c.customer(0, "how much is it")
    c.customer(15, "too dear")
    c.customer(30, "how much is it")
    assert ids(c) == ["price@0"]
    c.wait(40)
    c.customer(60, "too dear")
    assert ids(c) == ["price@0", "dear@3"]


def test_a_rule_is_shown_so_often_and_no_more(call):
    c = call(WORDS)
    for n in range(4):
        c.wait(n * 100)
        c.customer(n * 100, "how much is it")
    assert len(ids(c)) == 2


def test_a_critical_card_ignores_the_topic_and_replaces(call):
    c = call(WORDS)
    c.customer(0, "how much is it")
    out = c.customer(10, "my lawyer will ring")
    assert [type(o).__name__ for o in out] == ["HintEnd", "Hint"]
    assert out[0].reason == "replaced"


def test_another_topic_takes_an_older_card_down(call):
    c = call(WORDS)
    c.customer(0, "how much is it")
    out = c.customer(10, "close it", labels=[Label("intent", "cancel", 0.9)])
    assert out[0] == HintEnd("price@0", "topic", 12.0)


def test_dismissed_twice_is_silent_for_the_call(call):
    c = call(WORDS.replace("text: Give the price,", "text: Give the price, max_per_call: 9,"))
    for n in range(3):
        c.wait(n * 100)
        for hint in c.customer(n * 100, "how much is it"):
            assert c.run.dismiss(hint.id, n * 100 + 5)[0].reason == "dismissed"
    assert len(ids(c)) == 2
    assert c.run.dismiss("unknown", 300) == []


def test_no_offers_to_an_angry_or_complaining_customer(call):
    c = call(WORDS)
    c.customer(0, "the bigger one please")
    assert ids(c) == ["more@0"]
    out = c.customer(5, "I'm livid")
    assert HintEnd("more@0", "topic", 7.0) in out
    c = call(WORDS)
    c.customer(0, "I want to complain")
    c.customer(10, "what about the bigger one")
    assert ids(c) == []
    c.agent(20, "that is settled")
    c.customer(30, "what about the bigger one")
    assert ids(c) == ["more@3"]


def test_no_more_than_eight_in_ten_minutes(call):
    rules = "\n".join(f"  - {{id: h{n}, on: {{words: word{n}}}, text: T}}" for n in range(12))
    c = call(f"hints:\n{rules}\n  - {{id: c, on: {{words: fire}}, text: T, priority: critical}}")
    for n in range(12):
        c.wait(n * 30)
        c.customer(n * 30, f"word{n}")
    assert len(ids(c)) == 8
    c.customer(400, "fire")
    assert ids(c)[-1] == "c@12"
    c.wait(700)
    c.customer(700, "word9")
    assert ids(c)[-1] == "h9@13"


def test_silence_raises_a_hint_once(call):
    c = call("hints: [{id: quiet, on: {silence_s: 6}, text: Say something}]")
    c.agent(0, "let me see")
    c.wait(60)
    assert [(h.rule_id, h.at) for h in c.of(Hint)] == [("quiet", 8.0)]


def test_what_is_done_makes_a_hint_needless(call):
    text = """
    items:
      - {id: T-01, title: Fee, severity: REQ, section: closing, match: the fee is}
    hints:
      - {id: fee, on: {words: leaving}, unless_done: [T-01], text: Say the fee}
    """
    c = call(text)
    c.customer(0, "I am leaving")
    out = c.agent(5, "the fee is ten pounds")
    assert HintEnd("fee@0", "said", 7.0) in out
    c.customer(60, "so I am leaving")
    assert ids(c) == ["fee@0"]


def test_a_condition_and_an_items_state_raise_hints(call):
    text = """
    events:
      - {id: pitch, speaker: agent, match: we offer}
    items:
      - {id: T-01, title: X, severity: REQ, section: closing,
         when: {before: [pitch]}, match: reason}
    hints:
      - {id: missed, on: {item: T-01, state: missed}, text: Too late}
      - {id: calm, on: {event: pitch}, if: {not: {event: pitch}}, text: Never}
      - {id: out, on: {event: pitch}, if: {fact: {direction: outbound}}, text: Outbound,
         topic: law}
    """
    c = call(text, direction="outbound")
    c.agent(0, "we offer a plan")
    assert [i.split("@")[0] for i in ids(c)] == ["missed", "out"]


@pytest.mark.parametrize(
    "line", ["how much is it", "my lawyer will ring", "I want to complain I'm livid", "hello"]
)
def test_a_preview_shows_what_the_final_will_and_changes_nothing(call, line):
    c = call(WORDS)
    c.customer(0, "so hello")
    said = Utterance(1, Channel.CUSTOMER, 3, 5, line)
    before = (c.run.findings(), c.run.events(), c.run.next_due)
    first, second = c.run.preview(said), c.run.preview(said)
    assert first == second
    assert (c.run.findings(), c.run.events(), c.run.next_due) == before
    final = [o for o in c.run.utterance(said) if isinstance(o, Hint)]
    assert [h.id for h in first] == [h.id for h in final]


def test_a_preview_shows_the_card_of_an_item_that_becomes_due(call):
    c = call("""
    events:
      - {id: pay, speaker: agent, match: long number}
    items:
      - id: T-01
        title: X
        severity: AF
        section: compliance
        applies_if: {event: pay}
        match: pausing
        hint: {text: Pause first}
    """)
    said = Utterance(0, Channel.AGENT, 0, 2, "could I take the long number")
    assert [h.id for h in c.run.preview(said)] == ["T-01@0"]
    assert c.state("T-01") == "waiting"


OPENED = """
events:
  - {id: pay, title: payment begins, speaker: agent, match: long number}
items:
  - {id: T-01, title: A, severity: REQ, section: closing, applies_if: {event: pay},
     match: the amount is, hint: {text: Amount, topic: money}}
  - {id: T-02, title: B, severity: AF, section: compliance, applies_if: {event: pay},
     match: pausing, hint: {text: Pause, topic: money, priority: critical}}
  - {id: T-03, title: C, severity: AF, section: compliance, applies_if: {event: pay},
     match: do you agree, hint: {text: Ask, topic: money}}
hints:
  - {id: pause, on: {event: pay}, text: Pause now, topic: money}
  - {id: other, on: {event: pay}, text: Smile, topic: mood}
"""


def test_one_phrase_raises_one_card_on_a_topic_and_the_others_follow(call):
    c = call(OPENED)
    c.agent(0, "could i take the long number")
    assert ids(c) == ["T-02@0", "other@0"]
    c.agent(10, "i am pausing the recording")
    assert ids(c)[2:] == ["T-03@1"]
    assert c.run.dismiss("T-03@1", 15)[0].reason == "dismissed"
    c.wait(50)
    assert "T-01" in [h.rule_id for h in c.of(Hint)] or c.state("T-01") == "due"


def test_a_card_that_waits_comes_when_the_one_before_has_run_out(call):
    c = call(OPENED)
    c.agent(0, "could i take the long number")
    c.wait(28)
    assert [(h.rule_id, h.at) for h in c.of(Hint)][2:] == [("T-03", 27.0)]


def test_every_card_says_why(call):
    c = call(OPENED)
    c.agent(0, "could i take the long number")
    first, second = c.of(Hint)
    assert first.why == "due now, because payment begins"
    assert [e.quote for e in first.evidence] == ["could i take the long number"]
    assert second.why == 'you: "could i take the long number"'
    c.wait(120)
    assert all(h.why for h in c.of(Hint))


GREET = """
items:
  - {id: T-01, title: A, severity: REQ, section: opening, when: {within_s: 30},
     match: this call is recorded, hint: {text: Say it, lead_s: 10}}
"""


@pytest.mark.parametrize(
    ("said", "confidence", "shown"),
    [
        ("hello there", 0.95, True),
        ("hello there", 0.75, False),
        ("hello the call is being recorded", 0.95, False),
    ],
)
def test_no_card_for_what_was_probably_said(call, said, confidence, shown):
    c = call(GREET)
    c.agent(0, said, confidence=confidence)
    c.wait(25)
    assert (c.state("T-01"), bool(ids(c))) == ("due", shown)
    c = call(GREET.replace("REQ", "AF"))
    c.agent(0, said, confidence=confidence)
    c.wait(25)
    assert ids(c)


NAMED = """
items:
  - id: X-1
    title: Greets
    severity: REQ
    section: opening
    weight: 1
    match: hello
    example: "{agent} of {company}, is that {customer} about {ref}?"
    hint: {text: "Greet and name {company}"}
    when: {within_s: 5}
    tests: {yes: [], no: []}
hints:
  - id: price
    on: {words: how much}
    text: "Say {amount}"
    detail: "{customer}, {company} asks {amount}"
"""


@pytest.mark.parametrize(
    ("facts", "example", "text", "detail"),
    [
        (
            {},
            "your name of our company, is that the customer about ...?",
            "Greet and name our company",
            "the customer, our company asks ...",
        ),
        (
            {"company": "Northwind", "agent": "Ana", "customer": "Jo"},
            "Ana of Northwind, is that Jo about ...?",
            "Greet and name Northwind",
            "Jo, Northwind asks ...",
        ),
    ],
)
def test_a_calls_names_stand_in_the_scripts_places(call, facts, example, text, detail):
    c = call(NAMED, **facts)
    assert c.run.checklist()[0].example == example
    said = Utterance(0, Channel.CUSTOMER, 0.0, 2.0, "how much")
    assert c.run.preview(said)[0].detail == detail
    c.customer(0, "how much")
    c.agent(1, "well")
    c.wait(10)
    due = next(h for h in c.of(Hint) if h.rule_id == "X-1")
    assert (due.text, due.detail) == (text, example)
    price = next(h for h in c.of(Hint) if h.rule_id == "price")
    assert (price.text, price.detail) == ("Say ...", detail)
