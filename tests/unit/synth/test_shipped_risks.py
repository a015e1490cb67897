"""A shipped model that is read back says of a case what it said when it was trained."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.drawn_cases import COHORTS
from benchmarks.shipped_models import MADE
from clnm_core.domain.image import Image
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.shipped import FOLDER, SEED, read_shipped
from clnm_core.systems.case import picture_view
from clnm_core.systems.cases import Cases
from clnm_core.systems.files import load_model_files

CASES = 5
"""Of each cohort, spread over its whole length."""

TOLERANCE = 0.005
"""In risk. Another processor rounds the features of networks otherwise, in the seventh digit."""


def drawn(cohort_name: str, names: list[str]) -> Cases:
    """Some cases of a demo cohort with their pictures, drawn anew."""
    cohort = COHORTS[cohort_name](SEED)
    rows = np.flatnonzero(cohort.cases["case_id"].isin(names))
    views = {
        str(cohort.cases["case_id"].iloc[row]): tuple(
            picture_view(
                f"{row}-{one.view}",
                Image(one.pixels, (one.spacing_mm, one.spacing_mm), one.modality),
                one.masks,
                view=one.view,
            )
            for one in pictures_of(cohort, int(row), seed=SEED)
        )
        for row in rows
    }
    return Cases(cohort.cases.iloc[rows].reset_index(drop=True), cohort.registry, views)


@pytest.mark.parametrize("name", sorted(MADE))
def test_it_gives_the_shipped_risks(name: str, tmp_path: Path) -> None:
    _, cohort, _ = MADE[name]
    (record, risks), *_ = read_shipped(FOLDER / cohort / name)
    digest = record.manifest["digest"]
    shutil.copytree(FOLDER / cohort / name / "model", tmp_path / digest)
    model, _ = load_model_files(tmp_path, digest)
    # Of training cases some systems keep held-out risks, which are not the model's own.
    known = risks[risks["split"] != "train"].sort_values("case_id")
    known = known.iloc[np.linspace(0, len(known) - 1, CASES).astype(int)].set_index("case_id")
    cases = drawn(cohort, list(known.index))
    assert len(cases) == CASES
    shipped = known["risk"].reindex(cases.frame["case_id"]).to_numpy()
    assert np.abs(model.risk(cases) - shipped).max() < TOLERANCE
