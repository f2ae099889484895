"""Old calls under a new version of their form, and people's answers."""

import textwrap

import pytest

from models.types import Channel, Utterance
from pipeline.errors import AnswerRefused, CallNotFound, CallOpen, FormLocked
from pipeline.events import CallEnded, CallStarted
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.rescoring import answer, form_states, refuse_locked, rescore, save
from pipeline.scoring import Outcome, conclude
from pipeline.store.repo import Store
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts, PersonAnswer

A, C = Channel.AGENT, Channel.CUSTOMER
PACK = """
pack: t
version: "{version}"
title: T
form:
  pass_mark: 80
  exclude: {{min_seconds: 1, min_turns: 1}}
  sections: {{opening: {{title: Opening, weight: 60}}, compliance: {{title: C, weight: 40}}}}
  questions:
    - {{id: Q-01, title: Right, section: opening, weight: 2, help: checked}}
{more}
items:
  - {{id: T-01, title: Greets, severity: REQ, section: opening, weight: {weight}, match: hello}}
  - {{id: T-02, title: Notice, severity: AF, section: compliance, match: is recorded}}
"""
OWNS = "    - {id: Q-02, title: Owns it, section: opening, rule: {match: i will}}"


@pytest.fixture
def pack(tmp_path):
    def write(version="1", weight=2, more=""):
        text = textwrap.dedent(PACK).format(version=version, weight=weight, more=more)
        (tmp_path / "t.yaml").write_text(text)
        return load_packs(["t"], [tmp_path])

    return write


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "calls.db") as opened:
        yield opened


@pytest.fixture
def scored(pack, store):
    """Store a call that was scored by version 1 of the pack."""

    def make(call_id="c1", *lines):
        packs, facts = pack(), CallFacts()
        reading = Reading(RuleRun(packs, facts), Redactor())
        at = "2026-05-01T12:00:00Z"
        events = [CallStarted(call_id, at, "", "", "inbound", "en", (A, C), 8000, packs.names)]
        said = lines or ("hello this call is recorded", "i will do it today")
        for n, text in enumerate(said):
            events += reading.say(Utterance(n, A, 5.0 * n, 5.0 * n + 3, text))[0]
        events += [*reading.end(60.0), CallEnded(60.0, "completed")]
        events += conclude(Outcome(reading, packs, facts, 60.0, at))
        store.append(call_id, list(enumerate(events, 1)))
        return packs

    return make


def test_the_same_form_gives_the_same_card(store, scored):
    packs = scored()
    got = rescore(store, "c1", packs)
    assert got.before == got.after
    assert got.diff.same
    assert got.notes == ()


def test_a_new_version_is_compared_and_kept_only_when_asked(store, scored, pack):
    scored()
    new = pack(version="2", weight=5, more=OWNS)
    got = rescore(store, "c1", new)
    assert [(c.kind, c.question_id) for c in got.diff.changes] == [
        ("worth", "T-01"),
        ("added", "Q-02"),
    ]
    assert got.diff.changes[1].evidence[0].quote == "i will do it today"
    assert len(store.scores("c1")) == 1
    save(store, got, new, by="kim")
    kept = store.scores("c1")
    assert [p.version for s in kept for p in s.event.scorecard.parts] == ["1", "2"]
    assert (kept[1].event.by, kept[1].event.why) == ("kim", "form")
    assert store.call("c1").scorecard == got.after


def test_a_form_that_scored_is_not_changed_without_a_new_version(store, scored, pack):
    packs = scored()
    refuse_locked(store, packs)
    changed = pack(weight=5)
    with pytest.raises(FormLocked) as caught:
        save(store, rescore(store, "c1", changed), changed)
    assert 'has scored 1 call and was changed since: write `version: "2"`' in str(caught.value)
    assert "t.yaml" in str(caught.value)
    assert [s.state for s in form_states(store.form_uses(), changed)] == ["changed"]
    refuse_locked(store, pack(version="2", weight=5))
    store.remove(["c1"])
    refuse_locked(store, changed)


def test_how_words_are_heard_may_change_without_a_new_version(store, scored, pack, tmp_path):
    scored()
    file = tmp_path / "t.yaml"
    file.write_text(file.read_text().replace("match: hello", "match: [hello, good morning]"))
    refuse_locked(store, load_packs(["t"], [tmp_path]))


def test_a_person_answers_and_both_answers_stay(store, scored):
    scored()
    card = answer(store, "c1", [PersonAnswer("Q-01", "no", second=4.0)], by="kim")
    assert card.score == pytest.approx(60 * 0.5 + 40)
    line = card.sections[0].answers[1]
    assert (line.answer, line.machine, line.person.by, line.person.second) == ("no", "", "kim", 4.0)
    assert (card.unanswered, store.call("c1").row.score) == (0, card.score)
    assert [s.event.why for s in store.scores("c1")] == ["", "answers"]
    back = answer(store, "c1", [PersonAnswer("Q-01", "")], by="kim")
    assert (back.unanswered, back.score) == (1, 100)
    assert [p.answer for p in store.people("c1")] == ["no", ""]


def test_a_person_overrules_the_machine_with_a_reason(store, scored):
    scored()
    with pytest.raises(AnswerRefused, match="say in a note why it is no"):
        answer(store, "c1", [PersonAnswer("T-02", "no")])
    assert store.people("c1") == []
    card = answer(store, "c1", [PersonAnswer("T-02", "no", note="another call was quoted")])
    assert (card.auto_fail, card.auto_fail_items, card.score) == (True, ("T-02",), 0)
    assert card.sections[1].answers[0].machine == "yes"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (PersonAnswer("Q-09", "yes"), "does not ask Q-09"),
        (PersonAnswer("Q-01", "maybe"), "answered yes, partly, no, n/a, not maybe"),
    ],
)
def test_what_the_form_does_not_take_is_refused(store, scored, given, word):
    scored()
    with pytest.raises(AnswerRefused, match=word):
        answer(store, "c1", [given])
    assert len(store.scores("c1")) == 1


def test_answers_of_people_go_along_into_a_new_version(store, scored, pack):
    scored()
    answer(store, "c1", [PersonAnswer("Q-01", "partly")], by="kim")
    got = rescore(store, "c1", pack(version="2", weight=5))
    assert got.after.sections[0].answers[1].answer == "partly"


def test_a_call_that_is_not_there_or_not_over(store, scored, pack):
    packs = pack()
    with pytest.raises(CallNotFound):
        rescore(store, "none", packs)
    at = "2026-05-01T12:00:00Z"
    store.append("c2", [(1, CallStarted("c2", at, "", "", "inbound", "en", (A, C), 8000))])
    with pytest.raises(CallOpen):
        rescore(store, "c2", packs)
    with pytest.raises(CallOpen):
        answer(store, "c2", [PersonAnswer("Q-01", "yes")])


def test_a_call_that_was_cut_off_can_be_scored_later(store, pack):
    packs, at = pack(), "2026-05-01T12:00:00Z"
    from pipeline.events import UtteranceFinal

    store.append(
        "c3",
        [
            (1, CallStarted("c3", at, "", "", "inbound", "en", (A, C), 8000)),
            (2, UtteranceFinal(Utterance(0, A, 0, 3, "hello this call is recorded"))),
        ],
    )
    store.recover({"c3": 40.0})
    got = rescore(store, "c3", packs)
    assert (got.before, got.diff, got.after.score) == (None, None, 100)
    save(store, got, packs)
    assert store.call("c3").row.score == 100
