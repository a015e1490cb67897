"""Global importance against the package shap, on a small forest and a line."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.stats.importance import importance


def test_mean_absolute_values_are_those_of_shap() -> None:
    shap = pytest.importorskip("shap")
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(101)
    table = rng.normal(size=(200, 4))
    y_true = rng.random(200) < 1 / (1 + np.exp(-(1.5 * table[:, 0] - table[:, 2])))
    forest = RandomForestClassifier(20, max_depth=3, random_state=0).fit(table, y_true)
    explanation = shap.TreeExplainer(forest)(table)[:, :, 1]
    found = importance(explanation.values, np.arange(200), names=("a", "b", "c", "d"))
    expected = explanation.abs.mean(0).values
    np.testing.assert_allclose(
        found.set_index("column").loc[list("abcd"), "value"], expected, rtol=1e-12
    )
    assert found["column"].tolist() == [list("abcd")[one] for one in np.argsort(-expected)]
    assert found["column"].tolist()[:2] == ["a", "c"]


def test_of_a_line_it_is_the_coefficient_times_the_mean_deviation() -> None:
    rng = np.random.default_rng(102)
    table, weights = rng.normal(3, 2, (90, 3)), np.array([0.5, -2.0, 0.1])
    effects = weights * (table - table.mean(axis=0))
    found = importance(effects, np.arange(90), names=("a", "b", "c")).set_index("column")
    deviation = np.abs(table - table.mean(axis=0)).mean(axis=0)
    np.testing.assert_allclose(found.loc[list("abc"), "value"], np.abs(weights) * deviation)
