import json
from dataclasses import replace

import pytest

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.runs import compare, list_runs, only_in, plain, read_run, run_named

MACHINE = {"processor": "Test", "cores": 2}
WER = {
    "benchmark": "Word error rate",
    "models": {"moonshine": "tiny"},
    "scores": [
        {"engine": "m", "corpus": "an4", "condition": c, "utterances": 40, "words": 321,
         "wer": wer, "low": wer - 2, "high": wer + 2, "x_real_time": 20.0}
        for c, wer in (("clean", 10.0), ("mulaw", 14.0))
    ],
    "machine": MACHINE,
}  # fmt: skip
AFFECT = {"benchmark": "feelings", "figures": {"an: AUROC": [90.0, 88.0, 92.0]}, "machine": MACHINE}


def kept(folder, name, data, *, before="a table\n\n", **more):
    path = folder / name
    path.write_text(before + json.dumps({**data, **more}) + "\n", "utf-8")
    return read_run(path)


def changed(run, by, name="b.json"):
    return replace(
        run,
        name=name,
        measures=tuple(
            replace(m, value=m.value + by, low=m.low and m.low + by, high=m.high and m.high + by)
            for m in run.measures
        ),
    )


def test_numbers_are_found_with_their_place_interval_and_sample(tmp_path):
    run = kept(tmp_path, "a.json", WER, at="2026-03-01T00:00:00Z", command="cueline bench wer")
    first = next(m for m in run.measures if m.what == "wer")
    assert (first.where, first.value, first.low, first.high, first.n) == (
        "scores, m, an4, clean", 10.0, 8.0, 12.0, 40,
    )  # fmt: skip
    speed = next(m for m in run.measures if m.what == "x_real_time")
    assert (speed.low, speed.better) == (None, "higher"), "the interval is the rate's alone"
    assert not [m for m in run.measures if m.what in ("low", "high")]
    listed = kept(tmp_path, "b.json", AFFECT)
    (figure,) = listed.measures
    assert (figure.value, figure.low, figure.high) == (90.0, 88.0, 92.0)
    assert listed.at.endswith("Z"), "the file's own time, where it says none"


def test_a_difference_beyond_both_intervals_is_real_and_one_within_is_not(tmp_path):
    a = kept(tmp_path, "a.json", WER)
    small = {d.a.where: d for d in compare(a, changed(a, 2.0)) if d.a.what == "wer"}
    large = {d.a.where: d for d in compare(a, changed(a, 3.0)) if d.a.what == "wer"}
    where = "scores, m, an4, clean"
    assert small[where].verdict == "within the interval"
    assert large[where].verdict == "worse, more than the interval", "half widths 2 and 2: 2.83"
    better = {d.a.where: d for d in compare(a, changed(a, -3.0)) if d.a.what == "wer"}
    assert better[where].verdict.startswith("better")
    same = compare(a, a)
    assert {d.verdict for d in same} == {"the same"}


def test_without_intervals_only_repeated_runs_can_tell(tmp_path):
    data = {"benchmark": "rules", "costs": {"core": {"p50_us": 100.0}}, "machine": MACHINE}

    def run(name, value, version="1"):
        costs = {"core": {"p50_us": value}}
        return kept(tmp_path, name, data | {"costs": costs}, version=version, command="c")

    a, slow, slower = run("1.json", 100.0), run("4.json", 103.0, "2"), run("5.json", 130.0, "2")
    (unknown,) = compare(a, slower)
    assert unknown.verdict == "not known to be more than chance"
    repeats = [run("2.json", 101.0), run("3.json", 99.0)]
    (within,) = compare(a, slow, repeats)
    assert within.verdict == "more than the spread of repeated runs".replace("more", "worse, more")
    (beyond,) = compare(a, run("6.json", 102.0, "2"), repeats)
    assert beyond.verdict == "within the spread of repeated runs"


def test_runs_of_other_shapes_are_compared_where_they_meet(tmp_path):
    a = kept(tmp_path, "a.json", WER)
    b = kept(tmp_path, "b.json", WER | {"scores": WER["scores"][:1]})
    assert {d.a.where for d in compare(a, b)} == {"scores, m, an4, clean"}
    assert {m.where for m in only_in(a, b)} == {"scores, m, an4, mulaw"}
    assert compare(a, kept(tmp_path, "c.json", AFFECT)) == []


def test_a_folder_lists_its_runs_and_names_what_is_none(tmp_path):
    kept(tmp_path, "old.json", WER, at="2026-01-01T00:00:00Z")
    kept(tmp_path, "new.txt", AFFECT, at="2026-02-01T00:00:00Z", before="output of a bench\n")
    (tmp_path / "notes.txt").write_text("no run")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    runs, bad = list_runs(tmp_path)
    assert [r.name for r in runs] == ["new.txt", "old.json"]
    assert sorted(bad) == ["deep.json", "notes.txt"]


@pytest.mark.parametrize("name", ["../a.json", "gone.json", "", "a.py", "/etc/passwd"])
def test_only_what_lies_in_the_folder_is_a_run(tmp_path, name):
    (tmp_path / "runs").mkdir()
    kept(tmp_path, "a.json", WER)
    with pytest.raises(RecordNotFound):
        run_named(tmp_path / "runs", name)


def test_a_file_that_is_no_run_says_why(tmp_path):
    (tmp_path / "x.json").write_text('{"numbers": 1}')
    with pytest.raises(RequestRefused, match="names no benchmark"):
        read_run(tmp_path / "x.json")


def test_numbers_read_as_people_write_them():
    assert [plain(v) for v in (0.12345, 99.0, 188845.2)] == ["0.1235", "99", "188,845"]
    assert plain(2.5, signed=True) == "+2.5"
