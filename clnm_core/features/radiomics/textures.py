"""What is the texture of many nodules at once?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import directions
from clnm_core.features.radiomics.cooccurrence import Graded, cooccurrence
from clnm_core.features.radiomics.cooccurrence_features import cooccurrence_features
from clnm_core.features.radiomics.emphasis import emphasis_features
from clnm_core.features.radiomics.entries import of_counts
from clnm_core.features.radiomics.names import GLDM
from clnm_core.features.radiomics.neighbours import dependence, tone_differences
from clnm_core.features.radiomics.runs import is_crossed, runs
from clnm_core.features.radiomics.sums import total
from clnm_core.features.radiomics.tone_features import tone_features
from clnm_core.features.radiomics.zones import zones


def texture_features(
    ground: Graded,
    levels: Tensor,
    classes: Collection[str],
    *,
    distances: Sequence[int] = (1,),
    alpha: int = 0,
    is_2d: bool = False,
    is_merged: bool = False,
) -> dict[str, Tensor]:
    """Texture of every region.

    Parameters
    ----------
    ground : Graded
    levels : torch.Tensor of int64, shape (regions,)
        Highest level of each region.
    classes : collection of str
        Any of ``names.TEXTURES``.
    distances : sequence of int
        At which GLCM, GLDM and NGTDM compare; each at least 1.
    alpha : int
        Largest difference in levels that GLDM takes as alike.
    is_2d : bool
        Do not compare across slices.
    is_merged : bool
        GLCM and GLRLM add the directions up instead of averaging their features.

    Returns
    -------
    dict of str to torch.Tensor of float64, shape (regions, n_features)
        In the orders of ``names.TEXTURES``.

    """
    ndim = len(ground.canvas.strides)
    steps = directions(ndim, distances, is_2d=is_2d)
    near = directions(ndim, is_2d=is_2d)
    measured: dict[str, Callable[[], Tensor]] = {
        "glcm": lambda: _glcm(ground, levels, steps, is_merged),
        "glrlm": lambda: _glrlm(ground, near, is_merged),
        "glszm": lambda: emphasis_features(zones(ground, is_2d=is_2d)),
        "gldm": lambda: _gldm(ground, steps, alpha),
        "ngtdm": lambda: tone_features(*tone_differences(ground, steps)),
    }
    return {name: measure() for name, measure in measured.items() if name in classes}


def _glcm(
    ground: Graded, levels: Tensor, steps: Sequence[tuple[int, ...]], is_merged: bool
) -> Tensor:
    counts = torch.stack([cooccurrence(ground, step) for step in steps])
    if is_merged:
        return cooccurrence_features(counts.sum(0), levels)
    flat = cooccurrence_features(counts.flatten(0, 1), levels.repeat(len(steps)))
    return _average(flat.view(len(steps), len(levels), -1))


def _glrlm(ground: Graded, steps: Sequence[tuple[int, ...]], is_merged: bool) -> Tensor:
    counts = torch.stack([runs(ground, step) for step in steps])
    canvas = ground.canvas
    # With more pixels than lines some line has two; the sides of a flat box allow no more lines.
    if len(canvas.strides) > 2 or bool((canvas.pixels < 2 * canvas.longest).any()):
        counts *= torch.stack([is_crossed(ground, step) for step in steps])[:, :, None, None]
    if is_merged:
        return emphasis_features(of_counts(counts.sum(0)))
    flat = emphasis_features(of_counts(counts.flatten(0, 1)))
    return _average(flat.view(len(steps), canvas.regions, -1))


def _gldm(ground: Graded, steps: Sequence[tuple[int, ...]], alpha: int) -> Tensor:
    found = emphasis_features(of_counts(dependence(ground, steps, alpha=alpha)))
    return found[:, [place for place, name in enumerate(GLDM) if name]]


def _average(by_direction: Tensor) -> Tensor:
    """Mean over the directions that have any pair or run; NaN where none has."""
    known = ~torch.isnan(by_direction)
    there = torch.where(known, by_direction, 0.0)
    return total(there.movedim(0, -1)) / known.sum(0)
