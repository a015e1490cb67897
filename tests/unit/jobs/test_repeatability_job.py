"""Judging repeatability as a job: whose images, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import FeatureError
from clnm_core.features.choice import extractor_of
from clnm_core.jobs import kinds
from clnm_core.jobs.extraction import extract_features
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.repeatability import training_images
from clnm_core.store.feature_sets import feature_set
from clnm_core.store.selection import cases
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK, build_small_store


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repeat") / "store"
    build_small_store(root)
    extract_features(root, NECK, kind="morphology", device="cpu")
    return root


def judge(
    root: Path,
    of: str,
    *,
    cohort: str = NECK,
    is_cancelled: Callable[[], bool] = lambda: False,
    said: list[tuple[float, str]] | None = None,
) -> dict[str, Any]:
    heard = said if said is not None else []
    return kinds.run(
        "repeatability",
        root,
        {"cohort": cohort, "of": of},
        actor="test",
        progress=lambda share, step: heard.append((share, step)),
        is_cancelled=is_cancelled,
    )


def test_only_training_patients_are_looked_at_and_each_once(measured: Path) -> None:
    with Warehouse.open(measured) as warehouse:
        chosen = training_images(warehouse, NECK, most=1000)
        table = cases(warehouse, CohortQuery(NECK, ""), ["split"]).set_index("case_id")
    owners = table.loc[[one.case_id for one in chosen]]
    assert len(chosen) > 10
    assert (owners["split"] == "train").all()
    assert owners["patient_id"].is_unique


def test_fewer_patients_are_spread_over_all(measured: Path) -> None:
    with Warehouse.open(measured) as warehouse:
        every = [one.image_id for one in training_images(warehouse, NECK, most=1000)]
        some = [one.image_id for one in training_images(warehouse, NECK, most=5)]
    assert len(some) == 5
    assert set(some) <= set(every)
    assert {some[0], some[-1]} == {every[0], every[-1]}


def test_the_icc_of_every_feature_is_kept_with_the_table(measured: Path) -> None:
    said: list[tuple[float, str]] = []
    with Warehouse.open(measured) as warehouse:
        before = feature_set(warehouse, NECK, "morphology")
    result = judge(measured, "morphology", said=said)
    with Warehouse.open(measured) as warehouse:
        after = feature_set(warehouse, NECK, "morphology")
    rows = after.detail["repeatability"]["rows"]
    names = [row[0] for row in rows]
    assert names == list(extractor_of("morphology").names)
    assert result["features"] == len(names) == after.columns
    known = np.array([row[1:] for row in rows if None not in row], dtype=float)
    assert len(known) > 3
    assert (known[:, 1] <= known[:, 0] + 1e-9).all()
    assert (known[:, 0] <= known[:, 2] + 1e-9).all()
    assert after.digest == before.digest
    assert after.detail["device"] == before.detail["device"]
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[-1][0] == 1.0


def test_a_job_that_is_stopped_changes_nothing(measured: Path) -> None:
    before = current_version(measured)
    with pytest.raises(JobCancelled):
        judge(measured, "morphology", is_cancelled=lambda: True)
    assert current_version(measured) == before


def test_features_that_are_not_there_are_refused_in_words(measured: Path) -> None:
    with pytest.raises(FeatureError, match="has no features 'gone'"):
        judge(measured, "gone")


def test_a_cohort_without_images_is_refused_in_words(measured: Path) -> None:
    with pytest.raises(FeatureError, match="has no features"):
        judge(measured, "morphology", cohort=CLINIC)


def test_features_of_other_settings_cannot_be_judged_by_the_usual_ones(tmp_path: Path) -> None:
    root = tmp_path / "store"
    build_small_store(root)
    extract_features(
        root, NECK, kind="radiomics", device="cpu", settings={"bin_width": 40.0}, name="coarse"
    )
    with pytest.raises(FeatureError, match="settings or weights of their own"):
        judge(root, "coarse")
