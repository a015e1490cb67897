"""A calibrated ultrasound file, made for the tests of the pages."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset

from tests.unit.imaging.dicom_files import dataset_of, file_of


def calibrated_ultrasound(
    seed: int = 3,
    *,
    shape: tuple[int, int] = (120, 160),
    spacing_mm: tuple[float, float] = (0.25, 0.25),
) -> bytes:
    """A DICOM file of speckle, all of it one region with these millimetres per pixel (row, column)."""
    rng = np.random.default_rng(seed)
    return ultrasound_of(rng.gamma(3.0, 20.0, shape).clip(0, 255).astype(np.uint8), spacing_mm)


def ultrasound_of(pixels: np.ndarray, spacing_mm: tuple[float, float]) -> bytes:
    """A calibrated DICOM file of a picture, uint8 (rows, columns), or of several, frames first."""
    *frames, rows, columns = pixels.shape
    dataset = dataset_of(pixels[..., None].repeat(3, axis=-1) if frames else pixels)
    region = Dataset()
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = columns - 1, rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3  # centimetres
    region.PhysicalDeltaX, region.PhysicalDeltaY = spacing_mm[1] / 10, spacing_mm[0] / 10
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    dataset.SequenceOfUltrasoundRegions = [region]
    return file_of(dataset)
