"""What does a NIfTI file hold?"""

from __future__ import annotations

import io

import numpy as np

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.volumes import Volume, volume_of, voxel_count

_MARKS = ((344, b"n+1\0"), (4, b"n+2\0"))
_PAIRS = ((344, b"ni1\0"), (4, b"ni2\0"))
_LARGEST_VOXEL = 8  # bytes
#: NIfTI counts x to the right and y to the front, DICOM to the left and to the back.
_TO_DICOM = np.diag([-1.0, -1.0, 1.0, 1.0])


def is_nifti(data: bytes) -> bool:
    """Whether the first bytes are those of NIfTI-1 or NIfTI-2, in one file or in two."""
    return any(data[place : place + 4] == mark for place, mark in _MARKS + _PAIRS)


def read_nifti(data: bytes, limits: Limits) -> Volume:
    """Read a NIfTI file, unpacked already.

    Parameters
    ----------
    data : bytes
        The whole file; header and voxels in one.
    limits : Limits

    Returns
    -------
    Volume
        With scaling applied where the file states one that makes sense.

    Raises
    ------
    ImageError
        If the file breaks a limit, is cut off, or keeps its voxels in another file.
    Exception
        Whatever the parser raises on a damaged file.

    """
    from nibabel.nifti1 import Nifti1Image
    from nibabel.nifti2 import Nifti2Image

    if any(data[place : place + 4] == mark for place, mark in _PAIRS):
        raise ImageError(
            "The NIfTI header comes without its voxels, which are in another file. "
            "Export both as one .nii file."
        )
    kind = Nifti2Image if data[4:8] == b"n+2\0" else Nifti1Image
    header = kind.header_class.from_fileobj(io.BytesIO(data))
    shape = tuple(int(length) for length in header.get_data_shape())
    count = voxel_count(shape, limits)
    dtype = header.get_data_dtype()
    if dtype.kind not in "iuf" or dtype.itemsize > _LARGEST_VOXEL:
        raise ImageError("The NIfTI file holds no whole or real numbers. Export it as a mask.")
    start = int(header.get_data_offset())
    if start < 0 or start + count * dtype.itemsize > len(data):
        raise ImageError(
            "The NIfTI file is cut off: it holds fewer voxels than it states. Export it again."
        )
    values = np.frombuffer(data, dtype, count, start).reshape(shape, order="F")
    slope, intercept = header.get_slope_inter()
    if slope is not None and (slope, intercept or 0.0) != (1.0, 0.0):
        values = values * np.float32(slope) + np.float32(intercept or 0.0)
    is_placed = int(header["qform_code"]) > 0 or int(header["sform_code"]) > 0
    affine = header.get_best_affine()
    if not is_placed or not np.isfinite(affine).all():
        return volume_of(values, None)
    return volume_of(values, _TO_DICOM @ affine)
