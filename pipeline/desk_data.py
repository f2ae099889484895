"""What the rule desk says, as plain data, for the API and the command line alike.

The keys are a promise; new ones may be added.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from pipeline.backtest import Report
from pipeline.coverage import PackCover
from qa_rules.errors import Fault
from qa_rules.pack_diff import PackDiff, diff_lines
from qa_rules.why_types import Why
from qa_rules.why_words import lines

_WHY: TypeAdapter[Why] = TypeAdapter(Why)
_REPORT: TypeAdapter[Report] = TypeAdapter(Report)
_COVER: TypeAdapter[list[PackCover]] = TypeAdapter(list[PackCover])
_DIFF: TypeAdapter[list[PackDiff]] = TypeAdapter(list[PackDiff])
_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


def why_data(call_id: str, told: Why, notes: Sequence[str]) -> dict[str, Any]:
    """Return why an item stands as it does in a call, and the same in lines."""
    data: dict[str, Any] = _WHY.dump_python(told, mode="json")
    return {"call": call_id, **data, "notes": list(notes), "words": lines(told)}


def backtest_data(report: Report) -> dict[str, Any]:
    """Return what a changed pack would do."""
    data: dict[str, Any] = _REPORT.dump_python(report, mode="json")
    data["left_out"] = [{"call": call, "reason": why} for call, why in report.left_out]
    return data


def coverage_data(
    packs: Sequence[PackCover], elsewhere: int, left_out: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return what stored calls have shown of packs, and what the packs lack."""
    return {
        "packs": _COVER.dump_python(list(packs), mode="json"),
        "elsewhere": elsewhere,
        "left_out": [{"call": call, "reason": why} for call, why in left_out],
    }


def diff_data(packs: Sequence[PackDiff]) -> dict[str, Any]:
    """Return how packs differ, and the same in lines."""
    return {"packs": _DIFF.dump_python(list(packs), mode="json"), "words": diff_lines(packs)}


def faults_data(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Return faults of packs, each with its place."""
    data: list[dict[str, Any]] = _FAULTS.dump_python(list(faults), mode="json")
    return data
