import datetime

import pytest

from pipeline.articles import read_article, read_folder, stamp

TODAY = datetime.date(2026, 11, 22)
ARTICLE = """---
title: Missed visits
date: 2026-08-12
owner: Field service
queues: [complaints]
---
Ask for the visit number first.

## What the customer gets
40 pounds, within five days.

## Book a new visit
- The next working day.
"""


def test_an_article_is_cut_at_its_headings_and_each_card_knows_where_it_is_from():
    cards = read_article("field/visits.md", ARTICLE)
    assert [c.heading for c in cards] == ["", "What the customer gets", "Book a new visit"]
    card = cards[1]
    assert (card.title, card.owner, card.date) == ("Missed visits", "Field service", "2026-08-12")
    assert (card.source, card.queues) == ("field/visits.md", ("complaints",))
    assert card.id == "field/visits.md#what-the-customer-gets"
    assert card.text == "40 pounds, within five days."


def test_what_is_old_undated_or_past_its_day_is_marked():
    def stale(front):
        return read_article("a.md", f"---\n{front}\n---\ntext")[0].stale(TODAY, 365)

    assert stale("date: 2026-01-01") == ""
    assert stale("date: 2024-11-30") == "is 722 days old"
    assert stale("title: x") == "has no date"
    assert stale("date: 2026-11-01\nreview_by: 2026-11-21") == "was to be looked at by 2026-11-21"


@pytest.mark.parametrize(
    ("front", "fault"),
    [
        ("date: soon", "'soon' is no date"),
        ("titel: x", "unknown in the front matter: titel"),
        ("- a\n- b", "no list of"),
        ("title: [", "does not read"),
        ("queues: sales", "give a list"),
    ],
)
def test_an_article_that_does_not_read_is_named_and_the_others_are_kept(tmp_path, front, fault):
    (tmp_path / "good.md").write_text(ARTICLE, "utf-8")
    (tmp_path / "bad.md").write_text(f"---\n{front}\n---\ntext", "utf-8")
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    shelf = read_folder(tmp_path)
    assert {c.source for c in shelf.cards} == {"good.md"}
    assert [f.split(":")[0] for f in shelf.faults] == ["bad.md", "latin.md"]
    assert fault in shelf.faults[0]


def test_the_stamp_changes_with_an_article(tmp_path):
    (tmp_path / "a.md").write_text("one", "utf-8")
    first = stamp(tmp_path)
    (tmp_path / "a.md").write_text("one and two", "utf-8")
    assert stamp(tmp_path) != first
