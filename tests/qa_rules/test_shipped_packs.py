"""What the shipped packs hold: counts, held-back lines, and calls played through them."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from models.types import Channel, Utterance
from qa_rules.lint import lint
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs, shipped
from qa_rules.selftest import matches
from qa_rules.source import read_source
from qa_rules.types import CallFacts, Hint

HELD_BACK = {
    path.stem: read_source(path.read_text(), path.name).data
    for path in sorted((Path(__file__).parent / "heldback").glob("*.yaml"))
}
CODES = {name: held["code"] for name, held in HELD_BACK.items()}
ITEM_COUNTS = {name: held["items"] for name, held in HELD_BACK.items()}

# Measured on the held-back lines: recall 0.994, precision 0.991; critical items 0.986 and 1.000.
RECALL_FLOOR = 0.97
PRECISION_FLOOR = 0.97


@cache
def loaded(*names):
    """Return packs, read and compiled once for all tests here."""
    return load_packs(names)


def own(name):
    """Return a pack as its own file has it."""
    return next(f.pack for f in loaded(name).files if f.pack.pack == name)


def test_these_packs_ship():
    assert {name: own(name).code for name in shipped()} == CODES
    assert {name: len(own(name).items) for name in shipped()} == ITEM_COUNTS


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_packs_of_a_language_go_together(language):
    names = shipped(language)
    assert names
    assert len(load_packs(names).items) == sum(ITEM_COUNTS[name] for name in names)


@pytest.mark.parametrize("name", shipped("es"))
def test_a_spanish_pack_has_the_items_of_the_english_one(name):
    other = {i.id: (i.severity, i.section, i.weight) for i in own(name.removesuffix("_es")).items}
    assert {i.id for i in own(name).items} == set(other)
    assert [(i.severity, i.section, i.weight) for i in own(name).items] == [
        other[i.id] for i in own(name).items
    ]


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_pack_is_lint_clean(name):
    assert [str(f) for f in lint(loaded(name), [name])] == []


@pytest.mark.parametrize("name", sorted(CODES))
def test_everything_that_is_heard_has_four_lines_each_way(name):
    pack = own(name)
    heard = [x for x in (*pack.events, *pack.items, *pack.mood) if x.match is not None]
    assert heard
    few = [x.id for x in heard if min(len(x.tests.yes), len(x.tests.no)) < 4]
    assert not few


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_item_that_is_heard_has_a_line_of_the_wrong_speaker(name):
    for item in own(name).items:
        if item.match is None or item.speaker == "any":
            continue
        other = "customer:" if item.speaker == "agent" else "agent:"
        assert any(t.startswith(other) for turns in item.tests.no for t in turns), item.id


@pytest.mark.parametrize("name", sorted(CODES))
def test_intents_have_eight_examples_of_their_own(name):
    for intent in own(name).intents:
        assert len(set(intent.examples)) >= 8, intent.id
        assert not set(intent.examples) & set(intent.not_examples), intent.id


@pytest.mark.parametrize("name", sorted(CODES))
def test_critical_items_have_a_card(name):
    for item in own(name).items:
        if item.severity.critical and item.fact is None:
            assert item.hint is not None, item.id


@pytest.mark.parametrize("name", sorted(CODES))
def test_the_lines_of_a_hint_on_an_event_do_to_the_event_what_they_say(name):
    packs = loaded(name)
    speakers = {e.id: e.speaker for e in packs.events}
    for hint in own(name).hints:
        if hint.on.event is None:
            continue
        for wanted, groups in ((True, hint.tests.yes), (False, hint.tests.no)):
            for turns in groups:
                speaker = speakers[hint.on.event]
                found = matches(packs, "event", hint.on.event, speaker, turns)
                assert found is wanted, (hint.id, turns)


def held_back(critical_only):
    """Count the outcomes of the held-back lines: (should match, does match).

    A line that its rule also has in the pack is left out: it was not held back.
    """
    counts = Counter()
    for name, held in HELD_BACK.items():
        pack, rules = own(name), held["lines"]
        heard = [("event", e, e.speaker, False) for e in pack.events]
        heard += [("mood", c, "customer", False) for c in pack.mood]
        heard += [("item", i, i.speaker, i.severity.critical) for i in pack.items]
        for kind, entry, speaker, critical in heard:
            if entry.id not in rules or (critical_only and not critical):
                continue
            known = {*entry.tests.yes, *entry.tests.no}
            for key in ("yes", "no"):
                for line in rules[entry.id][key]:
                    turns = tuple(line) if isinstance(line, list) else (line,)
                    if turns not in known:
                        found = matches(loaded(name), kind, entry.id, speaker, turns)
                        counts[key == "yes", found] += 1
    return counts


@pytest.mark.parametrize("critical_only", [False, True])
def test_lines_that_no_pattern_was_tuned_on(critical_only):
    counts = held_back(critical_only)
    right, missed, wrong = counts[True, True], counts[True, False], counts[False, True]
    assert right + missed >= (65 if critical_only else 320)
    assert right / (right + missed) >= RECALL_FLOOR, counts
    assert right / (right + wrong) >= PRECISION_FLOOR, counts


def play(names, script, *, end=None, **facts):
    """Play lines a few seconds apart through packs; return the run and what it said."""
    run = RuleRun(loaded(*names), CallFacts(**facts))
    out, at = [], 1.0
    for number, line in enumerate(script):
        if isinstance(line, (int, float)):
            at = float(line)
            continue
        who, _, text = line.partition(": ")
        if who == "tell":
            out += run.tell(text, at)
            continue
        seconds = max(1.0, 0.35 * len(text.split()))
        out += run.utterance(Utterance(number, Channel(who), at, at + seconds, text, 0.95))
        at += seconds + 0.6
        out += run.advance(at)
    out += run.end(end or at + 1.0)
    return {f.rule_id: f.state.value for f in run.findings()}, out


SALE = [
    "agent: good evening this is tom calling from brightcover",
    "agent: this is a sales call about our boiler cover plan and the call is recorded for training",
    "agent: have you got two minutes",
    "customer: yeah go on then",
    "agent: it's nineteen dollars a month on a twelve month contract so two hundred twenty eight "
    "dollars in total and you can cancel with thirty days notice",
    "agent: it doesn't cover boilers over fifteen years old and you get a full refund if you "
    "cancel within fourteen days",
    "customer: okay let's do it i'll take it",
    "agent: great could i take your card details i'm pausing the recording while we take the card",
    "agent: so that's nineteen dollars for the first month taken today are you happy with that",
    "customer: yes you can charge my card ending nine nine one two",
    "agent: that's gone through your reference is seven seven two one",
    "agent: thanks for your time have a good evening",
]
DISCLOSURES = ("TEL-02", "TEL-03", "TEL-04", "TEL-06", "TEL-07", "TEL-08", "TEL-10")


def sale(script, jurisdiction="US"):
    states, _ = play(
        ["telemarketing_consumer"], script, direction="outbound", jurisdiction=jurisdiction
    )
    return states


def test_a_compliant_sale_has_every_disclosure():
    states = sale(SALE)
    assert {i: states[i] for i in DISCLOSURES} == dict.fromkeys(DISCLOSURES, "done")


@pytest.mark.parametrize(
    ("item", "line", "instead"),
    [
        ("TEL-02", 0, "agent: good evening is that mrs parker"),
        ("TEL-03", 1, "agent: it's about our boiler cover plan and the call is recorded"),
        ("TEL-07", 5, "agent: you get a full refund if you cancel within fourteen days"),
        ("TEL-08", 5, "agent: it doesn't cover boilers over fifteen years old"),
        ("TEL-10", 9, "customer: hm how long does it take"),
    ],
)
def test_a_disclosure_left_out_is_missed_and_nothing_else(item, line, instead):
    script = [*SALE[:line], instead, *SALE[line + 1 :]]
    states = sale(script)
    bad = {i for i in DISCLOSURES if states[i] in ("missed", "late", "needs_review")}
    assert bad == {item}


def test_no_jurisdiction_means_no_legal_verdict():
    states = sale(SALE[:1] + SALE[2:], jurisdiction="")
    assert {states[i] for i in states if i.startswith("TEL-")} == {"n/a"}


ASKED = ["customer: where are you based", "agent: we're a national company", *SALE[10:]]


def test_the_address_on_request_is_british_law_only():
    opening = SALE[:4]
    assert sale([*opening, *ASKED], "US")["TEL-16"] == "n/a"
    assert sale([*opening, *ASKED], "UK")["TEL-16"] == "missed"
    answer = "agent: our address is nine elm road leeds"
    assert sale([*opening, ASKED[0], answer], "UK")["TEL-16"] == "done"


def test_a_do_not_call_request_is_owed_a_confirmation():
    asked = [*SALE[:4], "customer: no take me off your list and don't call again"]
    kept = [*asked, "agent: of course i've put your number on our do not call list goodbye"]
    assert sale(kept)["TEL-12"] == "done"
    pushed = sale([*asked, "agent: just hear me out it's a great price"])
    assert pushed["TEL-12"] in ("missed", "needs_review")


def test_a_denial_that_it_is_a_sales_call_is_a_violation():
    script = [*SALE[:1], "agent: don't worry this isn't a sales call", *SALE[1:]]
    assert sale(script)["TEL-14"] == "violated"
    quoted = [*SALE, "customer: you said this isn't a sales call"]
    assert sale(quoted)["TEL-14"] == "done"


def test_one_no_is_no_violation_and_a_push_after_the_second_is():
    first = [*SALE[:5], "customer: no thanks i'm not interested", "agent: just hear me out"]
    assert sale([*first, "customer: okay what is it"])["TEL-15"] in ("n/a", "done")
    second = [*first, "customer: i said no thank you", "agent: but surely you want to save money"]
    assert sale(second)["TEL-15"] == "violated"


PAYMENT = [
    "agent: thank you for calling harbour broadband my name's sam this call is recorded",
    "customer: i'd like to pay my bill by card",
    "agent: that's forty nine dollars ninety for your internet plan charged today is that okay",
    "customer: yes go ahead",
    "agent: i'm pausing the recording while we take your card could you read me the long number",
    "tell: capture_masked",
    "tell: card_digits",
    "customer: four five three nine",
    "agent: that's gone through your reference is seven seven two one four",
    "agent: have a lovely day",
]


def test_a_clean_payment_passes_and_repeating_the_number_does_not():
    states, _ = play(["card_payment"], PAYMENT)
    for item in ("M3-01", "M3-05", "M3-06", "M3-09"):
        assert states[item] == "done", item
    assert states["M3-03"] == "done"
    echo = "agent: so that's four five three nine one two three four five six seven eight"
    states, _ = play(["card_payment"], [*PAYMENT[:8], echo, *PAYMENT[8:]])
    assert states["M3-03"] == "violated"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("so that's [card number]", "violated"),
        ("so that's [card number] expiring [expiry date]", "violated"),
        ("thank you that is [security code]", "violated"),
        ("and expiring [expiry date] thank you", "done"),
        ("I have [postcode] for you", "done"),
        ("and the code we sent is [one-time code]", "done"),
        ("now i am ready for the sixteen digits", "done"),
    ],
)
def test_only_card_data_counts_as_card_data_said_aloud(said, state):
    script = [*PAYMENT[:8], f"agent: {said}", *PAYMENT[8:]]
    assert play(["card_payment"], script)[0]["M3-03"] == state


def test_asking_for_the_card_calls_for_the_pause_before_any_digit():
    script = [*PAYMENT[:4], "agent: could you read me the long number across the front"]
    _, out = play(["card_payment"], script)
    texts = [h.text for h in out if isinstance(h, Hint)]
    assert any("ause" in t for t in texts), texts


COMPLAINT = [
    "agent: good morning thank you for calling north lane energy my name's dana how can i help",
    "customer: nobody turned up on monday i want to make a formal complaint",
    "agent: i'm so sorry that isn't the service you should get may i take your name",
    "customer: martin ellis",
    "agent: leave it with me mr ellis i'm pulling up the notes from the visit",
    "agent: i can send an engineer tomorrow or refund the fee which suits you",
    "customer: tomorrow please",
    "agent: i've registered that as a complaint your reference is four one nine seven",
    "agent: i'll ring you tomorrow before five does that put it right for you",
    "customer: yes thank you",
    "agent: thanks for calling goodbye",
]


def test_a_complaint_that_is_logged_passes_and_one_that_is_not_fails():
    states, _ = play(["complaint_resolution"], COMPLAINT)
    wanted = ("CMP-01", "CMP-03", "CMP-05", "CMP-06", "CMP-07", "CMP-08", "CMP-12")
    assert {i: states[i] for i in wanted} == dict.fromkeys(wanted, "done")
    unlogged = [line for line in COMPLAINT if "registered" not in line]
    states, _ = play(["complaint_resolution"], unlogged)
    assert states["CMP-07"] == "missed"


def test_a_second_request_for_a_supervisor_may_not_be_refused():
    asked = ["agent: hello how can i help", "customer: i want to speak to your manager"]
    no = "agent: there is no manager here"
    states, _ = play(["hold_transfer_escalate"], [*asked, no])
    assert states["M4-07"] == "n/a"
    again = [*asked, "agent: let me try first", "customer: no get me your manager now", no]
    states, _ = play(["hold_transfer_escalate"], again)
    assert states["M4-07"] == "violated"


def test_account_details_before_the_check_fail_the_identity_item():
    asked = [
        "agent: thank you for calling for your security could i have your date of birth",
        "agent: and your postcode please",
        "customer: ninth of may seventy one and b one four",
    ]
    told = "agent: thank you your balance is two hundred and six pounds"
    states, _ = play(["verify_identity"], [*asked, told])
    assert states["M2-02"] == "done"
    states, _ = play(["verify_identity"], [told, *asked])
    assert states["M2-02"] in ("late", "missed")
