import os
import stat
from pathlib import Path

import pytest

from pipeline.store.journal import Entry, SpillJournal


@pytest.fixture
def journal(tmp_path):
    made = SpillJournal(tmp_path / "deep" / "spill.jsonl")
    yield made
    made.close()


def entries(story, call_id="c1"):
    return [Entry(call_id, s, e) for s, e in story.whole(call_id)]


def replayed(journal):
    found = []
    journal.replay(found.extend)
    return found


def test_entries_come_back_in_order_and_once(journal, story):
    given = entries(story)
    journal.append(given[:5])
    journal.append(given[5:], sync=False)
    assert journal.pending
    again = SpillJournal(journal.path)
    found = replayed(again)
    assert [e.seq for e in found] == [e.seq for e in given]
    assert found[0] == given[0]
    assert not again.pending
    assert replayed(again) == []


def test_facts_travel_with_the_first_event(journal, story):
    origin = ({"regulated": True, "name": "é"}, "twilio")
    journal.append([Entry("c1", 1, story.started(), origin)])
    assert replayed(journal)[0].origin == origin


def test_what_the_store_refuses_stays(journal, story):
    journal.append(entries(story))

    def refuse(_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        journal.replay(refuse)
    assert journal.pending
    journal.append(entries(story, "c2"))
    assert [e.call_id for e in replayed(journal)] == ["c1"] * len(story.whole()) + ["c2"] * len(
        story.whole()
    )


def test_what_is_appended_while_replaying_is_replayed_in_its_turn(journal, story):
    journal.append(entries(story))
    seen = []

    def store(batch):
        if not seen:
            journal.append(entries(story, "c2"), sync=False)
        seen.extend(batch)

    assert journal.replay(store) == 2 * len(story.whole())
    assert [e.call_id for e in seen] == ["c1"] * len(story.whole()) + ["c2"] * len(story.whole())


def test_a_line_cut_by_a_kill_costs_that_line_alone(journal, story):
    given = entries(story)
    journal.append(given[:3])
    journal.close()
    with journal.path.open("r+b") as file:
        file.truncate(journal.path.stat().st_size - 40)
    again = SpillJournal(journal.path)
    again.append(given[3:5])
    assert [e.seq for e in replayed(again)] == [1, 2, 4, 5]
    assert again.unreadable == 1


def test_a_redaction_takes_the_words_out_of_the_file(journal, story):
    given = entries(story)
    cut = next(n for n, e in enumerate(given) if e.event.type == "UtteranceRedacted")
    journal.append(given[:cut])
    assert story.CARD[:4].encode() in journal.path.read_bytes()
    journal.append(given[cut:])
    assert story.CARD[:4].encode() not in journal.path.read_bytes()
    assert [e.seq for e in replayed(journal)] == [e.seq for e in given]
    assert sorted(p.name for p in journal.path.parent.iterdir()) == []


def test_a_call_can_be_forgotten(journal, story):
    journal.append(entries(story, "c1") + entries(story, "c2"))
    journal.forget("c1")
    journal.append(entries(story, "c3"))
    assert {e.call_id for e in replayed(journal)} == {"c2", "c3"}


def test_the_file_is_for_its_owner_alone(journal, story):
    journal.append(entries(story))
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_the_journal_has_a_limit(tmp_path, story):
    journal = SpillJournal(tmp_path / "j", limit_bytes=5000)
    given = entries(story)
    journal.append(given[:2])
    with pytest.raises(OSError, match="limit"):
        journal.append(given)
    journal.append(given[2:3])
    assert (tmp_path / "j").stat().st_size <= 5000
    journal.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_keeps_nothing_of_a_batch(journal, story):
    journal.append(entries(story)[:2])
    kept = journal.path.read_bytes()
    good = os.dup(journal._fd)
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, journal._fd)
    with pytest.raises(OSError, match="space"):
        journal.append(entries(story)[2:])
    os.dup2(good, journal._fd)
    os.close(good)
    os.close(full)
    assert journal.path.read_bytes() == kept
    journal.append(entries(story)[2:4])
    assert [e.seq for e in replayed(journal)] == [1, 2, 3, 4]
