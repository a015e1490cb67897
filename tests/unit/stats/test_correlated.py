"""Correlations of features, against scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from clnm_core.stats.correlated import correlated


def drawn() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    base = rng.normal(size=(80, 2))
    return pd.DataFrame(
        {
            "a": base[:, 0],
            "x": base[:, 1],
            "a_too": np.exp(base[:, 0]) + 0.01 * rng.normal(size=80),
            "x_too": -base[:, 1] + 0.2 * rng.normal(size=80),
        }
    )


def test_every_rho_is_spearmans() -> None:
    table = drawn()
    found = correlated(table)
    peer = spearmanr(table[list(found.names)].to_numpy()).statistic
    assert found.rho == pytest.approx(peer, abs=1e-12)


def test_like_stands_beside_like() -> None:
    names = correlated(drawn()).names
    assert abs(names.index("a") - names.index("a_too")) == 1
    assert abs(names.index("x") - names.index("x_too")) == 1


def test_the_strongest_pair_leads_whatever_its_sign() -> None:
    pairs = correlated(drawn()).pairs
    assert set(pairs.loc[0, ["one", "other"]]) == {"a", "a_too"}
    assert pairs["rho"].abs().is_monotonic_decreasing
    assert len(pairs) == 6


def test_missing_values_count_only_for_their_pairs() -> None:
    table = drawn()
    table.loc[:19, "a"] = np.nan
    found = correlated(table)
    rho = pd.DataFrame(found.rho, found.names, found.names)
    peer = spearmanr(table["a"][20:], table["a_too"][20:]).statistic
    assert rho.loc["a", "a_too"] == pytest.approx(peer)


def test_a_feature_without_spread_is_left_out_and_named() -> None:
    table = drawn().assign(flat=1.0, empty=np.nan)
    assert set(correlated(table).left_out) == {"flat", "empty"}


@pytest.mark.parametrize("columns", [[], ["a"]])
def test_fewer_than_two_features_have_no_pair(columns: list[str]) -> None:
    found = correlated(drawn()[columns])
    assert found.pairs.empty
    assert found.rho.shape == (len(columns), len(columns))
