"""Quarters and drift of a made-up memory curve."""

import pytest

from benchmarks.soak import SoakPlan, SoakResult, split
from benchmarks.usage import Usage


def curve(*memory_mb: float) -> list[Usage]:
    return [Usage(float(n), 0.0, mb) for n, mb in enumerate(memory_mb)]


def result(samples: list[Usage]) -> SoakResult:
    return SoakResult(SoakPlan(2, 60.0, 1.0, 4.0), 60, 3600.0, 900.0, samples, 200.0, [])


def test_quarters_are_of_equal_time() -> None:
    parts = split(curve(*range(9)))
    assert [[s.memory_mb for s in part] for part in parts] == [[0, 1], [2, 3], [4, 5], [6, 7, 8]]


def test_drift_compares_the_last_quarter_with_the_first() -> None:
    assert result(curve(100, 100, 90, 90, 120, 120, 103, 103)).drift == pytest.approx(0.03)


def test_a_flat_curve_does_not_drift() -> None:
    assert result(curve(*[250.0] * 20)).drift == 0.0


def test_one_sample_is_every_quarter() -> None:
    assert result(curve(100.0)).drift == 0.0


@pytest.mark.parametrize(("hours", "rounds"), [(1.0, 30), (0.01, 1), (4.0, 120)])
def test_rounds_fill_the_hours(hours: float, rounds: int) -> None:
    assert SoakPlan(2, 60.0, hours, 4.0).rounds == rounds


def test_warming_up_takes_half_an_hour_of_calls_or_less() -> None:
    assert SoakPlan(2, 60.0, 1.0, 4.0).warm_rounds == 15
    assert SoakPlan(2, 60.0, 0.1, 4.0).warm_rounds == SoakPlan(2, 60.0, 0.1, 4.0).rounds == 3
