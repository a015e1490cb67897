"""A model that was saved says the same when it is read, and a folder that was touched is refused."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ModelError
from clnm_core.systems import catalogue
from clnm_core.systems.cases import Cases
from clnm_core.systems.files import load_model_files, save_model
from clnm_core.systems.protocol import Inputs
from tests.tiny_system import LISTED, TinyModel

COLUMN = BUILT_IN["capsule_distance_mm"]
CASES = Cases(
    pd.DataFrame({"case_id": ["a", "b"], "patient_id": ["a", "b"], COLUMN.name: [1.0, 9.0]}),
    BUILT_IN.only([COLUMN.name]),
)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *LISTED))


def model(slope=-0.3) -> TinyModel:
    line = np.array([0.5, slope, 4.0])
    return TinyModel("tiny", "lateral", Inputs((COLUMN,)), COLUMN.name, line)


def rewritten(folder: Path, digest: str, change) -> str:
    """The folder with another manifest, which now names it rightly."""
    place = folder / digest
    manifest = json.loads((place / "manifest.json").read_text())
    changed = change(manifest)
    text = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
    (place / "manifest.json").write_bytes(text)
    fresh = hashlib.sha256(text).hexdigest()
    place.rename(folder / fresh)
    return fresh


def test_a_saved_model_of_any_system_says_the_same_when_read_back(tmp_path) -> None:
    manifest = save_model(model(), tmp_path, {"name": "line", "libraries": {"torch": "9"}})
    again, facts = load_model_files(tmp_path, manifest["digest"])
    np.testing.assert_array_equal(again.risk(CASES), model().risk(CASES))
    assert facts == manifest
    assert facts["system"] == "tiny"
    assert {"torch", "numpy", "python"} <= set(facts["libraries"])
    assert set(facts["files"]) == {"weights.safetensors", "state.json", "note.txt"}
    assert [path.name for path in tmp_path.iterdir()] == [manifest["digest"]]


def test_the_same_model_has_the_same_digest_and_another_has_another(tmp_path) -> None:
    facts = {"name": "line"}
    one, same = (save_model(model(), tmp_path, facts)["digest"] for _ in range(2))
    assert one == same
    assert save_model(model(-0.2), tmp_path, facts)["digest"] != one
    assert load_model_files(tmp_path, one)[0].line[1] == -0.3


@pytest.mark.parametrize("name", ["weights.safetensors", "state.json", "note.txt", "manifest.json"])
def test_a_file_that_was_changed_or_lost_is_refused(tmp_path, name) -> None:
    digest = save_model(model(), tmp_path, {})["digest"]
    place = tmp_path / digest / name
    data = place.read_bytes()
    place.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ModelError, match="not as they were saved"):
        load_model_files(tmp_path, digest)
    place.write_bytes(data + b" ")
    with pytest.raises(ModelError, match="not as they were saved"):
        load_model_files(tmp_path, digest)
    place.unlink()
    with pytest.raises(ModelError, match="missing"):
        load_model_files(tmp_path, digest)
    (tmp_path / "elsewhere").write_bytes(data)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="missing"):
        load_model_files(tmp_path, digest)


def listed(said):
    return lambda manifest: manifest | {"files": manifest["files"] | said}


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: b"no json",
        lambda manifest: b"[1, 2]",
        lambda manifest: b"[" * 100_000,
        lambda manifest: {**manifest, "format": 3},
        lambda manifest: {**manifest, "format": True},
        lambda manifest: {key: v for key, v in manifest.items() if key != "format"},
        lambda manifest: {key: v for key, v in manifest.items() if key != "files"},
        lambda manifest: {**manifest, "files": ["weights.safetensors"]},
        lambda manifest: {**manifest, "files": {}},
        lambda manifest: {key: v for key, v in manifest.items() if key != "system"},
        lambda manifest: {**manifest, "system": ["tiny"]},
        lambda manifest: {**manifest, "system": "os"},
        lambda manifest: {**manifest, "system": "../tiny"},
        listed({"/etc/passwd": {"bytes": 1, "sha256": "0"}}),
        listed({"../note.txt": {"bytes": 6, "sha256": "0"}}),
        listed({"manifest.json": {"bytes": 6, "sha256": "0"}}),
        listed({"weights.safetensors": {"bytes": 10**15, "sha256": "0"}}),
        listed({"weights.safetensors": {"bytes": -1, "sha256": "0"}}),
        listed({"weights.safetensors": {"bytes": "6", "sha256": "0"}}),
        listed({"weights.safetensors": {"sha256": "0"}}),
        listed({"weights.safetensors": None}),
        listed({f"more-{number}.txt": {} for number in range(100)}),
    ],
)
def test_a_manifest_that_says_something_else_is_refused_in_words(tmp_path, change) -> None:
    digest = rewritten(tmp_path, save_model(model(), tmp_path, {})["digest"], change)
    with pytest.raises(ModelError) as refused:
        load_model_files(tmp_path, digest)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 250


def test_random_damage_of_a_manifest_is_refused_in_words(tmp_path) -> None:
    random = np.random.default_rng(0)
    digest = save_model(model(), tmp_path, {})["digest"]
    text = (tmp_path / digest / "manifest.json").read_bytes()
    refused = 0
    for _ in range(150):
        damaged = bytearray(text)
        for place in random.integers(0, len(text), 3):
            damaged[place] = random.integers(0, 256)
        digest = rewritten(tmp_path, digest, lambda manifest, d=bytes(damaged): d)
        try:
            load_model_files(tmp_path, digest)
        except ModelError:
            refused += 1
        (tmp_path / digest / "manifest.json").write_bytes(text)
    assert refused > 50


@pytest.mark.parametrize("digest", ["", "..", "../" * 30, "A" * 64, "0" * 63, "0" * 65])
def test_a_word_that_is_no_digest_names_no_folder(tmp_path, digest) -> None:
    with pytest.raises(ModelError):
        load_model_files(tmp_path, digest)


def test_weights_that_lack_a_tensor_are_refused_by_the_system(tmp_path) -> None:
    weights = save({"curve": np.zeros(3)})
    said = {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}
    digest = save_model(model(), tmp_path, {})["digest"]
    (tmp_path / digest / "weights.safetensors").write_bytes(weights)
    digest = rewritten(tmp_path, digest, listed({"weights.safetensors": said}))
    with pytest.raises(ModelError, match="The line is none"):
        load_model_files(tmp_path, digest)


FIRST = {
    "format": 1,
    "system": "clinical",
    "name": "clinical",
    "outcome": "lateral",
    "inputs": [COLUMN.to_dict()],
    "terms": [["capsule_distance_mm", ""]],
    "fill": {"capsule_distance_mm": 4.0},
    "ranges": {"capsule_distance_mm": [0.0, 20.0]},
    "seen": {},
    "dropped": [],
    "threshold": 0.4,
}
"""What an earlier release wrote of a logistic baseline with one term."""


def first_format(folder: Path, change=None) -> str:
    weights = save({
        "centre": np.array([4.0]), "scale": np.array([2.0]),
        "coefficients": np.array([0.1, -0.8]), "covariance": np.eye(2),
    })  # fmt: skip
    manifest = FIRST | {"weights_sha256": hashlib.sha256(weights).hexdigest()} | (change or {})
    text = json.dumps(manifest).encode()
    digest = hashlib.sha256(text).hexdigest()
    (folder / digest).mkdir()
    (folder / digest / "manifest.json").write_bytes(text)
    (folder / digest / "weights.safetensors").write_bytes(weights)
    return digest


def test_a_baseline_of_the_first_format_is_still_read(tmp_path) -> None:
    again, manifest = load_model_files(tmp_path, first_format(tmp_path))
    assert manifest["threshold"] == 0.4
    expected = 1 / (1 + np.exp(-(0.1 - 0.8 * (np.array([1.0, 9.0]) - 4) / 2)))
    np.testing.assert_allclose(again.risk(CASES), expected)


@pytest.mark.parametrize(
    "change",
    [
        {"weights_sha256": "0" * 64},
        {"terms": [["a", ""], ["b", ""]]},
        {"terms": None},
        {"fill": []},
        {"inputs": [{"name": "../x"}]},
        {"inputs": [COLUMN.to_dict() | {"name": "../x"}]},
        {"system": "ct-cad"},
    ],
)
def test_a_touched_baseline_of_the_first_format_is_refused(tmp_path, change) -> None:
    with pytest.raises(ModelError):
        load_model_files(tmp_path, first_format(tmp_path, change))


def test_what_cannot_be_written_leaves_nothing(tmp_path, monkeypatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ModelError, match="No space left"):
            save_model(model(), tmp_path, {})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="JSON"):
        save_model(model(), tmp_path, {"auc": float("nan")})
    assert list(tmp_path.iterdir()) == []
