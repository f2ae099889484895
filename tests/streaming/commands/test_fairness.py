"""`cueline rules fairness`: what changes with a name, a gender or a dialect fails."""

import json

import pytest
from typer import Typer
from typer.testing import CliRunner

from streaming.commands.fairness import fairness_command

app = Typer()
app.command()(fairness_command)

PACK = """pack: polite
title: Polite
items:
  - id: P-01
    title: Polite
    severity: REQ
    section: opening
    match: {any_of: [{pattern: "thank you (sir|madam)"}]}
    example: thank you
    tests: {yes: [thank you sir], no: ["customer: thank you sir"]}
"""
CALL = """id: polite_call
packs: [polite]
turns:
  - agent: "Thank you, sir. This is Tom."
  - customer: "Yes."
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "polite.yaml").write_text(PACK)
    (tmp_path / "rude.yaml").write_text(
        PACK.replace("polite", "rude").replace("|madam", "").replace("P-01", "R-01")
    )
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "polite_call.yaml").write_text(CALL)

    def call(*words):
        given = [*words, "--in", str(tmp_path), "--calls", str(calls)]
        return CliRunner().invoke(app, given)

    return call


def test_fair_packs_pass(run):
    result = run("polite", "--only", "genders", "--as-json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output.splitlines()[-1])
    assert (told["changed"], told["tried"] >= 5) == (0, True)


def test_a_change_of_a_finding_fails_with_the_words(run):
    result = run("rude")
    assert result.exit_code == 1
    assert '"thank you sir" is a match, "thank you madam" is no match' in result.output
    assert "genders" in result.output.splitlines()[-1]


def test_an_unknown_kind_or_pack_is_told(run):
    assert run("polite", "--only", "ages").exit_code == 2
    result = run("nothing")
    assert (result.exit_code, "no pack nothing" in result.output) == (1, True)
