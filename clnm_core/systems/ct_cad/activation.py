"""Where in a picture did a network see its reasons?

A network that averages its last features over the picture and adds them up has its answer in
every cell of them: the class activation map. Its mean over the cells plus the bias is the log-odds.
VGG has hidden layers between, so its map is weighted by gradients instead, which explains less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.networks import OneAnswer


@dataclass(frozen=True, eq=False, slots=True)
class Activation:
    """The map of one picture, as coarse as the network is.

    Parameters
    ----------
    cells : numpy.ndarray of float64, shape (rows, columns)
        Log-odds that each cell stands for; above 0 speaks for metastasis.
    bias : float
        What is added to their mean; NaN where mean and bias do not make the log-odds.
    log_odds : float
        The network's answer.

    """

    cells: NDArray[np.float64]
    bias: float
    log_odds: float


def activation(network: OneAnswer, name: str, picture: Tensor) -> Activation:
    """The map of one picture.

    Parameters
    ----------
    network : OneAnswer
        In evaluation mode.
    name : str
        A key of :data:`~clnm_core.systems.ct_cad.kinds.KINDS`.
    picture : torch.Tensor, shape (1, 1, rows, columns)
        White is 1.

    References
    ----------
    .. [1] Zhou B et al. Learning deep features for discriminative localization. CVPR 2016:2921-2929.
       doi:10.1109/CVPR.2016.319
    .. [2] Selvaraju RR et al. Grad-CAM: visual explanations from deep networks via gradient-based
       localization. Int J Comput Vis 2020;128:336-359. doi:10.1007/s11263-019-01228-7

    """
    if not KINDS[name].is_pooling:
        return _by_gradient(network, picture)
    layer = network.net.get_classifier()
    with torch.inference_mode():
        features = network.net.forward_features(network.seen(picture))
        answer = float(network.answer(features)[0])
        weighted = torch.einsum(
            "c,chw->hw", layer.weight.detach()[0].double(), features[0].double()
        )
    return Activation(weighted.cpu().numpy(), float(layer.bias.detach()[0]), answer)


def _by_gradient(network: OneAnswer, picture: Tensor) -> Activation:
    """Features weighted by the mean of the gradient of the answer (Grad-CAM), before its cut at 0."""
    with torch.enable_grad():
        features = network.net.forward_features(network.seen(picture)).detach().requires_grad_()
        answer = network.answer(features)
        (slope,) = torch.autograd.grad(answer[0], features)
    weighted = (slope.mean(dim=(2, 3), keepdim=True) * features.detach()).sum(dim=1)[0]
    return Activation(weighted.double().cpu().numpy(), float("nan"), float(answer.detach()[0]))
