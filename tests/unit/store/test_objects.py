"""De-identified DICOM objects are kept by the digest of their bytes, and nothing else is."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from clnm_core.errors import StoreError
from clnm_core.store import objects
from clnm_core.store.places import StorePaths
from tests.unit.imaging.dicom_files import dataset_of, file_of


def made(*, says: str | None = "YES", syntax: str = "") -> bytes:
    dataset = dataset_of(np.zeros((4, 6), np.uint8))
    del dataset.PatientName
    if says is not None:
        dataset.PatientIdentityRemoved = says
    if syntax:
        dataset.file_meta.TransferSyntaxUID = syntax
    return file_of(dataset)


@pytest.fixture
def data() -> bytes:
    return made()


def test_an_object_comes_back_byte_for_byte_under_the_digest_of_its_bytes(tmp_path, data):
    digest = objects.put(tmp_path, data)
    assert digest == hashlib.sha256(data).hexdigest() == objects.put(tmp_path, data)
    assert objects.get(tmp_path, digest) == data
    assert objects.is_kept(tmp_path, digest)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept == [StorePaths(tmp_path).dicom / digest[:2] / f"{digest}.dcm"]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_the_mark_is_found_in_every_way_of_writing(tmp_path, syntax):
    assert objects.get(tmp_path, objects.put(tmp_path, made(syntax=syntax)))


@pytest.mark.parametrize("says", [None, "NO"])
def test_what_may_still_name_a_patient_is_refused(tmp_path, says):
    with pytest.raises(ValueError, match="identity was removed"):
        objects.put(tmp_path, made(says=says))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_dicom_file_or_has_words_in_its_preamble_is_refused(tmp_path, data):
    for wrong in (b"", b"DICM", data[:131], b"Muster^Erika" + data[12:]):
        with pytest.raises(ValueError, match="empty preamble"):
            objects.put(tmp_path, wrong)


def test_an_object_that_was_altered_or_lost_gets_a_sentence(tmp_path, data):
    digest = objects.put(tmp_path, data)
    path = StorePaths(tmp_path).dicom / digest[:2] / f"{digest}.dcm"
    path.write_bytes(data + b"x")
    with pytest.raises(StoreError, match="was altered on disk and is not used"):
        objects.get(tmp_path, digest)
    path.unlink()
    with pytest.raises(StoreError, match="is missing from the store"):
        objects.get(tmp_path, digest)
    assert not objects.is_kept(tmp_path, digest)


@pytest.mark.parametrize("digest", ["", "../../x", "A" * 64, "a" * 64 + "\n"])
def test_what_is_not_a_digest_reaches_no_file(tmp_path, digest):
    with pytest.raises(StoreError, match="There is no DICOM object"):
        objects.get(tmp_path, digest)
    assert not objects.is_kept(tmp_path, digest)


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path, data):
    (tmp_path / "dicom").write_text("")
    with pytest.raises(StoreError, match="The DICOM object cannot be written"):
        objects.put(tmp_path, data)
