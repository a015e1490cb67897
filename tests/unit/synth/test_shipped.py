"""A shipped model reaches the store whole, or not at all."""

from __future__ import annotations

import shutil

import pytest

from clnm_core.errors import ModelError
from clnm_core.store.modelling import train_and_save
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.synth.shipped import FOLDER, install, read_shipped, ship, shipped_models
from clnm_core.synth.thyroid_patients import cli_dlr
from clnm_core.systems.files import load_model_files

LARGEST_MB = 25


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A clinical model, shipped with one part beside it."""
    folder = tmp_path_factory.mktemp("made")
    cohort = cli_dlr(seed=100)
    record, trained = train_and_save(
        folder,
        cohort.cases,
        cohort.registry,
        cohort=cohort.name,
        name="small",
        outcome="any",
        store_version=1,
    )
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
