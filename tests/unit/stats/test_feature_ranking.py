"""Features one by one, against the audit's own AUC and against known order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.stats.feature_ranking import ranked
from clnm_core.stats.multiplicity import benjamini_hochberg


def drawn(seed: int, n: int = 120) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    outcome = rng.random(n) < 0.4
    table = pd.DataFrame(
        {
            "noise": rng.normal(size=n),
            "strong": rng.normal(size=n) + 1.5 * outcome,
            "reversed": rng.normal(size=n) - 0.8 * outcome,
            "tied": np.round(rng.normal(size=n) + 0.5 * outcome),
        }
    )
    return table, outcome


@pytest.mark.parametrize("name", ["noise", "strong", "reversed", "tied"])
def test_each_area_is_mann_whitneys_and_each_interval_delongs(name: str) -> None:
    table, outcome = drawn(3)
    row = ranked(table, outcome, patients=range(len(table))).set_index("feature").loc[name]
    values = table[name].to_numpy()
    u = mannwhitneyu(values[outcome], values[~outcome]).statistic
    assert row["auc"] == pytest.approx(u / (outcome.sum() * (~outcome).sum()), abs=1e-12)
    scaled = (values - values.min()) / np.ptp(values)
    peer = auc(Predictions.of(outcome, scaled))
    assert (row["low"], row["high"]) == pytest.approx((peer.low, peer.high), abs=1e-12)


def test_the_best_comes_first_whichever_way_it_points() -> None:
    table, outcome = drawn(3)
    found = ranked(table, outcome, patients=range(len(table)))
    assert found["feature"].tolist()[:2] == ["strong", "reversed"]
    assert found["auc"].iloc[1] < 0.5
    distance = (found["auc"] - 0.5).abs().tolist()
    assert distance == sorted(distance, reverse=True)


def test_q_corrects_for_all_features_that_have_a_p() -> None:
    table, outcome = drawn(5)
    table["constant"] = 1.0
    found = ranked(table, outcome, patients=range(len(table)))
    assert found["feature"].iloc[-1] == "constant"
    assert np.isnan(found["p"].iloc[-1])
    assert found["q"].to_numpy() == pytest.approx(benjamini_hochberg(found["p"]), nan_ok=True)


def test_p_is_small_exactly_where_the_interval_leaves_one_half_out() -> None:
    rng = np.random.default_rng(8)
    outcome = rng.random(200) < 0.5
    table = pd.DataFrame({f"f{i}": rng.normal(size=200) + 0.02 * i * outcome for i in range(30)})
    found = ranked(table, outcome, patients=range(200))
    excludes = (found["low"] > 0.5) | (found["high"] < 0.5)
    assert ((found["p"] < 0.05) == excludes).all()
    assert excludes.any()
    assert not excludes.all()


def test_a_case_without_the_feature_does_not_count_for_it() -> None:
    table, outcome = drawn(3)
    table.loc[:9, "strong"] = np.nan
    row = ranked(table, outcome, patients=range(120)).set_index("feature").loc["strong"]
    assert row["n"] == 110
    assert row["events"] == outcome[10:].sum()


def test_cases_of_one_patient_widen_the_interval() -> None:
    table, outcome = drawn(3)
    doubled, both = pd.concat([table, table], ignore_index=True), np.tile(outcome, 2)
    alone = ranked(doubled, both, patients=range(240)).set_index("feature").loc["noise"]
    owned = ranked(doubled, both, patients=np.tile(range(120), 2)).set_index("feature").loc["noise"]
    assert owned["auc"] == alone["auc"]
    assert owned["high"] - owned["low"] > 1.3 * (alone["high"] - alone["low"])


@pytest.mark.parametrize("outcome", [np.zeros(6, dtype=bool), np.ones(6, dtype=bool)])
def test_one_class_alone_has_no_area(outcome: np.ndarray) -> None:
    found = ranked(pd.DataFrame({"f": range(6)}), outcome, patients=range(6))
    assert found["auc"].isna().all()


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        ranked(pd.DataFrame({"f": [1.0]}), [True, False], patients=[0, 1])


@given(st.integers(0, 10_000))
def test_an_increasing_map_changes_nothing_and_a_mirror_turns_the_area(seed: int) -> None:
    table, outcome = drawn(seed, 40)
    if not 2 <= outcome.sum() <= 38:
        return
    one = ranked(table[["strong"]], outcome, patients=range(40)).iloc[0]
    mapped = ranked(np.exp(table[["strong"]]), outcome, patients=range(40)).iloc[0]
    turned = ranked(-table[["strong"]], outcome, patients=range(40)).iloc[0]
    assert mapped["auc"] == one["auc"]
    assert turned["auc"] == pytest.approx(1 - one["auc"])
