import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Channel
from pipeline.mining.lexer import QueryInvalid
from pipeline.mining.parser import parse
from pipeline.mining.query import (
    Conditions,
    Edge,
    Part,
    Query,
    Range,
    RuleState,
    Term,
    Window,
    Word,
)

PIECES = """refund week* "my_money" ~2 ~3 ~ OR NOT AND - -card agent: customer: like: x intent:a
within first last 60s 2m score:<60 mood:angry by: by:Dana " : é 12""".replace("_", " ").split()


def term(*words):
    return Term((tuple(Word(w) for w in words),))


def test_words_phrases_gaps_and_beginnings_belong_to_one_turn():
    (part,) = parse('refund ~3 week* "my money"').parts
    gapped = Term(((Word("refund"), Word("week", prefix=True, gap=3)),))
    assert part == Part(terms=(gapped, term("my", "money")))


def test_a_speaker_begins_another_turn_of_the_same_call():
    query = parse('agent: "how can I help" within first 30s customer: cancel OR leave* -never')
    assert query.parts == (
        Part(
            terms=(term("how", "can", "i", "help"),),
            speaker=Channel.AGENT,
            window=Window(Edge.FIRST, 30.0),
        ),
        Part(
            terms=(Term(((Word("cancel"),), (Word("leave", prefix=True),))),),
            without=(term("never"),),
            speaker=Channel.CUSTOMER,
        ),
    )


def test_not_is_for_the_whole_call_and_has_its_own_speaker_and_window():
    query = parse("refund NOT agent: sorry within last 2 m")
    assert query.parts == (Part(terms=(term("refund"),)),)
    assert query.never == (
        Part(terms=(term("sorry"),), speaker=Channel.AGENT, window=Window(Edge.LAST, 120.0)),
    )


def test_conditions_of_the_call():
    query = parse(
        'by:"Dana Smith" queue:billing rule:CORE-03=missed rule:M2-01 mood:calm->angry score:<60 '
        "minutes:2..10 result:auto-fail outcome:sold,paid from:2026-05-01 until:2026-06-01"
    )
    assert query == Query(
        call=Conditions(
            agent="Dana Smith",
            queue="billing",
            rules=(RuleState("CORE-03", "missed"), RuleState("M2-01")),
            mood="calm->angry",
            result="auto-fail",
            outcomes=("sold", "paid"),
            score=Range(None, 60 - 1e-6),
            minutes=Range(2, 10),
            since="2026-05-01",
            until="2026-06-01",
        )
    )


def test_meaning_and_labels_are_of_a_turn():
    query = parse('customer: like:"I want my money back" intent:refund NOT intent:cancel')
    assert query.parts == (
        Part(like="I want my money back", intents=("refund",), speaker=Channel.CUSTOMER),
    )
    assert query.never == (Part(intents=("cancel",), speaker=Channel.CUSTOMER),)
    assert query.like == "I want my money back"


@pytest.mark.parametrize(
    ("box", "at", "says"),
    [
        ('refund "my money', 7, 'close the phrase with another "'),
        ("refund ~ week", 7, "refund ~3 week"),
        ("refund ~3", 7, "has no words after it"),
        ("refund ~99 week", 7, "at most 20"),
        ("refund OR", 7, "has no words after it"),
        ("NOT", 0, "has no words after it"),
        ("agent:", 0, 'write agent: "words said"'),
        ("refund moood:calm", 7, "mood:"),
        ("mood:calm->happy", 0, "mood:calm->angry"),
        ("score:low", 0, "score:<60"),
        ("from:yesterday", 0, "from:2026-05-01"),
        ("refund within first", 7, "within first 60s"),
        ("refund within first year", 20, "within first 60s"),
        ("within first 60s", 0, "write the words first"),
        ("refund ...", 7, "letters or digits"),
        ("like:a like:b", 7, "keep one"),
        ("NOT by:Dana", 4, "name what you want instead"),
        ("a " * 251, 500, "at most 500"),
        ("agent: a " * 9, 0, "leave out"),
    ],
)
def test_an_error_says_where_and_what_to_write(box, at, says):
    with pytest.raises(QueryInvalid) as caught:
        parse(box)
    assert caught.value.at == at
    assert says in str(caught.value)


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_box_reads_or_says_where_it_does_not(pieces):
    box = " ".join(pieces)
    query, fault = tried(box)
    if fault is not None:
        assert 0 <= fault.at <= len(box)
        assert fault.advice
    else:
        assert all(not part.empty for part in query.parts)
        assert parse(f" {box}  ") == query


def tried(box):
    try:
        return parse(box), None
    except QueryInvalid as fault:
        return None, fault
