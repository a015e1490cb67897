"""What does the answer lose when a place of the picture is covered?

A small input leaves a network one or two cells at its end, and a class activation map of so few
says nothing about places. Then every place is covered in turn, by the mean grey of the field, and
the log-odds that are lost are shown there.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.systems.ct_cad.networks import OneAnswer

PATCH = 1 / 4
"""Side of what is covered, as a share of the field; it moves by half of it. About a node's width:
covers half as wide take four times as long, and none hides what is seen around it."""

_AT_ONCE = 16


def occlusion(network: OneAnswer, picture: Tensor) -> NDArray[np.float64]:
    """Log-odds lost at each place, the mean over the covers that lie on it.

    Parameters
    ----------
    network : OneAnswer
        In evaluation mode.
    picture : torch.Tensor, shape (1, 1, size, size)
        White is 1.

    Returns
    -------
    numpy.ndarray of float64, shape (steps, steps)
        Above 0 where what was covered spoke for metastasis.

    References
    ----------
    .. [1] Zeiler MD, Fergus R. Visualizing and understanding convolutional networks. ECCV
       2014:818-833. doi:10.1007/978-3-319-10590-1_53

    """
    size = picture.shape[-1]
    step = max(math.ceil(size * PATCH / 2), 1)
    places = range(0, size, step)
    corners = [(row, column) for row in places[:-1] for column in places[:-1]]
    grey = float(picture.mean())
    whole = _answers(network, picture)[0]
    lost = np.zeros((len(places), len(places)))
    covers = np.zeros_like(lost)
    for first in range(0, len(corners), _AT_ONCE):
        some = corners[first : first + _AT_ONCE]
        covered = picture.repeat(len(some), 1, 1, 1)
        for place, (row, column) in enumerate(some):
            covered[place, :, row : row + 2 * step, column : column + 2 * step] = grey
        for (row, column), answer in zip(some, _answers(network, covered), strict=True):
            cells = np.s_[row // step : row // step + 2, column // step : column // step + 2]
            lost[cells] += whole - answer
            covers[cells] += 1
    return lost / np.maximum(covers, 1)


def _answers(network: OneAnswer, pictures: Tensor) -> NDArray[np.float64]:
    with torch.inference_mode():
        found: Tensor = network({"pictures": pictures.contiguous()})
    return found.double().cpu().numpy()
