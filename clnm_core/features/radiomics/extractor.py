"""What are the radiomics of these nodules?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from clnm_core.errors import FeatureError
from clnm_core.features.devices import device_of
from clnm_core.features.items import Features, Item
from clnm_core.features.radiomics.canvas import Roi
from clnm_core.features.radiomics.images import images_of
from clnm_core.features.radiomics.laplacian import is_resolved
from clnm_core.features.radiomics.measure import measured
from clnm_core.features.radiomics.names import SHAPE_2D
from clnm_core.features.radiomics.outline_shape import outline_shape
from clnm_core.features.radiomics.settings import MOST_LEVELS, Settings

#: Pixels of all boxes that are held at once, of all images: 32 MiB, and 1 GiB on a card.
HELD = {"cpu": 1 << 22, "cuda": 1 << 27}

NOT_OUTLINED = "The nodule is not outlined in this picture, so nothing was measured."
EMPTY = "The outline of the nodule holds no pixel, so nothing was measured."
ONE_PIXEL = "The outline of the nodule is a single pixel, so nothing was measured."
NO_SPACING = (
    "The size of a pixel is not known, so shape, total energy and the images smoothed by a number "
    "of mm were not measured."
)
TOO_COARSE = (
    "The pixels are too coarse for some of the images smoothed by a number of mm, so these were "
    "not measured."
)
ONE_LEVEL = (
    "In some images all pixels of the nodule fall into one grey bin, so what compares grey levels "
    "is not defined there."
)
TOO_FINE = (
    f"In some images the nodule has more than {MOST_LEVELS:,} grey bins, so its texture was not "
    "measured there. Choose wider bins."
)
TOO_FEW = "The nodule has too few pixels that touch for some textures to be defined."


class RadiomicsExtractor:
    """Radiomics by PyRadiomics' names and, where it has them, IBSI's definitions.

    Parameters
    ----------
    settings : Settings

    """

    kind = "radiomics"

    def __init__(self, settings: Settings = Settings()) -> None:  # noqa: B008 - frozen
        self._settings = settings

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that the result depends on beside the items."""
        return self._settings.plain

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return self._settings.names

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        """Measure every outlined nodule.

        Parameters
        ----------
        items : sequence of Item
        device : str
            ``cpu``, ``cuda`` or ``auto``. Where a graphics card runs out of memory, fewer are
            measured at once.

        Returns
        -------
        Features
            A row does not depend on which others are asked for.

        Raises
        ------
        DeviceError
            If the device is not there.
        FeatureError
            If one nodule alone does not fit into the memory of the graphics card.

        """
        chosen = device_of(device)
        values = np.full((len(items), len(self.names)), np.nan)
        reasons = [_why_not(item) for item in items]
        for chunk in _chunks(items, reasons, HELD[chosen] // len(self._settings.images)):
            self._fill(items, chunk, chosen, values, reasons)
        return Features(self.names, values, tuple(reasons))

    def _fill(
        self,
        items: Sequence[Item],
        places: list[int],
        device: str,
        values: NDArray[np.float64],
        reasons: list[str],
    ) -> None:
        """Write the rows of some items; by halves where they do not fit together."""
        try:
            rows, notes = self._rows([items[place] for place in places], device)
        except torch.cuda.OutOfMemoryError as error:
            if len(places) == 1:
                raise FeatureError(
                    "The graphics card has too little free memory for one nodule. Close what else "
                    "uses it, or choose cpu."
                ) from error
            torch.cuda.empty_cache()
            middle = len(places) // 2
            self._fill(items, places[:middle], device, values, reasons)
            self._fill(items, places[middle:], device, values, reasons)
            return
        values[places] = rows
        for place, note in zip(places, notes, strict=True):
            reasons[place] = note

    def _rows(self, items: list[Item], device: str) -> tuple[NDArray[np.float64], list[str]]:
        settings = self._settings
        outlines = [item.lesion for item in items if item.lesion is not None]
        boxes = [_box(outline) for outline in outlines]
        masks = [outline[box].copy() for outline, box in zip(outlines, boxes, strict=True)]
        images = [
            images_of(item.grey, box, item.spacing_mm, settings, device)
            for item, box in zip(items, boxes, strict=True)
        ]
        inside = [torch.from_numpy(mask).to(device) for mask in masks]
        area = [float(np.prod(item.spacing_mm or (np.nan,))) for item in items]
        notes: list[list[str]] = [_scales_missing(item, settings) for item in items]
        parts = [self._shape(items, masks)] if "shape2D" in settings.classes else []
        width = (len(self.names) - sum(part.shape[1] for part in parts)) // len(settings.images)
        for image in settings.images:
            part = np.full((len(items), width), np.nan)
            there = [row for row, made in enumerate(images) if image in made]
            if there and width:
                rois = [Roi(images[row][image], inside[row]) for row in there]
                found = measured(rois, [area[row] for row in there], settings)
                part[there] = found.values.cpu().numpy()
                for row, is_flat, is_too_fine in zip(
                    there, found.is_flat.tolist(), found.is_too_fine.tolist(), strict=True
                ):
                    notes[row] += [ONE_LEVEL] * is_flat + [TOO_FINE] * is_too_fine
            parts.append(part)
        values = np.concatenate(parts, axis=1)
        said = [_said(row, note) for row, note in zip(values, notes, strict=True)]
        return values, said

    def _shape(self, items: list[Item], masks: list[NDArray[np.bool_]]) -> NDArray[np.float64]:
        shape = np.full((len(items), len(SHAPE_2D)), np.nan)
        for row, (item, mask) in enumerate(zip(items, masks, strict=True)):
            if item.spacing_mm is not None:
                shape[row] = outline_shape(mask, item.spacing_mm)
        return shape


def _chunks(items: Sequence[Item], reasons: list[str], most: int) -> list[list[int]]:
    """Items without a reason against them, as many at a time as are held."""
    chunks: list[list[int]] = []
    held = most
    for place, item in enumerate(items):
        if reasons[place] or item.lesion is None:
            continue
        rows, columns = _box(item.lesion)
        size = (rows.stop - rows.start) * (columns.stop - columns.start)
        if held + size > most:
            chunks.append([])
            held = 0
        chunks[-1].append(place)
        held += size
    return chunks


def _why_not(item: Item) -> str:
    """Why nothing of this item can be measured; empty where something can."""
    if item.lesion is None:
        return NOT_OUTLINED
    pixels = int(item.lesion.sum())
    return "" if pixels > 1 else ONE_PIXEL if pixels else EMPTY


def _scales_missing(item: Item, settings: Settings) -> list[str]:
    """Why images or features in mm are missing."""
    if item.spacing_mm is None:
        return [NO_SPACING]
    scales = settings.log_sigma_mm if "log" in settings.image_types else ()
    return [] if all(is_resolved(scale, item.spacing_mm) for scale in scales) else [TOO_COARSE]


def _said(row: NDArray[np.float64], notes: list[str]) -> str:
    """Why values of a row are missing; empty where none is."""
    if not np.isnan(row).any():
        return ""
    return " ".join(dict.fromkeys(notes)) or TOO_FEW


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
