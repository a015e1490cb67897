"""Claims about what a store and an audit say to a checklist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.report.checklists import CHECKLISTS
from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.audit_facts import audit_facts
from clnm_core.report.checklists.cohort_facts import cohort_facts
from clnm_core.report.checklists.model_facts import model_facts
from clnm_core.report.checklists.study import study
from clnm_core.stats.audit import audit
from clnm_core.stats.discrimination import auc
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import (
    add_exclusions,
    create_cohort,
    insert,
    put_model,
    replace_predictions,
)
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse

COLUMNS = (
    *("case_id", "patient_id", "centre", "split", "age_years", "sex", "max_diameter_mm"),
    *("any", "positive_nodes"),
)
MANIFEST = {
    **{"inputs": ["age_years", "sex", "texture"], "terms": [["age_years", ""], ["sex", "male"]]},
    **{"training_cases": 80, "seed": 3, "threshold": 0.4, "threshold_from": "validation"},
    "digest": "ab" * 32,
}


def drawn(n: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(n)],
            "patient_id": [f"p{i}" for i in range(n)],
            "centre": np.where(np.arange(n) < 100, "north", rng.choice(["east", "south"], n)),
            "split": np.where(
                np.arange(n) < 80, "train", np.where(np.arange(n) < 100, "test", "external")
            ),
            "age_years": np.where(np.arange(n) % 10 == 0, np.nan, rng.normal(45, 9, n).round()),
            "sex": rng.choice(["female", "male"], n),
            "max_diameter_mm": rng.gamma(4, 3, n).round(1),
            "any": pd.Series(rng.random(n) < 0.5).astype(object).where(np.arange(n) % 16 != 0),
            "positive_nodes": rng.integers(0, 4, n).astype(float),
        }
    )


def stored(
    root: Path, rows: pd.DataFrame, *, system: str = "clinical", exclusions: bool = True
) -> dict[str, Answer]:
    """The facts of a store that was made from these rows."""
    risk = np.random.default_rng(6).random(len(rows)) * 0.5 + rows["any"].fillna(False) * 0.4

    def build(con: Connection) -> None:
        create_cohort(con, "clinic", BUILT_IN.only(COLUMNS), title="Clinic", description="")
        insert(con, "clinic", "cases", rows)
        if exclusions:
            lost = {"step": [1], "reason": ["No surgery"], "patients": [9], "cases": [9]}
            add_exclusions(con, "clinic", pd.DataFrame(lost))
        put_model(con, ModelRecord("ridge", "clinic", "any", system, "1", manifest=MANIFEST))
        judged = rows[["case_id", "split"]].assign(risk=risk.astype(float))
        replace_predictions(con, "clinic", "ridge", judged)

    publish(root, build, action="demo", detail={}, actor="test")
    with Warehouse.open(root) as warehouse:
        found = study(warehouse, CohortQuery("clinic", "any"), "ridge")
        return cohort_facts(found) | model_facts(found)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    return stored(tmp_path_factory.mktemp("facts") / "store", drawn())


def test_every_fact_that_an_item_asks_for_can_be_known(known):
    asked = {item.fact for checklist in CHECKLISTS.values() for item in checklist.items} - {""}
    images = {"images", "modalities", "segmentation", "readers"}
    rivals = {"clinical_rival", "simple_rival"}
    assert asked - set(known) == images | rivals
    assert all(answer.text.endswith(".") for answer in known.values())


def test_counts_are_those_of_the_rows(known):
    rows = drawn()
    events, unknown = int(rows["any"].eq(True).sum()), int(rows["any"].isna().sum())
    assert f"160 cases, {160 - unknown} with a known outcome, {events} events." in (
        known["sample_size"].text
    )
    assert "Of 169 patients, left out: no surgery (9). 160 patients with 160 cases remain" in (
        known["flow"].text
    )
    assert f"{unknown} cases with an unknown outcome are left out" in known["missing"].text
    assert "age 10 %" in known["missing"].text
    assert "3 centres, with cases: north (100), " in known["centres"].text
    assert "positive nodes" in known["candidates"].text


def test_performance_is_computed_from_the_stored_risks(known, tmp_path):
    rows = drawn()
    risk = np.random.default_rng(6).random(160) * 0.5 + rows["any"].fillna(False) * 0.4
    test = (rows["split"] == "test") & rows["any"].notna()
    area = auc(Predictions.of(rows["any"][test].astype(bool), risk[test].astype(float)))
    assert f"AUC {area.value:.2f} (" in known["internal"].text
    assert known["validation"].points == 4
    assert "2 other centres" in known["validation"].text
    assert "at" not in known["cut_off"].text.split()[0]
    assert "validation cases" in known["output"].text


def test_a_patient_in_two_splits_is_said_and_earns_nothing(known, tmp_path):
    assert known["disjoint"].text == "By patient: no patient is in two of the 3 splits."
    assert known["disjoint"].points is None
    rows = drawn()
    rows.loc[159, "patient_id"] = "p0"
    rows.loc[0, "split"], rows.loc[159, "split"] = "train", "external"
    found = stored(tmp_path / "store", rows)["disjoint"]
    assert found.text.startswith("Not disjoint: 1 patient has cases in several splits")
    assert found.points == 0


def test_what_is_not_in_the_store_is_not_said(tmp_path):
    rows = drawn().assign(centre="north", split="train")
    found = stored(tmp_path / "store", rows, system="imported", exclusions=False)
    assert "eligibility" not in found
    assert "disjoint" not in found
    assert "external" not in found
    assert "model_type" not in found
    assert found["several_centres"].points == 0
    assert found["validation"].points == -5


def test_the_rarer_kind_per_term_is_counted(known):
    rows = drawn()
    train = rows[(rows["split"] == "train") & rows["any"].notna()]
    fewer = min(int(train["any"].eq(True).sum()), int(train["any"].eq(False).sum()))
    assert f"2 terms for {fewer} cases" in known["events_per_variable"].text
    assert known["events_per_variable"].points is None


def test_resampling_is_credited_only_where_there_was_some(known, tmp_path):
    assert known["discrimination"].points is None
    assert "five folds of patients" in known["calibration_resampled"].text
    imported = stored(tmp_path / "store", drawn(), system="imported")
    assert imported["discrimination"].points == 1
    assert imported["calibration_resampled"].points == 1
    assert imported["calibration"].points is None


def test_without_a_model_only_the_data_are_known(tmp_path):
    stored(tmp_path / "store", drawn())
    with Warehouse.open(tmp_path / "store") as warehouse:
        found = study(warehouse, CohortQuery("clinic", ""))
    assert model_facts(found) == {}
    assert {"source", "partition", "software"} <= set(cohort_facts(found))


def test_an_audit_says_what_it_saw():
    rng = np.random.default_rng(1)
    y = rng.random(200) < 0.4
    risk = np.clip(rng.random(200) * 0.6 + 0.3 * y, 0, 1)
    done = audit(
        Predictions.of(y, risk),
        groups=pd.DataFrame({"centre": rng.choice(["a", "b"], 200)}),
        bootstrap=20,
        excluded=[{"row": 4, "reason": "no risk"}, {"row": 9, "reason": "no risk"}],
    )
    found = audit_facts(done)
    missed, flagged = int((y & (risk < 0.5)).sum()), int((~y & (risk >= 0.5)).sum())
    assert found["failures"].text.startswith(
        f"{missed} of {int(y.sum())} missed, {flagged} of {int((~y).sum())} flagged"
    )
    assert found["missing"].text == "2 rows set aside and listed: no risk (2)."
    assert found["by_centre"].text.startswith("AUC by centre: a ")
    assert "partition" not in found


def test_an_audit_of_one_class_says_no_more_than_it_can():
    done = audit(Predictions.of(np.ones(12, bool), np.full(12, 0.5)), bootstrap=5)
    found = audit_facts(done)
    assert "not estimable" in found["discrimination"].text
    assert "failures" not in found
    assert not any("nan" in answer.text.lower().split() for answer in found.values())
