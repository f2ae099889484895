"""Reviews and scores taken out: rows for tables, written as CSV, XLSX or JSON.

A cell that a spreadsheet would run is kept from it: in CSV by a leading apostrophe (OWASP's advice
on CSV injection), in XLSX by writing text as text.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import xlsxwriter

from pipeline.csv_out import guarded
from pipeline.reviewing import Reviewed, overrides
from pipeline.store.review_rows import ReviewLine
from qa_rules.types import Answer

FORMATS: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
REVIEW_COLUMNS: Final[tuple[str, ...]] = (
    "review",
    "call",
    "call_began",
    "agent",
    "queue",
    "seconds",
    "reviewer",
    "state",
    "form",
    "version",
    "score",
    "compliance",
    "auto_fail",
    "passed",
    "strength",
    "change",
    "taken_at",
    "due_at",
    "shared_at",
    "seen_at",
    "disputed_at",
    "final_at",
    "final_by",
)
ANSWER_COLUMNS: Final[tuple[str, ...]] = (
    "review",
    "call",
    "agent",
    "reviewer",
    "section",
    "question",
    "title",
    "severity",
    "machine",
    "reviewer_answer",
    "answer",
    "overruled",
    "error",
    "note",
    "second",
    "points",
    "possible",
    "disputed",
    "dispute_reason",
    "dispute_state",
    "dispute_note",
    "resolved_by",
)
SCORE_COLUMNS: Final[tuple[str, ...]] = (
    "call",
    "call_began",
    "agent",
    "queue",
    "seconds",
    "score",
    "compliance",
    "auto_fail",
    "passed",
    "needs_review",
    "anger_peak",
)

Row = dict[str, Any]
"""Column -> text, number, truth value or None."""


def review_row(line: ReviewLine, one: Reviewed) -> Row:
    """Return a review as one row of REVIEW_COLUMNS."""
    review, card = one.review, one.card
    values = {
        "review": review.id,
        "call": review.call_id,
        "call_began": line.started_at,
        "agent": line.agent,
        "queue": line.queue,
        "seconds": round(line.seconds, 1),
        "score": card.score,
        "compliance": card.compliance,
        "auto_fail": card.auto_fail,
        "passed": card.passed,
    }
    rest = {name: getattr(review, name) for name in REVIEW_COLUMNS if name not in values}
    return {name: (values | rest)[name] for name in REVIEW_COLUMNS}


def answer_rows(line: ReviewLine, one: Reviewed) -> Iterator[Row]:
    """Yield a review's questions as rows of ANSWER_COLUMNS."""
    for section in one.card.sections:
        for asked in section.answers:
            if asked.asked:
                yield _answer_row(line, one, section.title, asked)


def _answer_row(line: ReviewLine, one: Reviewed, section: str, asked: Answer) -> Row:
    given, disputed = one.answers.get(asked.question_id), one.disputes.get(asked.question_id)
    own = given.answer if given is not None else ""
    return {
        "review": one.review.id,
        "call": one.review.call_id,
        "agent": line.agent,
        "reviewer": one.review.reviewer,
        "section": section,
        "question": asked.question_id,
        "title": asked.title,
        "severity": asked.severity.value,
        "machine": asked.machine,
        "reviewer_answer": own,
        "answer": asked.answer,
        "overruled": overrides(asked, own),
        "error": given.error if given is not None else "",
        "note": given.note if given is not None else "",
        "second": given.second if given is not None else None,
        "points": asked.points,
        "possible": asked.possible,
        "disputed": disputed is not None,
        "dispute_reason": disputed.reason if disputed else "",
        "dispute_state": disputed.state if disputed else "",
        "dispute_note": disputed.note if disputed else "",
        "resolved_by": disputed.resolved_by if disputed else "",
    }


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(row[name]) for name in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(sheets: Iterable[tuple[str, Sequence[str], Iterable[Row]]]) -> bytes:
    """Return a workbook of sheets, each a name, its columns and its rows."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, bold)
            for n, row in enumerate(rows, 1):
                for column, title in enumerate(columns):
                    _write(sheet, n, column, row[title])
            sheet.autofilter(0, 0, 0, len(columns) - 1)
    return out.getvalue()


def json_bytes(**lists: Sequence[Row]) -> bytes:
    """Return lists of rows as one JSON object."""
    return json.dumps(lists, ensure_ascii=False).encode()


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else value


def _write(sheet: Any, row: int, column: int, value: object) -> None:  # xlsxwriter has no types
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value)[:32_000])
