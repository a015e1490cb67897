"""AUC and DeLong's interval against pROC, on patients with subarachnoid haemorrhage.

Published values: pROC's own tests (GPL-3), kept with the data in ``expected_values.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import audit
from clnm_core.stats.discrimination import auc, auc_variance

TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict:
    return json.loads((shared_data / "proc_asah" / "expected_values.json").read_text())


@pytest.fixture(scope="module")
def patients(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "proc_asah" / "aSAH.csv")


def scaled(patients: pd.DataFrame, marker: str) -> Predictions:
    value = patients[marker]
    risk = (value - value.min()) / (value.max() - value.min())
    return Predictions.of(patients["outcome"] == "Poor", risk)


@pytest.mark.parametrize("marker", ["wfns", "ndka"])
def test_the_area_equals_the_published_one(
    patients: pd.DataFrame, expected: dict, marker: str
) -> None:
    assert auc(scaled(patients, marker)).value == pytest.approx(
        expected["auc"][marker], abs=TOLERANCE
    )


def test_the_area_of_s100b_equals_the_printed_digits(
    patients: pd.DataFrame, expected: dict
) -> None:
    area = auc(scaled(patients, "s100b")).value
    assert round(area, 4) == expected["auc"]["s100b_printed"]


@pytest.mark.parametrize("marker", ["wfns", "ndka", "s100b"])
def test_delongs_variance_equals_the_published_one(
    patients: pd.DataFrame, expected: dict, marker: str
) -> None:
    assert auc_variance(scaled(patients, marker)) == pytest.approx(
        expected["delong_var"][marker], abs=TOLERANCE
    )


def test_delongs_interval_equals_the_published_one(patients: pd.DataFrame, expected: dict) -> None:
    found = auc(scaled(patients, "ndka"))
    assert (found.low, found.high) == pytest.approx(expected["delong_ci95"]["ndka"], abs=TOLERANCE)
    assert found.method == "DeLong"


def test_delongs_interval_of_the_women_equals_the_published_one(
    patients: pd.DataFrame, expected: dict
) -> None:
    found = auc(scaled(patients[patients["gender"] == "Female"], "ndka"))
    published = expected["delong_ci95"]
    assert found.value == pytest.approx(published["ndka_females_only_auc"], abs=TOLERANCE)
    assert (found.low, found.high) == pytest.approx(published["ndka_females_only"], abs=TOLERANCE)


def test_an_audit_says_the_same_overall_and_for_the_women(
    patients: pd.DataFrame, expected: dict
) -> None:
    report = audit(scaled(patients, "ndka"), groups=patients[["gender"]], bootstrap=50).to_dict()
    overall = report["overall"]["auc"]
    women = next(group for group in report["groups"] if group["level"] == "Female")["auc"]
    published = expected["delong_ci95"]
    assert [overall["low"], overall["high"]] == pytest.approx(published["ndka"], abs=TOLERANCE)
    assert [women["low"], women["high"]] == pytest.approx(
        published["ndka_females_only"], abs=TOLERANCE
    )
