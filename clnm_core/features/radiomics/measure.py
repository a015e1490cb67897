"""How are many regions of one kind of image measured, within bounded memory?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import Canvas, Roi, lay
from clnm_core.features.radiomics.cooccurrence import graded, histogram
from clnm_core.features.radiomics.intensity import intensity_features
from clnm_core.features.radiomics.levels import by_count, by_width
from clnm_core.features.radiomics.names import CLASSES, NEEDS_TWO_LEVELS, NEEDS_TWO_VALUES
from clnm_core.features.radiomics.settings import MOST_LEVELS, Settings
from clnm_core.features.radiomics.sums import highest, lowest
from clnm_core.features.radiomics.textures import texture_features

#: Pixels of one canvas: what fits the cache of a processor, and what keeps a graphics card busy.
PIXELS = {"cpu": 1 << 18, "cuda": 1 << 24}
#: Cells of all matrices of pairs, in one direction, of one canvas.
CELLS = {"cpu": 1 << 20, "cuda": 1 << 26}


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """Features of regions, with what their absences mean.

    Parameters
    ----------
    values : torch.Tensor of float64, shape (n_regions, n_features)
        Classes in the order of the settings, without the shape.
    is_flat : torch.Tensor of bool, shape (n_regions,)
        All pixels fall into one bin.
    is_too_fine : torch.Tensor of bool, shape (n_regions,)
        More grey levels than ``MOST_LEVELS``; levels were not made.

    """

    values: Tensor
    is_flat: Tensor
    is_too_fine: Tensor


def measured(rois: Sequence[Roi], pixel_mm2: Sequence[float], settings: Settings) -> Measured:
    """Every class but the shape, of regions on one device.

    Parameters
    ----------
    rois : sequence of Roi
        At least one, in two dimensions.
    pixel_mm2 : sequence of float
        Area of a pixel of each; NaN where it is not known.
    settings : Settings

    Returns
    -------
    Measured
        In the order of the regions; what else is in ``rois`` does not change a row.

    """
    device = rois[0].values.device
    area = torch.tensor(pixel_mm2, dtype=torch.float64, device=device)
    order = sorted(range(len(rois)), key=lambda place: rois[place].mask.shape[1])
    groups = list(_groups(rois, order, PIXELS[device.type]))
    parts = [_of_group([rois[place] for place in group], area[group], settings) for group in groups]
    return _joined(parts, [place for group in groups for place in group])


def _of_group(rois: list[Roi], area: Tensor, settings: Settings) -> Measured:
    """Measure what fits on a canvas; in two parts where the matrices would be too large."""
    canvas = lay(rois, reach=max(settings.distances))
    level, levels = _levels(canvas, settings)
    is_too_fine = levels > MOST_LEVELS
    if is_too_fine.any():
        level = torch.where(is_too_fine[canvas.owner], 1, level)
        levels = torch.where(is_too_fine, 1, levels)
    cells = len(rois) * int(levels.max() + 1) ** 2
    if len(rois) > 1 and cells > CELLS[area.device.type]:
        order = torch.argsort(levels).tolist()
        halves = order[: len(rois) // 2], order[len(rois) // 2 :]
        parts = [
            _of_group([rois[place] for place in half], area[half], settings) for half in halves
        ]
        return _joined(parts, order)
    return _of_canvas(canvas, level, levels, is_too_fine, area, settings)


def _joined(parts: list[Measured], order: list[int]) -> Measured:
    """Parts in the order in which they were measured, put back."""
    back = torch.argsort(torch.tensor(order, device=parts[0].values.device))
    return Measured(
        torch.cat([part.values for part in parts])[back],
        torch.cat([part.is_flat for part in parts])[back],
        torch.cat([part.is_too_fine for part in parts])[back],
    )


def _levels(canvas: Canvas, settings: Settings) -> tuple[Tensor, Tensor]:
    inside = canvas.values, canvas.owner, canvas.pixels
    if settings.bin_width is not None:
        return by_width(*inside, width=settings.bin_width)
    return by_count(*inside, count=settings.bin_count or MOST_LEVELS)


def _of_canvas(
    canvas: Canvas,
    level: Tensor,
    levels: Tensor,
    is_too_fine: Tensor,
    area: Tensor,
    settings: Settings,
) -> Measured:
    classes = [name for name in settings.classes if name != "shape2D"]
    ground = graded(canvas, level)
    found = texture_features(
        ground, levels, classes, distances=settings.distances, alpha=settings.gldm_alpha
    )
    if "firstorder" in classes:
        found["firstorder"] = intensity_features(
            canvas.values, canvas.owner, canvas.pixels, histogram(ground), pixel_mm=area
        )
    is_flat = (levels == 1) & ~is_too_fine
    is_even = lowest(canvas.values, canvas.pixels) == highest(canvas.values, canvas.pixels)
    columns = []
    for name in classes:
        values = found[name]
        for place, feature in enumerate(CLASSES[name]):
            if feature in NEEDS_TWO_LEVELS.get(name, ()):
                values[is_flat, place] = torch.nan
            if name != "firstorder" or feature in ("Entropy", "Uniformity"):
                values[is_too_fine, place] = torch.nan
            elif feature in NEEDS_TWO_VALUES:
                values[is_even, place] = torch.nan
        columns.append(values)
    return Measured(torch.cat(columns, 1), is_flat, is_too_fine)


def _groups(rois: Sequence[Roi], order: list[int], most: int) -> Iterator[list[int]]:
    """Regions of like width, as many as fit on a canvas; one that is larger stands alone."""
    group: list[int] = []
    rows = 0
    for place in order:
        height, width = rois[place].mask.shape[0] + 1, rois[place].mask.shape[-1] + 1
        if group and (rows + height) * width > most:
            yield group
            group, rows = [], 0
        group.append(place)
        rows += height
    if group:
        yield group
