"""The shipped LLNM-Net was taught risk stages, and the answer for a demo case says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from clnm_core.domain.image import Image
from clnm_core.report.stage_words import stage_caution, stage_words
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.fresh import fresh
from clnm_core.synth.shipped import FOLDER, read_shipped
from clnm_core.systems.case import judge_case, one_case, picture_view
from clnm_core.systems.files import load_model_files

COHORT, SEED = "demo-ptc-us", 4_002


def test_the_demo_shows_the_stage_that_its_llnm_net_holds_likeliest(tmp_path: Path) -> None:
    place = FOLDER / COHORT / "llnm-net"
    ((record, _),) = read_shipped(place)
    digest = record.manifest["digest"]
    shutil.copytree(place / "model", tmp_path / digest)
    model, manifest = load_model_files(tmp_path, digest)
    cohort = fresh(COHORT, 1, seed=SEED)
    views = [
        picture_view(
            one.view,
            Image(one.pixels, (one.spacing_mm, one.spacing_mm), one.modality),
            one.masks,
            view=one.view,
        )
        for one in pictures_of(cohort, 0, seed=SEED)
    ]
    case = one_case(model.inputs, {"age_years": 40.0}, views=views)
    report = judge_case(model, manifest, case)
    found = report.stage
    assert found is not None
    shares = model.judged(case)[1][0]  # type: ignore[attr-defined]
    assert found.shares == pytest.approx(tuple(shares))
    assert found.likeliest == ("low", "medium", "high")[int(np.argmax(shares))]
    assert f"most likely {found.likeliest}" in stage_words(report)
    assert sum(found.taught.training) <= manifest["training_cases"]
    assert found.taught.training == (307, 288, 25)
    assert "never called one “high”, which 12 of them were" in stage_caution(found)
