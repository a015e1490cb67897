"""Which pixels of a picture does a file from outside outline?

The first bytes decide who reads it. To be called in the child process only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.reading import is_dicom, is_picture, read_image, what_it_is

if TYPE_CHECKING:
    from clnm_core.imaging.target import Target

#: Up to this many grey values a file is taken for numbered structures, not for a soft edge.
_MOST_LABELS = 8
_GZIP = b"\x1f\x8b"
_NOTHING = (
    "The file outlines nothing on this picture. Choose the outlines that were drawn on it, or "
    "another frame."
)
_NO_OUTLINES = (
    "This is not a file of outlines (DICOM segmentation or RTSTRUCT, NIfTI, NRRD, PNG, TIFF): it is "
    "{kind}. Choose the outlines that were drawn on this picture."
)


def masks_on(
    data: bytes, name: str, image: bytes, frame: int, limits: Limits
) -> dict[str, NDArray[np.bool_]]:
    """The structures that a file outlines on one frame of a picture.

    Parameters
    ----------
    data : bytes
        The file with the outlines.
    name : str
        Its name, or just the ending.
    image : bytes
        The file with the picture.
    frame : int
        Which frame of ``image``, from 0.
    limits : Limits

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (rows, columns)
        Only structures with a pixel on the frame; never empty.

    Raises
    ------
    ImageError
        If it cannot be read, does not fit the picture, or outlines nothing on it.
    Exception
        Anything that a parser raises on a damaged file; the child answers for it.

    """
    from clnm_core.imaging.target import target_of

    target = target_of(image, frame, limits)
    masks = _masks(data, name, target, limits)
    drawn = {label: mask for label, mask in masks.items() if mask.any()}
    if not drawn:
        raise ImageError(_NOTHING)
    return drawn


def _masks(data: bytes, name: str, target: Target, limits: Limits) -> dict[str, NDArray[np.bool_]]:
    from clnm_core.imaging import dicom_seg, nifti, nrrd_file, rt_contours, volumes
    from clnm_core.imaging.elements import word
    from clnm_core.imaging.inflating import gunzipped
    from clnm_core.imaging.parsing import parsed, tags_of

    if data.startswith(_GZIP):
        data = gunzipped(data, limits.inflated_bytes, "The compressed file")
    if nifti.is_nifti(data):
        return volumes.masks_in(nifti.read_nifti(data, limits), target, limits)
    if nrrd_file.is_nrrd(data):
        return volumes.masks_in(nrrd_file.read_nrrd(data, limits), target, limits)
    if is_dicom(data):
        kind = word(parsed(data, tags_of(["Modality"]), limits), "Modality")
        if kind == "SEG":
            return dicom_seg.read_segmentation(data, target, limits)
        if kind == "RTSTRUCT":
            return rt_contours.read_contours(data, target, limits)
    if not is_picture(data):
        raise ImageError(_NO_OUTLINES.format(kind=what_it_is(data)))
    return {"mask": mask_of(read_image(data, name, limits=limits).grey, target.shape)}


def mask_of(grey: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The mask that a picture of it means.

    Parameters
    ----------
    grey : numpy.ndarray of uint8, shape (rows, columns)
    shape : tuple of int
        Shape of the picture that the mask belongs to; only rows and columns count.

    Returns
    -------
    numpy.ndarray of bool, shape (rows, columns)
        True where a pixel is brighter than half of the brightest, so that 0/1, 0/255, soft edges
        and the ripples of a JPEG all mean the same. An all-black picture is an empty mask.

    Raises
    ------
    ImageError
        If it does not fit the picture, or numbers several structures.

    """
    if grey.shape != tuple(shape[:2]):
        raise ImageError(
            f"The mask has {grey.shape[0]} x {grey.shape[1]} pixels (rows x columns), its picture "
            f"{shape[0]} x {shape[1]}. Give the mask that was drawn on this picture."
        )
    values = np.unique(grey)
    if 2 < len(values) <= _MOST_LABELS:
        raise ImageError(
            f"The mask holds {len(values) - 1} different values besides the background. "
            "Give one file per structure."
        )
    return grey > values[-1] / 2
