"""Paired DeLong against pROC, on patients with subarachnoid haemorrhage.

``roc.test(outcome ~ wfns, s100b)`` of pROC 1.x prints Z = 2.209, p-value = 0.02718, AUCs
0.8236789 and 0.7313686 (Robin 2011, doi:10.1186/1471-2105-12-77). The covariance is worked
out again here by the definition, comparing every event with every non-event.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import areas, auc_difference


@pytest.fixture(scope="module")
def patients(shared_data: Path) -> PairedPredictions:
    table = pd.read_csv(shared_data / "proc_asah" / "aSAH.csv")
    markers = ("wfns", "s100b", "ndka")
    spans = {name: table[name] - table[name].min() for name in markers}
    return PairedPredictions.of(
        table["outcome"] == "Poor", {name: span / span.max() for name, span in spans.items()}
    )


def naive_covariance(paired: PairedPredictions) -> np.ndarray:
    """DeLong 1988, equations 4 to 7, over all pairs of an event and a non-event."""
    y = paired.y_true
    above, below = [], []
    for risk in paired.risks:
        kernel = np.sign(risk[y][:, None] - risk[~y][None, :]) / 2 + 0.5
        above.append(kernel.mean(axis=1))
        below.append(kernel.mean(axis=0))
    return np.cov(above) / y.sum() + np.cov(below) / (~y).sum()


def test_the_areas_equal_the_published_ones(patients: PairedPredictions) -> None:
    found = areas(patients)
    assert found.of("wfns").value == pytest.approx(0.8236789, abs=5e-8)
    assert found.of("s100b").value == pytest.approx(0.7313686, abs=5e-8)


def test_the_test_equals_the_published_one(patients: PairedPredictions) -> None:
    found = areas(patients)
    difference = auc_difference(found, "wfns", "s100b")
    variance = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert round(difference.estimate.value / math.sqrt(variance), 3) == 2.209
    assert round(difference.p, 5) == 0.02718
    assert difference.estimate.method == "paired DeLong"


def test_the_covariance_equals_the_definition(patients: PairedPredictions) -> None:
    assert areas(patients).covariance == pytest.approx(naive_covariance(patients), abs=1e-14)
