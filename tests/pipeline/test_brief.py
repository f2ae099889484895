import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story

from pipeline.brief import brief
from pipeline.store.repo import Store
from qa_rules.packs import load_packs


@pytest.fixture(scope="module")
def packs():
    return load_packs(["core_call"], [])


def briefed(tmp_path, packs, *events, seconds):
    with Store.open(tmp_path / "a.db") as store:
        store.append("demo", list(enumerate(events, 1)))
        return brief(store.call("demo"), packs, seconds)


def test_it_follows_the_call(tmp_path, packs):
    made = briefed(
        tmp_path, packs, *story.opening(), *story.anger(), *story.recovery(), seconds=101.0
    )
    assert (made.mood, made.mood_reasons, made.flagged) == ("calm", (), False)
    assert "I have sent a new one today by express." in [line.text for line in made.done]
    promised = {line.text: line.note for line in made.promised}
    assert promised["We: I'll call you on Friday to make sure."] == "by 2026-03-06"
    left = [line.text for line in made.left]
    assert left[0] == "Check two factors before account details"
    assert "Thank and close" in left
    assert "Warn before taking a card" not in left  # only where it comes up
    assert all(line.at is not None for line in (*made.done, *made.promised))


def test_before_anything_is_said_there_is_little_and_nothing_is_made_up(tmp_path, packs):
    made = briefed(tmp_path, packs, story.started(), seconds=0.5)
    assert (made.who, made.why, made.done, made.promised, made.noted) == ((), (), (), (), ())
    assert made.text().startswith("Call demo · Ana · Parcels · 0:01\nMood: calm\nStill to say:")
