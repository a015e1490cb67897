"""What does the answer lose when the networks do not see a patch?

Each patch of the location map and of the texture is hidden in turn, as a patch is hidden that says
nothing: no token looks at it, and it is in no mean. What the log-odds lose is what it did for them,
with all that the network made of it together with the others. What is told of the whole lesion (its
size, shape, margin, echogenicity) has no place in the picture and stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.systems.llnm_net.inputs import SIDE

if TYPE_CHECKING:
    from clnm_core.systems.llnm_net.model import LlnmModel

HIDDEN = ("location", "texture")
"""Groups whose tokens show a part of the picture."""

_SQUARES = 4
"""Squares of patches along a side that are hidden together where a group has the paper's 14."""

_AT_ONCE = {"statistics": 32, "pixels": 4}
"""Cases with a patch hidden that are judged together; those of pixels have hundreds of tokens."""


def lost_log_odds(model: LlnmModel, batch: dict[str, Tensor]) -> dict[str, NDArray[np.float64]]:
    """What the log-odds of the one case lose with each patch, the mean over the networks.

    Parameters
    ----------
    model : LlnmModel
    batch : dict of str to torch.Tensor
        The one case, from :func:`~clnm_core.systems.llnm_net.encoding.as_tensors`.

    Returns
    -------
    dict
        By group, shape (2 views, tokens), before calibration: above 0 where the patch spoke for
        the outcome. Patches that are hidden together have the same loss.

    References
    ----------
    .. [1] Zeiler MD, Fergus R. Visualizing and understanding convolutional networks. ECCV
       2014:818-833. doi:10.1007/978-3-319-10590-1_53

    """
    counts = {group: model.shapes[group][0] for group in HIDDEN if group in model.shapes}
    turns = [(group, some) for group, count in counts.items() for some in _together(count)]
    found = {group: np.zeros((2, count)) for group, count in counts.items()}
    whole = _by_view(model, batch)[0]
    size = _AT_ONCE[model.config.patches]
    for first in range(0, len(turns), size):
        some = turns[first : first + size]
        hidden = {name: one.repeat_interleave(len(some), 0) for name, one in batch.items()}
        for row, (group, tokens) in enumerate(some):
            hidden[f"says.{group}"][row][:, tokens] = False
        for (group, tokens), left in zip(some, _by_view(model, hidden), strict=True):
            # The log-odds of the case are the mean of those of its two views.
            found[group][:, tokens] = ((whole - left) / 2)[:, None]
    return found


def _by_view(model: LlnmModel, batch: dict[str, Tensor]) -> NDArray[np.float64]:
    with torch.inference_mode():
        views = [network.each_view(batch).double().numpy() for network in model.networks]
    return np.asarray(np.mean(views, axis=0))


def _together(count: int) -> list[NDArray[np.int64]]:
    """Which tokens are hidden together: each alone, or squares of the paper's many patches."""
    if count < SIDE * SIDE:
        return [np.array([token]) for token in range(count)]
    step = -(-SIDE // _SQUARES)
    square = np.add.outer(np.arange(SIDE) // step * _SQUARES, np.arange(SIDE) // step).ravel()
    return [np.flatnonzero(square == number) for number in range(_SQUARES**2)]
