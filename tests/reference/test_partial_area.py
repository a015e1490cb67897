"""Partial areas against pROC, on patients with subarachnoid haemorrhage.

Published values: pROC's own tests (tests/testthat/test-auc.R at commit
3a2663e3d6dae5d7126771b03b190f9e7db0b6bb, GPL-3); 72 good and 41 poor outcomes.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.partial_area import partial_auc

TOLERANCE = 1e-12

AREAS = (
    ("wfns", "specificity", 0.9, 1, 0.0334417344173442),
    ("wfns", "specificity", 0.8, 0.9, 0.0598373983739837),
    ("wfns", "specificity", 0, 0.5, 0.488134475939354),
    ("ndka", "specificity", 0.9, 1, 0.0107046070460705),
    ("ndka", "specificity", 0.8, 0.9, 0.0277777777777778),
    ("ndka", "specificity", 0, 0.5, 0.416836043360434),
    ("wfns", "sensitivity", 0.9, 1, 0.0400999322493225),
    ("wfns", "sensitivity", 0.8, 0.9, 0.0609953703703703),
    ("wfns", "sensitivity", 0, 0.5, 0.483358739837398),
    ("ndka", "sensitivity", 0.9, 1, 0.0037940379403794),
    ("ndka", "sensitivity", 0.8, 0.9, 0.0242547425474255),
    ("ndka", "sensitivity", 0, 0.5, 0.428523035230352),
)

STANDARDISED = (
    ("wfns", "specificity", 0.9, 1, 0.649693339038653),
    ("wfns", "specificity", 0.8, 0.9, 0.763749402199904),
    ("wfns", "specificity", 0, 0.5, 0.952537903757416),
    ("ndka", "specificity", 0.9, 1, 0.530024247610897),
    ("ndka", "specificity", 0.8, 0.9, 0.575163398692811),
    ("ndka", "specificity", 0, 0.5, 0.667344173441734),
    ("wfns", "sensitivity", 0.9, 1, 0.68473648552275),
    ("wfns", "sensitivity", 0.8, 0.9, 0.770561002178649),
    ("wfns", "sensitivity", 0, 0.5, 0.933434959349593),
    ("ndka", "sensitivity", 0.8, 0.9, 0.554439662043679),
    ("ndka", "sensitivity", 0, 0.5, 0.714092140921409),
)


@pytest.fixture(scope="module")
def patients(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "proc_asah" / "aSAH.csv")


def scaled(patients: pd.DataFrame, marker: str) -> Predictions:
    value = patients[marker]
    risk = (value - value.min()) / (value.max() - value.min())
    return Predictions.of(patients["outcome"] == "Poor", risk)


@pytest.mark.parametrize(("marker", "over", "low", "high", "published"), AREAS)
def test_the_partial_area_equals_the_published_one(
    patients: pd.DataFrame, marker: str, over: str, low: float, high: float, published: float
) -> None:
    found = partial_auc(scaled(patients, marker), over=over, low=low, high=high)
    assert found.area.value == pytest.approx(published, abs=TOLERANCE)


@pytest.mark.parametrize(("marker", "over", "low", "high", "published"), STANDARDISED)
def test_the_standardised_area_equals_the_published_one(
    patients: pd.DataFrame, marker: str, over: str, low: float, high: float, published: float
) -> None:
    found = partial_auc(scaled(patients, marker), over=over, low=low, high=high)
    assert found.standardised.value == pytest.approx(published, abs=TOLERANCE)
