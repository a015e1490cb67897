"""Claims about tables of features: equal numbers are equal files, and damage is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.errors import FeatureError, StoreError
from clnm_core.store import feature_sets as sets
from clnm_core.store.feature_files import problem_of, read_table, write_table
from clnm_core.store.feature_sets import FeatureSet
from clnm_core.store.places import StorePaths
from clnm_core.store.schema import create_cohort
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

ROWS = pd.DataFrame({"image_id": ["i", "j"], "case_id": ["c", "c"], "view": ["", "long"]})
VALUES = np.array([[1.5, np.nan], [-0.0, 1e300]])
NAMES = ("first", "second")


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in StorePaths(root).features.iterdir()}


def test_what_is_written_is_read_to_the_last_bit(tmp_path):
    table = read_table(tmp_path, write_table(tmp_path, ROWS, NAMES, VALUES))
    assert list(table.columns) == ["image_id", "case_id", "view", *NAMES]
    assert table[list(NAMES)].to_numpy().tobytes() == VALUES.tobytes()
    assert table["view"].tolist() == ["", "long"]


def test_embeddings_are_mapped_and_not_loaded(tmp_path):
    values = np.random.default_rng(0).normal(size=(2, 700)).astype(np.float32)
    names = tuple(f"f{i}" for i in range(700))
    digest = write_table(tmp_path, ROWS, names, values)
    table = read_table(tmp_path, digest)
    assert list(table.columns[3:]) == list(names)
    np.testing.assert_array_equal(table.iloc[:, 3:].to_numpy(), values)
    underneath = table["f0"].to_numpy()
    while underneath.base is not None and not isinstance(underneath, np.memmap):
        underneath = underneath.base
    assert isinstance(underneath, np.memmap)
    assert {Path(name).suffix for name in files(tmp_path)} == {".npy", ".parquet"}


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_equal_tables_are_equal_files_and_others_are_not(tmp_path, kind):
    with np.errstate(over="ignore"):
        values = VALUES.astype(kind)
    digest = write_table(tmp_path / "a", ROWS, NAMES, values)
    assert write_table(tmp_path / "b", ROWS.copy(), NAMES, values.copy()) == digest
    assert files(tmp_path / "a") == files(tmp_path / "b")
    changes = [
        (ROWS.assign(view="x"), NAMES, values),
        (ROWS, ("first", "other"), values),
        (ROWS, NAMES, np.nextafter(values, kind(0))),
    ]
    others = {write_table(tmp_path / "a", *one) for one in changes}
    assert len(others | {digest}) == 4


def test_a_table_without_rows_is_a_table(tmp_path):
    table = read_table(tmp_path, write_table(tmp_path, ROWS[:0], NAMES, VALUES[:0]))
    assert table.shape == (0, 5)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("ending", ["npy", "parquet"])
@pytest.mark.parametrize("harm", ["cut", "emptied", "removed", "changed"])
def test_damage_is_noticed_and_said_in_words(tmp_path, kind, ending, harm):
    if (kind, ending) == (np.float64, "npy"):
        pytest.skip("there is no array")
    digest = write_table(tmp_path, ROWS, NAMES, np.ones((2, 2), kind))
    assert problem_of(tmp_path, digest) == ""
    path = StorePaths(tmp_path).features / f"{digest}.{ending}"
    data = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        turned = data[:-6] + bytes([data[-6] ^ 1]) + data[-5:]
        path.write_bytes({"cut": data[:-7], "emptied": b"", "changed": turned}[harm])
    assert problem_of(tmp_path, digest)
    if harm != "changed":
        with pytest.raises(StoreError, match=r"missing from the store|damaged on disk"):
            read_table(tmp_path, digest)


def store_with(root: Path, *found: FeatureSet) -> Path:
    def build(con):
        create_cohort(con, "study", [])
        for one in found:
            sets.put_feature_set(con, one)

    publish(root, build, action="test", detail={})
    return root


def test_a_record_comes_back_as_it_was_put_and_the_same_name_replaces(tmp_path):
    one = FeatureSet(
        cohort="study",
        name="radiomics",
        kind="radiomics",
        settings={"bins": [8, 16], "words": "Köln"},
        digest="a" * 64,
        rows=3,
        columns=2,
        detail={"set_aside": [{"image": "i", "reason": "No outline."}]},
        created="2026-01-01T00:00:00+00:00",
    )
    other = FeatureSet("study", "deep", "deep", {}, "b" * 64, 1, 1)
    old = FeatureSet("study", "radiomics", "radiomics", {}, "c" * 64, 1, 1)
    with Warehouse.open(store_with(tmp_path, old, one, other)) as warehouse:
        assert sets.feature_sets(warehouse, "study") == [other, one]
        assert sets.feature_set(warehouse, "study", "radiomics") == one
        with pytest.raises(FeatureError, match="Choose one of its tables: deep, radiomics"):
            sets.feature_set(warehouse, "study", "nothing")
        assert sets.feature_sets(warehouse, "nowhere") == []


def test_problems_are_said_by_cohort_and_name(tmp_path):
    assert sets.problems(tmp_path) == []
    digest = write_table(tmp_path, ROWS, NAMES, VALUES)
    whole = FeatureSet("study", "whole", "radiomics", {}, digest, 2, 2)
    lost = FeatureSet("study", "lost", "radiomics", {}, "b" * 64, 2, 2)
    (problem,) = sets.problems(store_with(tmp_path, whole, lost))
    assert problem.startswith("Cohort study, lost: Features bbbbbbbbbbbb are missing")


@pytest.mark.parametrize("name", ["", "../x", "a b", ".hidden", "x" * 81, "ä"])
def test_a_name_that_could_do_harm_is_refused(name):
    with pytest.raises(FeatureError, match="must be letters"):
        sets.check_name(name)


def test_the_names_of_networks_are_names():
    sets.check_name("vit_base_patch16_224.augreg_in21k")
