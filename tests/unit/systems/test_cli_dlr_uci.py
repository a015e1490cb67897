"""Cli-DLR's clinical model learns from 383 real patients without pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.systems.cases import Cases
from clnm_core.systems.cli_dlr.model import CliDlr
from clnm_core.systems.cli_dlr.system import CLI_DLR
from clnm_core.systems.files import load_model_files, save_model
from clnm_core.systems.nomogram import nomogram_of
from clnm_core.systems.training import train_system

WORDS = ("Gender", "Smoking", "Focality", "Pathology", "Adenopathy")


@pytest.fixture
def uci(shared_data) -> Cases:
    """Known before surgery, and whether any node was metastatic (N1a, N1b)."""
    file = shared_data / "uci_dtc_recurrence" / "Thyroid_Diff_semicolon.csv"
    table = pd.read_csv(file, sep=";", keep_default_na=False)
    frame = table[list(WORDS)].rename(columns=str.lower)
    frame["age_years"] = table["Age"].astype(float)
    frame["any"] = pd.array(table["N"] != "N0", dtype="boolean")
    frame["case_id"] = frame["patient_id"] = [f"u{i}" for i in range(len(table))]
    return Cases(
        frame,
        Registry(
            [
                Column("case_id", "Case", Kind.CATEGORY, Role.IDENTIFIER),
                Column("patient_id", "Patient", Kind.CATEGORY, Role.IDENTIFIER),
                Column("age_years", "Age", Kind.NUMBER, unit="years"),
                *(Column(word.lower(), word, Kind.CATEGORY) for word in WORDS),
                Column("any", "Any node", Kind.FLAG, Role.OUTCOME),
            ]
        ),
    )


def test_the_clinical_model_is_learned_kept_and_read_off_paper(uci, tmp_path) -> None:
    found = train_system(CLI_DLR, uci, outcome="any", bootstrap=2)
    assert (found.training.cases, found.training.events) == (383, 115)  # SOURCE.md of the data
    assert found.result.metrics["cross-validated"]["auc"].value > 0.75
    assert any("clinical model alone" in note for note in found.notes)
    manifest = save_model(found.model, tmp_path, {"name": "cli-dlr"})
    again, _ = load_model_files(tmp_path, manifest["digest"])
    np.testing.assert_array_equal(again.risk(uci), found.model.risk(uci))
    assert isinstance(again, CliDlr)
    nomogram = nomogram_of(again.logistic, again.calibrator)
    values = uci.frame.iloc[0].to_dict()
    assert nomogram.points(values).risk == pytest.approx(again.risk(uci)[0], abs=1e-12)
