"""What a form may ask, and how its version tells that it was changed."""

import pytest

from qa_rules.errors import PackInvalid
from qa_rules.forms import version_text
from qa_rules.lint import lint
from qa_rules.packs import load_packs
from qa_rules.selftest import selftest

SECTIONS = "sections: {opening: {title: O, weight: 60}, compliance: {title: C, weight: 40}}"
ITEMS = """
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, match: hello}
  - {id: T-02, title: Notice, severity: AF, section: compliance, match: recorded}
"""


@pytest.fixture
def asks(packs):
    """Return a function that reads a pack whose form has these questions."""

    def make(*questions, version="1", items=ITEMS):
        listed = "".join(f"\n    - {q}" for q in questions)
        form = f"form:\n  {SECTIONS}\n  questions:{listed or ' []'}\n"
        return packs(f'version: "{version}"\n{form}{items}')

    return make


def refused(asks, *questions):
    with pytest.raises(PackInvalid) as caught:
        asks(*questions)
    return str(caught.value)


def test_a_question_has_one_source_or_is_a_persons(asks):
    loaded = asks(
        "{id: Q-1, title: Correct, section: opening}",
        "{id: Q-2, title: Greeted, section: opening, items: T-01}",
    )
    assert [q.how.value for q in loaded.questions] == ["manual", "auto"]
    measure = "metric: {name: talk_ratio, bands: [{answer: yes, at_most: 0.5}]}"
    both = f"{{id: Q-1, title: A, section: opening, items: T-01, {measure}}}"
    assert "not items and metric" in refused(asks, both)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("{id: Q-1, title: A, section: opening, mode: auto}", "needs items, metric or rule"),
        ("{id: Q-1, title: A, section: nowhere}", "no section called nowhere"),
        ("{id: Q-1, title: A, section: opening, items: T-09}", "no item called T-09"),
        ("{id: T-01, title: A, section: opening}", "an item has this id"),
        ("{id: Q-1, title: A, section: opening, items: [T-01, T-02]}", "fail the call"),
        (
            "{id: Q-1, title: A, section: opening, "
            "metric: {name: talking, bands: [{answer: yes, at_most: 1}]}}",
            "no measure called talking",
        ),
        (
            "{id: Q-1, title: A, section: opening, "
            "metric: {name: talk_ratio, bands: [{answer: maybe, at_most: 1}]}}",
            "maybe is no answer here",
        ),
        (
            "{id: Q-1, title: A, section: opening, "
            "metric: {name: talk_ratio, bands: [{answer: yes}]}}",
            "give at_least, at_most or both",
        ),
        (
            "{id: Q-1, title: A, section: opening, asked_if: {question: Q-1, answer: no}}",
            "break the ring",
        ),
        (
            "{id: Q-1, title: A, section: opening, asked_if: {question: T-01, answer: 3}}",
            "T-01 is never 3",
        ),
        ("{id: Q-1, title: A, section: opening, asked_if: {question: T-01}}", "go together"),
        ("{id: Q-1, title: A, section: opening, severity: P-AF}", "P-AF"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_place(asks, question, word):
    text = refused(asks, question)
    assert word in text
    assert "t.yaml:" in text


def test_an_item_is_asked_once(asks):
    text = refused(
        asks,
        "{id: Q-1, title: A, section: opening, items: T-01}",
        "{id: Q-2, title: B, section: opening, items: T-01}",
    )
    assert "T-01 is asked by Q-1 already" in text


def test_a_later_pack_replaces_a_question_and_adds_its_own(tmp_path):
    (tmp_path / "base.yaml").write_text(
        f"pack: base\ntitle: B\nform: {{{SECTIONS}, questions: ["
        "{id: Q-1, title: Old, section: opening}, {id: Q-2, title: Kept, section: opening}]}"
    )
    (tmp_path / "role.yaml").write_text(
        f"pack: role\ntitle: R\ninherits: [base]\nform: {{{SECTIONS}, questions: ["
        "{id: Q-1, title: New, section: opening}, {id: Q-3, title: More, section: opening}]}"
    )
    loaded = load_packs(["role"], [tmp_path])
    assert [(q.id, q.title, q.pack) for q in loaded.questions] == [
        ("Q-1", "New", "role"),
        ("Q-2", "Kept", "base"),
        ("Q-3", "More", "role"),
    ]
    assert version_text(loaded.parts) == "base 1, role 1"


RULE = (
    "{{id: Q-1, title: Owns it, section: opening, rule: {{match: {match}, "
    "tests: {{yes: [i will do it], no: [they will]}}}}}}"
)


def test_a_rule_is_judged_and_tried_but_no_line_of_the_checklist(asks):
    loaded = asks(RULE.format(match="i will"))
    assert [i.id for i in loaded.judged] == ["T-01", "T-02", "Q-1"]
    assert "Q-1" not in [line.rule_id for line in loaded.checklist()]
    (score,) = [s for s in selftest(loaded).scores if s.rule == "Q-1"]
    assert (score.right_yes, score.wrong_no) == (1, 0)
    told = [str(f) for f in lint(loaded)]
    assert any("Q-1: 1 lines under tests.yes" in t for t in told)


def test_the_hash_follows_what_is_asked_not_how_it_is_heard(asks):
    def parts(*questions, **more):
        return asks(*questions, **more).parts

    plain = parts(RULE.format(match="i will"))
    assert plain == parts(RULE.format(match="[i will, i shall]"))
    assert parts(items=ITEMS) == parts(items=ITEMS.replace("match: hello", "match: hi"))
    (before,) = parts(items=ITEMS)
    for change in ("weight: 2, ", "applies_if: {event: silence_10s}, ", "when: {within_s: 9}, "):
        (after,) = parts(items=ITEMS.replace("match: hello", change + "match: hello"))
        assert after.hash != before.hash
    (raised,) = parts(version="2")
    assert (raised.version, raised.hash) == ("2", before.hash)


def test_a_persons_question_without_help_is_told(asks):
    told = [str(f) for f in lint(asks("{id: Q-1, title: Correct, section: opening}"))]
    assert any("say under help" in t for t in told)
