"""Which networks look at a node?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAME = "ct-cad"
"""Of the system."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the eight.

    Parameters
    ----------
    label : str
        For a reader.
    least : int
        Smallest side of its input, in pixels; smaller ones vanish inside it.
    own : int
        Side of the input that it was made for.
    millions : float
        Weights.
    is_pooling : bool
        Whether it averages over the picture before one linear layer, as class activation maps
        need it.

    """

    label: str
    least: int
    own: int
    millions: float
    is_pooling: bool = True


KINDS: Mapping[str, Kind] = {
    "vgg16": Kind("VGG16", 32, 224, 134.3, is_pooling=False),
    "vgg19": Kind("VGG19", 32, 224, 139.6, is_pooling=False),
    "legacy_xception": Kind("Xception", 32, 299, 20.8),
    "inception_v3": Kind("Inception v3", 75, 299, 21.8),
    "inception_resnet_v2": Kind("Inception-ResNet v2", 75, 299, 54.3),
    "densenet121": Kind("DenseNet121", 32, 224, 7.0),
    "densenet169": Kind("DenseNet169", 32, 224, 12.5),
    "resnet50": Kind("ResNet50", 32, 224, 23.5),
}
"""The paper names ResNet50 and Xception among its eight; the other six are recalled, not read."""
