"""What is hidden in a call, what stays, and what becomes of the sound."""

import csv
import gzip
import json
import os
import re
from pathlib import Path

import pytest

from models.types import Channel, Utterance, Word
from pipeline.redact import Redactor

A, C = Channel.AGENT, Channel.CUSTOMER
DATA = Path(os.environ.get("CUELINE_DATA", Path(__file__).parents[2] / "../shared/data"))


def hear(*turns, gap=0.6):
    """Return what is shown of a call after its end, and all answers."""
    redactor, at, shown, answers = Redactor(), 0.0, {}, []
    for number, (channel, text) in enumerate(turns, 1):
        end = at + 0.35 * len(text.split()) + 0.3
        answer = redactor.final(Utterance(number, channel, at, end, text, 0.9))
        shown[number] = answer.utterance.text
        for earlier in answer.earlier:
            shown[earlier.utterance_id] = earlier.text
        answers.append(answer)
        at = end + gap
    return list(shown.values()), answers


def one(text, *before):
    return hear(*before, (C, text))[0][-1]


ASK_CARD = (A, "can I take the long number across the front of the card please")


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242",
        "it's 4242-4242-4242-4242 thanks",
        "four two four two four two four two four two four two four two four two",
        "forty two forty two forty two forty two forty two forty two forty two forty two",
        "double four is wrong sorry 5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4",
        "4,242, 4,242, 4,242, 4,242",
        "3782 822463 10005",
    ],
)
def test_a_card_number_is_hidden_whoever_names_it_or_not(text):
    assert "[card number]" in one(text)
    assert not re.search(r"\d{3}", one(text))


def test_the_words_around_a_card_number_stay():
    assert one("yes it's 4242 4242 4242 4242 thank you") == "yes it's [card number] thank you"


def test_groups_over_several_turns_are_hidden_with_the_agents_nods_between():
    shown, _ = hear(
        ASK_CARD,
        (C, "sure it's four two four two"),
        (A, "uh huh"),
        (C, "four two four two"),
        (A, "okay"),
        (C, "forty two forty two"),
        (C, "and forty two forty two"),
    )
    assert [s for s in shown if "two" in s] == []
    assert shown[1] == "sure it's [card number]"


def test_what_the_agent_repeats_is_hidden_too():
    shown, _ = hear(
        ASK_CARD,
        (C, "four two four two four two four two"),
        (A, "four two four two, four two four two, go on"),
        (C, "four two four two four two four two"),
        (A, "lovely so that's forty nine dollars ninety for the annual plan"),
    )
    assert shown[2] == "[card number], go on" or shown[2] == "[card number] go on"
    assert shown[4] == "lovely so that's forty nine dollars ninety for the annual plan"


def test_a_number_that_begins_before_it_is_named_is_hidden_where_it_began():
    shown, answers = hear(
        (A, "how would you like to pay"),
        (C, "5555 5555"),
        (A, "yep"),
        (C, "5555 4444"),
    )
    assert shown[1] == shown[3] == "[card number]"
    (earlier,) = answers[3].earlier
    assert (earlier.utterance_id, earlier.kinds) == (2, ("card",))
    assert {m.channel for m in answers[3].mute} == {C}
    assert len(answers[3].mute) == 2


def test_figures_that_are_called_a_card_number_afterwards_are_hidden():
    shown, _ = hear(
        (C, "so it's 4242 4242"), (A, "sorry is that the card number"), (C, "yes it is")
    )
    assert shown[0] == "so it's [card number]"


def test_after_the_payment_numbers_may_be_read_again():
    shown, _ = hear(
        ASK_CARD,
        (C, "4242 4242 4242 4242"),
        (A, "thank you that's gone through your reference is 8 8 1 2 0 4"),
        (C, "8 8 1 2 0 4 great"),
    )
    assert shown[2].endswith("8 8 1 2 0 4")
    assert shown[3] == "8 8 1 2 0 4 great"


def test_a_payment_that_has_not_gone_through_keeps_the_card_hidden():
    shown, _ = hear(
        ASK_CARD,
        (C, "4242 4242 4242 4242"),
        (A, "it hasn't gone through could you read it again"),
        (C, "4242 4242 42"),
    )
    assert shown[3] == "[card number]"


@pytest.mark.parametrize(
    ("asked", "said", "shown"),
    [
        ("and the security code", "one two three", "[security code]"),
        ("what are the three digits on the back", "it's 7 8 3", "it's [security code]"),
        ("and the C V V", "seven eighty three", "[security code]"),
        ("what's the expiry date on the card number", "oh four twenty seven", "[card number]"),
        ("what's your account number", "it's 12345678", "it's [account number]"),
        ("and the sort code", "twelve thirty four fifty six", "[account number]"),
        ("what's your social security number", "123 45 6789", "[national id]"),
        ("the last four of your social please", "six seven eight nine", "[national id]"),
        ("can you confirm your national insurance number", "A B 12 34 56 C", "[national id]"),
        ("what is your PIN", "four seven one one", "[pin]"),
        ("read me the code we just sent you", "it's 884213", "it's [one-time code]"),
        ("what's your password please", "sunshine forty two", "[password]"),
    ],
)
def test_an_answer_is_what_the_question_asked_for(asked, said, shown):
    assert one(said, (A, asked)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("my pin is 4711 okay", "my pin is [pin] okay"),
        ("4711 is my pin", "[pin] is my pin"),
        ("my social is one two three four five six seven eight nine", "my social is [national id]"),
        ("123-45-6789", "[national id]"),
        ("it's AB123456C", "it's [national id]"),
        ("GB29 NWBK 6016 1331 9268 19", "[account number]"),
        ("my password is sunshine", "my password is [password]"),
        ("the code you sent is 4 4 1 9 0 2", "the code you sent is [one-time code]"),
    ],
)
def test_a_secret_names_itself(text, shown):
    assert one(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "that's forty nine dollars and ninety cents charged today",
        "it renews every month at nine ninety nine",
        "the card ending 9912",
        "the last four digits of my card are 4242",
        "my phone number is 020 7946 0018",
        "you can reach me on oh seven seven double oh nine hundred four six one",
        "my order number is 48213377 and the tracking number is 370795561790",
        "I was born on the fourth of May 1984",
        "05/04/1984",
        "it'll be three to five working days",
        "postcode SW1A 1AA or zip 94105",
        "between 9 am and 5:30 pm on 12 March 2026",
        "two blue jackets size 42 please",
        "the flight is 2217 at gate 14",
        "1234 White House Lane",
        "we'll never ask for your PIN or your password",
        "I forgot my password can you reset it",
        "I called about my credit card bill twice in 2024",
        "oh okay one moment",
        "we're open 24/7",
    ],
)
def test_what_is_no_secret_stays(text):
    assert one(text) == text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "what's the best phone number for you",
            "five five five one two three four five six seven",
        ),
        ("can I have the order number", "four eight two one three three seven seven"),
        ("what's your date of birth", "oh four oh five nineteen eighty four"),
        ("and the billing zip code", "nine four one oh five"),
        ("what are the last four digits of the card", "nine nine one two"),
        ("what's your password hint", "my first pet"),
    ],
)
def test_an_answer_to_a_harmless_question_stays(asked, said):
    assert one(said, (A, asked)) == said


def test_a_harmless_question_in_the_middle_of_a_payment_gets_its_answer():
    shown, _ = hear(
        ASK_CARD,
        (C, "4242 4242 4242 4242"),
        (A, "and what's the billing zip code"),
        (C, "nine four one oh five"),
    )
    assert shown[3] == "nine four one oh five"


def test_a_telephone_number_asked_for_in_the_middle_of_a_payment_stays():
    shown, _ = hear(
        ASK_CARD,
        (C, "hang on a second"),
        (A, "what's your phone number and the best time to call"),
        (C, "yes my number is 555-123-4567"),
    )
    assert shown[3] == "yes my number is 555-123-4567"


def test_a_harmless_name_does_not_vouch_for_half_a_card():
    shown, _ = hear(ASK_CARD, (C, "I'm on my phone hang on it's 4242 4242"))
    assert "4242" not in shown[1]


def test_without_word_times_the_whole_utterance_is_silenced():
    _, answers = hear(ASK_CARD, (C, "4242 4242 4242 4242"))
    (mute,) = answers[1].mute
    assert mute.start <= answers[1].utterance.start
    assert mute.end >= answers[1].utterance.end


def test_with_word_times_only_the_number_is_silenced_and_a_little_more():
    words = ["well", "it", "is", "4242", "4242", "4242", "4242", "all", "right", "thanks"]
    timed = tuple(Word(w, 10 + i * 0.5, 10.4 + i * 0.5, 0.9) for i, w in enumerate(words))
    said = Utterance(1, C, 10, 15, " ".join(words), 0.9, timed)
    answer = Redactor().final(said)
    (mute,) = answer.mute
    assert (mute.start, mute.end) == (pytest.approx(11.25), pytest.approx(13.65))
    hidden = [w.text for w in answer.utterance.words]
    assert hidden == ["well", "it", "is", "[card number]", "all", "right", "thanks"]


def test_speech_is_silenced_while_a_card_is_awaited_even_where_no_digit_was_recognised():
    _, answers = hear(
        (C, "I'd like to pay"),
        ASK_CARD,
        (C, "for to fortune for to"),
        (A, "and the rest"),
        (C, "5105 1051 0510 5100"),
        (A, "and the three digits on the back"),
        (C, "won to free"),
        (A, "that's gone through"),
        (C, "lovely thank you"),
    )
    silenced = {number for number, a in enumerate(answers) if a.mute}
    assert silenced == {2, 4, 6}


def test_speech_without_words_is_silenced_while_a_card_is_awaited():
    redactor = Redactor()
    assert redactor.unheard(C, 0, 4) == ()
    redactor.final(Utterance(1, A, 5, 8, ASK_CARD[1], 0.9))
    assert redactor.unheard(C, 9, 14) == ((C, 9, 14),)
    assert redactor.unheard(A, 14, 15) == ()
    redactor.final(Utterance(2, A, 16, 18, "thank you that's gone through", 0.9))
    assert redactor.unheard(C, 19, 20) == ()


def test_speech_is_not_silenced_because_a_customer_speaks_of_a_card_number():
    _, answers = hear((C, "somebody stole my card number"), (C, "it happened on the train"))
    assert not answers[1].mute


def test_a_harmless_question_ends_the_waiting_for_a_card():
    _, answers = hear(
        ASK_CARD,
        (C, "I don't have it here"),
        (A, "what's your phone number then"),
        (C, "let me see"),
    )
    assert answers[1].mute
    assert not answers[3].mute


def test_words_that_do_not_fit_the_text_are_dropped_and_all_is_silenced():
    said = Utterance(
        1, C, 0, 5, "it's 4242 4242 4242 4242", 0.9, (Word("it's", 0, 1), Word("42", 1, 2))
    )
    answer = Redactor().final(said)
    assert answer.utterance.words == ()
    assert [(m.start, m.end) for m in answer.mute] == [(0, 5)]


def test_a_partial_never_shows_four_figures_that_might_go_on():
    redactor = Redactor()
    assert redactor.partial(C, "it's four two four") == "it's four two four"
    assert redactor.partial(C, "it's four two four two") == "it's [number]"
    assert redactor.partial(C, "so 4242 um") == "so [number] um"
    assert redactor.partial(A, "that's $49.90 for the") == "that's $49.90 for the"


def test_a_partial_changes_nothing():
    redactor = Redactor()
    said = Utterance(1, C, 0, 2, "5555 5555", 0.9)
    redactor.final(said)
    for _ in range(5):
        redactor.partial(C, "5555 4444")
    assert redactor.final(Utterance(2, C, 3, 4, "hello there", 0.9)).earlier == ()


def test_telling_that_card_digits_came_is_for_cards_only():
    _, answers = hear(ASK_CARD, (C, "4242 4242"), (A, "what's your PIN"), (C, "4711"))
    assert [a.card_digits for a in answers[:2]] == [False, True]
    assert hear((A, "what's your PIN"), (C, "4711"))[1][1].card_digits is False


@pytest.mark.data
@pytest.mark.skipif(not (DATA / "text/aws_card_calls").is_dir(), reason="no CUELINE_DATA")
def test_two_real_card_calls_lose_nothing_that_is_not_secret():
    call = json.loads((DATA / "text/aws_card_calls/example-call.json").read_text())
    turns = [
        (A if t["ParticipantRole"] == "AGENT" else C, t["Content"]) for t in call["Transcript"]
    ]
    assert hear(*turns)[0] == [text for _, text in turns]
    other = json.loads((DATA / "text/aws_card_calls/bda-standard.json").read_text())
    turns = [
        (A if s["speaker"]["speaker_label"] == "spk_1" else C, s["text"])
        for s in other["audio_segments"]
    ]
    assert hear(*turns)[0] == [text for _, text in turns]


@pytest.mark.data
@pytest.mark.skipif(not (DATA / "text/evi").is_dir(), reason="no CUELINE_DATA")
def test_identity_checks_of_real_calls_keep_postcodes_and_birthdays():
    asks = {"postcode": "what is your postcode", "name": "and your name", "dob": "date of birth"}
    calls = {}
    with gzip.open(DATA / "text/evi/dialogues.en.tsv.gz", "rt") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            turns = calls.setdefault(row["dialogue_id"], [])
            turns += [(A, asks[row["item"]]), (C, row["transcription"])]
    turns = changed = 0
    for call in calls.values():
        shown, _ = hear(*call)
        turns += len(call) // 2
        changed += sum(a != b for a, (_, b) in zip(shown, call, strict=True))
    assert turns > 5000
    assert changed / turns < 0.001


ASK_CODE = (A, "I will also need the security code")


@pytest.mark.parametrize(
    "line",
    [
        "Now I am ready for the sixteen digits",
        "now I am ready for the 16 digits",
        "the three digits on the back",
        "just the three digits please",
        "I have two of the three",
        "the last four",
        "sixteen please",
        "I have fifteen of them so far",
    ],
)
def test_the_agents_own_counts_are_no_secret(line):
    waiting = (C, "okay I am back again now")
    assert hear(ASK_CODE, waiting, (A, line))[0][-1] == line
    assert hear(ASK_CARD, waiting, (A, line))[0][-1] == line
    assert hear(ASK_CARD, (C, "4242"), (A, line))[0][-1] == line


def test_the_count_of_digits_in_a_partial_is_no_secret():
    redactor = Redactor()
    redactor.final(Utterance(1, A, 0, 3, ASK_CODE[1], 0.9))
    assert redactor.partial(A, "I am ready for the sixteen") == "I am ready for the sixteen"


@pytest.mark.parametrize("line", ["that is eight four two", "842 thank you", "eight four two"])
def test_a_code_that_the_agent_repeats_is_hidden(line):
    shown = hear(ASK_CODE, (C, "eight four two"), (A, line))[0]
    assert "[security code]" in shown[-1]
    assert "two" not in shown[-1]
    assert "842" not in shown[-1]


def test_a_code_repeated_figure_by_figure_is_hidden():
    shown = hear(ASK_CODE, (C, "eight"), (A, "eight"), (C, "four"), (A, "four"))[0]
    assert shown[1:] == ["[security code]"] * 4


def test_a_code_said_slowly_by_the_customer_is_hidden():
    assert hear(ASK_CODE, (C, "it is 16 2"))[0][-1] == "it is [security code]"
