import io
import json

import pytest

from benchmarks.report import publish, table


def test_columns_line_up_and_numbers_stand_right():
    shown = table(["set", "WER %"], [["an4", 15.256], ["asterisk_prompts", 104.6]])
    assert shown.splitlines() == [
        "| set              | WER % |",
        "| ---------------- | ----: |",
        "| an4              |  15.3 |",
        "| asterisk_prompts |   105 |",
    ]


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="one cell for each column"):
        table(["a", "b"], [["only one"]])


def test_a_table_without_rows_is_its_head():
    assert table(["a", "b"], []).splitlines() == ["| a  |  b |", "| -- | -: |"]


def test_the_last_line_is_json_with_the_machine():
    out = io.StringIO()
    publish("Something measured", table(["a"], [["b"]]), {"score": 1.5}, out=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Something measured"
    last = json.loads(lines[-1])
    assert last["benchmark"] == "Something measured"
    assert last["score"] == 1.5
    assert last["machine"]["onnxruntime"]
