"""The report on packs: their own lines and held-back ones, by words and by meaning."""

import json

import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks import packs
from benchmarks.pack_meanings import left_out, meanings
from models.engines import EngineInfo
from models.types import Label
from qa_rules.packs import load_packs
from streaming.cli import build

PACK = """pack: t
title: T
items:
  - id: T-01
    title: Goodbye
    severity: AF
    section: closing
    hint: {text: say goodbye}
    when: {within_s: 9}
    match:
      any_of:
        - goodbye
        - semantic: {examples: [so long, fare well], not_examples: [good grief, so what], threshold: 0.8, review: 0.6}
    example: goodbye
    tests:
      yes: [goodbye then, well goodbye to you all]
      no: ["customer: goodbye to you", it is not goodbye]
  - {id: T-02, title: Thanks, severity: REQ, section: closing, match: thanks, example: thanks,
     tests: {yes: [thanks so long for calling], no: [hello]}}
form:
  sections: {closing: {title: Closing, weight: 100}}
"""  # noqa: E501
HELD = """code: T
items: 2
lines: {T-01: {yes: [cheerio my secret], no: [oh my]}}
"""


class Echo:
    """Hears a meaning in what holds one of its examples, and half in what is longer."""

    info = EngineInfo("echo", "", "", ("en",), 8)

    def __init__(self):
        self.fits = {}

    def fit(self, fit):
        self.fits[str(len(self.fits))] = fit
        return str(len(self.fits) - 1)

    def classify(self, batch):
        return [tuple(self._read(request)) for request in batch]

    def close(self):
        pass

    def _read(self, request):
        for key, one in self.fits[request.fit].meanings.items():
            for example in (*one.examples, "cheerio"):
                if example in request.text:
                    yield Label("semantic", key, 0.9 if example == request.text else 0.7, "", "")


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "t.yaml").write_text(PACK)
    held = tmp_path / "held"
    held.mkdir()
    (held / "t.yaml").write_text(HELD)
    monkeypatch.setattr(packs, "reader", Echo)
    app = Typer()
    app.command()(packs.command)

    def call(*words):
        made = CliRunner().invoke(app, [str(tmp_path / "t.yaml"), "--held", str(held), *words])
        assert made.exit_code == 0, made.exception
        return made.output, json.loads(made.output.splitlines()[-1])

    return call


def test_own_and_held_back_lines_are_counted_apart(run):
    output, numbers = run("--seeds", "2")
    own = numbers["whole"]["own lines, clean"]
    assert own["auto-fail items"]["recall"] == [100.0, 100.0, 100.0]
    assert own["auto-fail items"]["lines"] == 4
    held = numbers["whole"]["held back, clean"]["auto-fail items"]
    assert (held["lines"], held["recall"]) == (2, [0.0, 0.0, 0.0])
    assert "t T-01: held back, broken" in output
    assert "below" in output
    assert set(numbers["words_wrong"]) == {f"{o} {s}" for o in packs.SETS for s in (1, 2)}


def test_held_back_lines_are_never_shown(run):
    output, _ = run("--items", "--meaning", "--show", "T-01")
    assert "secret" not in output
    assert "cheerio" not in output
    assert "goodbye then" in output or "T-01, own lines that go wrong" in output


def test_meaning_is_counted_by_what_it_adds(run):
    output, numbers = run("--meaning", "--seeds", "1")
    held = numbers["whole"]["held back, clean"]["auto-fail items"]
    assert (held["recall"][0], held["sure_recall"], held["review"]) == (100.0, 0.0, 50.0)
    ways = {row[0]: row[1:] for row in numbers["ways"]}
    assert ways["held back, clean"][:3] == ["T-01", "0/1", "1 (1)"]
    assert ways["own lines, clean"][4] == "1 (1) of 1"
    assert "more by meaning" in output


def test_an_example_is_tried_without_being_taught(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    loaded, echo = load_packs(["t"], [tmp_path]), Echo()
    assert left_out(loaded, "T-01", echo) == "0 (0) of 2, wrongly 0 (0) of 2"
    assert meanings(loaded, echo).rules == {"T-01"}


def test_a_reader_that_does_not_learn_is_refused(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    loaded = load_packs(["t"], [tmp_path])

    class Deaf:
        info = Echo.info

    with pytest.raises(TypeError, match="does not learn"):
        meanings(loaded, Deaf())


def test_other_languages_are_read_clean_only(run, tmp_path):
    (tmp_path / "t.yaml").write_text(PACK.replace("title: T\n", "title: T\nlanguage: es\n"))
    _, numbers = run()
    assert numbers["words_wrong"] == {}
    assert numbers["whole"]["own lines, clean"]["auto-fail items"]["lines"] == 4
    assert numbers["whole"]["own lines, broken"]["auto-fail items"]["lines"] == 0


def test_it_is_a_command():
    result = CliRunner().invoke(build(), ["bench", "packs", "--help"])
    assert result.exit_code == 0
    assert "--meaning" in result.output
