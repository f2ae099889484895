import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.mining import patterns
from pipeline.mining.parser import parse
from pipeline.mining.query import Part, Term, Word

WORDS = ["so", "sorry", "été", "ete", "don't", "3rd", "week", "weeks", "re-fund", "Über", "[card"]
texts = st.lists(st.sampled_from([*WORDS, "é", "--", "a_b", "Sorry,"]), max_size=7).map(" ".join)
plain = st.sampled_from(
    ["so", "sorry", "ete", "don", "t", "3rd", "week", "re", "fund", "uber", "a"]
)
words = st.builds(Word, plain, st.booleans(), st.integers(0, 2))
phrases = st.lists(words, min_size=1, max_size=3).map(
    lambda found: (Word(found[0].text, found[0].prefix), *found[1:])
)
terms = st.lists(phrases, min_size=1, max_size=2).map(lambda found: Term(tuple(found)))
parts = st.builds(
    Part, st.lists(terms, min_size=1, max_size=2).map(tuple), st.lists(terms, max_size=1).map(tuple)
)


def indexed(lines):
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE t USING fts5(text, tokenize='unicode61 remove_diacritics 2', "
        "prefix='3')"
    )
    db.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(lines))
    return db


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=1, max_size=12), parts)
def test_the_index_finds_at_least_what_the_text_says_and_just_that_where_it_decides(lines, part):
    db = indexed(lines)
    found = {n for (n,) in db.execute("SELECT rowid FROM t WHERE t MATCH ?", [patterns.fts5(part)])}
    db.close()
    said = {n for n, line in enumerate(lines) if patterns.says(line, part)}
    assert said <= found
    if patterns.exact(part):
        assert said == found


def part_of(box):
    return parse(box).parts[0]


def test_a_gap_counts_the_words_between_and_keeps_their_order():
    part = part_of("refund ~2 week*")
    assert patterns.says("a refund in three weeks", part)
    assert not patterns.says("a refund in some three weeks", part)
    assert not patterns.says("three weeks for a refund", part)


def test_marks_are_where_the_words_stand():
    text = patterns.composed("Refund me: my café refunds late, REFUND.")
    spans = patterns.marks(text, part_of("refund OR cafe").terms)
    assert [text[a:b] for a, b in spans] == ["Refund", "café", "REFUND"]


@given(st.text(max_size=40))
def test_folding_keeps_every_place(text):
    whole = patterns.composed(text)
    assert len(patterns.fold(whole)) == len(whole)
