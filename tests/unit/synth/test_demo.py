"""The demo arrives in the store whole, once, and the same each time."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from joblib import cpu_count

from clnm_core.errors import InputError
from clnm_core.store import artifacts
from clnm_core.store.modelling import can_predict
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth import demo, planted
from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.drawing import draw_cohort

FULL = demo.demo_cohorts("small", seed=0)


def cut(cohort: SyntheticCohort, training: int = 60, others: int = 6) -> SyntheticCohort:
    """The first cases of each split; enough for training to learn from."""
    splits = cohort.cases.groupby("split", sort=False)
    rows = sorted(
        index
        for split, cases in splits
        for index in cases.index[: training if split == "train" else others]
    )
    hidden = cohort.hidden.loc[rows].reset_index(drop=True)
    if "picture" in hidden:
        hidden["picture"] = hidden["picture"].where(hidden["picture"].isin(hidden["case_id"]))
    return replace(cohort, cases=cohort.cases.loc[rows].reset_index(drop=True), hidden=hidden)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo") / "store"
    steps: list[tuple[float, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "demo_cohorts", lambda scale, seed: tuple(map(cut, FULL)))
        patch.setattr(demo, "shipped_models", dict)  # they judge cases that were cut off
        version = demo.build_demo(root, progress=lambda share, step: steps.append((share, step)))
    return root, version, steps


@pytest.fixture(scope="module")
def warehouse(built):
    with Warehouse.open(built[0]) as opened:
        yield opened


def test_everything_is_published_as_one_version(built):
    root, version, _ = built
    assert version == 1 == current_version(root)


def test_progress_never_falls_and_says_what_is_being_done(built):
    _, _, steps = built
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any(step.startswith("Making images: ") for _, step in steps)


def test_all_five_cohorts_are_marked_synthetic(warehouse):
    cohorts = warehouse.cohorts()
    assert {cohort.name for cohort in cohorts} == {cohort.name for cohort in FULL}
    assert all(cohort.is_synthetic and cohort.unit_note for cohort in cohorts)


def test_every_case_has_its_pictures_and_every_picture_its_masks(warehouse, built):
    views = {"demo-ptc-us": 2, "demo-cli-dlr": 2, "demo-ct-nodes": 1, "demo-msgc": 1}
    for cohort in warehouse.cohorts():
        if cohort.name != planted.NAME:
            assert cohort.images == views[cohort.name] * cohort.cases
        assert cohort.images
        kept = warehouse.rows(
            f'SELECT i.digest AS picture, m.digest AS mask FROM "{cohort.name}".images i '  # noqa: S608
            f'LEFT JOIN "{cohort.name}".masks m USING (image_id)'
        )
        assert all(artifacts.is_kept(built[0], digest) for digest in kept["picture"])
        assert all(artifacts.is_kept(built[0], digest) for digest in kept["mask"])


def test_spacing_is_known_for_every_picture(warehouse):
    spacing = warehouse.rows('SELECT row_spacing_mm, col_spacing_mm FROM "demo-ptc-us".images')
    assert spacing.notna().all().all()
    assert spacing["row_spacing_mm"].between(0.08, 0.35).all()


def test_models_readers_and_exclusions_are_there(warehouse):
    for cohort in warehouse.cohorts():
        models = warehouse.models(cohort.name)
        simulated = [model for model in models if model.system == "simulated"]
        assert len(simulated) >= 2
        assert all(model.manifest["kind"] == "simulated predictions" for model in simulated)
        is_planted = cohort.name == planted.NAME
        trained = [model.name for model in models if can_predict(model)]
        assert trained == ([] if is_planted else ["clinical"])
        for table, rows in (("predictions", len(models) * cohort.cases), ("reads", 1)):
            if table == "reads" and is_planted:
                continue
            count = warehouse.rows(f'SELECT count(*) AS n FROM "{cohort.name}".{table}')  # noqa: S608
            assert count["n"][0] >= rows
    assert len(warehouse.rows("SELECT DISTINCT cohort FROM main.exclusions")) == 5


def test_unknown_outcomes_and_missing_findings_stay_unknown(warehouse):
    cases = warehouse.rows('SELECT "lateral", braf_v600e, vascularity FROM "demo-ptc-us".cases')
    assert cases.isna().any().all()
    assert cases.notna().any().all()


def test_pictures_are_the_same_whoever_draws_them(tmp_path):
    small = cut(FULL[1], 5, 4)
    first = draw_cohort(tmp_path / "one", small, seed=0, drawn=lambda count: None)
    second = draw_cohort(tmp_path / "two", small, seed=0, drawn=lambda count: None)
    for one, two in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, two)
    assert artifacts.is_kept(tmp_path / "one", first[0]["digest"][0])
    other, _ = draw_cohort(tmp_path / "one", small, seed=1, drawn=lambda count: None)
    assert set(other["digest"]).isdisjoint(first[0]["digest"])


def test_building_again_replaces_the_cohorts_and_keeps_the_old_version(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "demo_cohorts", lambda scale, seed: (cut(FULL[3]),))
    demo.build_demo(tmp_path, scale="paper")
    assert demo.build_demo(tmp_path, scale="paper") == 2
    with Warehouse.open(tmp_path) as warehouse:
        (cohort,) = warehouse.cohorts()
        assert cohort.cases == len(cut(FULL[3]).cases)
        assert cohort.images == 0


@pytest.mark.parametrize(("scale", "seed"), [("large", 0), ("small", -3)])
def test_a_scale_or_seed_that_cannot_be_used_publishes_nothing(tmp_path, scale, seed):
    with pytest.raises(InputError, match="of the demo must be"):
        demo.build_demo(tmp_path, scale=scale, seed=seed)
    assert current_version(tmp_path) == 0


KILLED = """
import os, sys, time
from dataclasses import replace
from pathlib import Path
from clnm_core.synth.demo import demo_cohorts
from clnm_core.synth.drawing import draw_cohort

def say(count):
    own = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    drawing = [pid for pid in own if b"LokyProcess" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    print(*drawing, flush=True)
    time.sleep(600)

draw_cohort(Path(sys.argv[1]), demo_cohorts("small", seed=0)[1], seed=0, drawn=say)
"""


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
@pytest.mark.skipif(cpu_count() == 1, reason="one core draws without further processes")
def test_nobody_goes_on_drawing_when_the_demo_is_killed(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout is not None
        workers = build.stdout.readline().split()
        build.kill()
    assert len(workers) >= 2
    deadline = time.monotonic() + 60
    while any(map(is_running, workers)):
        assert time.monotonic() < deadline, f"still running: {workers}"
        time.sleep(0.2)
    assert current_version(tmp_path) == 0
