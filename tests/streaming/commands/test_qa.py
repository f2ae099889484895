"""`cueline qa`: forms, cards, people's answers, and old calls under a new version."""

import json
import runpy
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pipeline.errors import AnswerRefused, CallNotFound, FormLocked
from pipeline.store.repo import Store
from qa_rules.packs import load_packs
from streaming.commands import qa
from streaming.errors import UsageFault

SCORED = Path(__file__).parents[2] / "pipeline" / "scored.py"
PACK = """
pack: desk_form
version: "{version}"
title: T
form:
  pass_mark: 80
  exclude: {{min_seconds: 1, min_turns: 1}}
  sections: {{opening: {{title: Opening, weight: 60}}, compliance: {{title: Law, weight: 40}}}}
  questions:
    - {{id: Q-01, title: Right, section: opening, weight: 2, help: checked}}
    - {{id: Q-02, title: Pace, section: opening, mode: suggest, help: slow enough,
       metric: {{name: agent_wpm, bands: [{{answer: yes, at_most: 180}}]}}}}
items:
  - {{id: T-01, title: Greets, severity: REQ, section: opening, weight: {weight}, match: hello}}
  - {{id: T-02, title: Notice, severity: AF, section: compliance, match: is recorded}}
"""


@pytest.fixture
def pack(tmp_path):
    def write(version="1", weight=2):
        text = textwrap.dedent(PACK).format(version=version, weight=weight)
        (tmp_path / "desk_form.yaml").write_text(text)
        return load_packs(["desk_form"], [tmp_path])

    return write


@pytest.fixture
def run(tmp_path, pack):
    """Run a command on a database with two scored calls; return its output."""
    play = SimpleNamespace(**runpy.run_path(str(SCORED))).scored_call
    with Store.open(tmp_path / "calls.db") as store:
        for name in ("c1", "c2"):
            lines = ("hello this call is recorded", "customer: my bill is wrong", "i see")
            store.append(name, play(pack(), *lines, call_id=name, queue="billing"))

    def run(*arguments, code=0, error=None):
        words = [*arguments]
        if arguments[0] != "form":
            words += ["--url", str(tmp_path / "calls.db")]
        if arguments[0] in ("form", "forms", "rescore"):
            words += ["--in", str(tmp_path)]
        done = CliRunner().invoke(qa.app, words)
        if error is not None:
            assert isinstance(done.exception, error), done.output
            return str(done.exception)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_a_form_is_shown_with_who_answers(run):
    out = run("form", "desk_form")
    assert "desk_form (desk_form 1), pass mark 80" in out
    assert "Q-01       Right (2, manual)" in out
    assert "Q-02       Pace (1, suggest by metric)" in out
    assert "T-02       Notice (1, auto by item, AF)" in out
    data = json.loads(run("form", "desk_form", "--json"))
    assert sum(s["weight"] for s in data["sections"]) == 100
    assert data["questions"][2]["choices"] == ["yes", "partly", "no", "n/a"]


def test_a_card_shows_what_each_answer_rests_on(run):
    out = run("card", "c1")
    assert "100 of 100, compliance 100, 2 wait for a person" in out
    assert 'T-01       Greets: yes (2 of 2)\n      0:00 "hello this call is recorded"' in out
    assert "Q-02       Pace: waits for a person\n      the machine: yes" in out
    assert "the agent's words a minute: 70, wanted at most 180 for yes" in out
    assert json.loads(run("card", "c1", "--json"))["unanswered"] == 2


def test_a_person_answers_and_the_scores_are_listed(run):
    assert run("answer", "c1", "Q-01=no", "--by", "kim").startswith("70 of 100")
    refused = run("answer", "c1", "T-01=no", error=AnswerRefused)
    assert "the machine answered yes" in refused
    run("answer", "c1", "T-01=no", "--note", "to a colleague", "--by", "kim")
    out = run("card", "c1")
    assert (
        "Greets: no (0 of 2)\n      the machine: yes\n      answered by kim: to a colleague" in out
    )
    listed = run("scores", "c1").splitlines()
    assert len(listed) == 3
    assert "at the call's end (call): 100, desk_form 1" in listed[0]
    assert "by kim (answers): 70" in listed[1]
    data = json.loads(run("scores", "c1", "--json"))
    assert [a["answer"] for a in data["answers"]] == ["no", "no"]
    run("answer", "c1", "Q-01", error=UsageFault)


def test_old_calls_under_a_new_version(run, pack):
    assert "nothing changes" in run("rescore", "c1")
    run("answer", "c1", "Q-01=no")
    pack(version="2", weight=6)
    out = run("rescore", "c1")
    assert "form desk_form (desk_form 1) -> desk_form (desk_form 2)" in out
    assert "score: 70 -> 85" in out
    assert "passed: no -> yes" in out
    assert "= T-01 Greets: 2 of 2 -> 6 of 6" in out
    assert len(run("scores", "c1").splitlines()) == 2
    out = run("rescore", "--queue", "billing", "--save", "--by", "kim")
    assert "2 of 2 calls change (kept)" in out
    assert "by kim (form): 85, desk_form 2" in run("scores", "c1")
    one = json.loads(run("rescore", "c2", "--json"))
    assert one["same"] is True
    run("rescore", error=UsageFault)
    run("rescore", "none", error=CallNotFound)


def test_a_changed_form_needs_a_new_version(run, pack):
    assert "desk_form 1" in run("forms", "desk_form")
    pack(weight=6)
    out = run("forms", "desk_form", code=1)
    assert 'has scored 2 calls and was changed since: write `version: "2"`' in out
    assert json.loads(run("forms", "desk_form", "--json", code=1).splitlines()[0])[0]["locked"]
    run("rescore", "c1", "--save", error=FormLocked)
    assert "= T-01" in run("rescore", "c1")
