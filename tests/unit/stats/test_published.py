"""Printed rates and the tables behind them, against every table tried one by one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.stats.printed import Printed, counts, share
from clnm_core.stats.published import MOST_CASES, RATES, Paper, fitting, rate_of
from clnm_core.stats.published_conflicts import allowed, area_bounds, conflict
from clnm_core.stats.published_intervals import area_interval, hanley_mcneil, implied_rates
from clnm_core.stats.uncertainty import wilson

Matrix = dict[str, int]


def matrix(tp: int, fp: int, fn: int, tn: int) -> Matrix:
    cells = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    return cells | {"n": tp + fp + fn + tn, "events": tp + fn}


def rounded(value: Fraction, decimals: int) -> str:
    """Half up, by whole numbers."""
    steps = (2 * value.numerator * 10**decimals + value.denominator) // (2 * value.denominator)
    return f"{steps // 10**decimals}.{steps % 10**decimals:0{decimals}d}"


def cut(value: Fraction, decimals: int) -> str:
    steps = value.numerator * 10**decimals // value.denominator
    return f"{steps // 10**decimals}.{steps % 10**decimals:0{decimals}d}"


def fits(one: Matrix, rates: Mapping[str, Printed]) -> bool:
    for name, printed in rates.items():
        value = rate_of(one, name)
        if value is None or not printed.low <= value <= printed.high:
            return False
        if printed.is_open and value == printed.high:
            return False
    return True


def tried(n: int, rates: Mapping[str, Printed], events: tuple[int, int] | None) -> set[tuple]:
    found = set()
    for tp, fp, fn in product(range(n + 1), repeat=3):
        if tp + fp + fn <= n:
            one = matrix(tp, fp, fn, n - tp - fp - fn)
            if fits(one, rates) and (not events or events[0] <= one["events"] <= events[1]):
                found.add((one["n"], tp, fp, fn, one["tn"]))
    return found


cells = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda found: sum(found) > 0)
some_rates = st.sets(st.sampled_from(sorted(RATES)), min_size=1)


@settings(max_examples=60)
@given(cells, some_rates, st.integers(1, 4), st.booleans(), st.booleans())
def test_printing_a_tables_rates_and_solving_finds_the_table(
    found: tuple[int, ...], names: set[str], decimals: int, is_cut: bool, is_percent: bool
) -> None:
    one = matrix(*found)
    rates = {}
    for name in names:
        value = rate_of(one, name)
        if value is not None:
            scaled = value * (100 if is_percent else 1)
            text = (cut if is_cut else rounded)(scaled, decimals) + ("%" if is_percent else "")
            rates[name] = share(text, is_cut=is_cut)
    assert fits(one, rates)
    pinned = Paper((one["n"],) * 2, (one["events"],) * 2, rates)
    solved = fitting(pinned, most=20_000)
    assert solved.is_complete
    tables = solved.matrices[["tp", "fp", "fn", "tn"]].to_numpy().tolist()
    assert list(found) in tables
    assert len(tables) == solved.count
    assert conflict(pinned) is None


@settings(max_examples=25)
@given(st.tuples(*[st.integers(1, 10_000)] * 4))
def test_a_large_table_is_among_those_that_fit_all_its_rates(found: tuple[int, ...]) -> None:
    one = matrix(*found)
    rates = {name: share(rounded(rate_of(one, name) or Fraction(0), 3)) for name in RATES}
    solved = fitting(Paper((one["n"],) * 2, rates=rates), most=20_000)
    assert solved.is_complete
    assert solved.count == len(solved.matrices)
    tables = solved.matrices[["tp", "fp", "fn", "tn"]].to_numpy().tolist()
    assert list(found) in tables


@settings(max_examples=25)
@given(
    st.tuples(*[st.integers(0, 7)] * 4).filter(lambda found: sum(found) > 0),
    some_rates,
    st.integers(1, 2),
    st.booleans(),
)
def test_all_tables_that_fit_are_found_and_no_other(
    found: tuple[int, ...], names: set[str], decimals: int, with_events: bool
) -> None:
    one = matrix(*found)
    values = {name: rate_of(one, name) for name in names}
    rates = {k: share(rounded(v, decimals)) for k, v in values.items() if v is not None}
    events = (max(0, one["events"] - 1), one["events"]) if with_events else None
    low = max(1, one["n"] - 2)
    solved = fitting(Paper((low, one["n"]), events, rates), most=100_000).matrices
    expected = set().union(*(tried(n, rates, events) for n in range(low, one["n"] + 1)))
    assert set(solved[["n", "tp", "fp", "fn", "tn"]].itertuples(index=False, name=None)) == expected


@settings(max_examples=30)
@given(
    st.integers(2, 9),
    st.dictionaries(
        st.sampled_from(sorted(RATES)),
        st.sampled_from(["0.1", ".33", "0.50", "0.8", "90 %"]),
        min_size=1,
        max_size=4,
    ),
)
def test_a_conflict_is_there_exactly_where_nothing_fits_and_is_smallest(
    n: int, printed: dict[str, str]
) -> None:
    rates = {name: share(text) for name, text in printed.items()}
    found = conflict(Paper((n, n), rates=rates))
    assert (found is None) is bool(tried(n, rates, None))
    if found is not None:
        assert set(found.names) <= {"n", *rates}
        names = [name for name in found.names if name != "n"]
        if found.is_of_counts:
            assert not tried(n, {name: rates[name] for name in names}, None)
            for gone in names:
                rest = {name: rates[name] for name in names if name != gone}
                assert tried(n, rest, None)


def test_a_wide_sample_is_counted_and_the_first_listed() -> None:
    solved = fitting(Paper((200, 200), rates={"accuracy": share(".875")}))
    assert solved.count == sum(
        1 for p in range(201) for tp in range(p + 1) if 0 <= 175 - tp <= 200 - p
    )
    assert len(solved.matrices) == 500
    assert solved.is_complete


def test_too_many_possibilities_are_not_all_looked_at() -> None:
    solved = fitting(Paper((50_000, 50_000), rates={"accuracy": share(".80")}))
    assert not solved.is_complete
    assert solved.count > 1_000_000


def test_nothing_printed_leaves_every_table() -> None:
    assert fitting(Paper((3, 3))).count == 20
    assert conflict(Paper((3, 3))) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("90.4", "0.9035", "0.9045"),
        ("90.4 %", "0.9035", "0.9045"),
        (".904", "0.9035", "0.9045"),
        ("0,80", "0.795", "0.805"),
        ("0·80", "0.795", "0.805"),
        ("83", "0.825", "0.835"),
        ("100 %", "0.995", "1"),
        ("0.00", "0", "0.005"),
        ("1.0", "0.95", "1"),
        ("1 %", "0.005", "0.015"),
        ("1.5", "0.0145", "0.0155"),
    ],
)
def test_decimals_say_how_exact_a_share_is(text: str, low: str, high: str) -> None:
    found = share(text)
    assert (found.low, found.high) == (Fraction(low), Fraction(high))


def test_cut_digits_reach_a_whole_step_up_and_not_the_end() -> None:
    found = share("90.4", is_cut=True)
    assert (found.low, found.high, found.is_open) == (Fraction("0.9035"), Fraction("0.905"), True)
    assert share("100 %", is_cut=True).high == 1
    assert not share("100 %", is_cut=True).is_open


@pytest.mark.parametrize("text", ["", "abc", "-.5", "101", "1e3", ".", "%", "0.1234567", "9.9.9"])
def test_what_is_no_share_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        share(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("104", (104, 104)),
        ("9,836", (9836, 9836)),
        ("29 615", (29615, 29615)),
        ("100-110", (100, 110)),
        ("100 – 110", (100, 110)),
        ("100 to 110", (100, 110)),
    ],
)
def test_counts_may_be_ranges(text: str, expected: tuple[int, int]) -> None:
    assert counts(text) == expected


@pytest.mark.parametrize("text", ["", "~104", "10.5", "110-100", "1-2-3", "many", "9999999999"])
def test_what_is_no_count_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$|\d\.$"):
        counts(text)


def test_an_impossible_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="must lie within"):
        fitting(Paper((0, 5)))
    with pytest.raises(ValueError, match="must lie within"):
        fitting(Paper((1, MOST_CASES + 1)))
    with pytest.raises(ValueError, match="more cases with the outcome"):
        fitting(Paper((5, 5), (6, 6)))


def test_what_others_allow_is_bayes_rule() -> None:
    exact = {"prevalence": "0.10000", "sensitivity": "0.90000", "specificity": "0.80000"}
    low, high = allowed(Paper((1, 1), rates={k: share(v) for k, v in exact.items()}), "ppv")
    expected = 0.09 / (0.09 + 0.18)
    assert low < expected < high
    assert high - low < 2e-4


def test_others_that_exclude_each_other_allow_nothing() -> None:
    rates = {"sensitivity": share(".90"), "specificity": share(".90"), "accuracy": share(".50")}
    assert allowed(Paper((100, 100), rates=rates), "ppv") is None


def test_an_area_that_no_curve_through_the_point_can_have_is_a_conflict() -> None:
    rates = {"sensitivity": share(".90"), "specificity": share(".90")}
    found = conflict(Paper((100, 100), rates=rates, auc=share(".70")))
    assert found is not None
    assert found.names == ("sensitivity", "specificity", "auc")
    assert area_bounds(0.9, 0.9) == pytest.approx((0.81, 0.99))
    assert conflict(Paper((100, 100), rates=rates, auc=share(".95"))) is None


def test_whole_numbers_are_named_where_only_they_stand_in_the_way() -> None:
    found = conflict(Paper((10, 10), rates={"accuracy": share(".85")}))
    assert found is not None
    assert found.names == ("n", "accuracy")
    assert found.is_of_counts
    with_events = conflict(Paper((10, 10), (3, 3), {"sensitivity": share(".50")}))
    assert with_events is not None
    assert with_events.names == ("n", "events", "sensitivity")


def test_of_two_smallest_conflicts_the_one_without_a_sample_size_comes_first() -> None:
    rates = {"sensitivity": share(".25"), "specificity": share(".50"), "accuracy": share(".25")}
    counted = conflict(Paper((12, 12), rates=rates))
    assert counted is not None
    assert counted.names == ("n", *rates)
    both = conflict(Paper((12, 12), rates=rates, auc=share(".90")))
    assert both is not None
    assert both.names == ("sensitivity", "specificity", "auc")


def test_implied_intervals_cover_those_of_every_table() -> None:
    solved = fitting(
        Paper((20, 20), (10, 10), {"sensitivity": share(".8"), "specificity": share("0.7")})
    )
    rates = implied_rates(solved).set_index("name")
    assert rates.loc["sensitivity", "low"] == pytest.approx(wilson(8, 10).low)
    assert rates.loc["accuracy", "least"] == pytest.approx(0.75)
    assert rates["low"].le(rates["least"]).drop("f1").all()


def test_cut_digits_exclude_the_end_of_their_step() -> None:
    tables = fitting(Paper((10, 10), rates={"prevalence": share(".8", is_cut=True)})).matrices
    assert set(tables["events"]) == {8}
    assert set(fitting(Paper((10, 10), (9, 9))).matrices["events"]) == {9}


def test_events_and_non_events_weigh_differently_in_the_error_of_an_area() -> None:
    """Q1 = 0.9 / 1.1, Q2 = 1.62 / 1.9; (0.09 + 9 (Q1 - 0.81) + 39 (Q2 - 0.81)) / 400."""
    found = hanley_mcneil(0.9, 10, 40, level=0.5)
    assert ((found.high - 0.9) / 0.6744898) ** 2 == pytest.approx(0.0045657, abs=1e-6)


def test_an_area_without_cases_of_a_class_has_no_interval() -> None:
    assert not hanley_mcneil(0.8, 0, 10).is_estimable
    interval, counted = area_interval(Paper((10, 10), auc=share(".8")), [])
    assert "not known" in interval.method
    assert counted == (0, 0)
    assert hanley_mcneil(1.0, 10, 10).high == 1
    with pytest.raises(ValueError, match="area"):
        area_interval(Paper((10, 10)), [(5, 5)])
