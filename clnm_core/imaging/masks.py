"""Which pixels belong to a structure, and where does its edge run?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clnm_core.imaging.contours import rings
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.mask_files import mask_of


def read_mask(data: bytes, name: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The mask in a file from outside, read in a child process.

    Parameters
    ----------
    data : bytes
        PNG, TIFF, JPEG or DICOM.
    name : str
        Name of the file; used only to recognise its kind.
    shape : tuple of int
        Shape of the picture that the mask belongs to; only rows and columns count.

    Returns
    -------
    numpy.ndarray of bool, shape (rows, columns)
        True where a pixel is brighter than half of the brightest, so that 0/1, 0/255, soft edges
        and the ripples of a JPEG all mean the same. An all-black file is an empty mask.

    Raises
    ------
    ImageError
        If the file cannot be read, does not fit the picture, or numbers several structures.

    """
    return mask_of(read_untrusted(data, name).grey, shape)


def outline(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """The edge of a mask, halfway between pixels inside and pixels outside.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)

    Returns
    -------
    list of numpy.ndarray of float64, each of shape (n_points, 2)
        Closed polygons of (row, column) with pixel centres at whole numbers; the first point is
        not repeated. Longest first; holes are polygons of their own; empty for an empty mask.

    """
    return rings(mask.astype(np.float64))
