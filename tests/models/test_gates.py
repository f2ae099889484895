import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stt.gates import Heed, loops, packing, plain_words, reason

SURE = Heed(speech_s=2.0, mean_chance=0.8)


@pytest.mark.parametrize("text", ["♪", "♪♪♪♪♪", "♪ ♪ ♪", " ♫ "])
def test_music_signs_alone_are_music(text):
    assert reason(text, SURE) == "music"


def test_words_between_music_signs_may_be_words():
    assert reason("♪ hold the line, please ♪", SURE) is None


def test_signs_without_words_say_nothing():
    assert reason("...", SURE) == "no words"


@pytest.mark.parametrize("text", ["", "  "])
def test_no_text_is_no_reason(text):
    assert reason(text, SURE) is None


@pytest.mark.parametrize(
    "text",
    ["You", "you.", "Thank you for watching!", "Thanks for watching.", "THANK YOU FOR WATCHING"],
)
def test_what_silence_says_needs_speech_behind_it(text):
    assert reason(text, Heed(speech_s=0.39)) == "invented"
    assert reason(text, Heed(speech_s=0.4)) is None
    assert reason(text, Heed(speech_s=None)) is None


def test_short_answers_are_not_invented():
    for text in ("Yes.", "Thank you.", "No.", "Okay.", "You too.", "Bye."):
        assert reason(text, Heed(speech_s=0.2, mean_chance=0.6)) is None


@pytest.mark.parametrize(
    "text",
    [
        "We can't help you. We can't help you. We can't help you. We can't help you.",
        "a little bit of a little bit of a little bit of a little bit of a little bit",
        "So, " + "I'm going to go. " * 5,
        "no " * 8,
        "go on " * 4,
    ],
)
def test_words_that_go_round_are_a_loop(text):
    assert reason(text, SURE) == "loop"


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no, no, I did not say that.",
        "Yeah, yeah, yeah.",
        "Four, four, four, four, two, two.",
        "It was the best of times, it was the worst of times, it was the age of wisdom",
        "We can't help you. We can't help you. We really can't help you.",
        "Thank you, thank you, thank you.",
        "Zero zero zero zero zero zero seven",
    ],
)
def test_people_repeat_themselves(text):
    assert reason(text, SURE) is None


def test_a_cut_text_that_ends_in_circles_is_a_loop():
    text = (
        "You're the one who's not here to find. You're the one who's not here to find. You're the"
    )
    assert reason(text, SURE) is None
    assert reason(text, Heed(mean_chance=0.65, capped=True)) == "loop"
    assert reason("So then, " + text, Heed(mean_chance=0.65, capped=True)) == "loop"


def test_a_cut_text_of_sure_words_stays():
    assert reason("Seventeen, seventeen.", Heed(mean_chance=0.68, capped=True)) is None
    fast = "I already told you twice that the card was declined and nobody called me back"
    assert reason(fast, Heed(mean_chance=0.8, capped=True)) is None


def test_a_cut_text_of_doubtful_words_goes():
    heed = Heed(mean_chance=0.4, capped=True)
    assert reason("And the other side of the road is over the hill", heed) == "cap"


def test_very_doubtful_words_go():
    assert reason("So", Heed(mean_chance=0.12)) == "unlikely"
    assert reason("So", Heed(mean_chance=0.3)) is None


def test_whispers_limits_hold_only_where_its_numbers_are_known():
    assert packing("I would like to know why the payment was taken twice this month") < 2.4
    doubled = "and so it goes on and on and on we say to them all " * 3
    assert packing(doubled) > 2.4
    assert reason(doubled, Heed(mean_log_chance=-0.2)) == "packed"
    assert reason(doubled, SURE) is None
    assert reason("Hello there.", Heed(mean_log_chance=-1.2)) == "unlikely"
    assert reason("Hello there.", Heed(mean_log_chance=-1.2, no_speech=0.7)) == "silence"
    assert reason("Hello there.", Heed(mean_log_chance=-0.3, no_speech=0.9)) is None


def test_plain_words_keep_apostrophes_and_drop_signs():
    assert plain_words("I'm “sure”, it’s 42%!") == ["i'm", "sure", "it’s", "42"]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=40))
def test_loops_are_found_wherever_they_stand(words):
    loop = ["x", "y"] * 4
    assert loops([*words, *loop])
    assert loops([*loop, *words])


@given(st.lists(st.integers(), unique=True, max_size=40))
def test_words_that_differ_are_never_a_loop(numbers):
    assert not loops([str(number) for number in numbers])


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text):
    assert reason(text, Heed(0.1, True, 0.3, -2.0, 0.9)) in {
        None,
        "music",
        "no words",
        "invented",
        "loop",
        "cap",
        "packed",
        "unlikely",
        "silence",
    }


def test_digits_read_out_are_no_loop():
    assert reason("Four two four two four two four two four two.", SURE) is None
    assert reason("I'm going to I'm going to I'm going to I'm going to", SURE) == "loop"
