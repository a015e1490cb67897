"""Which outlines of gland and nodule does the network propose for a picture?

A proposal is a start for the person who outlines, not a finding. Whatever speaks against it is
said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, label

from clnm_core.domain.image import Image, Modality
from clnm_core.imaging.segmentation.files import shipped
from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner
from clnm_core.imaging.segmentation.working import fit, restored, seen

SIMULATED = "Simulated"
"""What :attr:`Image.source` says of a simulated picture."""

_THRESHOLD = 0.5
_LEAST_SPREAD = 2.0  # grey levels: below it a picture shows nothing
_LEAST_SIDE = 16  # pixels
_TINY_SHARE, _TINY_PIXELS = 0.001, 30
_UNSURE_FROM, _UNSURE_TO, _UNSURE_SHARE = 0.25, 0.75, 0.25
_SECOND_PIECE = 0.3

_SYNTHETIC = (
    "The outliner learned from simulated ultrasound pictures only and was never tested on those "
    "of patients. Check every outline, and correct it."
)
_CT = "The outliner learned from ultrasound; this is CT, which it never saw."
_OTHER = "The file does not say that this is ultrasound, which is all that the outliner knows."
_BLANK = "The picture shows nothing: it has one grey level all over. Nothing was outlined."
_SMALL = "The picture is too small to outline anything in it."
_REGIONS = "Only the largest calibrated region of the frame was outlined."


@dataclass(frozen=True, eq=False, slots=True)
class Proposal:
    """Outlines to be looked at, and corrected, by a person.

    Parameters
    ----------
    masks : dict of str to numpy.ndarray of bool, shape (rows, columns)
        ``gland`` and ``nodule``, on the pixels of the picture; empty where nothing was found.
    notes : tuple of str
        What speaks against them, as sentences.

    """

    masks: dict[str, NDArray[np.bool_]]
    notes: tuple[str, ...]


def propose(image: Image, outliner: Outliner | None = None) -> Proposal:
    """Outline gland and nodule.

    Inside is where the probability is at least one half. Of several pieces the largest is kept,
    and its holes are filled. Of an ultrasound frame with calibrated regions the largest region is
    looked at, so that text and rulers are not outlined.

    Parameters
    ----------
    image : Image
    outliner : Outliner, optional
        By default the one that comes with the program.

    Raises
    ------
    ModelError
        If the files of the outliner are not as they were saved.

    """
    outliner = shipped() if outliner is None else outliner
    grey = image.grey
    masks = {structure: np.zeros(grey.shape, dtype=bool) for structure in STRUCTURES}
    window, notes = _looked_at(image)
    part = grey[window]
    notes += _strangeness(image, outliner)
    if min(part.shape) < _LEAST_SIDE:
        return Proposal(masks, (*notes, _SMALL))
    if part.std() < _LEAST_SPREAD:
        return Proposal(masks, (*notes, _BLANK))
    likely = _likelihoods(part, image.spacing_mm, outliner)
    for structure in STRUCTURES:
        mask, doubts = _piece(likely[structure], structure)
        masks[structure][window] = mask
        notes += doubts
    return Proposal(masks, (*notes, *_disagreement(masks)))


def _looked_at(image: Image) -> tuple[tuple[slice, slice], list[str]]:
    if not image.regions:
        return (slice(None), slice(None)), []
    largest = max(image.regions, key=lambda r: (r.bottom - r.top + 1) * (r.right - r.left + 1))
    window = slice(largest.top, largest.bottom + 1), slice(largest.left, largest.right + 1)
    return window, [_REGIONS] if len(image.regions) > 1 else []


def _strangeness(image: Image, outliner: Outliner) -> list[str]:
    """How the picture differs in kind from those that the outliner learned from."""
    if image.modality is Modality.CT:
        return [_CT]
    notes = [_OTHER] if image.modality is Modality.OTHER else []
    if outliner.is_synthetic and image.source != SIMULATED:
        notes.append(_SYNTHETIC)
    return notes


def _likelihoods(
    grey: NDArray[np.uint8], spacing_mm: tuple[float, float] | None, outliner: Outliner
) -> dict[str, NDArray[np.float32]]:
    from clnm_core.imaging.segmentation.network import probabilities

    place = fit(grey.shape, outliner.side, spacing_mm=spacing_mm)
    fields = probabilities(outliner, seen(grey, place)[None])[0]
    return {
        structure: restored(field, place, grey.shape)
        for structure, field in zip(STRUCTURES, fields, strict=True)
    }


def _piece(likely: NDArray[np.float32], structure: str) -> tuple[NDArray[np.bool_], list[str]]:
    """The largest piece without holes, and what is doubtful about it."""
    pieces, count = label(likely >= _THRESHOLD)
    if count == 0:
        return np.zeros(likely.shape, dtype=bool), [f"No {structure} was found."]
    sizes = np.bincount(pieces.ravel())[1:]
    mask = binary_fill_holes(pieces == 1 + int(np.argmax(sizes)))
    return mask, list(_doubts(mask, likely, sizes, structure))


def _doubts(
    mask: NDArray[np.bool_], likely: NDArray[np.float32], sizes: NDArray[np.intp], structure: str
) -> Iterator[str]:
    area = int(mask.sum())
    if area < max(_TINY_PIXELS, _TINY_SHARE * mask.size):
        yield f"The {structure} that was found is tiny and may be none."
    if np.count_nonzero(sizes >= _SECOND_PIECE * sizes.max()) > 1:
        yield f"The {structure} was found in several pieces; the largest one is shown."
    is_unsure = (likely >= _UNSURE_FROM) & (likely < _UNSURE_TO)
    if is_unsure.sum() > _UNSURE_SHARE * area:
        yield f"The outliner is unsure where the {structure} ends."
    if _touches(mask[0], mask[-1], mask[:, 0], mask[:, -1]):
        yield f"The {structure} reaches the border of the picture and may go on beyond it."


def _touches(*borders: NDArray[np.bool_]) -> bool:
    return any(bool(border.any()) for border in borders)


def _disagreement(masks: dict[str, NDArray[np.bool_]]) -> Iterable[str]:
    nodule, gland = masks["nodule"], masks["gland"]
    if nodule.any() and gland.any() and (nodule & gland).sum() < 0.5 * nodule.sum():
        yield "The nodule that was found lies mostly outside the gland that was found."
