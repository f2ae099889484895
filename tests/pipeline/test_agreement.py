"""Agreement against published and hand-worked examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.agreement import (
    agreement,
    cohen_kappa,
    distance,
    fleiss_kappa,
    percent_agreement,
)


def crossed(*rows):
    """Pairs of answers from a table: rows are the first person's answers."""
    cells = [(str(a), str(b), n) for a, row in enumerate(rows) for b, n in enumerate(row)]
    return [(a, b) for a, b, n in cells for _ in range(n)]


@pytest.mark.parametrize(
    ("table", "percent", "kappa"),
    [
        # Cohen 1960, table 1 as counts of 200: po 0.70, pe 0.41
        (((88, 14, 18), (10, 40, 10), (2, 6, 12)), 70.0, 0.4915),
        # Feinstein and Cicchetti 1990: the same agreement, a kappa of 0.70 and one of 0.32
        (((40, 9), (6, 45)), 85.0, 0.6996),
        (((80, 10), (5, 5)), 85.0, 0.3182),
        # by hand: po 0.5, pe 0.5
        (((1, 1), (1, 1)), 50.0, 0.0),
    ],
)
def test_cohens_kappa_of_published_tables(table, percent, kappa):
    pairs = crossed(*table)
    assert cohen_kappa(pairs) == pytest.approx(kappa, abs=1e-4)
    found = agreement(pairs)
    assert found.kind == "cohen"
    assert found.percent == pytest.approx(percent)
    assert found.kappa == pytest.approx(kappa, abs=1e-4)
    assert found.low < found.kappa < found.high


FLEISS = (  # ten subjects, fourteen raters, five categories: "Fleiss' kappa", Wikipedia
    "0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1",
    "7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2", "6 5 2 1 0", "0 2 2 3 7",
)  # fmt: skip


def test_fleiss_kappa_of_the_published_example():
    items = [[str(k) for k, n in enumerate(row.split()) for _ in range(int(n))] for row in FLEISS]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=5e-4)
    found = agreement(items)
    assert found.kind == "fleiss"
    assert found.percent == pytest.approx(37.8, abs=0.05)  # the article's P is 0.378
    assert (found.common, round(found.prevalence, 1)) == ("2", 27.9)
    assert found.low < 0.21 < found.high


def test_missing_answers_are_left_out_and_said():
    items = [["yes", "yes", "yes"], ["yes", None, "yes"], ["no", None, "no"], ["no", None, None]]
    found = agreement(items)
    assert (found.n, found.left_out, found.missing) == (3, 1, 2)
    assert found.kappa == pytest.approx(1.0)
    items[2] = ["no", None, "yes"]
    # by hand: P = 2/3; shares 6/7 and 1/7, pe = 37/49; kappa = (2/3 - 37/49) / (12/49) = -0.36111
    assert agreement(items).kappa == pytest.approx(-0.361111, abs=1e-6)
    assert percent_agreement(items) == pytest.approx(200 / 3)


def test_kappa_says_nothing_where_all_answers_are_the_same():
    found = agreement([("yes", "yes")] * 12)
    assert (found.percent, found.prevalence, found.kappa, found.band) == (100, 100, None, "")
    assert agreement([]).percent is None


@pytest.mark.parametrize(
    ("equal", "band"), [(20, "ready"), (18, "ready"), (17, "coach"), (12, "rewrite")]
)
def test_bands(equal, band):
    half = equal // 2
    pairs = [("yes", "yes")] * (equal - half) + [("no", "no")] * half
    pairs += [("yes", "no"), ("no", "yes")] * ((20 - equal) // 2)
    pairs += [("yes", "no")] * (20 - len(pairs))
    assert agreement(pairs).band == band
    assert agreement(pairs[:9]).band == ""


def test_a_low_kappa_is_no_verdict_where_nearly_all_say_the_same():
    found = agreement([("yes", "yes")] * 18 + [("yes", "no"), ("no", "yes")])
    assert (found.percent, found.prevalence, found.band) == (90, 95, "skewed")
    assert found.kappa == pytest.approx(-1 / 19)
    always = agreement([("yes", "yes")] * 8 + [("yes", "no")] * 8)
    assert (always.kappa, always.low, always.high, always.band) == (0, None, None, "rewrite")


def test_the_interval_is_seeded_and_narrows():
    few, many = crossed((8, 2), (2, 8)), crossed((80, 20), (20, 80))
    assert agreement(few) == agreement(few)
    a, b = agreement(few), agreement(many)
    assert a.high - a.low > 2 * (b.high - b.low)
    # large-sample error of Fleiss, Cohen and Everitt 1969 at po 0.8, even margins, n 200: 0.0566
    assert (b.high - b.low) / 3.92 == pytest.approx(0.0566, rel=0.1)


def test_distance_from_the_expert():
    found = distance([(80, 90), (95, 90), (70, 70), (60, 50)])
    assert (found.n, found.mean_absolute, found.bias, found.within) == (4, 6.25, 1.25, 50.0)
    assert found.absolute_low <= 6.25 <= found.absolute_high
    assert found.bias_low <= 1.25 <= found.bias_high
    assert not found.enough
    assert distance([]) is None
    assert distance([(80, 90)]).bias_low is None


ANSWERS = st.sampled_from(["yes", "no", "n/a", None])


@given(st.lists(st.lists(ANSWERS, min_size=3, max_size=3), max_size=12), st.randoms())
def test_the_order_of_people_and_calls_does_not_matter(items, random):
    kappa = fleiss_kappa(items)
    assert kappa is None or -1 <= kappa <= 1 + 1e-12
    mixed = [random.sample(one, 3) for one in items]
    random.shuffle(mixed)
    again = fleiss_kappa(mixed)
    assert again == pytest.approx(kappa) if kappa is not None else again is None
