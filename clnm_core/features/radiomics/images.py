"""Which images of a nodule are measured?"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.features.radiomics.laplacian import is_resolved, laplacian
from clnm_core.features.radiomics.settings import Settings, log_name
from clnm_core.features.radiomics.wavelets import wavelet_bands

#: Filtered values are rounded to this, so that the noise of their last bits (1e-13) cannot push
#: one over the edge of a bin.
GRAIN = 2.0**-30


def images_of(
    grey: NDArray[np.float32],
    box: tuple[slice, slice],
    spacing_mm: tuple[float, float] | None,
    settings: Settings,
    device: str,
) -> dict[str, Tensor]:
    """The part of every image that can be made.

    Parameters
    ----------
    grey : numpy.ndarray of float32, shape (rows, columns)
        The whole picture: filters see beyond the box.
    box : tuple of slice
    spacing_mm : tuple of float, or None
        Without it there is no image at a scale in mm.
    settings : Settings
    device : str

    Returns
    -------
    dict of str to torch.Tensor of float64, shape of the box
        By the names of ``settings.images``; what cannot be made is left out.

    """
    if settings.image_types == ("original",):
        return {"original": torch.from_numpy(grey[box].copy()).to(device).double()}
    picture = torch.from_numpy(np.ascontiguousarray(grey)).to(device).double()
    found: dict[str, Tensor] = {}
    if "original" in settings.image_types:
        found["original"] = picture[box].contiguous()
    if "wavelet" in settings.image_types:
        for band, values in wavelet_bands(picture, box).items():
            found[f"wavelet-{band}"] = _rounded(values)
    if "log" in settings.image_types and spacing_mm is not None:
        for sigma in settings.log_sigma_mm:
            if is_resolved(sigma, spacing_mm):
                values = laplacian(picture, box, spacing_mm, sigma_mm=sigma)
                found[log_name(sigma)] = _rounded(values)
    return found


def _rounded(values: Tensor) -> Tensor:
    return torch.round(values / GRAIN) * GRAIN
