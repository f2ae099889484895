import json
import sys
from pathlib import Path

import httpx
import pytest

from pipeline.config import Settings
from pipeline.runs import read_run
from streaming import run_charts

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

MACHINE = {"processor": "Test <x>", "cores": 2, "load": 5.0}


def wer(shift, machine=MACHINE):
    scores = [
        {"engine": "m", "corpus": corpus, "condition": condition, "utterances": 40,
         "wer": 10.0 + shift, "low": 8.0 + shift, "high": 12.0 + shift}
        for corpus in ("an4", "small") for condition in ("clean", "mulaw")
    ]  # fmt: skip
    return {"benchmark": "Word error rate", "scores": scores, "machine": machine}


LATENCY = {
    "benchmark": "latency, 1 calls",
    "finals": {"n": 9, "p50": 0.5, "p95": 0.6, "p99": 0.7},
    "captions": {"n": 0, "p50": None, "p95": None, "p99": None},
    "lost": 0,
}
CAPACITY = {
    "benchmark": "capacity",
    "steps": [
        {"plan": {"calls": c, "partials": True}, "finals": {"p95": c / 100}, "lost": 0}
        for c in (10, 20)
    ],
}
BINS = {
    "benchmark": "meanings",
    "reliability": {"as written": [{"said": 0.1, "so": 0.2, "n": 5}, {"said": 0.9, "so": 1.0}]},
}


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    for name, data in (("1.json", wer(0)), ("2.json", wer(4)), ("3.json", LATENCY)):
        at = f"2026-03-0{name[0]}T00:00:00Z"
        (folder / name).write_text(json.dumps({**data, "at": at}))
    return folder


def served(tmp_path, runs_dir):
    return Harness(tmp_path, token="s3cret", settings=Settings(runs_dir=runs_dir))


def test_with_no_runs_the_page_says_which_command_makes_one(tmp_path):
    with served(tmp_path, tmp_path / "none") as server:
        cookies = server.person("ed", "engineer")
        page = httpx.get(f"{server.url}/models", cookies=cookies).text
        assert "cueline bench wer --keep" in page
        assert "moonshine" in page
        assert "silero_vad" in page
        assert "Compare" not in page


def test_runs_are_listed_shown_and_compared(tmp_path, runs):
    (runs / "notes.txt").write_text("no run")
    with served(tmp_path, runs) as server:
        cookies = server.person("ed", "engineer")

        def get(path):
            return httpx.get(server.url + path, cookies=cookies)

        page = get("/models").text
        assert "left out: notes.txt" in page
        assert "Test &lt;x&gt;" in page
        assert 'name="a" value="1.json" checked' in page, "the two alike are chosen"
        assert 'name="b" value="2.json" checked' in page
        run = get("/models/runs/1.json").text
        assert "Word error rate by condition" in run
        assert "wer, mulaw" in run
        both = get("/models/compare?a=1.json&b=2.json").text
        assert "worse, more than the interval" in both
        assert "figures are the same in both" in both
        assert get("/models/compare?a=1.json").status_code == 400
        assert get("/models/runs/gone.json").status_code == 404
        assert get("/models/runs/notes.txt").status_code == 400
        data = get("/api/v1/models/compare?a=1.json&b=2.json").json()
        assert {d["more_than_chance"] for d in data["differences"] if d["what"] == "wer"} == {True}
        listed = get("/api/v1/models").json()
        assert [r["name"] for r in listed["runs"]] == ["3.json", "2.json", "1.json"]
        moonshine = next(e for e in listed["engines"] if e["name"] == "moonshine")
        assert (moonshine["kind"], moonshine["in_use"]) == ("stt", True)
        assert get("/api/v1/models/runs/..%2Fcalls.db").status_code in (404, 422)
        assert get("/api/v1/models/runs/3.json").json()["printed"]["finals"]["p95"] == 0.6
        agent = server.person("ana", "agent", agent="Ana")
        assert httpx.get(f"{server.url}/api/v1/models", cookies=agent).status_code == 403


def test_charts_are_made_where_a_run_has_their_shape(tmp_path):
    def read(data):
        path = tmp_path / "x.json"
        path.write_text(json.dumps(data))
        return read_run(path)

    (delay,) = run_charts.delay_curves(read(LATENCY))
    assert [line.name for line in delay.lines] == ["finals"], "no line without numbers"
    assert [m.text for m in delay.lines[0].marks][1] == "finals, 95 %: 600 ms"
    (load,) = run_charts.delay_curves(read(CAPACITY))
    assert load.lines[0].marks[1].text == "finals, 20 calls: 200 ms"
    (bins,) = run_charts.reliability_plots(read(BINS))
    assert bins.diagonal
    assert bins.table[0][-1] == "n 5"
    lines = run_charts.condition_lines(read(wer(0)))
    assert [line.name for line in lines.lines] == ["an4, m", "small, m"]
    assert [t.text for t in lines.x_ticks] == ["clean", "mulaw"]
    assert run_charts.condition_lines(read(LATENCY)) is None
    kinds = run_charts.interval_rows(read(wer(0)))
    assert [r.title for r in kinds] == ["wer, clean", "wer, mulaw"]
