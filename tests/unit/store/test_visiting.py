"""What becomes of a table that is only visiting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind, Role
from clnm_core.store import selection
from clnm_core.store.ingest.predictions_table import read_predictions
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.visiting import NOWHERE, VISITING, Parts, Visiting, visiting_cohort

N = 60


def frame(n: int = N) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "MRN": [f"MRN{number // 2:05d}" for number in range(n)],
            "Surname": ["Example"] * n,
            "lateral": np.where(np.arange(n) % 3 == 0, "yes", "no"),
            "risk": random.random(n).round(3),
            "second risk": np.where(np.arange(n) % 10 == 0, "", random.random(n).round(3)),
            "centre": np.where(np.arange(n) < n // 2, "A", "B"),
            "capsule_distance_mm": random.gamma(2, 3, n).round(1),
            "Smoker": np.where(np.arange(n) % 2 == 0, "yes", "no"),
            "age_years": random.integers(200, 400, n),
            "comment": [f"text number {number} of the reader" for number in range(n)],
        }
    )


def visiting(data: pd.DataFrame, *, patient: str = "MRN") -> Visiting:
    table = read_table(data.to_csv(index=False).encode(), "preds.csv")
    found = read_predictions(
        table, outcome="lateral=yes", risk="risk", drop_invalid=True, patient=patient
    )
    return visiting_cohort(
        table, found, Parts("lateral", "risk", patient=patient, others=("second risk",))
    )


@pytest.fixture(scope="module")
def file() -> Visiting:
    return visiting(frame())


def test_cases_patients_and_outcome_are_those_of_the_file(file: Visiting) -> None:
    record = file.warehouse.cohort(VISITING)
    assert (record.cases, record.patients) == (N, N // 2)
    assert [(c.name, c.true, c.false) for c in record.outcomes] == [("lateral", 20, 40)]


def test_every_column_of_risks_is_a_model_and_a_missing_risk_is_no_risk(file: Visiting) -> None:
    models = file.warehouse.models(VISITING)
    assert [model.manifest["title"] for model in models] == ["Risk", "Second risk"]
    judged = [
        len(selection.evaluation(file.warehouse, CohortQuery(VISITING, "lateral"), model.name))
        for model in models
    ]
    assert judged == [N, N - 6]


def test_risks_belong_to_the_rows_that_they_stood_in(file: Visiting) -> None:
    found = selection.evaluation(file.warehouse, CohortQuery(VISITING, "lateral"), "risk-01")
    assert found["risk"].tolist() == frame()["risk"].tolist()
    assert found["y_true"].tolist() == (frame()["lateral"] == "yes").tolist()


def test_no_identifier_of_the_file_comes_along(file: Visiting) -> None:
    names = file.warehouse.registry(VISITING).names
    cases = selection.cases(file.warehouse, CohortQuery(VISITING, "lateral"), names)
    text = cases.to_csv()
    assert "MRN" not in text
    assert "Example" not in text
    assert ("Surname", "its name promises an identity") in file.left_out
    assert {name for name, _ in file.left_out} == {"Surname", "comment"}
    assert cases["patient_id"].nunique() == N // 2
    assert cases["case_id"].iloc[0] == "row-02"


def test_a_column_of_a_known_name_is_that_variable_only_if_its_values_fit(file: Visiting) -> None:
    registry = file.warehouse.registry(VISITING)
    assert registry["capsule_distance_mm"].unit == "mm"
    assert registry["smoker"].kind is Kind.FLAG
    assert registry["lateral"].role is Role.OUTCOME
    # Ages of 200 to 399 are no ages in years: the column stays what the file calls it.
    assert "age_years" not in registry
    assert registry["age_years_recorded"].label == "Age years"


def test_it_has_no_folder_to_write_into(file: Visiting) -> None:
    assert file.warehouse.root == NOWHERE
    with pytest.raises(OSError, match="Not a directory"):
        (file.warehouse.root / "ops.sqlite").touch()


@pytest.mark.parametrize("rows", [1, 2, 12])
def test_few_rows_are_enough(rows: int) -> None:
    few = visiting(frame(12).head(rows), patient="")
    assert few.warehouse.cohort(VISITING).cases == rows
