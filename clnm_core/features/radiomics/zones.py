"""How large are the patches of one grey level (GLSZM)?

Pixels that touch, also by a corner, and have one level are one zone. On a processor, rows are first
broken into runs, and the runs are joined by scipy's connected components. On a graphics card
every pixel takes the lowest number among its zone's neighbours and jumps along the pointers.
Both count the same zones.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from clnm_core.features.radiomics.canvas import directions, shift_of
from clnm_core.features.radiomics.cooccurrence import Graded
from clnm_core.features.radiomics.entries import Entries, of_sizes


def zones(ground: Graded, *, is_2d: bool = False) -> Entries:
    """Zones by level and size.

    Parameters
    ----------
    ground : Graded
    is_2d : bool
        Do not join across slices.

    Returns
    -------
    Entries
        One matrix per region.

    """
    steps = directions(len(ground.canvas.strides), is_2d=is_2d)
    joined = by_runs if ground.code.device.type == "cpu" else by_pointers
    code, size = joined(ground, steps)
    owner = torch.div(code, ground.levels + 1, rounding_mode="floor")
    return of_sizes(
        owner,
        code - owner * (ground.levels + 1),
        size,
        matrices=ground.canvas.regions,
        levels=ground.levels,
    )


def by_runs(ground: Graded, steps: list[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
    """Code and size of every zone, on a processor.

    An edge between two runs is needed once. A step down is kept where the one to its left does
    not already join the same two runs; a slanted step only where no upright one does.
    """
    code = ground.code.numpy()
    inside = code > 0
    follows = np.zeros(len(code), dtype=bool)  # the pixel before is of the same run
    np.equal(code[1:], code[:-1], out=follows[1:])
    starts = np.flatnonzero(~follows)
    run = np.cumsum(~follows, dtype=np.int32)
    run -= 1
    length = np.diff(starts, append=len(code))
    first, second = [], []
    for step in steps:
        if not any(step[:-1]):
            continue
        shift = shift_of(step, ground.canvas.strides)
        same = code[:-shift] == code[shift:]
        same &= inside[shift:]
        if step[-1] == 0:
            same[1:] &= ~(same[:-1] & follows[1 : len(same)])
        elif step[-1] > 0:
            same &= ~follows[shift:]
            same &= ~follows[1 : len(same) + 1]
        else:
            same &= ~follows[: len(same)]
            same[:-1] &= ~follows[shift + 1 :]
        at = np.flatnonzero(same)
        first.append(run[at])
        second.append(run[at + shift])
    a, b = np.concatenate(first), np.concatenate(second)
    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(starts),) * 2)
    count, label = connected_components(graph, directed=False)
    size = np.bincount(label, weights=length, minlength=count).astype(np.int64)
    of_zone = np.zeros(count, dtype=np.int64)
    of_zone[label] = code[starts]
    kept = of_zone > 0
    return torch.from_numpy(of_zone[kept]), torch.from_numpy(size[kept])


def by_pointers(ground: Graded, steps: list[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
    """Code and size of every zone, on any device."""
    code, length = ground.code, len(ground.code)
    number = torch.arange(length, device=code.device)
    shifts = [shift_of(step, ground.canvas.strides) for step in steps]
    same = [(code[:-shift] == code[shift:]) & (code[:-shift] > 0) for shift in shifts]
    while True:
        least = number.clone()
        for shift, join in zip(shifts, same, strict=True):
            ahead, behind = number[shift:], number[:-shift]
            least[:-shift] = torch.where(join, torch.minimum(least[:-shift], ahead), least[:-shift])
            least[shift:] = torch.where(join, torch.minimum(least[shift:], behind), least[shift:])
        # The root of a pixel hears of the lower number as well, and then all jump to their roots.
        hooked = number.scatter_reduce(0, number, least, "amin")
        while True:
            jumped = hooked[hooked]
            if torch.equal(jumped, hooked):
                break
            hooked = jumped
        if torch.equal(hooked, number):
            break
        number = hooked
    size = torch.bincount(number[code > 0], minlength=length)
    root = size.nonzero().flatten()
    return code[root].long(), size[root]
