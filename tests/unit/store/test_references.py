"""What similar cases are found with is kept whole, read back as it was, and of its own model."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from clnm_core.errors import StoreError
from clnm_core.explain.reference import Reference
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.reference_files import read_reference, write_reference
from clnm_core.store.references import made_at, refer, reference_of, save_reference
from tests.unit.explain.known_cohort import PICTURED, Columns, cohort

DIGEST, OTHER = "a" * 64, "b" * 64
FILES = ("reference.json", "embedding.npy", "cases.parquet", "pictures.parquet")


def record(digest=DIGEST):
    return ModelRecord("model", "cohort", "any", "columns", manifest={"digest": digest})


def kept(root, n=30) -> Reference:
    cases = cohort(n)
    judged = cases.frame[["case_id", "split"]]
    return refer(root, Columns(PICTURED), DIGEST, cases, judged, manufacturers={"case-001-1": "GE"})


def test_it_is_read_back_as_it_was_kept(tmp_path):
    before, after = kept(tmp_path), reference_of(tmp_path, record())
    for name in ("case_ids", "patient_ids", "always_known", "left_out"):
        assert getattr(after, name) == getattr(before, name)
    for name in ("embedding", "is_training", "own_distance"):
        assert np.array_equal(getattr(after, name), getattr(before, name), equal_nan=True)
    pd.testing.assert_frame_equal(after.pictures, before.pictures, check_dtype=False)


def test_the_numbers_are_mapped_and_cannot_be_changed(tmp_path):
    kept(tmp_path)
    found = reference_of(tmp_path, record())
    assert isinstance(found.embedding, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found.embedding[0] = 0


def test_numbers_in_16_bits_differ_by_one_in_a_thousand_at_most(tmp_path):
    whole = kept(tmp_path)
    write_reference(tmp_path / "short", DIGEST, whole, is_short=True)
    short = read_reference(tmp_path / "short", DIGEST)
    assert short.embedding.dtype == np.float32
    assert short.embedding == pytest.approx(whole.embedding, rel=1e-3)
    assert (tmp_path / "short" / "embedding.npy").stat().st_size < 4 * whole.embedding.size + 128


def test_numbers_too_large_for_16_bits_keep_their_32(tmp_path):
    whole = kept(tmp_path)
    large = Reference(
        whole.case_ids, whole.patient_ids, whole.embedding * 1e6, whole.is_training,
        whole.own_distance, whole.pictures,
    )  # fmt: skip
    write_reference(tmp_path / "large", DIGEST, large, is_short=True)
    assert np.array_equal(read_reference(tmp_path / "large", DIGEST).embedding, large.embedding)


def test_without_one_there_is_none(tmp_path):
    assert reference_of(tmp_path, record()) is None
    assert made_at(tmp_path, record()) == 0
    assert reference_of(tmp_path, record("../../etc")) is None
    assert reference_of(tmp_path, ModelRecord("m", "c", "any", "imported")) is None


def test_the_reference_of_another_model_is_refused(tmp_path):
    kept(tmp_path)
    folder = StorePaths(tmp_path).references
    shutil.copytree(folder / DIGEST, folder / OTHER)
    with pytest.raises(StoreError, match="belongs to another model"):
        reference_of(tmp_path, record(OTHER))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("left", [None, 0, 0.5, 0.99])
def test_a_file_that_is_missing_or_cut_off_is_said_in_words(tmp_path, name, left):
    kept(tmp_path)
    path = StorePaths(tmp_path).references / DIGEST / name
    data = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(data[: int(left * len(data))])
    with pytest.raises(StoreError, match="Make it again"):
        reference_of(tmp_path, record())


def test_one_changed_bit_is_noticed(tmp_path):
    kept(tmp_path)
    path = StorePaths(tmp_path).references / DIGEST / "embedding.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match="a file of it was changed"):
        reference_of(tmp_path, record())


@pytest.mark.parametrize(
    "said",
    [
        [],
        "words",
        {"format": 99},
        {"format": 1, "model": DIGEST},
        {"format": 1, "model": DIGEST, "files": []},
    ],
    ids=["list", "words", "other-format", "no-files", "files-list"],
)
def test_what_it_says_of_itself_is_not_believed(tmp_path, said):
    kept(tmp_path)
    (StorePaths(tmp_path).references / DIGEST / "reference.json").write_text(json.dumps(said))
    with pytest.raises(StoreError, match="Make it again"):
        reference_of(tmp_path, record())


def test_parts_of_two_references_do_not_make_one(tmp_path):
    """Each file whole in itself, the digests put right: the lengths still give it away."""
    import hashlib

    kept(tmp_path)
    folder = StorePaths(tmp_path).references / DIGEST
    other = tmp_path / "other"
    kept(other, n=20)
    shutil.copy(StorePaths(other).references / DIGEST / "cases.parquet", folder / "cases.parquet")
    said = json.loads((folder / "reference.json").read_text())
    data = (folder / "cases.parquet").read_bytes()
    said["files"]["cases.parquet"]["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "reference.json").write_text(json.dumps(said))
    with pytest.raises(StoreError, match="do not fit each other"):
        reference_of(tmp_path, record())


def test_an_array_of_objects_is_never_unpickled(tmp_path):
    import hashlib

    kept(tmp_path)
    folder = StorePaths(tmp_path).references / DIGEST
    np.save(folder / "embedding.npy", np.array([{"a": 1}] * 30, dtype=object), allow_pickle=True)
    said = json.loads((folder / "reference.json").read_text())
    data = (folder / "embedding.npy").read_bytes()
    said["files"]["embedding.npy"]["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "reference.json").write_text(json.dumps(said))
    with pytest.raises(StoreError, match="its numbers cannot be read"):
        reference_of(tmp_path, record())


def test_where_it_cannot_be_written_the_earlier_one_stays(tmp_path, monkeypatch):
    before = kept(tmp_path)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clnm_core.systems.files.os.fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        save_reference(tmp_path, DIGEST, before)
    folder = StorePaths(tmp_path).references
    assert [one.name for one in folder.iterdir()] == [DIGEST]
    assert reference_of(tmp_path, record()).case_ids == before.case_ids


def test_made_again_it_replaces_the_earlier_one_and_says_when(tmp_path):
    kept(tmp_path)
    first = made_at(tmp_path, record())
    kept(tmp_path, n=12)
    assert made_at(tmp_path, record()) > first > 0
    assert len(reference_of(tmp_path, record()).case_ids) == 12


def test_a_name_that_is_no_digest_is_a_callers_mistake(tmp_path):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        save_reference(tmp_path, "../models", kept(tmp_path))
