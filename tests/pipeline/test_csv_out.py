import csv

import pytest

from pipeline.csv_out import append_row


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_the_heading_is_written_once_and_rows_follow(tmp_path):
    path = tmp_path / "new" / "calls.csv"
    append_row(path, {"call": "a", "note": 'said "no", then\nyes'})
    append_row(path, {"call": "b", "note": "ü"})
    assert rows(path) == [["call", "note"], ["a", 'said "no", then\nyes'], ["b", "ü"]]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@sum", "\tx"])
def test_no_cell_is_a_formula(tmp_path, text):
    append_row(tmp_path / "a.csv", {"said": text})
    assert rows(tmp_path / "a.csv")[1] == ["'" + text]


def test_a_file_with_other_columns_is_left_alone(tmp_path):
    append_row(tmp_path / "a.csv", {"call": "a"})
    with pytest.raises(ValueError, match="move the file away"):
        append_row(tmp_path / "a.csv", {"call": "a", "agent": "Ana"})
    assert rows(tmp_path / "a.csv") == [["call"], ["a"]]
