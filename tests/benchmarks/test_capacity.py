"""The search for the most calls, and what makes a step pass."""

from typing import Any

import pytest

from benchmarks.capacity import cost, passes, steps


def found(limit: int, most: int = 200) -> tuple[int, list[int]]:
    """Search a machine that carries `limit` calls; return the answer and what was tried."""
    good, tried = 0, []
    for calls, outcome in steps(10, most):
        tried.append(calls)
        outcome.append(calls <= limit)
        good = max(good, calls) if calls <= limit else good
    return good, tried


@pytest.mark.parametrize("limit", [0, 1, 7, 10, 11, 40, 63, 79, 160, 199])
def test_the_search_comes_within_a_tenth_and_tries_few(limit: int) -> None:
    good, tried = found(limit)
    assert limit - max(1, limit // 10) <= good <= limit
    assert len(tried) == len(set(tried)) <= 10


def test_the_search_stops_at_the_most() -> None:
    good, tried = found(1000, most=50)
    assert (good, max(tried)) == (50, 50)


def numbers(**other: Any) -> dict[str, Any]:
    return {"finals": {"p95": 0.9}, "lost": 0, "failed": 0, "faults": [], **other}


def test_a_step_passes_in_time_and_whole() -> None:
    assert passes(numbers(), 1.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"finals": {"p95": 1.3}},
        {"finals": {"p95": None}},
        {"lost": 1},
        {"failed": 1},
        {"faults": ["idle"]},
    ],
)
def test_a_step_fails_late_or_with_a_loss(wrong: dict[str, Any]) -> None:
    assert not passes(numbers(**wrong), 1.2)


def test_the_cost_is_for_each_call() -> None:
    measured = numbers(
        plan={"calls": 10, "partials": True},
        server_cores=0.5,
        server_parts={"stt": 0.3, "vad": 0.05},
    )
    assert cost(measured) == ["10", "yes", "50.0", "30.0", "5.0", "", ""]
