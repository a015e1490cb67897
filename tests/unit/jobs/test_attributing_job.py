"""What has to be measured before attributions: never by a page, once by a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clnm_core.errors import ModelError
from clnm_core.jobs import attributing, kinds
from clnm_core.jobs.attributing import NotMeasuredError, measured_cases
from clnm_core.jobs.extraction import extract
from clnm_core.jobs.store_cases import cases_of
from clnm_core.jobs.training import train
from clnm_core.store import modelling
from clnm_core.systems import catalogue
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import Attributions
from tests.small_store import NECK
from tests.tiny_system import LISTED, TinyModel


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (*catalogue.SYSTEMS, *LISTED)
    for place in (catalogue, modelling):
        monkeypatch.setattr(place, "SYSTEMS", listed)


def pictured(cases: Cases) -> Cases:
    return cases.only([bool(cases.views_of(name)) for name in cases.frame["case_id"]])


def run(root: Path, **more: Any) -> dict[str, Any]:
    return kinds.run(
        "attributions",
        root,
        {"cohort": NECK, "model": "line"} | more,
        actor="test",
        progress=lambda share, step: None,
        is_cancelled=lambda: False,
    )


def test_a_page_takes_what_is_measured_and_measures_nothing(root, grey, count) -> None:
    cases = pictured(measured_cases(root, NECK))
    with pytest.raises(NotMeasuredError, match="radiomics that this model reads"):
        cases.features(grey())
    assert not count.exists()
    extract(root, NECK, grey(), device="cpu")
    measured = count.read_text()
    found = pictured(measured_cases(root, NECK)).features(grey())
    assert count.read_text() == measured
    np.testing.assert_array_equal(found, pictured(cases_of(root, NECK)).features(grey()))
    with pytest.raises(NotMeasuredError):
        cases.features(grey(version=2))


def test_the_job_lets_the_model_measure_what_it_reads(root, grey, monkeypatch) -> None:
    train(root, "tiny", NECK, name="line", outcome="lateral", config={"reads_pictures": True})

    def read(self, cases):
        table = cases.features(grey())
        return Attributions((), np.zeros((len(cases), 0)), table, 0.0)

    monkeypatch.setattr(TinyModel, "attributions", read)
    model, _ = modelling.load_model(root, "line", cohort=NECK)
    with pytest.raises(NotMeasuredError):
        model.attributions(pictured(measured_cases(root, NECK)))
    assert run(root)["cases"] == 40
    assert len(model.attributions(pictured(measured_cases(root, NECK))).values) == 40


def test_a_model_without_attributions_needs_no_job(root) -> None:
    train(root, "tiny", NECK, name="line", outcome="lateral")
    with pytest.raises(ModelError, match="no exact attributions"):
        run(root)
    assert attributing.measured_cases(root, NECK).frame.shape[0] == 240
