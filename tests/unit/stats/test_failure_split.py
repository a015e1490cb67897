"""What errors have in common is found where it was put, and nothing is said of chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.stats.failure_split import describing_splits

COLUMNS = [
    BUILT_IN["capsule_distance_mm"],
    BUILT_IN["sex"],
    BUILT_IN["multifocal"],
    *(Column(f"number_{i}", f"Number {i}", Kind.NUMBER) for i in range(5)),
]


def drawn(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    cases = pd.DataFrame(
        {
            "capsule_distance_mm": rng.gamma(2.0, 2.5, n).round(1),
            "sex": rng.choice(["female", "male"], n, p=[0.75, 0.25]),
            "multifocal": (rng.random(n) < 0.3).astype(object),
        }
        | {f"number_{i}": rng.normal(size=n) for i in range(5)}
    )
    cases.loc[rng.random(n) < 0.1, "capsule_distance_mm"] = np.nan
    return cases


def test_deep_cases_that_are_missed_are_said_to_be_deep() -> None:
    cases = drawn(600, 0)
    deep = (cases["capsule_distance_mm"] >= 7.5).to_numpy()
    wrong = np.random.default_rng(1).random(600) < np.where(deep, 0.5, 0.05)
    best = describing_splits(cases, wrong, COLUMNS, patient=np.arange(600))[0]
    assert (best.column, best.how, best.words) == ("capsule_distance_mm", "at least", "7.5 mm")
    assert best.wrong_in == int((wrong & deep).sum())
    assert best.right_in == int((~wrong & deep).sum())
    assert best.wrong + best.right == 600
    assert best.is_shown
    assert best.difference.value == pytest.approx(
        best.wrong_in / best.wrong - best.right_in / best.right
    )


def test_chance_is_hardly_ever_said() -> None:
    shown = 0
    for seed in range(100):
        wrong = np.random.default_rng([seed, 1]).random(300) < 0.15
        splits = describing_splits(drawn(300, seed), wrong, COLUMNS, patient=np.arange(300))
        shown += any(split.is_shown for split in splits)
    assert shown <= 8


def test_the_clearest_split_of_a_column_has_the_largest_chi_squared() -> None:
    cases = drawn(400, 3)
    wrong = np.random.default_rng(4).random(400) < 0.2
    column = BUILT_IN["capsule_distance_mm"]
    known = cases["capsule_distance_mm"].to_numpy()
    best = describing_splits(cases, wrong, [column], patient=np.arange(400))[0]
    values = {}
    for edge in (2.5, 5, 7.5, 10):
        for how, inside in (("at least", known >= edge), ("under", known < edge)):
            table = pd.crosstab(wrong, inside)
            if inside[wrong].mean() > inside[~wrong].mean():
                values[how, edge] = chi2_contingency(table, correction=False).statistic
    assert (best.how, best.edge) == max(values, key=lambda one: values[one])


def test_several_cases_of_a_patient_widen_the_interval() -> None:
    cases = pd.concat([drawn(200, 5)] * 5, ignore_index=True)
    wrong = np.tile(np.random.default_rng(6).random(200) < 0.3, 5)
    alone = describing_splits(cases, wrong, COLUMNS, patient=np.arange(1000))[0].difference
    together = describing_splits(cases, wrong, COLUMNS, patient=np.arange(1000) % 200)[0].difference
    assert together.value == alone.value
    assert together.high - together.low > 1.8 * (alone.high - alone.low)


def test_too_few_errors_have_nothing_in_common() -> None:
    wrong = np.arange(100) < 9
    assert describing_splits(drawn(100, 0), wrong, COLUMNS, patient=np.arange(100)) == []


@settings(max_examples=40)
@given(n=st.integers(0, 60), seed=st.integers(0, 30), share=st.sampled_from([0.0, 0.5, 1.0]))
def test_any_small_table_is_split_or_left_alone(n: int, seed: int, share: float) -> None:
    wrong = np.random.default_rng(seed).random(n) < share
    for split in describing_splits(drawn(n, seed), wrong, COLUMNS, patient=np.arange(n)):
        assert 0 <= split.wrong_in <= split.wrong
        assert 0 <= split.right_in <= split.right
        assert split.difference.value > 0


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="must have one length; got 10, 9 and 10"):
        describing_splits(drawn(10, 0), np.zeros(9, bool), COLUMNS, patient=np.arange(10))
