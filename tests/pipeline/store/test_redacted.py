import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.events import to_json
from pipeline.store.redacted import Masking, rewrite

OLD = "my card is 4539 1488 please take it"
NEW = "my card is [card] please take it"


def test_a_quotation_reads_as_the_new_text_does():
    masking = Masking(OLD, NEW)
    assert masking.quote("4539 1488") == "[card]"
    assert masking.quote("is 4539") == "is [card]"
    assert masking.quote("1488 please take") == "[card] please take"
    assert masking.quote("take it") == "take it"
    assert masking.quote("IS 4539") == "is [card]"
    assert masking.quote("539 14") == "[card]"
    assert masking.quote("453914880343") == NEW
    assert masking.quote("") == ""


def test_spoken_digits_are_masked_as_well():
    masking = Masking("it is four five three nine ok", "it is [card] ok")
    assert masking.quote("five three") == "[card]"
    assert masking.prose("the customer said Four five three nine.") == "the customer said [card]."
    assert masking.prose("call back at four") == "call back at four"


def test_prose_loses_numbers_and_keeps_the_rest():
    masking = Masking(OLD, NEW)
    assert masking.prose("heard 4539, then 1488.") == "heard [card], then [card]."
    assert masking.prose("order 14880 is late") == "order 14880 is late"


def test_words_go_with_the_text_they_time():
    masking = Masking(OLD, NEW)
    words = [{"text": w} for w in OLD.split()]
    assert " ".join(w["text"] for w in masking.words(words)) == "my card is please take it"
    assert masking.words(words[1:]) == []


def test_a_removal_without_a_mask_removes():
    masking = Masking("a 4539 b", "a b")
    assert masking.quote("4539") == ""
    assert masking.quote("a 4539") == "a"


WORDS = st.lists(st.sampled_from(["yes", "it", "is", "the", "card"]), max_size=6)


@given(before=WORDS, after=WORDS, a=st.integers(0, 80), b=st.integers(0, 80))
def test_no_quotation_of_any_part_shows_a_masked_number(before, after, a, b):
    number = ["4539", "1488", "0343"]
    old = " ".join([*before, *number, *after])
    new = " ".join([*before, "[card]", *after])
    quoted = Masking(old, new).quote(old[min(a, b) : max(a, b)])
    left = old[min(a, b) : max(a, b)]
    if any(n in left for n in number):
        assert "[card]" in quoted
    assert not any(n in quoted for n in number)


def test_a_late_event_is_masked_though_the_old_text_is_gone(story):
    events = [(s, json.loads(to_json(e))) for s, e in story.whole()]
    late = frozenset(s for s, d in events if d["type"] in ("LabelsAdded", "HintRaised"))
    masked = dict(rewrite(events))
    kept = [(s, data if s in late else masked.get(s, data)) for s, data in events]
    changed = rewrite(kept, late)
    assert set(changed) == {s for s in late if s in masked}
    assert not any(n in json.dumps(list(changed.values())) for n in ("4539", "1488"))


def test_a_redaction_that_changes_nothing_rewrites_nothing(story):
    events = [(s, json.loads(to_json(e))) for s, e in story.whole()]
    changed = rewrite(events)
    assert {dict(events)[s]["type"] for s in changed} == {
        "UtteranceFinal",
        "LabelsAdded",
        "ChecklistChanged",
        "HintRaised",
        "AngerChanged",
    }
    again = [(s, changed.get(s, data)) for s, data in events]
    assert rewrite(again) == {}
