"""How likely does each pixel lie in the gland, and in the nodule?

MONAI's U-Net++ (nested skip connections) with one input, the grey picture, and one sigmoid per
structure. Its normalisation looks at one picture at a time, so that no picture's outline depends
on those beside it. Importing this module imports torch and MONAI, which takes seconds.

References
----------
.. [1] Zhou Z, Siddiquee MMR, Tajbakhsh N, Liang J. UNet++: a nested U-Net architecture for
   medical image segmentation. DLMIA 2018. doi:10.1007/978-3-030-00889-5_1
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import torch
from monai.networks.nets.basic_unetplusplus import BasicUNetPlusPlus
from numpy.typing import NDArray

from clnm_core.errors import ModelError
from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner


def untrained(widths: tuple[int, ...], *, seed: int) -> torch.nn.Module:
    """A network with random weights; the same seed gives the same ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return BasicUNetPlusPlus(
            spatial_dims=2, in_channels=1, out_channels=len(STRUCTURES), features=widths
        )


def arrays(network: torch.nn.Module) -> dict[str, NDArray[np.float32]]:
    """The weights of a network, by layer, in numpy."""
    return {
        name: tensor.detach().to("cpu", torch.float32).numpy().copy()
        for name, tensor in network.state_dict().items()
    }


def built(widths: tuple[int, ...], weights: Mapping[str, NDArray[np.float32]]) -> torch.nn.Module:
    """A network with given weights, ready to outline.

    Raises
    ------
    ModelError
        If the weights do not fit the widths.

    """
    network = untrained(widths, seed=0)
    tensors = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
    try:
        network.load_state_dict(tensors)
    except RuntimeError:
        raise ModelError(
            "The weights of this outliner do not fit its network. Train it again, or restore its "
            "files from a backup."
        ) from None
    return network.eval()


def probabilities(
    outliner: Outliner, pictures: NDArray[np.float32], *, device: str = "cpu"
) -> NDArray[np.float32]:
    """Probability of each structure at each pixel of the square.

    Parameters
    ----------
    outliner : Outliner
    pictures : numpy.ndarray of float32, shape (n, side, side)
        As :func:`~clnm_core.imaging.segmentation.working.seen` makes them. Each is looked at by
        itself.
    device : str
        ``cpu`` or ``cuda``.

    Returns
    -------
    numpy.ndarray of float32, shape (n, n_structures, side, side)

    """
    network = _loaded(outliner, device)
    with torch.inference_mode():
        found = [
            torch.sigmoid(network(torch.from_numpy(np.array(picture))[None, None].to(device))[0])
            for picture in pictures
        ]
    return torch.cat(found).cpu().numpy() if found else np.zeros((0, 2, *pictures.shape[1:]), "f4")


@lru_cache(maxsize=2)
def _loaded(outliner: Outliner, device: str) -> torch.nn.Module:
    return built(outliner.widths, outliner.weights).to(device)
