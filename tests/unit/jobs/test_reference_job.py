"""What similar cases are found with: made at the end of a training, and as a job of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import ModelError, UnknownModelError
from clnm_core.jobs import queue
from clnm_core.jobs.kinds import JobCancelled, run
from clnm_core.jobs.references import make_reference
from clnm_core.jobs.training import train
from clnm_core.store import modelling
from clnm_core.store.places import StorePaths
from clnm_core.store.references import reference_of
from clnm_core.store.selection import evaluation
from clnm_core.store.verified_models import problems
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems import catalogue
from tests.small_store import NECK, train_clinical
from tests.tiny_system import LISTED, TinyModel


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *LISTED))
    monkeypatch.setattr(modelling, "SYSTEMS", (*modelling.SYSTEMS, *LISTED))


def found(root: Path, name: str):
    with Warehouse.open(root) as warehouse:
        return reference_of(root, warehouse.model(NECK, name))


def trained(root: Path, **more):
    return train(root, "tiny", NECK, device="cpu", outcome="lateral", **more)


def test_a_training_ends_with_a_reference_of_its_training_cases(root: Path) -> None:
    report = trained(root)
    reference = found(root, "tiny")
    assert reference is not None
    assert int(reference.is_training.sum()) == report.record.manifest["training_cases"]
    assert np.isfinite(reference.embedding).all()
    assert len(reference.case_ids) + reference.left_out == 240


def test_the_baseline_has_one_too(root: Path) -> None:
    report = train_clinical(root)
    reference = found(root, "clinical")
    assert reference is not None
    assert int(reference.is_training.sum()) == report.record.manifest["training_cases"]


def test_cases_of_test_splits_and_of_crossing_patients_did_not_teach(root: Path) -> None:
    trained(root)
    reference = found(root, "tiny")
    assert reference is not None
    with Warehouse.open(root) as warehouse:
        judged = evaluation(warehouse, CohortQuery(NECK, "lateral"), "tiny")
    external = set(judged.loc[judged["split"] == "external", "case_id"])
    taught = {
        name
        for name, is_one in zip(reference.case_ids, reference.is_training, strict=True)
        if is_one
    }
    assert external
    assert not external & taught


@pytest.mark.parametrize("error", [ModelError("It has no numbers."), RuntimeError("out of memory")])
def test_a_training_is_not_lost_where_its_reference_cannot_be_made(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(self, cases):
        raise error

    monkeypatch.setattr(TinyModel, "embedding", fails)
    steps: list[str] = []
    report = trained(root, progress=lambda share, step: steps.append(step))
    assert report.version
    assert "Similar cases cannot be shown yet" in steps[-1]
    assert found(root, "tiny") is None


def test_as_a_job_it_is_made_for_a_model_that_has_none(root: Path) -> None:
    trained(root)
    shutil.rmtree(StorePaths(root).references)
    shares: list[float] = []
    said = run(
        "reference",
        root,
        {"cohort": NECK, "model": "tiny"},
        actor="test",
        progress=lambda share, step: shares.append(share),
        is_cancelled=lambda: False,
    )
    assert found(root, "tiny") is not None
    assert said["cases"] + said["left_out"] == 240
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_job_that_is_stopped_keeps_what_was_there(root: Path) -> None:
    trained(root)
    before = found(root, "tiny")
    with pytest.raises(JobCancelled):
        make_reference(root, NECK, "tiny", is_cancelled=lambda: True)
    after = found(root, "tiny")
    assert before is not None
    assert after is not None
    assert after.case_ids == before.case_ids
    assert len(list(StorePaths(root).references.iterdir())) == 1


def test_no_such_model_and_imported_risks_are_refused_in_words(root: Path) -> None:
    with pytest.raises(UnknownModelError, match="no model"):
        make_reference(root, NECK, "nowhere")
    with Warehouse.open(root) as warehouse:
        imported = next(one.name for one in warehouse.models(NECK) if "digest" not in one.manifest)
    with pytest.raises(ModelError, match="table of risks"):
        make_reference(root, NECK, imported)


def test_the_job_is_known_to_the_queue(root: Path) -> None:
    job = queue.submit(root, "reference", {"cohort": NECK, "model": "tiny"}, title="a test")
    assert job.state == "queued"


def test_a_damaged_reference_is_found_when_the_store_is_verified(root: Path) -> None:
    trained(root)
    assert problems(root) == []
    (folder,) = StorePaths(root).references.iterdir()
    (folder / "embedding.npy").write_bytes(b"")
    (problem,) = problems(root)
    assert "model tiny" in problem
    assert "Make it again" in problem
