"""A shipped model can be made again from nothing but the seed, and says the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.drawn_cases import cohort_cases
from benchmarks.shipped_models import MADE
from clnm_core.synth.shipped import FOLDER, SEED, read_shipped, shipped_models
from clnm_core.systems.cases import measured_here
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.training import train_system

NAME = "cli-dlr"

TOLERANCE = 0.005
"""In risk. Another processor rounds the network's features otherwise, in the seventh digit."""


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """Pictures drawn, measured and learned from anew."""
    system, cohort, outcome = MADE[NAME]
    _, cases = cohort_cases(tmp_path_factory.mktemp("drawn"), cohort, seed=SEED)
    return train_system(
        system_of(system),
        dataclasses.replace(cases, measure=measured_here),
        outcome=outcome,
        seed=SEED,
        bootstrap=20,
    )


@pytest.fixture(scope="module")
def shipped():
    return read_shipped(FOLDER / MADE[NAME][1] / NAME)


def test_it_gives_every_case_the_shipped_risk(again, shipped):
    risks = shipped[0][1].set_index("case_id")["risk"]
    anew = again.predictions.set_index("case_id")["risk"]
    assert set(anew.index) == set(risks.index)
    assert np.abs(anew - risks.reindex(anew.index)).max() < TOLERANCE


def test_so_do_its_parts(again, shipped):
    parts = {record.manifest["candidate"]: risks for record, risks in shipped[1:]}
    assert set(parts) == {one.name for one in again.candidates}
    for one in again.candidates:
        risks = parts[one.name].set_index("case_id")["risk"]
        anew = one.predictions.set_index("case_id")["risk"]
        assert np.abs(anew - risks.reindex(anew.index)).max() < TOLERANCE


def test_its_threshold_is_the_shipped_one(again, shipped):
    assert again.threshold == pytest.approx(shipped[0][0].manifest["threshold"], abs=TOLERANCE)


def test_every_declared_model_is_shipped():
    places = shipped_models()
    assert {place.name for found in places.values() for place in found} == set(MADE)
    for name, (_, cohort, outcome) in MADE.items():
        record = read_shipped(FOLDER / cohort / name)[0][0]
        assert (record.name, record.cohort, record.outcome) == (name, cohort, outcome)
