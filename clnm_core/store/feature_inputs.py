"""Which images of a cohort can be measured, and what does an extractor get of each?"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.errors import FeatureError
from clnm_core.features.items import Item
from clnm_core.store import artifacts, objects
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

LESIONS = ("nodule", "node")
"""Structures that are the lesion of an image; the first that an image has."""

_NO_PICTURE = "The cohort names this image, but keeps no picture of it."


@dataclass(frozen=True, slots=True)
class Source:
    """What the numbers of an image come from, by content.

    Parameters
    ----------
    picture : str
        Digest of the PNG; empty where the values come from a DICOM object.
    dicom : str
        Digest of the DICOM object with Hounsfield units; empty where they come from the PNG.
    lesion, gland : str
        Digests of the masks; empty where there is none.
    spacing_mm : tuple of float, or None
        Row and column.

    """

    picture: str
    dicom: str
    lesion: str
    gland: str
    spacing_mm: tuple[float, float] | None

    @property
    def key(self) -> str:
        """Digest of all of it: equal keys mean equal numbers. 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FeatureInput:
    """One image of a cohort."""

    image_id: str
    case_id: str
    view: str
    source: Source


@dataclass(frozen=True, slots=True)
class SetAside:
    """One image that was not measured, and why, as a sentence."""

    image_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeatureInputs:
    """The images of a cohort that can be measured, by name, and the others."""

    inputs: tuple[FeatureInput, ...]
    set_aside: tuple[SetAside, ...]


def feature_inputs(warehouse: Warehouse, cohort: str) -> FeatureInputs:
    """The images of a cohort with their outlines, in the order of their names.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.

    """
    schema = schema_of(warehouse.cohort(cohort).name)
    images = warehouse.rows(f"SELECT * FROM {schema}.images ORDER BY image_id")  # noqa: S608
    masks = warehouse.rows(
        f"SELECT image_id, structure, digest FROM {schema}.masks WHERE digest IS NOT NULL"  # noqa: S608
    )
    outlines: dict[str, dict[str, str]] = {}
    for image, structure, digest in masks.itertuples(index=False):
        outlines.setdefault(image, {})[structure] = digest
    inputs, set_aside = [], []
    for record in images.to_dict("records"):
        row: dict[str, Any] = {str(name): value for name, value in record.items()}
        name = str(row["image_id"])
        source = _source(row, outlines.get(name, {}))
        if source.picture or source.dicom:
            inputs.append(FeatureInput(name, str(row["case_id"]), _word(row, "view"), source))
        else:
            set_aside.append(SetAside(name, _NO_PICTURE))
    return FeatureInputs(tuple(inputs), tuple(set_aside))


def item_of(root: Path, source: Source) -> Item:
    """Grey levels and masks of an image, read from the store.

    Grey levels are those of the PNG in [0, 255] (ITU-R BT.601 where it is coloured), or, for CT
    with a DICOM object, Hounsfield units by its rescale slope and intercept.

    Raises
    ------
    FeatureError
        If the DICOM object cannot be measured, or a mask does not fit its picture.
    StoreError
        If a file is missing or was altered on disk.

    """
    if source.dicom:
        grey = _hounsfield(objects.get(root, source.dicom))
    else:
        grey = Image(_decoded(artifacts.get(root, source.picture))).grey.astype(np.float32)
    masks: list[NDArray[np.bool_] | None] = []
    for structure, digest in (("lesion", source.lesion), ("gland", source.gland)):
        mask = _decoded(artifacts.get(root, digest)) > 0 if digest else None
        if mask is not None and mask.shape != grey.shape:
            raise FeatureError(
                f"The outline of the {structure} has {mask.shape[0]} x {mask.shape[1]} pixels, its "
                f"image {grey.shape[0]} x {grey.shape[1]}. Draw the outline again."
            )
        masks.append(mask)
    return Item(grey, masks[0], masks[1], source.spacing_mm)


def _source(row: dict[str, Any], outlines: dict[str, str]) -> Source:
    lesion = next((outlines[name] for name in LESIONS if name in outlines), "")
    spacing = (row["row_spacing_mm"], row["col_spacing_mm"])
    is_known = all(pd.notna(one) and one > 0 for one in spacing)
    dicom = _word(row, "dicom") if _word(row, "modality") == "CT" else ""
    return Source(
        picture="" if dicom else _word(row, "digest"),
        dicom=dicom,
        lesion=lesion,
        gland=outlines.get("gland", ""),
        spacing_mm=(float(spacing[0]), float(spacing[1])) if is_known else None,
    )


def _word(row: dict[str, Any], name: str) -> str:
    """A word of a row; empty where it is missing, or the store is of an earlier release."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _decoded(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG that the store wrote: grey, bilevel or RGB."""
    with Pillow.open(io.BytesIO(data), formats=["PNG"]) as picture:
        wanted = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return np.asarray(wanted, dtype=np.uint8)


def _hounsfield(data: bytes) -> NDArray[np.float32]:
    """Hounsfield units of a DICOM object that the store keeps, which is not compressed."""
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(data))
    try:
        if int(dataset.get("NumberOfFrames") or 1) > 1 or dataset.SamplesPerPixel != 1:
            raise FeatureError(
                "The DICOM object of this image holds several slices or colours, so its Hounsfield "
                "units are not known. Import the slice alone."
            )
        slope = dataset.get("RescaleSlope")
        intercept = dataset.get("RescaleIntercept")
        if slope is None or intercept is None:
            raise FeatureError(
                "The DICOM object of this image names no rescale slope and intercept, so its "
                "Hounsfield units are not known. Export it again from the scanner."
            )
        units = dataset.pixel_array.astype(np.float64) * float(slope) + float(intercept)
    except (AttributeError, ValueError, NotImplementedError) as error:
        raise FeatureError(
            "The DICOM object of this image cannot be decoded. Import its cohort again."
        ) from error
    return units.astype(np.float32)
