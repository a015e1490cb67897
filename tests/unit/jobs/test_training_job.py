"""A training in the store: published whole or not at all, killed without loss, deaf to no wish."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import (
    DeviceError,
    FeatureError,
    JobError,
    MissingOutcomeError,
    ModelError,
    StoreError,
    TrainingError,
    UnknownCohortError,
)
from clnm_core.jobs import queue, training
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.store_cases import cases_of
from clnm_core.jobs.training import train
from clnm_core.store import snapshots
from clnm_core.store.feature_sets import feature_sets
from clnm_core.store.places import StorePaths
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems import catalogue
from clnm_core.systems.files import load_model_files
from tests.small_store import CLINIC, NECK
from tests.tiny_system import LISTED

HERE = Path(__file__).parent
PATIENT_S = 60.0


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *LISTED))


def trained(root: Path, system="tiny", cohort=NECK, **more):
    return train(root, system, cohort, **{"device": "cpu", "outcome": "lateral", **more})


def bytes_of(root: Path) -> dict[str, str]:
    """Every file of a store by its digest; the lock of publishers, which is empty, apart."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "publishing.lock"
    }


def without_checkpoints(root: Path) -> dict[str, str]:
    return {name: one for name, one in bytes_of(root).items() if "checkpoints" not in name}


def wait_for(is_so, seconds: float = PATIENT_S) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def start(root: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(HERE / "training_process.py"), str(root)], start_new_session=True
    )


def submit(root: Path, **config: object) -> queue.Job:
    parameters = {
        **{"system": "tiny", "cohort": NECK, "name": "line", "outcome": "lateral"},
        **{"device": "cpu", "config": config, "seed": 0, "leave_centres_out": False},
    }
    return queue.submit(root, "train", parameters, title="Train a line")


def epochs(count: Path) -> list[int]:
    return [int(line) for line in count.read_text().split()] if count.exists() else []


def test_a_training_publishes_the_model_and_all_that_was_tried_as_one_version(root) -> None:
    report = trained(root, name="line", seed=3)
    with Warehouse.open(root) as warehouse:
        assert warehouse.version == report.version == 2
        models = {one.name: one for one in warehouse.models(NECK)}
        rows = evaluation(warehouse, CohortQuery(NECK, "lateral", "external"), "line-shifted")
        model = models["line"]
        assert len(evaluation(warehouse, CohortQuery(NECK, "lateral"), "line")) == 225
    assert {"line", "line-line", "line-shifted"} <= set(models)
    assert len(rows) > 30
    said = model.manifest
    assert (said["system"], said["seed"], said["store_version"]) == ("tiny", 3, 1)
    assert said["training_cases"] == report.trained.training.cases > 100
    assert said["set_aside_reasons"] == [
        {"reason": "Lateral neck metastasis is unknown.", "cases": said["set_aside"]}
    ]
    assert [one["name"] for one in said["candidates"]] == ["line", "shifted"]
    assert said["candidates"][1]["model"] == "line-shifted"
    assert [one["number"] for one in said["history"]] == [1, 2]
    part = models["line-shifted"].manifest
    assert (part["part_of"], part["candidate"], part["label"]) == (
        "line",
        "shifted",
        "The line, shifted",
    )
    assert "digest" not in part
    again, _ = load_model_files(StorePaths(root).models, said["digest"])
    assert again.line.tolist() == report.trained.model.line.tolist()
    assert list(StorePaths(root).checkpoints.iterdir()) == []


def test_the_result_is_the_contract_of_the_command_line(root) -> None:
    said = training.run_job(
        root,
        {"system": "tiny", "cohort": NECK, "outcome": "lateral", "config": {"epochs": 1}},
        actor="ada",
        progress=lambda share, step: None,
        is_cancelled=lambda: False,
    )
    assert {"model", "system", "metrics", "candidates"} <= set(said)
    assert (said["model"], said["system"]) == ("tiny", "tiny")
    assert said["metrics"]["external"]["auc"]["value"] == pytest.approx(
        said["candidates"][0]["metrics"]["external"]["auc"]["value"]
    )
    assert [one["name"] for one in said["candidates"]] == ["tiny", "line", "shifted"]
    with Warehouse.open(root) as warehouse:
        last = warehouse.publications().iloc[-1]
    assert (last["actor"], last["action"]) == ("ada", "train")


def test_the_same_seed_and_cases_give_the_same_files(root) -> None:
    first, second = (trained(root, name="line").record.manifest for _ in range(2))
    assert first["files"] == second["files"]
    assert first["threshold"] == second["threshold"]
    other = trained(root, name="line", config={"rate": 0.2}).record.manifest
    assert other["files"]["weights.safetensors"] != first["files"]["weights.safetensors"]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"config": {"breaks": "It broke."}}, TrainingError, "It broke"),
        ({"config": {"depth": 1}}, TrainingError, "no setting 'depth'"),
        ({"outcome": "death"}, MissingOutcomeError, "no outcome 'death'"),
        ({"outcome": "any", "cohort": CLINIC}, TrainingError, "is not there"),
        ({"cohort": "nowhere"}, UnknownCohortError, "nowhere"),
        ({"system": "oracle"}, ModelError, "no system 'oracle'"),
        ({"name": "../../etc"}, ModelError, "letters, digits"),
        ({"name": "sharp"}, ModelError, "made elsewhere"),
        ({"seed": -1}, TrainingError, "0 or more"),
        ({"device": "abacus"}, DeviceError, "no device"),
    ],
)
def test_what_cannot_be_trained_says_why_and_leaves_the_store_as_it_was(
    root, options, error, words
) -> None:
    before = bytes_of(root)
    with pytest.raises(error, match=words):
        trained(root, **options)
    assert bytes_of(root) == before


def test_a_publication_that_fails_leaves_the_store_as_it_was(root, monkeypatch, tmp_path) -> None:
    before, count = bytes_of(root), tmp_path / "epochs.txt"
    config = {"count": str(count)}

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(snapshots, "_flush", full)
        with pytest.raises(StoreError, match="No space left"):
            trained(root, name="line", config=config)
    assert without_checkpoints(root) == before
    assert trained(root, name="line", config=config).version == 2
    assert epochs(count) == [1, 2]  # what was learned was not lost with the disk


def test_a_cancelled_training_publishes_nothing_and_goes_on_later(root, tmp_path) -> None:
    before, count = bytes_of(root), tmp_path / "epochs.txt"
    config = {"epochs": 6, "count": str(count)}
    with pytest.raises(JobCancelled):
        trained(root, name="line", config=config, is_cancelled=lambda: len(epochs(count)) == 3)
    assert without_checkpoints(root) == before
    whole = trained(root, name="other", config={"epochs": 6, "count": ""})
    report = trained(root, name="line", config=config)
    assert epochs(count) == [1, 2, 3, 4, 5, 6]
    assert report.trained.model.line.tolist() == whole.trained.model.line.tolist()


def test_a_killed_training_goes_on_from_its_last_checkpoint(root, tmp_path) -> None:
    count = tmp_path / "epochs.txt"
    job = submit(root, epochs=14, pause_s=0.15, count=str(count))
    for least in (3, 7):
        with start(root) as doomed:
            wait_for(lambda: len(epochs(count)) >= least)  # noqa: B023
            os.kill(doomed.pid, signal.SIGKILL)
            doomed.wait()
        assert queue.job(root, job.id).state == "running"
    with start(root) as last:
        assert last.wait(PATIENT_S) == 0
    done = queue.job(root, job.id)
    assert (done.state, done.error) == ("done", "")
    assert set(epochs(count)) == set(range(1, 15))
    assert len(epochs(count)) <= 16  # at each death, at most the epoch under way is repeated
    whole = trained(root, name="whole", config={"epochs": 14})
    with Warehouse.open(root) as warehouse:
        kept = warehouse.model(NECK, "line").manifest
    resumed, _ = load_model_files(StorePaths(root).models, kept["digest"])
    assert resumed.line.tolist() == whole.trained.model.line.tolist()
    assert [one["number"] for one in kept["history"]] == list(range(1, 15))
    assert list(StorePaths(root).checkpoints.iterdir()) == []


def test_a_job_that_is_told_to_stop_is_cancelled_and_can_be_resumed(root, tmp_path) -> None:
    count = tmp_path / "epochs.txt"
    job = submit(root, epochs=30, pause_s=0.15, count=str(count))
    with start(root) as process:
        wait_for(lambda: len(epochs(count)) >= 2)
        queue.cancel(root, job.id)
        wait_for(lambda: queue.job(root, job.id).state == "cancelled", 15)
        assert process.wait(PATIENT_S) == 0
    assert len(epochs(count)) < 30
    queue.resume(root, job.id)
    with start(root) as process:
        assert process.wait(PATIENT_S) == 0
    assert queue.job(root, job.id).state == "done"
    assert epochs(count) == list(range(1, 31))


def test_two_trainings_at_once_both_come_to_the_store(root) -> None:
    found: list[object] = []

    def run(name: str) -> None:
        try:
            found.append(trained(root, name=name, config={"pause_s": 0.1}).version)
        except Exception as error:  # the test reads it
            found.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == ["2", "3"]
    with Warehouse.open(root) as warehouse:
        assert {"one", "other"} <= {model.name for model in warehouse.models(NECK)}


def test_the_very_same_training_is_not_run_twice_at_once(root) -> None:
    refused: list[str] = []

    def again(share: float, step: str) -> None:
        if "Epoch 1" in step and not refused:
            with pytest.raises(JobError) as error:
                trained(root, name="line")
            refused.append(str(error.value))

    trained(root, name="line", progress=again)
    assert "runs already" in refused[0]


def test_progress_rises_to_the_end(root) -> None:
    said: list[tuple[float, str]] = []
    trained(root, leave_centres_out=True, progress=lambda *step: said.append(step))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert any("Training without centre 2" in step for _, step in said)


def test_each_centre_is_left_out_and_what_came_of_it_is_kept(root) -> None:
    report = trained(root, name="line", leave_centres_out=True)
    found = report.to_dict()["centres_left_out"]
    assert [one["centre"] for one in found["centres"]] == ["centre 1", "centre 2", "centre 3"]
    for one in found["centres"]:
        assert 0 < one["auc"]["low"] < one["auc"]["value"] < one["auc"]["high"] < 1
        assert {"o_e_ratio", "slope"} <= set(one)
        assert one["n"] + one["learned_from"] < 225
    assert trained(root, name="other").to_dict()["centres_left_out"] is None


def test_features_come_from_a_table_of_the_store_and_are_measured_once(root, grey, count) -> None:
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == []
    config = {"measures": str(count), "reads_pictures": True}
    report = trained(root, name="line", config=config)
    assert len(report.record.manifest["not_judged"]) == 200
    with Warehouse.open(root) as warehouse:
        (table,) = feature_sets(warehouse, NECK)
        rows = warehouse.publications()["action"].tolist()
    assert (table.name, table.rows) == ("radiomics", 40)
    assert rows == ["demo", "extract", "train"]
    measured = count.read_text()
    trained(root, name="again", config=config)
    assert count.read_text() == measured


def test_a_table_of_other_settings_is_not_overwritten(root, grey, count) -> None:
    cases = cases_of(root, NECK, "lateral", device="cpu")
    pictured = cases.only([bool(cases.views_of(one)) for one in cases.frame["case_id"]])
    for version in (1, 2):
        recipe = grey(version=version)
        assert len(pictured.features(recipe)) == 40
    with Warehouse.open(root) as warehouse:
        names = [one.name for one in feature_sets(warehouse, NECK)]
    assert names[0] == "radiomics"
    assert names[1].startswith("radiomics-")


def test_pictures_are_read_only_when_they_are_asked_for(root) -> None:
    for path in StorePaths(root).images.rglob("*.png"):
        path.unlink()
    cases = cases_of(root, NECK)
    (view,) = cases.views_of("case-0000")
    assert (view.modality, view.has_lesion, view.has_gland) == ("US", True, True)
    with pytest.raises(StoreError, match="missing"):
        view.read()


def test_a_cohort_without_pictures_has_none_and_cannot_be_measured(root) -> None:
    cases = cases_of(root, CLINIC, "any")
    assert cases.views == {}
    assert len(cases) == 60
    with pytest.raises((FeatureError, ModelError)):
        cases.features(grey_recipe())
    with pytest.raises(MissingOutcomeError):
        cases_of(root, CLINIC, "lateral")


def grey_recipe():
    from clnm_core.features.choice import recipe_of

    return recipe_of("radiomics")
