"""Variants as a job: the table is kept where the page reads it, damaged ones count as not there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clnm_core.errors import TrainingError
from clnm_core.jobs import ablation, kinds
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.store.ablation_tables import AblationTable, read_ablation, write_ablation
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version
from tests.small_store import NECK
from tests.unit.cli.test_ablate import Careful

ASKED = {"cohort": NECK, "outcome": "lateral", "only": ["no-location"], "device": "cpu"}


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> Careful:
    one = Careful()
    monkeypatch.setattr(ablation, "system_of", lambda name: one)
    return one


def ablate(root: Path, *, is_cancelled=lambda: False, **more: object) -> dict:
    return kinds.run(
        "ablate",
        root,
        {**ASKED, **more},
        actor="ana",
        progress=lambda share, step: None,
        is_cancelled=is_cancelled,
    )


def test_the_job_gives_the_contract_and_the_table_is_read_back_as_it_was(root: Path) -> None:
    assert read_ablation(root, NECK, "lateral") is None
    version = current_version(root)
    result = ablate(root, config={"cross_blocks": 2})
    kept = read_ablation(root, NECK, "lateral")
    assert kept is not None
    assert kept.rows["auc"].tolist() == [row["auc"] for row in result["rows"]]
    assert kept.rows["p"].isna().tolist() == [row["p"] is None for row in result["rows"]]
    assert kept.rows["n"].dtype.kind == "i"
    assert kept.rows["same_as"].tolist() == ["", ""]
    assert kept.facts["config"] == {"cross_blocks": 2}
    assert (kept.facts["seeds"], kept.facts["device"]) == (1, "cpu")
    assert kept.facts["store_version"] == version == current_version(root)
    assert set(kept.facts["seconds"]) == {"full", "no-location"}


def test_the_next_ablation_takes_its_place_and_another_outcome_has_its_own(root: Path) -> None:
    ablate(root)
    ablate(root, only=["no-demographics"])
    kept = read_ablation(root, NECK, "lateral")
    assert kept is not None
    assert set(kept.rows["name"]) == {"full", "no-demographics"}
    assert read_ablation(root, NECK, "central") is None
    assert read_ablation(root, "demo-other", "lateral") is None


def test_a_cancelled_job_leaves_the_last_table_and_goes_on_where_it_was(
    root: Path, system: Careful
) -> None:
    ablate(root)
    with pytest.raises(JobCancelled):
        ablate(root, seeds=2, is_cancelled=lambda: len(system.trained) > 2)
    kept = read_ablation(root, NECK, "lateral")
    assert kept is not None
    assert kept.facts["seeds"] == 1
    ablate(root, seeds=2)
    assert [seed for _, seed in system.trained].count(0) == 2  # each variant once, before


def test_a_damaged_table_counts_as_not_there(root: Path) -> None:
    ablate(root)
    (file,) = StorePaths(root).ablations.glob("*.table")
    file.write_bytes(file.read_bytes().replace(b"0.", b"1.", 1))
    assert read_ablation(root, NECK, "lateral") is None


def test_a_table_without_rows_is_kept_as_one(root: Path) -> None:
    write_ablation(root, NECK, "lateral", AblationTable({"seeds": 1}, pd.DataFrame()))
    kept = read_ablation(root, NECK, "lateral")
    assert kept is not None
    assert kept.rows.empty


@pytest.mark.parametrize("seeds", ["2", 1.5, True, -1, 101])
def test_a_number_of_seeds_that_is_none_is_refused(root: Path, seeds: object) -> None:
    with pytest.raises(TrainingError, match="number of seeds"):
        ablate(root, seeds=seeds)
