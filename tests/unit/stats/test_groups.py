"""How a column's values become groups with readable names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.stats.groups import crossed, folded, group_labels, group_masks, groupings


def names(values: pd.Series, column: Column | str = "") -> list[str]:
    return [str(word) for word in group_labels(values, column).categories]


@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from(["a", "b", "No", "12"]), st.just("unknown")),
        min_size=1,
        max_size=30,
    )
)
def test_every_case_is_in_exactly_one_group(words: list) -> None:
    masks = group_masks(pd.Series(words, dtype=object))
    assert sum(mask.sum() for mask in masks.values()) == len(words)
    assert np.stack(list(masks.values())).sum(axis=0).tolist() == [1] * len(words)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_every_number_is_in_exactly_one_group(numbers: list) -> None:
    masks = group_masks(pd.Series(numbers), "marker")
    assert np.stack(list(masks.values())).sum(axis=0).tolist() == [1] * len(numbers)


def test_words_are_in_alphabetical_order_and_unknown_is_last() -> None:
    assert names(pd.Series(["zeta", None, "alpha"])) == ["alpha", "zeta", "unknown"]


def test_declared_levels_give_the_order() -> None:
    column = Column(
        "third", "Third", Kind.CATEGORY, levels=(Level("upper", "upper"), Level("lower", "lower"))
    )
    assert names(pd.Series(["lower", "upper", "odd"]), column) == ["upper", "lower", "odd"]


def test_the_order_of_a_pandas_category_is_kept() -> None:
    values = pd.Series(pd.Categorical(["high", "low"], categories=["low", "mid", "high"]))
    assert names(values) == ["low", "high"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([True, False, True]),
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype=object),
    ],
)
def test_flags_become_no_and_yes(values: pd.Series) -> None:
    assert names(values)[:2] == ["no", "yes"]
    assert group_masks(values)["yes"].tolist()[:2] == [True, False]


def test_a_declared_flag_may_be_written_as_words_or_numbers() -> None:
    column = Column("multifocal", "Multifocal", Kind.FLAG)
    assert names(pd.Series(["yes", "no", None]), column) == ["no", "yes", "unknown"]
    assert names(pd.Series([1.0, 0.0, np.nan]), column) == ["no", "yes", "unknown"]


def test_few_different_numbers_stay_as_they_are_in_numeric_order() -> None:
    assert names(pd.Series([10, 2, 1])) == ["1", "2", "10"]
    assert names(pd.Series([10.0, 2.5, np.nan])) == ["2.5", "10", "unknown"]
    assert names(pd.Series(["10", "2", None], dtype=object)) == ["2", "10", "unknown"]


def test_age_is_cut_at_clinical_limits_and_a_group_contains_its_lower_one() -> None:
    ages = pd.Series([20, 25, 30, 40, 45, 50, 55, 60, 65, 80])
    masks = group_masks(ages, "age_years")
    assert list(masks) == [
        "under 30", "30 to under 45", "45 to under 55", "55 to under 65", "65 or more",
    ]  # fmt: skip
    assert masks["30 to under 45"].tolist() == [False, False, True, True] + [False] * 6


def test_the_unit_of_a_declared_number_is_in_the_name() -> None:
    column = Column("age_years", "Age", Kind.NUMBER, unit="years")
    assert names(pd.Series(range(20, 80)), column)[0] == "under 30 years"
    assert names(pd.Series(range(20, 80)), column)[-1] == "65 years or more"


def test_other_numbers_are_cut_at_rounded_quartiles() -> None:
    masks = group_masks(pd.Series(np.arange(100)), "marker")
    assert list(masks) == [
        "under 24.8", "24.8 to under 49.5", "49.5 to under 74.2", "74.2 or more",
    ]  # fmt: skip
    assert [int(mask.sum()) for mask in masks.values()] == [25, 25, 25, 25]


def test_a_missing_number_is_unknown_not_small() -> None:
    masks = group_masks(pd.Series([*np.arange(50.0), np.nan]), "marker")
    assert list(masks)[-1] == "unknown"
    assert masks["unknown"].sum() == 1


def test_numbers_piled_on_one_value_still_make_groups() -> None:
    masks = group_masks(pd.Series([0.0] * 90 + list(np.arange(1, 11))), "marker")
    assert sum(mask.sum() for mask in masks.values()) == 100


def test_a_column_with_nothing_in_it_is_one_unknown_group() -> None:
    assert names(pd.Series([None, None], dtype=object)) == ["unknown"]
    assert names(pd.Series([np.nan, np.nan])) == ["unknown"]


WORDS = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "unknown"]))


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=40))
def test_a_combination_is_both_of_its_parts_or_unknown(pairs: list) -> None:
    frame = pd.DataFrame(pairs, columns=["one", "two"], dtype=object)
    first, second = groupings(frame)
    both = crossed(first, second)
    assert both.sizes.sum() == len(pairs)
    assert (both.sizes > 0).all()
    for (one, two), code in zip(pairs, both.codes, strict=True):
        is_known = one not in (None, "unknown") and two not in (None, "unknown")
        assert both.levels[code] == (f"{one}, {two}" if is_known else "unknown")


def test_combinations_run_by_the_first_column_and_then_the_second() -> None:
    frame = pd.DataFrame({"sex": ["m", "f", "f", None], "age_years": [20.0, 70, 30, 30]})
    frame = pd.concat([frame, pd.DataFrame({"sex": "m", "age_years": np.arange(31.0, 40)})])
    both = crossed(*groupings(frame))
    assert both.levels == (
        "f, 30 to under 45", "f, 65 or more", "m, under 30", "m, 30 to under 45", "unknown",
    )  # fmt: skip
    assert both.column == "sex × age_years"


@given(st.lists(st.sampled_from([*"abcdefghij", None]), min_size=1, max_size=80), st.integers(1, 9))
def test_folding_keeps_every_case_and_the_largest_groups(words: list, most: int) -> None:
    whole = groupings(pd.DataFrame({"word": pd.Series(words, dtype=object)}))[0]
    fewer = folded(whole, most)
    assert fewer.sizes.sum() == len(words)
    known = [level for level in fewer.levels if level not in ("unknown", fewer.rest)]
    assert len(known) <= most + (not fewer.rest)
    size_of = dict(zip(whole.levels, whole.sizes.tolist(), strict=True))
    for level, size in zip(fewer.levels, fewer.sizes.tolist(), strict=True):
        if level != fewer.rest:
            assert size == size_of[level]
    if fewer.rest:
        away = set(whole.levels) - set(fewer.levels)
        assert fewer.rest == f"the other {len(away)} groups"
        assert max(size_of[level] for level in away) <= min(size_of[level] for level in known)


def test_few_groups_are_not_folded() -> None:
    whole = groupings(pd.DataFrame({"word": ["a", "b", "c", None]}))[0]
    assert folded(whole, 2) is whole
    assert folded(whole, 1).levels == ("a", "the other 2 groups", "unknown")
