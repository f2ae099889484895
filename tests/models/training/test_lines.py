"""The lines written for training: how many, in what form, and that none stands twice."""

import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest

from models.training.lines import CLASSES, LinesInvalid, Turn, callers, excerpts, scripts

READ = re.compile(r"[a-z0-9']+(?: [a-z0-9']+)*")
"""The one form in which text is read: lower case, words, digits and apostrophes."""

ITEMS, PER_SIDE, PER_CLASS, TRICKY = 150, 6, 80, 80
ITEM = "- id: {id}\n  yes: [{yes}]\n  no: [{no}]\n"
EXCERPT = "- turns: [{turns}]\n  sentiment: {sentiment}\n  level: {level}\n"
ASKED = "{who: agent, text: a line}, {who: customer, text: no}"
AGREED = {
    (0, "negative"): 45,
    (0, "neutral"): 50,
    (0, "positive"): 35,
    (1, "negative"): 30,
    (2, "negative"): 30,
    (3, "negative"): 18,
    (4, "negative"): 12,
}
"""How many excerpts there are of each level and sentiment."""
IN_CONTEXT = 40
"""How many of them, at least, end as another one of another level ends."""


def twice(things):
    return [thing for thing, count in Counter(things).items() if count > 1]


@pytest.fixture(scope="module")
def pieces():
    return excerpts()


def lengths(lines):
    return [len(line.split()) for line in lines]


def mean(values):
    return sum(values) / len(values)


def caller_file(tmp_path, tricky):
    path = tmp_path / "callers.yaml"
    path.write_text("".join(f"{name}: [a line]\n" for name in CLASSES) + f"tricky: {tricky}\n")
    return path


def test_every_item_has_six_lines_on_each_side():
    items = scripts()
    assert len(items) == ITEMS
    assert [i.id for i in items if (len(i.yes), len(i.no)) != (PER_SIDE, PER_SIDE)] == []


def test_ids_are_names_and_stand_once():
    ids = [item.id for item in scripts()]
    assert twice(ids) == []
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_no_line_stands_twice_in_the_scripts():
    assert twice(line for item in scripts() for line in item.yes + item.no) == []


def test_no_line_stands_twice_among_the_callers():
    assert twice(line for line, _ in callers()) == []


def test_every_class_of_callers_has_its_lines_and_the_tricky_ones_come_last():
    found = callers()
    plain, tricky = found[: PER_CLASS * len(CLASSES)], found[PER_CLASS * len(CLASSES) :]
    assert Counter(name for _, name in plain) == dict.fromkeys(CLASSES, PER_CLASS)
    assert len(tricky) == TRICKY
    assert {name for _, name in tricky} == set(CLASSES)


def test_every_line_is_as_text_is_read():
    lines = [line for item in scripts() for line in item.yes + item.no]
    lines += [line for line, _ in callers()]
    assert [line for line in lines if not READ.fullmatch(line)] == []


def test_script_lines_have_a_spoken_length():
    lines = [line for item in scripts() for line in item.yes + item.no]
    assert min(lengths(lines)) >= 3
    assert max(lengths(lines)) <= 30


def test_the_length_of_a_line_does_not_tell_its_side():
    yes = lengths(line for item in scripts() for line in item.yes)
    no = lengths(line for item in scripts() for line in item.no)
    assert abs(mean(yes) - mean(no)) < 1


def test_no_caller_speaks_for_longer_than_a_breath():
    assert max(lengths(line for line, _ in callers())) <= 35
    assert min(lengths(line for line, _ in callers())) >= 2


def test_no_is_a_word_here_and_not_a_truth_value(tmp_path):
    path = tmp_path / "scripts.yaml"
    path.write_text(ITEM.format(id="an_item", yes="on, yes", no="no, off"))
    (item,) = scripts(path)
    assert (item.yes, item.no) == (("on", "yes"), ("no", "off"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "not YAML"),
        ("{}", "a list"),
        ("[]", "a list"),
        ("- id: a\n  yes: [b]\n", "item 1: wants exactly id, no, yes"),
        ("- id: a\n  yes: [b]\n  no: [c]\n  why: d\n", "wants exactly"),
        (ITEM.format(id="a", yes="b", no=""), "item 1, no: wants a list"),
        (ITEM.format(id="a", yes="[b]", no="c"), "item 1, yes: .* is not a line"),
        (ITEM.format(id="a", yes="b", no="' '"), "item 1, no: ' ' is not a line"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_with_the_place(tmp_path, text, says):
    path = tmp_path / "scripts.yaml"
    path.write_text(text)
    with pytest.raises(LinesInvalid, match=says):
        scripts(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LinesInvalid, match="cannot read"):
        callers(tmp_path / "none.yaml")


def test_a_class_that_we_do_not_know_is_refused(tmp_path):
    path = caller_file(tmp_path, "[{text: a line, class: cross}]")
    with pytest.raises(LinesInvalid, match="tricky 1: no class is called 'cross'"):
        callers(path)


def test_a_class_left_out_is_refused(tmp_path):
    path = tmp_path / "callers.yaml"
    path.write_text("angry: [a line]\n")
    with pytest.raises(LinesInvalid, match="wants exactly"):
        callers(path)


def test_there_are_as_many_excerpts_of_each_kind_as_agreed(pieces):
    assert Counter((e.level, e.sentiment) for e in pieces) == AGREED


def test_every_excerpt_ends_with_the_customer_after_one_to_four_other_turns(pieces):
    assert {e.turns[-1].who for e in pieces} == {"customer"}
    assert {len(e.turns) for e in pieces} <= {2, 3, 4, 5}


def test_no_speaker_has_two_turns_in_a_row(pieces):
    for excerpt in pieces:
        speakers = [turn.who for turn in excerpt.turns]
        assert [a for a, b in pairwise(speakers) if a == b] == [], excerpt


def test_no_excerpt_stands_twice(pieces):
    assert twice(e.turns for e in pieces) == []


def test_only_the_short_answers_stand_twice_among_the_turns(pieces):
    said = twice(turn.text for e in pieces for turn in e.turns)
    assert [text for text in said if len(text.split()) > 6] == []


def test_no_turn_is_one_of_the_callers_lines(pieces):
    known = {line for line, _ in callers()}
    assert [t.text for e in pieces for t in e.turns if t.text in known] == []


def test_every_turn_is_as_text_is_read(pieces):
    turns = [turn.text for e in pieces for turn in e.turns]
    assert [text for text in turns if not READ.fullmatch(text)] == []
    assert max(lengths(turns)) <= 35


def test_what_went_before_decides_about_many_last_turns(pieces):
    levels = {}
    for excerpt in pieces:
        levels.setdefault(excerpt.turns[-1].text, []).append(excerpt.level)
    decided = [text for text, of in levels.items() if 0 in of and max(of) > 0]
    assert sum(len(levels[text]) for text in decided) >= IN_CONTEXT


def test_an_excerpt_is_read_with_its_turns_in_order(tmp_path):
    path = tmp_path / "excerpts.yaml"
    path.write_text(EXCERPT.format(turns=ASKED, sentiment="negative", level=2))
    (excerpt,) = excerpts(path)
    assert excerpt.turns == (Turn("agent", "a line"), Turn("customer", "no"))
    assert (excerpt.sentiment, excerpt.level) == ("negative", 2)


@pytest.mark.parametrize(
    ("turns", "sentiment", "level", "says"),
    [
        (ASKED, "cross", "1", "excerpt 1: 'cross' is none of negative"),
        (ASKED, "negative", "5", "'5' is none of 0, 1"),
        (ASKED, "negative", "high", "'high' is none of"),
        ("{who: customer, text: no}", "neutral", "0", "wants 2 to 5 turns"),
        (", ".join([ASKED] * 3), "neutral", "0", "wants 2 to 5 turns"),
        ("{who: customer, text: no}, {who: agent, text: a}", "neutral", "0", "not the customer's"),
        ("{who: driver, text: no}", "neutral", "0", "'driver' is none of"),
        ("{who: agent}", "neutral", "0", "wants exactly text, who"),
        ("", "neutral", "0", "wants a list"),
    ],
)
def test_an_excerpt_that_cannot_be_is_refused(tmp_path, turns, sentiment, level, says):
    path = tmp_path / "excerpts.yaml"
    path.write_text(EXCERPT.format(turns=turns, sentiment=sentiment, level=level))
    with pytest.raises(LinesInvalid, match=says):
        excerpts(path)


def test_reading_the_lines_needs_no_torch():
    code = "import sys, models.training.lines as l; l.scripts(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
