"""Net benefit against dcurves, on its simulated cohort of 750 patients (MIT)."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import statsmodels.api as sm

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import audit
from clnm_core.stats.utility import interventions_avoided, net_benefit

TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict:
    return json.loads((shared_data / "dcurves_df_binary" / "expected_values.json").read_text())


@pytest.fixture(scope="module")
def patients(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "dcurves_df_binary" / "df_binary.csv")


@pytest.fixture(scope="module")
def marker(patients: pd.DataFrame) -> Predictions:
    return Predictions.of(patients["cancer"], patients["cancerpredmarker"])


def test_net_benefit_of_the_model_equals_the_published_one(
    marker: Predictions, expected: dict
) -> None:
    row = net_benefit(marker, [0.25], bootstrap=0).iloc[0]
    published = expected["net_benefit_at_0.25"]["df_binary cancer~cancerpredmarker"]
    assert [row["treat_all"], row["treat_none"], row["model"]] == pytest.approx(
        published, abs=TOLERANCE
    )


def test_net_benefit_of_age_as_logistic_risk_equals_the_published_one(
    patients: pd.DataFrame, expected: dict
) -> None:
    design = sm.add_constant(patients["age"])
    risk = sm.GLM(patients["cancer"], design, family=sm.families.Binomial()).fit().fittedvalues
    row = net_benefit(Predictions.of(patients["cancer"], risk), [0.25], bootstrap=0).iloc[0]
    name = "df_binary cancer~age (age converted to probability by logistic regression)"
    assert [row["treat_all"], row["treat_none"], row["model"]] == pytest.approx(
        expected["net_benefit_at_0.25"][name], abs=TOLERANCE
    )


def test_interventions_avoided_equal_the_published_ones(
    marker: Predictions, expected: dict
) -> None:
    row = net_benefit(marker, [0.25], bootstrap=0).iloc[0]
    published = expected["net_interventions_avoided_at_0.25"]["df_binary cancer~cancerpredmarker"]
    avoided_by_none = (row["treat_none"] - row["treat_all"]) / (0.25 / 0.75)
    assert avoided_by_none == pytest.approx(published[1], abs=TOLERANCE)
    assert row["interventions_avoided"] == pytest.approx(published[2], abs=TOLERANCE)
    per_hundred = interventions_avoided(marker, [0.25]).iloc[0]
    assert per_hundred["avoided"] == pytest.approx(100 * published[2], abs=100 * TOLERANCE)
    assert per_hundred["low"] < 100 * published[2] < per_hundred["high"]


def test_at_threshold_zero_everyone_is_treated_where_dcurves_leaves_out_risks_of_zero(
    patients: pd.DataFrame, expected: dict
) -> None:
    people = Predictions.of(patients["cancer"], patients["famhistory"])
    published = expected["net_benefit_at_0"]["df_binary cancer~famhistory"]
    ours = net_benefit(people, [0.0], bootstrap=0).iloc[0]
    assert ours["treat_all"] == pytest.approx(published[0], abs=TOLERANCE)
    assert ours["model"] == ours["treat_all"]
    as_dcurves = (people.y_true & (people.risk > 0)).mean()
    assert as_dcurves == pytest.approx(published[2], abs=TOLERANCE)


def test_an_audit_has_the_published_thresholds_on_its_grid(
    marker: Predictions, expected: dict
) -> None:
    rows = {row["threshold"]: row for row in audit(marker, bootstrap=50).to_dict()["net_benefit"]}
    published = expected["net_benefit_at_0.25"]["df_binary cancer~cancerpredmarker"]
    assert rows[0.25]["model"] == pytest.approx(published[2], abs=TOLERANCE)
    assert rows[0.25]["treat_all"] == pytest.approx(published[0], abs=TOLERANCE)
    assert rows[0]["model"] == pytest.approx(0.14)
    assert list(rows) == [round(step / 100, 2) for step in range(100)]
