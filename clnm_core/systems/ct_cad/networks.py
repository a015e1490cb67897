"""What does a network look like, and with whose weights does it begin?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from clnm_core.errors import TrainingError
from clnm_core.features.backbones import load_backbone
from clnm_core.systems.ct_cad.kinds import KINDS


@dataclass(frozen=True, eq=False, slots=True)
class Start:
    """What a network begins with.

    Parameters
    ----------
    weights : dict of str to torch.Tensor
        All but the last layer; empty for random ones.
    mean, std : tuple of float
        Of each channel, on a scale on which white is 1.
    words : str
        Where the weights come from.

    """

    weights: dict[str, Tensor]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    words: str


RANDOM = "random: no pretrained weights"


def start_of(name: str, *, checkpoint: str, is_from_hub: bool) -> Start:
    """What a network begins with: a file of weights, else those of the hub if asked for.

    Parameters
    ----------
    name : str
        A key of :data:`~clnm_core.systems.ct_cad.kinds.KINDS`.
    checkpoint : str
        Path of a file of weights; empty for none.
    is_from_hub : bool
        Whether pretrained weights are looked for in the cache of this machine and on the hub.

    Raises
    ------
    FeatureError
        If the file does not fit.
    TrainingError
        If the hub was asked for, and has none or cannot be reached.

    """
    import timm

    if not checkpoint and not is_from_hub:
        config: Any = timm.get_pretrained_cfg(name)
        return Start({}, tuple(config.mean), tuple(config.std), RANDOM)
    backbone = load_backbone(
        name, checkpoint=Path(checkpoint) if checkpoint else None, pretrained=is_from_hub
    )
    if backbone.weights.startswith("random"):
        raise TrainingError(
            f"There are no pretrained weights of {KINDS[name].label} to be had: the hub has none "
            "or cannot be reached. Give a checkpoint file, or train without pretrained weights."
        )
    weights = dict(backbone.network.state_dict())
    return Start(weights, backbone.mean, backbone.std, backbone.weights)


class OneAnswer(nn.Module):
    """A network of timm that looks at grey pictures and gives one log-odds each.

    Parameters
    ----------
    name : str
        A key of :data:`~clnm_core.systems.ct_cad.kinds.KINDS`.
    mean, std : tuple of float
        Of each channel.
    dropout : float
        Share of the last features that are left out in training.

    """

    def __init__(
        self, name: str, *, mean: tuple[float, ...], std: tuple[float, ...], dropout: float
    ) -> None:
        import timm

        super().__init__()
        net = timm.create_model(name, pretrained=False, num_classes=1, drop_rate=dropout)
        # Channels beside each other: the same numbers but for rounding, a quarter faster on a CPU.
        self.net: Any = net.to(memory_format=torch.channels_last)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1))

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Log-odds, shape (n,), of ``pictures`` of shape (n, 1, rows, columns), white being 1."""
        return self.answer(self.net.forward_features(self.seen(batch["pictures"])))

    def seen(self, pictures: Tensor) -> Tensor:
        """Three equal channels, scaled as the network knows them, shape (n, 3, rows, columns)."""
        scaled: Tensor = (pictures - self.mean) / self.std
        return scaled.contiguous(memory_format=torch.channels_last)

    def pooled(self, pictures: Tensor) -> Tensor:
        """What the last layer is given, shape (n, features), of pictures as in :meth:`forward`."""
        features = self.net.forward_features(self.seen(pictures))
        found: Tensor = self.net.forward_head(features, pre_logits=True)
        return found

    def answer(self, features: Tensor) -> Tensor:
        """Log-odds of the last features."""
        found: Tensor = self.net.forward_head(features)
        return found[:, 0]


def made(name: str, start: Start, *, dropout: float) -> OneAnswer:
    """A fresh network with what it begins with; what is random comes from torch's chance."""
    network = OneAnswer(name, mean=start.mean, std=start.std, dropout=dropout)
    if start.weights:
        network.net.load_state_dict(start.weights, strict=False)
    return network
