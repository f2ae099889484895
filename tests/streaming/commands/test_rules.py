"""`cueline rules`: faults with their place, lines tried, rules explained."""

import json

import pytest
from typer.testing import CliRunner

from streaming.commands.rules import app

GOOD = """pack: good
title: Good
items:
  - id: G-01
    title: Hello
    severity: REQ
    section: opening
    match: hello
    example: hello
    tests: {yes: [hello, hello you, oh hello, hello there], no: [hi, hey, help, yellow]}
"""


@pytest.fixture
def run(tmp_path):
    def call(*words):
        return CliRunner().invoke(app, [*words, "--in", str(tmp_path)])

    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("good", "bad").replace("REQ", "MUST"))
    wrong = GOOD.replace("good", "wrong").replace("no: [hi", "no: [hello again")
    (tmp_path / "wrong.yaml").write_text(wrong)
    return call


def test_lint_passes_a_good_pack(run):
    result = run("lint", "good")
    assert (result.exit_code, "1 items" in result.output) == (0, True)


def test_lint_tells_file_line_and_column(run):
    result = run("lint", "bad", "good")
    assert result.exit_code == 1
    assert "bad.yaml:6:15: write 'AF'" in result.output
    assert "good" in result.output


def test_lint_knows_an_unknown_pack(run):
    result = run("lint", "nothing")
    assert (result.exit_code, "no pack nothing" in result.output) == (1, True)


def test_lines_that_do_what_they_must_not_fail_the_command(run):
    assert run("test", "good").exit_code == 0
    result = run("test", "wrong", "--table")
    assert result.exit_code == 1
    assert 'G-01 must not match: "hello again"' in result.output


def test_the_summary_is_one_line_of_json(run):
    result = run("test", "good", "--as-json")
    assert json.loads(result.output.splitlines()[-1]) == {
        "precision": 1.0,
        "recall": 1.0,
        "rules": 1,
    }


def test_explain(run):
    assert "hello" in run("explain", "G-01", "--pack", "good").output
    result = run("explain", "G-01", "hello", "--pack", "good")
    assert "hit by phrase" in result.output
    assert run("explain", "X-01", "--pack", "good").exit_code == 2


def test_schema_is_printed():
    result = CliRunner().invoke(app, ["schema"])
    assert json.loads(result.output)["title"] == "Cueline rule pack"
