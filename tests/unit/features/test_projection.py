"""Do rows that are alike lie side by side, and do odd tables give points or a sentence?"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from clnm_core.errors import FeatureError
from clnm_core.features.projection import projected

METHODS = ("pca", "umap")


def two_groups(n=40, p=30, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, p))
    values[: n // 2] += 3
    return pd.DataFrame(values, index=[f"image {k}" for k in range(n)])


@pytest.mark.parametrize("method", METHODS)
def test_groups_that_differ_lie_apart(method):
    table = two_groups()
    points = projected(table, method=method)
    assert list(points.columns) == ["x", "y"]
    assert list(points.index) == list(table.index)
    assert silhouette_score(points.to_numpy(), np.arange(40) < 20) > 0.4


@pytest.mark.parametrize("method", METHODS)
def test_equal_seeds_draw_equal_points(method):
    table = two_groups()
    np.random.seed(1)  # noqa: NPY002 (the global state must not matter)
    first = projected(table, method=method, seed=3)
    np.random.seed(2)  # noqa: NPY002
    pd.testing.assert_frame_equal(first, projected(table, method=method, seed=3))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(4, 1), (4, 2), (5, 300), (60, 1)])
def test_small_and_narrow_tables_are_drawn(method, shape):
    table = pd.DataFrame(np.random.default_rng(0).normal(size=shape))
    assert np.isfinite(projected(table, method=method).to_numpy()).all()


@pytest.mark.parametrize("method", METHODS)
def test_equal_rows_are_drawn(method):
    table = pd.DataFrame(np.repeat([[0.0, 1.0], [1.0, 0.0]], 5, axis=0))
    points = projected(table, method=method)
    assert np.isfinite(points.to_numpy()).all()
    assert points["x"][:5].mean() != pytest.approx(points["x"][5:].mean())


def test_the_components_are_those_of_the_correlation_matrix():
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 4)) @ np.diag([1, 10, 100, 1e6]))
    table[1] += table[2]
    points = projected(table).to_numpy()
    largest = np.linalg.eigvalsh(np.corrcoef(table.T))[::-1][:2]
    assert points.var(axis=0) == pytest.approx(largest)
    assert np.corrcoef(points.T)[0, 1] == pytest.approx(0, abs=1e-10)


def test_gaps_are_filled_constants_are_left_out_and_nothing_known_has_no_place():
    table = two_groups(20, 5)
    whole = projected(table)
    odd = table.assign(constant=7.0, never=np.nan, tiny=1e-300)
    pd.testing.assert_frame_equal(projected(odd), whole)
    table.iloc[3] = np.nan
    table.iloc[4, 0] = np.inf
    points = projected(table)
    assert points.isna().all(axis=1).tolist() == [place == 3 for place in range(20)]


def test_a_gap_counts_as_the_median():
    gap = two_groups(20, 5) + 100
    filled = gap.copy()
    gap.iloc[7, 1] = np.nan
    filled.iloc[7, 1] = gap.iloc[:, 1].median()
    pd.testing.assert_frame_equal(projected(gap), projected(filled))


def test_very_large_values_are_drawn():
    table = two_groups(12, 4) * 1e250
    assert np.isfinite(projected(table).to_numpy()).all()


def test_too_little_is_refused_in_words():
    with pytest.raises(FeatureError, match="at least 4 pictures with features; there are 3"):
        projected(two_groups().iloc[:3])
    with pytest.raises(FeatureError, match="there are 0"):
        projected(pd.DataFrame(index=range(9)))
    with pytest.raises(FeatureError, match="No feature differs"):
        projected(pd.DataFrame(np.ones((9, 3))))
    with pytest.raises(ValueError, match="method"):
        projected(two_groups(), method="tsne")
    with pytest.raises(ValueError, match="neighbours"):
        projected(two_groups(), neighbours=1)


def test_importing_the_module_imports_neither_umap_nor_torch():
    code = (
        "import sys, clnm_core.features.projection, clnm_core.features.deep, "
        "clnm_core.features.morphology, clnm_core.features.selection\n"
        "sys.exit(any(name in sys.modules for name in ('umap', 'torch', 'timm', 'numba')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
