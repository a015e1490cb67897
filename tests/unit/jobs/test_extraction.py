"""Claims about extraction: every image measured once, by content, whoever asks and whatever dies."""

from __future__ import annotations

import io
import json
import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from clnm_core.errors import DeviceError, FeatureError, JobError, StoreError, UnknownCohortError
from clnm_core.features.choice import recipe_of
from clnm_core.jobs import backends, extraction, shards
from clnm_core.jobs.extraction import extract
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.store import artifacts, ledger
from clnm_core.store.feature_files import problem_of
from clnm_core.store.feature_inputs import feature_inputs
from clnm_core.store.feature_sets import feature_sets, feature_table
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK


@pytest.fixture(autouse=True)
def small_and_alone(monkeypatch):
    """Shards of at most eight images, computed in this process."""
    monkeypatch.setitem(extraction._PER_SHARD, "cpu", 8)  # noqa: SLF001
    monkeypatch.setattr(backends, "cores", lambda: 1)


def measured(count) -> list[str]:
    return [line.split()[1] for line in count.read_text().splitlines()] if count.exists() else []


def change(root, sql, values=()):
    """Publish a version in which a statement was run; ``neck`` stands for the cohort's schema."""
    named = sql.replace("neck.", f'"{NECK}".')
    publish(root, lambda con: con.execute(named, list(values)), action="test", detail={})


def one_digest(root, n=0) -> tuple[str, str]:
    with Warehouse.open(root) as warehouse:
        found = feature_inputs(warehouse, NECK).inputs[n]
    return found.image_id, found.source.picture


def test_every_image_becomes_a_row_with_its_own_numbers(root, grey, count):
    done = extract(root, NECK, grey())
    table = feature_table(root, done.feature_set)
    assert list(table.columns) == [
        *("image_id", "case_id", "view"),
        *("mean", "spread", "lesion_mean", "row_mm"),
    ]
    assert (done.feature_set.rows, done.feature_set.columns) == table[table.columns[3:]].shape
    assert done.feature_set.rows == 40 == len(measured(count))
    image, digest = one_digest(root, 7)
    grey_levels = pixels_of(root, digest)
    row = table.set_index("image_id").loc[image]
    assert row["mean"] == grey_levels.mean()
    assert row["spread"] == grey_levels.std()
    assert np.isnan(table["row_mm"]).sum() == 8
    assert done.feature_set.detail["reasons"] == {"The spacing is not known.": 8}
    assert done.feature_set.detail["set_aside"] == []


def pixels_of(root, digest):
    with Pillow.open(io.BytesIO(artifacts.get(root, digest))) as picture:
        return np.asarray(picture).astype(np.float64)


def test_the_record_is_published_and_in_the_trail_without_a_patient(root, grey):
    made = extract(root, NECK, grey(), name="mine", actor="anna").feature_set
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == [made]
        assert feature_sets(warehouse, CLINIC) == []
    entry = ledger.entries(root)[0]
    assert (entry.actor, entry.action) == ("anna", "extract")
    assert entry.detail["digest"] == made.digest
    assert "image-" not in json.dumps(entry.detail)
    assert "case-" not in json.dumps(entry.detail)
    assert problem_of(root, made.digest) == ""


def test_a_second_run_computes_nothing_and_publishes_nothing(root, grey, count):
    first = extract(root, NECK, grey())
    version, before = current_version(root), len(measured(count))
    second = extract(root, NECK, grey())
    assert second.feature_set == first.feature_set
    assert (second.computed, second.reused) == (0, first.computed)
    assert current_version(root) == version
    assert len(measured(count)) == before


def test_another_name_or_cohort_reuses_the_shards(root, grey, count):
    extract(root, NECK, grey())
    again = extract(root, NECK, grey(), name="other")
    assert again.computed == 0
    assert len(measured(count)) == 40
    with Warehouse.open(root) as warehouse:
        assert [one.name for one in feature_sets(warehouse, NECK)] == ["other", "radiomics"]


def test_the_same_name_replaces(root, grey):
    extract(root, NECK, grey())
    new = extract(root, NECK, grey(version=2))
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == [new.feature_set]


def test_other_settings_are_measured_anew(root, grey, count):
    first = extract(root, NECK, grey())
    other = extract(root, NECK, grey(version=2))
    assert other.computed == first.computed
    assert len(measured(count)) == 80
    assert other.feature_set.digest == first.feature_set.digest


def test_one_image_less_changes_one_shard(root, grey, count):
    all_shards = extract(root, NECK, grey()).computed
    image, _ = one_digest(root)
    change(root, "DELETE FROM neck.masks WHERE image_id = ?", [image])
    change(root, "DELETE FROM neck.images WHERE image_id = ?", [image])
    done = extract(root, NECK, grey())
    assert all_shards > 4
    assert done.computed == 1
    assert done.feature_set.rows == 39
    assert len(measured(count)) <= 40 + 7


def test_spacing_and_outline_are_part_of_the_content(root, grey, count):
    extract(root, NECK, grey())
    image, _ = one_digest(root)
    change(root, "UPDATE neck.images SET row_spacing_mm = 9 WHERE image_id = ?", [image])
    done = extract(root, NECK, grey())
    assert done.computed in (1, 2)
    assert feature_table(root, done.feature_set)["row_mm"].max() == 9


def test_images_of_one_content_are_measured_once_and_each_has_a_row(root, grey, count):
    first, digest = one_digest(root)
    second, _ = one_digest(root, 1)
    change(root, "UPDATE neck.images SET digest = ? WHERE image_id = ?", [digest, second])
    table = feature_table(root, extract(root, NECK, grey()).feature_set).set_index("image_id")
    assert len(measured(count)) == 39
    assert table.loc[first, "mean"] == table.loc[second, "mean"]
    assert table.loc[first, "case_id"] != table.loc[second, "case_id"]


def test_a_damaged_picture_is_set_aside_and_measured_when_it_is_back(root, grey, count):
    image, digest = one_digest(root)
    path = StorePaths(root).images / digest[:2] / f"{digest}.png"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = extract(root, NECK, grey())
    (aside,) = done.feature_set.detail["set_aside"]
    assert aside["image"] == image
    assert "was altered on disk" in aside["reason"]
    assert done.feature_set.rows == 39
    path.write_bytes(whole)
    again = extract(root, NECK, grey())
    assert again.computed == 1
    assert again.feature_set.rows == 40
    assert again.feature_set.detail["set_aside"] == []


def test_images_without_outline_or_picture_are_set_aside_with_the_reason(root, grey):
    image, _ = one_digest(root)
    other, _ = one_digest(root, 1)
    change(root, "DELETE FROM neck.masks WHERE image_id = ?", [image])
    change(root, "UPDATE neck.images SET digest = NULL WHERE image_id = ?", [other])
    made = extract(root, NECK, grey()).feature_set
    reasons = {one["image"]: one["reason"] for one in made.detail["set_aside"]}
    assert reasons == {
        image: "There is no outline.",
        other: "The cohort names this image, but keeps no picture of it.",
    }
    assert made.rows + len(reasons) == 40


def test_a_cohort_without_images_or_outlines_is_refused_in_words(root, grey):
    with pytest.raises(FeatureError, match="has no image that could be measured"):
        extract(root, CLINIC, grey())
    change(root, "DELETE FROM neck.masks")
    with pytest.raises(FeatureError, match=r"In none of 40 images .* There is no outline"):
        extract(root, NECK, grey())
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == []


@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied", "removed"])
def test_a_shard_that_was_harmed_is_computed_again(root, grey, count, harm):
    first = extract(root, NECK, grey())
    path = sorted(StorePaths(root).shards.glob("*.shard"))[2]
    data = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        turned = bytes([data[-9] ^ 1])
        path.write_bytes(
            {"cut": data[:-5], "flipped": data[:-9] + turned + data[-8:], "emptied": b""}[harm]
        )
    second = extract(root, NECK, grey(), name="again")
    assert second.computed == 1
    assert second.feature_set.digest == first.feature_set.digest
    assert path.read_bytes() == data


def test_embeddings_are_float32_read_without_being_loaded(root, grey):
    exact = feature_table(root, extract(root, NECK, grey()).feature_set)
    made = extract(root, NECK, grey("deep")).feature_set
    table = feature_table(root, made)
    assert set(table.dtypes.iloc[3:]) == {np.dtype("float32")}
    pd.testing.assert_frame_equal(
        table.iloc[:, 3:], exact.iloc[:, 3:].astype("float32"), check_exact=True
    )
    assert (StorePaths(root).features / f"{made.digest}.npy").exists()
    assert problem_of(root, made.digest) == ""


def test_a_table_of_the_same_numbers_is_the_same_file(root, grey):
    first = extract(root, NECK, grey()).feature_set
    path = StorePaths(root).features / f"{first.digest}.parquet"
    data = path.read_bytes()
    for old in StorePaths(root).shards.iterdir():
        old.unlink()
    path.unlink()
    time.sleep(1.1)
    assert extract(root, NECK, grey(), name="again").feature_set.digest == first.digest
    assert path.read_bytes() == data


def test_being_asked_to_stop_keeps_what_is_finished(root, grey, count):
    def stop_after(n):
        return lambda: len(measured(count)) >= n

    with pytest.raises(JobCancelled, match="What is finished is kept"):
        extract(root, NECK, grey(pause_s=0.05), is_cancelled=stop_after(10))
    finished = list(StorePaths(root).shards.glob("*.shard"))
    assert 1 <= len(finished) < 5
    assert list(StorePaths(root).shards.glob("*.stop")) == []
    done = extract(root, NECK, grey(pause_s=0.05))
    assert done.reused == len(finished)


def test_progress_says_how_far_throughout(root, grey):
    said: list[tuple[float, str]] = []
    extract(root, NECK, grey(), progress=lambda share, step: said.append((share, step)))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert sum("of 40 images" in step for _, step in said) >= 6


def test_bad_wishes_are_refused_in_words(root, grey):
    with pytest.raises(UnknownCohortError):
        extract(root, "nowhere", grey())
    with pytest.raises(FeatureError, match="no features 'magic'"):
        recipe_of("magic")
    with pytest.raises(FeatureError, match="Only deep features have a backbone"):
        recipe_of("radiomics", backbone="resnet18")
    with pytest.raises(FeatureError, match="no backend 'cloud'"):
        extract(root, NECK, grey(), backend="cloud")
    with pytest.raises(FeatureError, match="must be letters"):
        extract(root, NECK, grey(), name="../x")
    with pytest.raises(FeatureError, match="settings of radiomics cannot be used"):
        extract(root, NECK, grey(colour=1))
    with pytest.raises(DeviceError):
        extract(root, NECK, grey(), device="abacus")


def test_no_gpu_is_said_in_words(root, grey):
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(DeviceError, match="no CUDA device"):
        extract(root, NECK, grey(), device="cuda")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(JobError, match="pip install dask distributed"):
        backends.check_backend("dask")


def test_a_full_disk_is_said_in_words_and_leaves_nothing_half(root, grey, monkeypatch):
    def full(path, data, what, **more):
        raise StoreError(f"{what} cannot be written (No space left on device).")

    monkeypatch.setattr(shards, "write_whole", full)
    with pytest.raises(StoreError, match="No space left"):
        extract(root, NECK, grey())
    assert list(StorePaths(root).shards.iterdir()) == []
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == []


def test_a_process_with_other_weights_computes_nothing(root, grey, tmp_path):
    weights = tmp_path / "weights.txt"
    weights.write_text("1")
    recipe = grey(weights=str(weights))

    def replace(share, step):
        if step == "0 of 40 images":
            weights.write_text("2")
            extraction.made.cache_clear()

    with pytest.raises(FeatureError, match="other weights"):
        extract(root, NECK, recipe, progress=replace)
    assert list(StorePaths(root).shards.glob("*.shard")) == []
    first = extract(root, NECK, recipe)
    weights.write_text("3")
    second = extract(root, NECK, recipe)
    assert first.reused == second.reused == 0
    assert second.feature_set.settings["version"] == 3


def test_a_store_of_an_earlier_release_has_no_features(root):
    change(root, "DROP TABLE main.feature_sets")
    with Warehouse.open(root) as warehouse:
        assert feature_sets(warehouse, NECK) == []


def test_images_of_an_earlier_release_are_measured(root, grey):
    change(root, "ALTER TABLE neck.images DROP COLUMN dicom")
    assert extract(root, NECK, grey()).feature_set.rows == 40


def test_shards_follow_content_alone(root):
    with Warehouse.open(root) as warehouse:
        sources = [one.source for one in feature_inputs(warehouse, NECK).inputs]
    cut = shards.shards_of(root, sources, {"a": 1}, most=8)
    again = shards.shards_of(root, reversed(sources), {"a": 1}, most=8)
    assert cut == again
    assert Counter(len(shard.sources) for shard in cut).total() > 4
    assert sorted(s.key for shard in cut for s in shard.sources) == sorted(s.key for s in sources)
    other = shards.shards_of(root, sources, {"a": 2}, most=8)
    assert not {one.path for one in cut} & {one.path for one in other}
