"""Two versions of a pack compared in words."""

from qa_rules.pack_diff import diff_lines, diff_packs
from qa_rules.packs import read_pack

OLD = """pack: t
title: T
events:
  - {id: pay, title: payment begins, match: pay now}
form:
  pass_mark: 80
  sections: {a: {title: A, weight: 60}, b: {title: B, weight: 40}}
  questions: [{id: Q-01, title: Right, section: a}]
items:
  - {id: T-01, title: Greets, severity: REQ, section: a, weight: 2, match: hello,
     when: {within_s: 30}, tests: {yes: [hello], no: [bye]}}
  - {id: T-02, title: Closes, severity: REQ, section: a, match: bye}
intents:
  - {id: moan, title: Moans, examples: [a b, c d]}
hints:
  - {id: h, on: {event: pay}, text: Mask it}
"""


def both(new, old=OLD):
    return [read_pack(old, "t.yaml")], [read_pack(new, "t.yaml")]


def entries(new):
    (got,) = diff_packs(*both(new))
    return {(e.part, e.id): (e.kind, e.lines) for e in got.entries}


def test_the_same_pack_differs_in_nothing():
    assert diff_lines(diff_packs(*both(OLD))) == ["nothing differs"]


def test_an_item_in_words():
    new = OLD.replace(
        "REQ, section: a, weight: 2, match: hello", "AF, section: a, weight: 3, match: [hello, hi]"
    )
    new = new.replace("within_s: 30", "within_s: 20, before: [pay]").replace(
        "yes: [hello]", "yes: [hi]"
    )
    kind, told = entries(new)["item", "T-01"]
    assert kind == "changed"
    assert told == (
        "severity: REQ -> AF",
        "weight: 2 -> 3",
        "window: within 30 s of the agent's first word -> "
        "within 20 s of the agent's first word, before payment begins",
        "hears + phrase hi",
        "lines that match + hi",
        "lines that match - hello",
    )


def test_what_one_way_does_not_go_with():
    new = OLD.replace("match: hello", "match: {phrase: hello, none_of: [hello there]}")
    assert entries(new)["item", "T-01"][1] == (
        "hears + phrase hello, not with hello there",
        "hears - phrase hello",
    )


def test_what_is_new_and_what_is_gone():
    new = OLD.replace("T-02, title: Closes", "T-03, title: Ends").replace("id: h,", "id: k,")
    got = entries(new)
    assert got["item", "T-03"] == ("added", ("REQ, a 1",))
    assert got["item", "T-02"][0] == "removed"
    assert (got["hint", "k"][0], got["hint", "h"][0]) == ("added", "removed")


def test_forms_and_wants_are_compared():
    new = OLD.replace("weight: 60", "weight: 50").replace("weight: 40", "weight: 50")
    new = new.replace("pass_mark: 80", "pass_mark: 85").replace("c d]", "e f]")
    new = new.replace("title: Right,", "title: True,")
    (got,) = diff_packs(*both(new))
    assert got.head == ("pass mark: 80 -> 85",)
    told = {(e.part, e.id): e.lines for e in got.entries}
    assert told["section", "a"] == ("weight: 60 -> 50",)
    assert told["intent", "moan"] == ("examples + e f", "examples - c d")
    assert told["question", "Q-01"] == ("title: Right -> True",)


def test_a_version_that_should_be_raised_is_told():
    worth = OLD.replace("weight: 2", "weight: 3")
    assert "the version is 1 still: raise it" in diff_lines(diff_packs(*both(worth)))[-1]
    words = OLD.replace("match: hello", "match: hi")
    assert diff_lines(diff_packs(*both(words)))[-1].endswith("stays as it is")
    raised = 'version: "2"\n' + worth
    assert "raise" not in "\n".join(diff_lines(diff_packs(*both(raised))))


def test_folders_are_matched_by_name():
    other = read_pack(OLD.replace("pack: t", "pack: u"), "u.yaml")
    third = read_pack(OLD.replace("pack: t", "pack: v"), "v.yaml")
    got = diff_packs([*both(OLD)[0], other], [*both(OLD)[1], third])
    assert {d.pack: d.kind for d in got} == {"t": "same", "u": "removed", "v": "added"}
    assert diff_lines(got)[-1] == "1 pack is the same"
