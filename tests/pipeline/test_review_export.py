"""Rows as files: no cell of them runs in a spreadsheet."""

import csv
import io
import json
import zipfile

from pipeline.review_export import csv_bytes, json_bytes, xlsx_bytes

COLUMNS = ("name", "score", "passed", "note")
EVIL = ("=HYPERLINK(1)", "+1", "-1", "@x", "\tx")
ROWS = [{"name": e, "score": 1.5, "passed": True, "note": None} for e in EVIL]


def test_csv_disarms_what_a_spreadsheet_would_run():
    body = csv_bytes(COLUMNS, ROWS)
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert [r[0] for r in rows[1:]] == ["'" + e for e in EVIL]
    assert rows[1][1:] == ["1.5", "True", ""]


def test_xlsx_holds_text_as_text_and_numbers_as_numbers():
    body = xlsx_bytes([("Reviews", COLUMNS, ROWS), ("Answers", COLUMNS, [])])
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in strings
    assert "<v>1.5</v>" in sheet
    assert 't="b"' in sheet


def test_json_is_as_it_was():
    assert json.loads(json_bytes(reviews=ROWS))["reviews"][0]["name"] == EVIL[0]
