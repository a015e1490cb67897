"""A shipped model reaches the store whole, or not at all."""

from __future__ import annotations

import shutil

import pytest

from clnm_core.errors import ModelError
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.reference_files import read_reference
from clnm_core.store.references import reference_of
from clnm_core.synth.baseline import train_baseline
from clnm_core.synth.shipped import (
    FOLDER,
    install,
    read_shipped,
    ship,
    ship_reference,
    shipped_models,
)
from clnm_core.synth.thyroid_patients import cli_dlr
from clnm_core.systems.files import load_model_files

LARGEST_MB = 25


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A clinical model, shipped with one part beside it."""
    folder = tmp_path_factory.mktemp("made")
    cohort = cli_dlr(seed=100)
    record, trained = train_baseline(folder, cohort, store_version=1, name="small")
    part = ModelRecord("small-part", cohort.name, "any", "clinical", "1", "", {"part_of": "small"})
    place = folder / "shipped" / cohort.name / "small"
    model = StorePaths(folder).models / record.manifest["digest"]
    ship([(record, trained.predictions), (part, trained.predictions.head(7))], model, place)
    return place


def test_a_shipped_model_is_found_by_its_cohort(place):
    assert shipped_models(place.parents[1]) == {"demo-cli-dlr": (place,)}


def test_without_the_folder_there_are_none(tmp_path):
    assert shipped_models(tmp_path / "nowhere") == {}


def test_an_installed_model_judges_and_brings_its_risks(place, tmp_path):
    (model, risks), (part, few) = install(tmp_path, place)
    digest = model.manifest["digest"]
    loaded, manifest = load_model_files(StorePaths(tmp_path).models, digest)
    assert loaded.outcome == "any"
    assert manifest["name"] == "small"
    assert len(risks) == 205
    assert list(risks) == ["case_id", "split", "risk"]
    assert (part.name, len(few)) == ("small-part", 7)


def with_reference(place, tmp_path):
    """The shipped model with what similar cases are found with beside it."""
    copy = tmp_path / "shipped" / place.name
    shutil.copytree(place, copy)
    root = place.parents[2]
    ship_reference(root, read_shipped(place)[0][0], copy)
    return copy


def test_a_shipped_reference_is_installed_with_its_model(place, tmp_path):
    copy = with_reference(place, tmp_path)
    ((record, _), _) = install(tmp_path / "store", copy)
    found = reference_of(tmp_path / "store", record)
    whole = reference_of(place.parents[2], record)
    assert found.case_ids == whole.case_ids
    assert found.embedding == pytest.approx(whole.embedding, rel=1e-3, abs=1e-3)


def test_a_model_without_a_shipped_reference_is_installed_all_the_same(place, tmp_path):
    ((record, _), _) = install(tmp_path, place)
    assert reference_of(tmp_path, record) is None


def test_a_damaged_shipped_reference_is_refused(place, tmp_path):
    copy = with_reference(place, tmp_path)
    (copy / "reference" / "cases.parquet").write_bytes(b"")
    with pytest.raises(ModelError, match="comes with the demo"):
        install(tmp_path / "store", copy)


def test_a_reference_is_shipped_only_beside_its_own_model(place, tmp_path):
    record = read_shipped(place)[0][0]
    with pytest.raises(ModelError, match="nothing to ship"):
        ship_reference(tmp_path, record, place)


def test_every_shipped_reference_is_that_of_the_model_beside_it():
    for places in shipped_models().values():
        for place in places:
            record = read_shipped(place)[0][0]
            if (place / "reference").is_dir():
                found = read_reference(place / "reference", record.manifest["digest"])
                assert int(found.is_training.sum()) == record.manifest["training_cases"]
                assert found.left_out == 0


def test_installing_twice_changes_nothing(place, tmp_path):
    install(tmp_path, place)
    before = sorted(tmp_path.rglob("*"))
    install(tmp_path, place)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_touched_model_is_refused(place, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    weights = copy / "model" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="weights were changed"):
        install(tmp_path / "store", copy)


@pytest.mark.parametrize("file", ["records.json", "risks.parquet"])
def test_a_model_with_a_damaged_file_is_refused_in_words(place, tmp_path, file):
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    (copy / file).write_bytes(b"{not this")
    with pytest.raises(ModelError, match="cannot be read"):
        read_shipped(copy)


def test_all_shipped_files_together_are_small():
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    assert size < LARGEST_MB * 1e6
