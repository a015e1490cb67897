"""The score model learns from 383 real patients without pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.features import selection_lasso
from clnm_core.systems.cases import Cases
from clnm_core.systems.score_model import learners, passes, system, tried
from clnm_core.systems.score_model.system import SCORE_MODEL
from clnm_core.systems.training import train_system

WORDS = ("Gender", "Smoking", "Focality", "Pathology", "Thyroid Function", "Adenopathy")


@pytest.fixture
def uci(shared_data) -> Cases:
    """Known before surgery, and whether any node was metastatic (N1a, N1b)."""
    file = shared_data / "uci_dtc_recurrence" / "Thyroid_Diff_semicolon.csv"
    table = pd.read_csv(file, sep=";", keep_default_na=False)
    names = {word: word.lower().replace(" ", "_") for word in WORDS}
    frame = table[list(WORDS)].rename(columns=names)
    frame["age_years"] = table["Age"].astype(float)
    frame["any"] = pd.array(table["N"] != "N0", dtype="boolean")
    frame["case_id"] = frame["patient_id"] = [f"u{i}" for i in range(len(table))]
    registry = Registry(
        [
            Column("case_id", "Case", Kind.CATEGORY, Role.IDENTIFIER),
            Column("patient_id", "Patient", Kind.CATEGORY, Role.IDENTIFIER),
            Column("age_years", "Age", Kind.NUMBER, unit="years"),
            *(Column(name, word, Kind.CATEGORY) for word, name in names.items()),
            Column("any", "Any node", Kind.FLAG, Role.OUTCOME),
        ]
    )
    return Cases(frame, registry)


def test_nine_learners_are_judged_on_real_patients_without_pictures(uci, monkeypatch) -> None:
    small = tuple(dataclasses.replace(one, grid=one.grid[:1]) for one in learners.LEARNERS)
    for module in (learners, passes, system, tried):
        monkeypatch.setattr(module, "LEARNERS", small)
    monkeypatch.setattr(learners, "_TREES", 8)
    monkeypatch.setattr(selection_lasso, "STEPS", 6)
    found = train_system(SCORE_MODEL, uci, outcome="any", bootstrap=2)
    assert found.training.cases == 383
    assert found.training.events == 115  # SOURCE.md beside the data
    assert [one.name for one in found.candidates] == [one.name for one in small]
    assert found.result.metrics["cross-validated"]["auc"].value > 0.75
    assert any("no radiomics score and no deep score" in note for note in found.notes)
    assert np.isfinite(found.predictions["risk"]).all()
