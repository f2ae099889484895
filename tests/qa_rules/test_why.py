"""Why an item stands as it does in a call that is over."""

import pytest

from models.types import Channel, Label, Utterance
from qa_rules.errors import UnknownItem
from qa_rules.why import why
from qa_rules.why_types import Judged
from qa_rules.why_words import lines

A, C = Channel.AGENT, Channel.CUSTOMER
PACK = """
events:
  - {id: pay, title: payment begins, match: {pattern: "card ~2 number"}}
intents:
  - {id: moan, title: Moans, examples: [a]}
items:
  - id: T-01
    title: Notice
    severity: AF
    section: compliance
    when: {within_s: 30}
    match: {pattern: "call ~2 recorded"}
  - id: T-02
    title: Takes it over
    severity: REQ
    section: closing
    applies_if: {all: [{event: pay}, {fact: {direction: outbound}}, {not: {anger: 1}}]}
    match: {all_of: [thank you, {pattern: "secure (line|page)"}]}
  - id: T-03
    title: No promise
    severity: P
    section: closing
    match: {pattern: "i promise"}
  - id: T-04
    title: Means it
    severity: REQ
    section: closing
    match: {any_of: [{semantic: {examples: [a b, c d]}}]}
  - {id: T-05, title: Pace, severity: REQ, section: closing,
     metric: {name: agent_wpm, op: "<", value: 180}}
"""


@pytest.fixture
def told(call):
    """Return a function that plays lines and explains an item."""

    def make(item, *said, confidence=0.95, labels=(), seconds=90.0, **facts):
        played = call(PACK, **facts)
        heard = []
        for at, who, text in said:
            played.wait(at)
            played.say(who, at, text, confidence=confidence, labels=labels)
            heard.append(Utterance(len(heard), who, at, at + 2.0, text, confidence))
        played.end(seconds, {"agent_wpm": 200.0})
        given = {u.id: labels for u in heard}
        run = played.run
        call_data = Judged(heard, given, run.judged(), run.events(), played.facts, seconds)
        return why(played.packs, item, call_data)

    return make


def test_words_that_count_have_their_second_and_the_pattern_that_found_them(told):
    got = told("T-01", (4.0, A, "this call is recorded for training"))
    assert got.state == "done"
    assert 4.0 < got.counts[0].words.start < 4.5
    assert got.counts[0].way == "pattern call ~2 recorded"
    assert got.refused == ()
    assert got.hearing.words == 0.95
    text = "\n".join(lines(got))
    assert '0:04 agent "this call is recorded' in text
    assert "the agent's words, 0:00 to 0:34 (within 30 s of the agent's first word)" in text
    assert "its words at 0.95 (needs 0.45): sure enough" in text


def test_words_that_do_not_count_say_why(told):
    got = told(
        "T-01",
        (4.0, A, "hello how can i help"),
        (8.0, C, "is this call recorded"),
        (14.0, A, "i never said this call is recorded"),
        (80.0, A, "this call is recorded"),
    )
    assert got.state in ("missed", "needs_review")
    assert [s.against for s in got.refused] == [
        "the customer said it, and it is for the agent to say",
        "taken back by a negation before it",
        "46 s after the window",
    ]
    assert "46 s after the window" in "\n".join(lines(got))


def test_an_absence_has_its_window_its_near_miss_and_how_well_it_was_heard(told):
    got = told("T-01", (4.0, A, "good morning"), (9.0, A, "your records look fine"))
    assert (got.state, got.window.opens, got.window.closes) == ("missed", 0.0, 34.0)
    assert (got.hearing.span, got.person_from) == (pytest.approx(0.95), 0.6)
    assert "an absence is believed" in "\n".join(lines(got))
    unsure = told("T-01", (4.0, A, "good morning"), confidence=0.5)
    assert unsure.state == "needs_review"
    assert "an absence is not believed" in "\n".join(lines(unsure))


def test_a_near_miss_names_the_way_it_comes_closest_to(told):
    got = told(
        "T-02", (4.0, A, "read the card number"), (9.0, A, "a secure form"), direction="outbound"
    )
    assert got.state == "missed"
    assert got.nearest.words.quote
    assert got.nearest.way.startswith(("pattern", "phrase"))
    assert got.parts == 2
    assert len(got.missing) == 2


def test_a_condition_says_what_of_it_did_not_hold(told):
    got = told("T-02", (4.0, A, "what is the number please"), direction="inbound")
    assert (got.state, got.applies.held) == ("n/a", False)
    assert [f.text for f in got.applies.failing] == [
        "never: payment begins",
        "direction is inbound, wanted outbound",
    ]
    text = "\n".join(lines(got))
    assert "direction is inbound, wanted outbound" in text
    assert "nearest" not in text


def test_a_condition_that_held_has_its_words(told):
    got = told("T-02", (4.0, A, "your card number please"), direction="outbound")
    assert got.applies.held
    assert got.applies.words[0].quote == "your card number please"


def test_a_prohibited_item_that_was_kept(told):
    got = told("T-03", (4.0, C, "i promise"))
    assert lines(got)[1] == "kept at 1:30: not said"
    assert got.refused[0].against.startswith("the customer said it")


def test_a_meaning_tells_how_close_it_came(told):
    label = Label("semantic", "T-04:0", 0.66, "so be it")
    got = told("T-04", (4.0, A, "so be it"), labels=(label,))
    assert (got.meanings[0].score, got.meanings[0].needs) == (0.66, 0.72)
    assert "by meaning 0.66 (needs 0.72): close: a person must look" in "\n".join(lines(got))


def test_a_measure_has_no_words(told):
    got = told("T-05", (4.0, A, "hello"))
    assert not got.heard_by_words
    assert "200, wanted under 180" in lines(got)[1]


def test_an_unknown_item(told):
    with pytest.raises(UnknownItem):
        told("X-01", (4.0, A, "hello"))


def test_a_call_is_read_in_the_language_of_its_packs(call):
    played = call("""
    language: es
    items:
      - {id: T-01, title: Para el cliente, severity: REQ, section: compliance,
         match: un formulario para el cliente}
    """)
    played.customer(2, "un formulario pal cliente")
    played.end(30)
    said = [Utterance(0, C, 2.0, 4.0, "un formulario pal cliente", 0.95)]
    data = Judged(said, {}, played.run.judged(), played.run.events(), played.facts, 30.0)
    (refused,) = why(played.packs, "T-01", data).refused
    assert refused.way == "phrase un formulario para el cliente"
    assert refused.against == "the customer said it, and it is for the agent to say"
