import datetime
from pathlib import Path

import pytest
import yaml

import streaming.demo
from models.errors import WeightsNotFound
from pipeline import knowledge
from pipeline.knowledge import Knowledge, questions

ARTICLES = Path(streaming.demo.__file__).parent / "knowledge"
SET = yaml.safe_load((Path(__file__).parent / "knowledge_set.yaml").read_text("utf-8"))
TODAY = datetime.date(2026, 11, 22)


def no_encoder():
    raise WeightsNotFound("no weights here")


@pytest.fixture(scope="module")
def found():
    shelf = Knowledge(ARTICLES, today=lambda: TODAY)
    yield shelf
    shelf.close()


@pytest.fixture(scope="module")
def by_words():
    return Knowledge(ARTICLES, encoder=no_encoder, today=lambda: TODAY)


def test_the_demos_articles_all_read(found):
    found.refresh()
    assert found.faults == ()
    assert len(found.cards) > 20


def test_the_set_finds_its_cards_and_only_sure_ones_are_offered(found):
    first = listed = offered = wrong = 0
    answered = [row for row in SET if row[2]]
    for queue, asked, heading in SET:
        answer = found.search(asked, queue)
        headings = [hit.card.heading for hit in answer.hits]
        first += bool(heading) and headings[:1] == [heading]
        listed += heading in headings
        offered += answer.sure
        wrong += answer.sure and headings[0] != heading
    assert wrong == 0
    assert first >= 0.9 * len(answered)
    assert listed >= 0.9 * len(answered)
    assert offered >= 0.6 * len(answered)


def test_without_the_encoder_words_alone_are_found_and_that_is_said(by_words):
    answer = by_words.search("exit fee", "complaints")
    assert answer.hits[0].card.heading == "Exit fees"
    assert answer.hits[0].meaning is None
    assert "by words alone" in answer.reduced
    assert "no weights here" in by_words.reduced
    sure = [by_words.search(asked, queue) for queue, asked, heading in SET if not heading]
    assert not any(answer.sure for answer in sure)


def test_meaning_finds_what_shares_no_telling_word(found, by_words):
    asked = "What do I get for the day that I lost?"
    assert found.search(asked, "complaints").hits[0].card.title == "Missed engineer visits"


def test_a_word_half_typed_is_found(by_words):
    assert (
        by_words.search("ombuds").hits[0].card.heading == "How long we have to answer a complaint"
    )


def test_a_queue_sees_its_own_articles(found):
    assert found.search("refund to the card", "payments").hits[0].card.heading == "Refunds"
    headings = [hit.card.heading for hit in found.search("refund to the card", "complaints").hits]
    assert "Refunds" not in headings


def test_an_old_article_is_found_and_marked_but_never_offered(found):
    answer = found.search("How do I restart the router?", "payments")
    assert answer.hits[0].score > knowledge.SURE
    assert answer.hits[0].stale == "is 722 days old"
    assert not answer.sure


def test_only_questions_are_answered_unasked(found):
    said = "Okay, thank you. So when is my bill due? I have no idea."
    assert questions(said) == ["So when is my bill due?"]
    assert found.suggest(said, "payments").card.heading == "When a bill is due"
    assert found.suggest("My bill is due and I have the late payment fee.", "payments") is None
    assert questions("can you tell me when the next bill is due") != []  # no full stops
    assert questions("Is it?") == []


def test_an_article_that_changes_is_found_without_a_restart(tmp_path):
    (tmp_path / "a.md").write_text("---\ndate: 2026-11-01\n---\n## Parcels\nShelf nine.", "utf-8")
    shelf = Knowledge(tmp_path, encoder=no_encoder, today=lambda: TODAY)
    assert shelf.search("parcels").hits[0].card.text == "Shelf nine."
    assert shelf.refresh() is False
    (tmp_path / "a.md").write_text("---\ndate: 2026-11-01\n---\n## Parcels\nRoom twelve.", "utf-8")
    assert shelf.refresh() is True
    assert shelf.search("parcels").hits[0].card.text == "Room twelve."


@pytest.mark.parametrize("query", ["", "   ", "?!", "zzzz", "the", "ß" * 400])
def test_any_query_gets_an_answer(found, by_words, query):
    for shelf in (found, by_words):
        assert shelf.search(query).sure is False


def test_an_empty_folder_finds_nothing(tmp_path):
    assert Knowledge(tmp_path, encoder=no_encoder).search("anything").hits == ()
