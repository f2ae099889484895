import json

import pytest
from typer.testing import CliRunner

from streaming.cli import build


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("CUELINE_STT__ENGINE", "tone")
    monkeypatch.setenv("CUELINE_VAD__ENGINE", "energy")
    monkeypatch.setenv("CUELINE_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments, code=0):
        done = CliRunner().invoke(build(), ["doctor", *arguments])
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_all_that_works_is_listed(run):
    checks = {c["name"]: c for c in json.loads(run("--json"))}
    assert set(checks) == {
        "python", "names", "speech", "words", "rules", "reading", "codecs", "store", "disk"
    }  # fmt: skip
    assert all(c["works"] for c in checks.values())
    assert "tone" in checks["words"]["detail"]


def test_what_does_not_work_says_what_to_do(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CUELINE_STT__ENGINE", "faster-whisper")
    monkeypatch.setenv("CUELINE_STT__OPTIONS", '{"model": "small.en"}')
    monkeypatch.setenv("CUELINE_CACHE", str(tmp_path / "cache"))
    lines = run(code=1).splitlines()
    (bad,) = [line for line in lines if line.startswith("NO")]
    assert bad.startswith("NO  words")
    assert "cueline models fetch small.en" in bad


def test_a_database_that_cannot_be_made_is_told_and_the_rest_is_looked_at(run, tmp_path):
    (tmp_path / "data").write_text("in the way")
    checks = {c["name"]: c["works"] for c in json.loads(run("--json", code=1))}
    assert (checks["store"], checks["words"], checks["rules"]) == (False, True, True)


def test_a_pack_that_does_not_read_is_told(run, monkeypatch):
    monkeypatch.setenv("CUELINE_DEFAULT_QUEUE__PACKS", '["none_such"]')
    checks = {c["name"]: c for c in json.loads(run("--json", code=1))}
    assert "none_such" in checks["rules"]["detail"]
