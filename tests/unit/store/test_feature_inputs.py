"""Claims about what an extractor gets: the pixels and outlines of the store, in their own units."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import FeatureError, StoreError, UnknownCohortError
from clnm_core.imaging.rendering import png_bytes
from clnm_core.store import artifacts, objects
from clnm_core.store.feature_inputs import feature_inputs, item_of
from clnm_core.store.schema import create_cohort, insert
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)
MASK = np.zeros((6, 8), bool)
MASK[2:4, 3:6] = True


def ct(stored: np.ndarray, **changes: object) -> bytes:
    """A CT slice, de-identified by its own word, with stored values and a rescale."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.PatientIdentityRemoved = "YES"
    dataset.Modality = "CT"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-1024"
    dataset.PixelData = stored.astype("<u2").tobytes()
    for name, value in changes.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def store(root: Path, images: list[dict], masks: tuple[dict, ...] = ()) -> Path:
    """A store with one cohort of these images, all of one case."""

    def build(con):
        create_cohort(con, "study", BUILT_IN.only(["case_id", "patient_id"]))
        insert(con, "study", "cases", pd.DataFrame({"case_id": ["c"], "patient_id": ["p"]}))
        insert(con, "study", "images", pd.DataFrame([{"case_id": "c"} | one for one in images]))
        if masks:
            insert(con, "study", "masks", pd.DataFrame(masks))

    publish(root, build, action="test", detail={})
    return root


def inputs(root: Path):
    with Warehouse.open(root) as warehouse:
        return feature_inputs(warehouse, "study")


def put(root: Path, pixels: np.ndarray, kind: str = "image") -> str:
    return artifacts.put(root, kind, png_bytes(pixels))


def test_a_picture_with_its_outlines_comes_as_it_was_put(tmp_path):
    picture = put(tmp_path, GREY)
    masks = [
        {"image_id": "i", "structure": "gland", "digest": put(tmp_path, ~MASK, "mask")},
        {"image_id": "i", "structure": "nodule", "digest": put(tmp_path, MASK, "mask")},
    ]
    image = {"image_id": "i", "view": "long", "digest": picture}
    spacing = {"row_spacing_mm": 0.5, "col_spacing_mm": 0.25}
    (one,) = inputs(store(tmp_path, [image | spacing], tuple(masks))).inputs
    assert (one.image_id, one.case_id, one.view) == ("i", "c", "long")
    item = item_of(tmp_path, one.source)
    assert item.grey.dtype == np.float32
    np.testing.assert_array_equal(item.grey, GREY)
    np.testing.assert_array_equal(item.lesion, MASK)
    np.testing.assert_array_equal(item.gland, ~MASK)
    assert item.spacing_mm == (0.5, 0.25)


def test_a_node_is_a_lesion_and_unknown_is_not_guessed(tmp_path):
    mask = {"image_id": "i", "structure": "node", "digest": put(tmp_path, MASK, "mask")}
    image = {"image_id": "i", "digest": put(tmp_path, GREY), "row_spacing_mm": 0.5}
    (one,) = inputs(store(tmp_path, [image], (mask,))).inputs
    item = item_of(tmp_path, one.source)
    np.testing.assert_array_equal(item.lesion, MASK)
    assert (item.gland, item.spacing_mm, one.view) == (None, None, "")


def test_colour_becomes_the_grey_of_its_weights(tmp_path):
    red = np.zeros((6, 8, 3), np.uint8)
    red[..., 0] = 200
    (one,) = inputs(store(tmp_path, [{"image_id": "i", "digest": put(tmp_path, red)}])).inputs
    assert set(item_of(tmp_path, one.source).grey.ravel()) == {60.0}


def test_ct_with_its_object_is_measured_in_hounsfield_units(tmp_path):
    stored = np.arange(48).reshape(6, 8) * 50
    digest = objects.put(tmp_path, ct(stored))
    image = {"image_id": "i", "digest": put(tmp_path, GREY), "modality": "CT", "dicom": digest}
    (one,) = inputs(store(tmp_path, [image])).inputs
    np.testing.assert_array_equal(item_of(tmp_path, one.source).grey, stored * 2 - 1024)


def test_ultrasound_with_its_object_is_measured_as_it_is_shown(tmp_path):
    digest = objects.put(tmp_path, ct(np.zeros((6, 8))))
    image = {"image_id": "i", "digest": put(tmp_path, GREY), "modality": "US", "dicom": digest}
    (one,) = inputs(store(tmp_path, [image])).inputs
    np.testing.assert_array_equal(item_of(tmp_path, one.source).grey, GREY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"RescaleSlope": None}, "no rescale slope"),
        ({"NumberOfFrames": 3}, "several slices"),
        ({"PixelData": b"\0" * 10}, "cannot be decoded"),
        ({"BitsAllocated": None}, "cannot be decoded"),
    ],
)
def test_an_object_without_known_units_is_refused_in_words(tmp_path, changes, words):
    digest = objects.put(tmp_path, ct(np.zeros((6, 8)), **changes))
    image = {"image_id": "i", "digest": put(tmp_path, GREY), "modality": "CT", "dicom": digest}
    (one,) = inputs(store(tmp_path, [image])).inputs
    with pytest.raises(FeatureError, match=words):
        item_of(tmp_path, one.source)


def test_an_outline_of_another_picture_is_refused_in_words(tmp_path):
    mask = {"image_id": "i", "structure": "node", "digest": put(tmp_path, MASK[:5], "mask")}
    image = {"image_id": "i", "digest": put(tmp_path, GREY)}
    (one,) = inputs(store(tmp_path, [image], (mask,))).inputs
    with pytest.raises(FeatureError, match="lesion has 5 x 8 pixels, its image 6 x 8"):
        item_of(tmp_path, one.source)


def test_a_missing_file_is_said_in_words(tmp_path):
    (one,) = inputs(store(tmp_path, [{"image_id": "i", "digest": "a" * 64}])).inputs
    with pytest.raises(StoreError, match="missing from the store"):
        item_of(tmp_path, one.source)


def test_whatever_numbers_depend_on_is_in_the_key(tmp_path):
    mask = put(tmp_path, MASK, "mask")
    base = {"digest": put(tmp_path, GREY), "row_spacing_mm": 0.5, "col_spacing_mm": 0.5}
    images = [
        {"image_id": "same 1"} | base,
        {"image_id": "same 2"} | base,
        {"image_id": "spacing"} | base | {"col_spacing_mm": 0.25},
        {"image_id": "unknown spacing"} | base | {"col_spacing_mm": None},
        {"image_id": "picture"} | base | {"digest": put(tmp_path, GREY + 1)},
        {"image_id": "lesion"} | base,
        {"image_id": "gland"} | base,
        {"image_id": "object"} | base | {"modality": "CT", "dicom": "b" * 64},
    ]
    masks = (
        {"image_id": "lesion", "structure": "nodule", "digest": mask},
        {"image_id": "gland", "structure": "gland", "digest": mask},
    )
    keys = {one.image_id: one.source.key for one in inputs(store(tmp_path, images, masks)).inputs}
    assert keys["same 1"] == keys["same 2"]
    assert len(set(keys.values())) == len(images) - 1


def test_an_unknown_cohort_is_refused(tmp_path):
    store(tmp_path, [{"image_id": "i", "digest": "a" * 64}])
    with Warehouse.open(tmp_path) as warehouse, pytest.raises(UnknownCohortError):
        feature_inputs(warehouse, "nowhere")
