"""Phrases and patterns: what they hit, what they leave alone, and how near a miss is."""

import pytest
from pydantic import TypeAdapter

from models.languages import SPANISH
from models.types import Channel, Label, Utterance, Word
from qa_rules.heard import Listening, speak
from qa_rules.match_schema import MatchLike
from qa_rules.nearness import near_miss
from qa_rules.phrases import compile_match

READ = TypeAdapter(MatchLike)


def said(text, at=0.0, channel=Channel.AGENT, number=0, seconds=2.0):
    return Utterance(number, channel, at, at + seconds, text)


def hit(match, *lines, names=None, labels=(), pause=0.5):
    matcher = compile_match(READ.validate_python(match), "X-01")
    ear, found = Listening(), None
    for n, line in enumerate(lines):
        found = matcher.search(ear.take(said(line, n * (2 + pause), number=n)), labels, names)
    return found


def pattern(text, **more):
    return {"any_of": [{"pattern": text}], **more}


@pytest.mark.parametrize(
    ("match", "line"),
    [
        ("this call is recorded", "um this call uh is RECORDED, okay?"),
        ("this call is recorded", "no problem this call is recorded"),
        ("this call is recorded", "No, this call is recorded."),
        ("this call is recorded", "I can't hear you. This call is recorded"),
        ("we're recording", "we are recording"),
        (pattern("(calling|call) ~6 (sell|sale*|offer)"), "I'm calling today about some sales"),
        (pattern("(may|could|can) (i|we) (just )?(get|take) your name"), "can I take your name"),
        (
            pattern("(may|could|can) (i|we) (just)? (get|take) your name"),
            "can I just get your name",
        ),
        (pattern("cancel* ~3 (account|contract)"), "cancelling my old account"),
        (pattern("call (you)? back"), "I'll call back"),
        (pattern("(call|ring) back"), "callback"),
        ("i am furious", "I'm not going to lie I'm furious"),
        ("i am furious", "I told you I'm furious"),
        (pattern("not ~2 happy", negation="allow"), "I'm not very happy"),
    ],
)
def test_hits(match, line):
    assert hit(match, line)


@pytest.mark.parametrize(
    ("match", "line"),
    [
        ("this call is recorded", "this call was recorded"),
        ("this call is recorded", "not this call is recorded"),
        ("recorded", "this call is not being recorded"),
        ("angry", "I'm not angry just confused"),
        ("i am furious", "I don't think I'm furious"),
        (pattern("(calling|call) ~6 (sell|offer)"), "I'm calling but not to sell anything"),
        (pattern("(calling|call) ~2 (sell|offer)"), "calling you today about the new offer"),
        ("i am furious", "he said I'm furious"),
        ("this call is recorded", "they told me that this call is recorded"),
        ("i will sue", "I was told I will sue"),
        (pattern("a sales call", none_of=["not a ~1 sales call"]), "it's not a big sales call"),
        (pattern("cancel*", none_of=["cancel* the appointment"]), "cancel the appointment"),
        ("art", "start the party"),
    ],
)
def test_leaves_alone(match, line):
    assert hit(match, line) is None


def test_a_phrase_goes_on_over_a_pause():
    found = hit("this call is recorded", "so this call is", "recorded for training")
    assert [e.quote for e in found.evidence] == ["this call is", "recorded"]
    assert [e.utterance_id for e in found.evidence] == [0, 1]


def test_a_long_pause_breaks_a_phrase():
    assert hit("this call is recorded", "so this call is", "recorded", pause=2.1) is None


def test_a_backchannel_does_not_break_a_phrase_but_an_answer_does():
    matcher = compile_match(READ.validate_python("this call is recorded"))
    for word, meets in (("okay", True), ("what do you want", False)):
        ear = Listening()
        ear.take(said("this call is", 0, number=1))
        ear.take(said(word, 2.2, Channel.CUSTOMER, 2, 0.5))
        found = matcher.search(ear.take(said("recorded", 4.5, number=3)))
        assert (found is not None) is meets


def test_what_was_hit_before_is_not_hit_again():
    matcher = compile_match(READ.validate_python("hello"))
    ear = Listening()
    assert matcher.search(ear.take(said("hello", 0)))
    assert matcher.search(ear.take(said("how are you", 2.2))) is None


@pytest.mark.parametrize(
    ("text", "line", "slot", "value"),
    [
        ("that is <amount>", "that's forty nine dollars ninety today", "amount",
         "forty nine dollars ninety"),
        ("that is <amount>", "that is forty nine ninety", "amount", "forty nine ninety"),
        ("that is <amount>", "that's $49.90", "amount", "49.90 dollars"),
        ("<digits:4+>", "it's four five three nine", "digits", "four five three nine"),
        ("<digits:4+>", "so that's [card number]", "digits", "[card_number]"),
        ("by <date>", "with you by next Tuesday afternoon", "date", "next tuesday afternoon"),
        ("<date>", "in three to five working days", "date", "in three to five working days"),
        ("<date>", "on the twenty first of May", "date", "the twenty first of may"),
        ("at <time>", "I'll ring at half past ten", "time", "half past ten"),
        ("reference ~3 <ref>", "your reference number is A B 4 5 1", "ref", "a b 4 5 1"),
        ("my name is <name>", "my name's Dana", "name", "dana"),
    ],
)  # fmt: skip
def test_slots(text, line, slot, value):
    assert hit(pattern(text), line).slots[slot] == value


@pytest.mark.parametrize(
    ("mask", "long"),
    [("card number", True), ("security code", False), ("expiry date", False), ("number", False)],
)
def test_a_mask_stands_for_no_more_figures_than_it_can_hide(mask, long):
    found = hit(pattern("<digits:8+>"), f"it is [{mask}] there")
    assert (found is not None) == long
    assert hit(pattern("<digits:3+>"), f"it is [{mask}] there") is not None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("that is <amount>", "that's one thing"),
        ("that is <amount>", "that is twenty minutes"),
        ("that is <amount>", "that is 123456789"),
        ("that is <amount>", "that is four five three nine"),
        ("<digits:4+>", "I'm twenty five"),
        ("my name is <name>", "my name is not important"),
        ("reference ~3 <ref>", "your reference is a"),
        ("thank you for calling {company}", "thank you for calling us"),
    ],
)
def test_slots_refuse(text, line):
    assert hit(pattern(text), line) is None


def test_a_known_company_is_recognised_however_it_is_split():
    names = {"company": "Northwind"}
    found = hit("thank you for calling {company}", "thank you for calling North wind", names=names)
    assert found.evidence[0].quote == "thank you for calling North wind"
    assert not found.doubt


def test_another_company_is_doubtful():
    found = hit("calling {company}", "thanks for calling Acme", names={"company": "Northwind"})
    assert "Northwind" in found.doubt


def test_times_and_confidence_come_from_the_words():
    words = tuple(
        Word(w, n, n + 0.5, c)
        for n, (w, c) in enumerate([("This", 0.9), ("call", 0.8), ("is", 0.4), ("taped", 0.9)])
    )
    spoken = Utterance(0, Channel.AGENT, 0, 4, "This call is taped", 0.99, words)
    found = compile_match(READ.validate_python("call is")).search(Listening().take(spoken))
    piece = found.evidence[0]
    assert (piece.start, piece.end) == (1, 2.5)
    assert piece.confidence == pytest.approx(0.6)


def test_an_intent_is_met_by_its_label():
    match = {"any_of": [{"intent": "cancel_service"}]}
    label = Label("intent", "cancel_service", 0.9, "close it", "lexical")
    found = hit(match, "please close it", labels=[label])
    assert (found.engine, found.evidence[0].quote, found.score) == ("intent", "close it", 0.9)
    assert hit(match, "close it", labels=[Label("intent", "cancel_service", 0.3)]) is None


def test_meaning_near_the_threshold_is_doubtful():
    match = {"any_of": [{"semantic": {"examples": ["a b", "c d"], "threshold": 0.7}}]}
    assert hit(match, "hm so", labels=[Label("semantic", "X-01:0", 0.8)]).doubt == ""
    assert hit(match, "hm so", labels=[Label("semantic", "X-01:0", 0.65)]).doubt
    assert hit(match, "hm so", labels=[Label("semantic", "X-01:0", 0.5)]) is None
    assert hit(match, "hm so") is None


def test_all_of_needs_every_part():
    match = {"all_of": ["the amount", "charged today"]}
    assert hit(match, "the amount is charged today")
    assert hit(match, "the amount is this") is None


def nearest(match, *lines):
    matcher = compile_match(READ.validate_python(match))
    return near_miss(matcher, [speak(said(line, number=n)) for n, line in enumerate(lines)])


def test_the_nearest_miss_has_its_words_and_score():
    found = nearest(
        "this call is recorded for training", "hello there", "so your call may be recorded yeah"
    )
    assert found.evidence.utterance_id == 1
    assert found.evidence.quote == "call may be recorded"
    assert 0.3 < found.score < 0.5


def test_common_words_alone_are_no_near_miss():
    assert nearest("this call is recorded", "is this what it is for") is None


@pytest.mark.parametrize(
    ("match", "line", "quote"),
    [
        (
            "two options",
            "Well. We have two options right now, you see.",
            "We have two options right now",
        ),
        ("my pleasure", "my pleasure", "my pleasure"),
        ("this call is recorded", "hello this call is recorded okay", "this call is recorded"),
        ("love to get the", "we would love to get the car done. Bye", "love to get the car done"),
        ("sorry", "I am sorry", "I am sorry"),
    ],
)
def test_few_words_are_quoted_with_their_clause(match, line, quote):
    assert hit(match, line).evidence[0].quote == quote


def test_the_times_are_those_of_the_words_themselves():
    piece = hit("two options", "we have two options").evidence[0]
    assert (piece.quote, piece.start) == ("we have two options", 0.842)


def test_one_sentence_is_better_evidence_than_several():
    match = {"any_of": [{"pattern": "calling ~12 i am <name>"}, {"pattern": "i am <name>"}]}
    found = hit(match, "keep a calling platform for autos. I'm Michelle, and so on.")
    assert found.evidence[0].quote.startswith("I'm Michelle")


def test_a_long_quote_over_sentences_is_cut_to_the_last():
    line = "calling about one thing or another for you. So very very long. I'm Michelle"
    found = hit({"any_of": [{"pattern": "calling ~14 i am <name>"}]}, line)
    assert found.evidence[0].quote == "I'm Michelle"


@pytest.mark.parametrize(("confidence", "doubt"), [(0.76, True), (0.85, False), (None, False)])
def test_what_only_sounds_like_it_counts_where_it_was_heard_well(confidence, doubt):
    matcher = compile_match(READ.validate_python({"sounds_like": "half and a healthy"}), "X-01")
    line = Utterance(0, Channel.AGENT, 0, 2, "half and a healthy today", confidence)
    found = matcher.search(Listening().take(line))
    assert bool(found.doubt) is doubt


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Hello. Yes, this is Dan from billing", "dan"),
        ("this is dan from billing", "dan"),
        ("Honestly, this is ridiculous.", None),
        ("this is ridiculous", None),
        ("Well this is some mess", None),
        ("I said this is Unacceptable", None),
    ],
)
def test_a_name_is_written_as_one(line, name):
    found = hit(pattern("this is <name>"), line)
    assert (found.slots["name"] if found else None) == name


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ("Brightcover", "thank you for calling bright cover today"),
        ("Bright Cover", "thank you for calling brightcover today"),
        ("Northland Energy", "Thank you for calling North Lane energy"),
        ("Summit Energy", "thank you for calling some at energy"),
    ],
)
def test_a_company_may_be_split_joined_or_spelt_nearly(known, line):
    found = hit("thank you for calling {company}", line, names={"company": known})
    assert not found.doubt


def test_the_customers_name_is_that_of_the_facts():
    thanks = pattern("(thank you|thanks) {customer}")
    assert hit(thanks, "thanks for that") is None
    assert hit(thanks, "thanks martin", names={"customer": "Martin Ellis"})
    assert hit(thanks, "thanks for that", names={"customer": "Martin Ellis"}) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [("by the 21st", True), ("by the fifth", True), ("by the best", False), ("by the last", False)],
)
def test_a_day_of_the_month_is_a_number(line, found):
    assert (hit(pattern("by <date>"), line) is not None) is found


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        ("this is <name>", "Good evening, this is Will calling", "will"),
        ("this is {agent}", "hello this is will how may i help", "will"),
        ("my name is {agent}", "my name's will i'm calling about your plan", "will"),
        ("is that (mr|mrs) <name>", "Is that Mrs dos Santos?", "dos"),
        ("(mr|mrs) <name> speaking", "Mrs van der Berg speaking", "van der berg"),
    ],
)
def test_names_that_are_words_and_names_of_several(text, line, value):
    slots = hit(pattern(text), line).slots
    assert slots.get("name", slots.get("agent")).startswith(value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this is <name>", "this is will you be in"),
        ("is {agent}", "the question is will it work"),
        ("hello <name>", "hello can you hear me"),
        ("thanks {agent}", "thanks will do"),
        ("is <name>", "This is the Price"),
        ("mrs <name>", "Mrs or Miss"),
        ("mrs <name>", "Mrs van someone"),
    ],
)
def test_verbs_and_small_words_are_no_names(text, line):
    assert hit(pattern(text), line) is None


def test_a_number_before_may_i_is_no_date():
    assert hit(pattern("<date>"), "four seven two nine, may I take your name") is None
    assert hit(pattern("<date>"), "on the ninth of may i will be away").slots["date"]
    assert hit(pattern("<date>"), "the ninth may or the tenth").slots["date"] == "the ninth may"


@pytest.mark.parametrize(
    ("text", "line", "slots"),
    [
        ("(<amount>|donation)", "a one off donation", {}),
        ("ending ~2 (<digits:2+>|<number>)", "ending six to one", {"number": "six"}),
        ("for (<amount>|<date>) (<amount>)? please", "for one day please", None),
        ("pay (<amount>)? (now|one thing)", "i can pay one thing", {}),
        ("(call|ask) ((mr|mrs) <name>|her|mrs or)", "please call Mrs or Mr", {}),
    ],
)
def test_a_slot_that_refuses_its_words_gives_way_to_the_rest_of_its_choice(text, line, slots):
    found = hit(pattern(text), line)
    assert found.slots == slots if slots is not None else found is None


@pytest.mark.parametrize(
    ("text", "line", "hits"),
    [
        ("make a complaint", "i want to make complaint", True),
        ("make a complaint", "i want to make a complaint", True),
        ("what is (the|your|that) pin", "what's pin on it", True),
        ("what is (the|your|him) pin", "what's pin on it", False),
        ("(an) angry", "angry", False),
        ("(the|a) pin", "pin", True),
        ("((the|a)) pin", "pin", False),
        ("look up the", "look up", False),
        ("is (my|the)", "is that it", False),
        ("book ~3 <date>", "book me in on fifteenth", True),
        ("book ~3 <date>", "book me in on second thoughts", False),
        ("<name> ~1 promised", "Will had promised", True),
    ],
)
def test_articles_need_not_be_said_but_at_an_end_or_in_brackets(text, line, hits):
    assert (hit(pattern(text), line) is not None) is hits


def test_spanish_articles_need_not_be_said():
    matcher = compile_match(READ.validate_python("grabamos la llamada"), "X", SPANISH)
    assert matcher.search(Listening(SPANISH).take(said("grabamos llamada")))


@pytest.mark.parametrize("line", ["voy a llamarle", "voy llamarle", "voy ha llamarle"])
def test_spanish_words_that_run_together_or_sound_alike_are_one(line):
    matcher = compile_match(READ.validate_python("voy a llamarle"), "X", SPANISH)
    assert matcher.search(Listening(SPANISH).take(said(line)))


MEANT = {"examples": ["a b", "c d"], "keywords": ["refund", "Centre"], "threshold": 0.7}


@pytest.mark.parametrize(
    ("line", "more", "hits"),
    [
        ("you get a refund", {}, True),
        ("you do not get a refund", {}, False),
        ("you do not get a refund", {"negation": "allow"}, True),
        ("he said you get a refund", {}, False),
        ("he said you get a refund", {"quoted": "allow"}, True),
        ("not a refund but the center", {}, True),
        ("you get a refund on monday", {"none_of": ["on monday"]}, False),
        ("you get a voucher", {}, False),
    ],
)
def test_a_meaning_is_taken_back_as_words_are(line, more, hits):
    match = {"any_of": [{"semantic": MEANT}], **more}
    assert (hit(match, line, labels=[Label("semantic", "X-01:0", 0.9)]) is not None) is hits


def test_none_of_binds_an_intent():
    match = {"any_of": [{"intent": "cancel"}], "none_of": ["the appointment"]}
    label = [Label("intent", "cancel", 0.9)]
    assert hit(match, "cancel the contract", labels=label)
    assert hit(match, "cancel the appointment", labels=label) is None


def test_none_of_an_alternative_binds_it_alone():
    match = {
        "any_of": [
            {"pattern": "switch ~2 off", "none_of": ["back on"]},
            {"pattern": "your password"},
            {"intent": "off", "none_of": ["later"]},
            {"semantic": {**MEANT, "keywords": ["now"]}, "none_of": ["later"]},
        ]
    }
    assert hit(match, "switch it off")
    assert hit(match, "switch it off and back on") is None
    assert hit(match, "switch it off with your password and back on")
    labels = [Label("intent", "off", 0.9), Label("semantic", "X-01:0", 0.9)]
    for label in labels:
        assert hit(match, "not later but now", labels=[label]) is None
        assert hit(match, "do it now", labels=[label])
    assert hit({"pattern": "off", "none_of": ["back on"]}, "off and back on") is None
