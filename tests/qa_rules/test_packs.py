"""Packs: found, read, inherited, and refused with a place and advice."""

import textwrap

import pytest

from qa_rules.errors import PackInvalid, PackNotFound
from qa_rules.packs import load_packs, shipped

BASE = """
pack: base
title: Base
form:
  pass_mark: 80
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: Compliance, weight: 40}}
events:
  - {id: pitch_start, match: {any_of: [{pattern: "we have ~3 offer"}]}}
items:
  - id: B-01
    title: Greets
    severity: REQ
    section: opening
    when: {within_s: 30}
    match: "good morning"
  - {id: B-02, title: Notice, severity: AF, section: compliance, match: [this call is recorded]}
"""
CHILD = """
pack: child
title: Child
inherits: [base]
items:
  - {id: B-02, title: Another notice, severity: REQ, section: compliance, match: recording}
  - {id: C-01, title: Tells, severity: OPT, section: opening, match: hello}
"""


def write(tmp_path, **packs):
    for name, text in packs.items():
        (tmp_path / f"{name}.yaml").write_text(textwrap.dedent(text))
    return [tmp_path]


def test_what_is_inherited_comes_first_and_the_same_id_replaces(tmp_path):
    packs = load_packs(["child"], write(tmp_path, base=BASE, child=CHILD))
    assert packs.names == ("base", "child")
    assert packs.chosen == ("child",)
    assert [(i.id, i.title, i.pack) for i in packs.items] == [
        ("B-01", "Greets", "base"),
        ("B-02", "Another notice", "child"),
        ("C-01", "Tells", "child"),
    ]
    assert packs.form.pass_mark == 80


def test_checklist_knows_when_an_item_is_due(tmp_path):
    first, second = load_packs(["base"], write(tmp_path, base=BASE)).checklist()
    assert (first.rule_id, first.due_s, first.label) == ("B-01", 30.0, "Greets")
    assert second.due_s is None


def test_version_follows_the_content(tmp_path):
    one = load_packs(["base"], write(tmp_path, base=BASE)).version
    assert load_packs(["base"], [tmp_path]).version == one
    other = BASE.replace("good morning", "good evening")
    assert load_packs(["base"], write(tmp_path, base=other)).version != one


def test_an_unknown_pack_names_those_there_are(tmp_path):
    with pytest.raises(PackNotFound, match="no pack nothing"):
        load_packs(["nothing"], [tmp_path])


def test_a_ring_of_packs_is_refused(tmp_path):
    ring = "pack: {}\ntitle: X\ninherits: [{}]\n"
    where = write(tmp_path, one=ring.format("one", "two"), two=ring.format("two", "one"))
    with pytest.raises(PackInvalid, match="one -> two -> one"):
        load_packs(["one"], where)


@pytest.mark.parametrize(
    ("old", "new", "line", "advice"),
    [
        ("severity: REQ\n    section", "severity: REQS\n    section", 11, "write 'AF', 'REQ'"),
        ("    title: Greets", "    titel: Greets", 10, "write `title`"),
        ('match: "good morning"', 'match: "good ~2"', 14, "write it as `pattern:`"),
        ('"we have ~3 offer"', '"we have ~3 (offer"', 7, 'a "(" without ")"'),
        ('"we have ~3 offer"', '"we have <ofer>"', 7, "<ofer> is not a slot"),
        ("within_s: 30", "within_s: thirty", 13, "write a number here"),
        ("within_s: 30", "before: [pitch_begin]", 13, "did you mean pitch_start"),
        ("section: opening", "section: openings", 12, "did you mean opening"),
        ("weight: 60", "weight: 70", 5, "sum to 110"),
        ("id: B-01", "id: B-02", 15, "twice"),
        ("    when:", "     when:", 13, "indented deeper than the entry above"),
        ("    when:", "\twhen:", 13, "indented with a tab"),
        ("    when:", "   when:", 13, "not in line with its entry"),
        ("    when: {within_s: 30}", "    within_s: 30", 13, "`within_s` stands under `when`"),
        ("    when: {within_s: 30}", "    when: 30s", 13, "write entries such as within_s"),
        ("within_s: 30", "within_s: -1", 13, "write a number above 0"),
        ("    title: Greets", "    title: Greets\n    title: Greets", 11, "given twice"),
    ],
)
def test_every_fault_has_its_line_and_its_advice(tmp_path, old, new, line, advice):
    assert old in BASE
    text = BASE.replace(old, new, 1).lstrip()
    with pytest.raises(PackInvalid) as caught:
        load_packs(["base"], write(tmp_path, base=text))
    told = [f for f in caught.value.faults if advice in f.message]
    assert told, caught.value
    assert told[0].line == line


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    text = BASE.replace("severity: REQ", "severity: X").replace("within_s", "within")
    with pytest.raises(PackInvalid) as caught:
        load_packs(["base"], write(tmp_path, base=text))
    assert len(caught.value.faults) == 2


def test_on_yes_and_no_are_words(tmp_path):
    text = BASE.replace("match: hello", "x").rstrip() + textwrap.dedent("""
    hints:
      - id: late
        on: {event: pitch_start}
        text: Ask first
        tests: {yes: [yes], no: [no, off]}
    """)
    (hint,) = load_packs(["base"], write(tmp_path, base=text)).hints
    assert hint.on.event == "pitch_start"
    assert hint.tests.no == (("no",), ("off",))


def in_language(folder, name, language):
    text = f"pack: {name}\ntitle: T\nlanguage: {language}\n"
    (folder / f"{name}.yaml").write_text(text)


def test_packs_of_two_languages_do_not_go_together(tmp_path):
    in_language(tmp_path, "one", "en")
    in_language(tmp_path, "otro", "es")
    with pytest.raises(PackInvalid, match="packs of one call are in one language: one is en"):
        load_packs(["one", "otro"], [tmp_path])
    assert load_packs(["otro"], [tmp_path]).language.code == "es"


def test_a_language_without_words_is_refused(tmp_path):
    in_language(tmp_path, "eins", "de")
    with pytest.raises(PackInvalid, match="no words are known of the language de: write one of en"):
        load_packs(["eins"], [tmp_path])


def test_shipped_packs_are_listed_by_language():
    assert "core_call" in shipped("en")
    assert "core_call" not in shipped("es")
    assert {*shipped("en"), *shipped("es")} == set(shipped())
