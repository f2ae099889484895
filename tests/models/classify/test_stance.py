import pytest

from models.classify.stance import CUES, stance, usual


def cues(text):
    return {name for name, there in zip(CUES, stance(text), strict=True) if there}


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("this call is not recorded", "denied"),
        ("we don’t record this line", "denied"),
        ("are you recording this", "asked"),
        ("so is that all right", "asked"),
        ("it is recorded?", "asked"),
        ("i went through it yesterday", "past"),
        ("if you had a contract", "supposed"),
        ("my colleague told you", "reported"),
        ("i'll read it later", "later"),
        ("we record calls", "mine"),
        ("your bill", "yours"),
    ],
)
def test_cues_are_seen(text, cue):
    assert cue in cues(text)


def test_a_plain_line_has_none():
    assert cues("calls get recorded for training") == set()


def test_what_is_usual_is_the_share_of_lines():
    shares = dict(zip(CUES, usual(["not me", "this is recorded"]), strict=True))
    assert (shares["denied"], shares["mine"], shares["asked"]) == (0.5, 0.5, 0.0)
    assert set(usual([])) == {0.5}
