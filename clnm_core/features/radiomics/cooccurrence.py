"""How often do two grey levels stand next to each other, and how often alone?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import Canvas, shift_of


@dataclass(frozen=True, eq=False, slots=True)
class Graded:
    """A canvas whose pixels have grey levels.

    Parameters
    ----------
    canvas : Canvas
    level : torch.Tensor of int32, shape (length,)
        Grey level from 1, 0 outside.
    code : torch.Tensor of int32, shape (length,)
        Region and level in one number, ``region * (levels + 1) + level``; 0 outside.
    levels : int
        Highest level of any region here.

    """

    canvas: Canvas
    level: Tensor
    code: Tensor
    levels: int

    def per_level(self, counts: Tensor) -> Tensor:
        """Counts by region and level from counts by code; what lies outside is left out.

        Parameters
        ----------
        counts : torch.Tensor, shape (regions * (levels + 1) * n,)

        Returns
        -------
        torch.Tensor, shape (regions, levels, n)

        """
        return counts.view(self.canvas.regions, self.levels + 1, -1)[:, 1:]


def graded(canvas: Canvas, levels: Tensor) -> Graded:
    """Spread the levels of the pixels inside over the row."""
    highest = int(levels.max())
    level = levels.int()
    code = (canvas.owner.int() * (highest + 1)).add_(level)
    return Graded(canvas, canvas.spread(level), canvas.spread(code), highest)


def histogram(ground: Graded) -> Tensor:
    """Pixels by level; of int64, shape (regions, levels)."""
    size = ground.canvas.regions * (ground.levels + 1)
    counts = torch.bincount(ground.code, minlength=size)
    return ground.per_level(counts)[..., 0]


def cooccurrence(ground: Graded, step: tuple[int, ...]) -> Tensor:
    """Pairs of neighbours along a direction and back, by their levels (GLCM).

    Parameters
    ----------
    ground : Graded
    step : tuple of int
        From a pixel to its neighbour.

    Returns
    -------
    torch.Tensor of int64, shape (regions, levels, levels)
        Symmetric; each pair counts once in either order.

    """
    shift, n = shift_of(step, ground.canvas.strides), ground.levels + 1
    pair = torch.add(ground.level[shift:], ground.code[:-shift], alpha=n)
    counts = torch.bincount(pair, minlength=ground.canvas.regions * n * n)
    found = ground.per_level(counts)[..., 1:]
    return found + found.transpose(1, 2)
