"""Slices that lie somewhere in a body, and what may be drawn on them: small and by hand."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from typing import Any

import nibabel
import nrrd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import CTImageStorage, RTStructureSetStorage, generate_uid

from tests.unit.imaging.dicom_files import dataset_of, file_of

AXIAL = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
#: Tilted about the left-right axis by 20 degrees, as a gantry is.
TILTED = [1.0, 0.0, 0.0, 0.0, float(np.cos(np.pi / 9)), float(np.sin(np.pi / 9))]
BODY = generate_uid()


def ct_slice(
    shape: tuple[int, int] = (40, 60),
    *,
    position: Sequence[float] = (-30.0, -12.5, 70.0),
    spacing: Sequence[float] = (0.5, 0.75),
    cosines: Sequence[float] = AXIAL,
    thickness: float = 3.0,
) -> Dataset:
    """A black CT slice with everything that says where it lies."""
    dataset = dataset_of(np.zeros(shape, dtype=np.int16), modality="CT")
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.FrameOfReferenceUID = BODY
    dataset.ImagePositionPatient = list(position)
    dataset.ImageOrientationPatient = list(cosines)
    dataset.PixelSpacing = list(spacing)
    dataset.SliceThickness = thickness
    dataset.PatientID = dataset.StudyID = dataset.AccessionNumber = "1"
    dataset.PatientBirthDate = dataset.PatientSex = dataset.StudyDate = dataset.StudyTime = ""
    dataset.ReferringPhysicianName = dataset.Manufacturer = ""
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    return dataset


def in_body(image: Dataset, corners: Sequence[tuple[float, float]]) -> np.ndarray:
    """Corners given as (row, column) of a slice, in mm: shape (n, 3)."""
    origin = np.array(image.ImagePositionPatient, dtype=float)
    across, down = np.array(image.ImageOrientationPatient, dtype=float).reshape(2, 3)
    rows, columns = np.array(corners, dtype=float).T
    return (
        origin
        + rows[:, None] * down * float(image.PixelSpacing[0])
        + columns[:, None] * across * float(image.PixelSpacing[1])
    )


def contour(
    points: np.ndarray, *, on: Dataset | None = None, kind: str = "CLOSED_PLANAR"
) -> Dataset:
    item = Dataset()
    item.ContourGeometricType = kind
    item.NumberOfContourPoints = len(points)
    item.ContourData = [f"{value:.4f}" for value in np.ravel(points)]
    if on is not None:
        picture = Dataset()
        picture.ReferencedSOPInstanceUID = on.SOPInstanceUID
        item.ContourImageSequence = Items([picture])
    return item


def structure_set(structures: dict[str, list[Dataset]], *, body: str = BODY) -> Dataset:
    dataset = ct_slice()
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(dataset, keyword)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = RTStructureSetStorage
    dataset.Modality = "RTSTRUCT"
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Items(), Items()
    for number, (name, contours) in enumerate(structures.items(), start=7):
        about, drawn = Dataset(), Dataset()
        about.ROINumber, about.ROIName = number, name
        about.ReferencedFrameOfReferenceUID = body
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = Items(contours)
        dataset.StructureSetROISequence.append(about)
        dataset.ROIContourSequence.append(drawn)
    return dataset


def structure_file(structures: dict[str, list[Dataset]], **about: Any) -> bytes:
    return file_of(structure_set(structures, **about))


def nifti_file(
    values: np.ndarray, affine: np.ndarray | None = None, *, packed: bool = False
) -> bytes:
    """``values`` has the axes of NIfTI: x, y, z."""
    data = nibabel.Nifti1Image(values, np.eye(4) if affine is None else affine).to_bytes()
    return gzip.compress(data, mtime=0) if packed else data


def nrrd_bytes(values: np.ndarray, header: dict[str, Any] | None = None) -> bytes:
    buffer = io.BytesIO()
    nrrd.write(buffer, values, header)
    return buffer.getvalue()


def affine_of(image: Dataset, slice_step: float = 3.0) -> np.ndarray:
    """From voxel indices (column, row, slice) to RAS mm: what NIfTI says of a stack of slices."""
    origin = np.array(image.ImagePositionPatient, dtype=float)
    across, down = np.array(image.ImageOrientationPatient, dtype=float).reshape(2, 3)
    matrix = np.eye(4)
    matrix[:3, 0] = across * float(image.PixelSpacing[1])
    matrix[:3, 1] = down * float(image.PixelSpacing[0])
    matrix[:3, 2] = np.cross(across, down) * slice_step
    matrix[:3, 3] = origin
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix
