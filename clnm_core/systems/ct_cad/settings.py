"""Which networks are trained, on how many pixels, and how?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clnm_core.errors import TrainingError
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.networks.task import Settings

ON_CPU = ("densenet121", "densenet169")
"""The two with the fewest weights."""

CPU_SIZE = 64
"""Side of the input on a CPU, in pixels: 0.31 mm each in a field of 20 mm.

At 48 a DenseNet ends in a single cell, and what normalises over a batch then sees one value of each
picture: losses stayed at chance for ten epochs of 16 pictures a step."""

DEFAULTS: Mapping[str, Any] = {
    "networks": [],
    "pretrained": "no",
    "checkpoints": dict.fromkeys(KINDS, ""),
    "size": 0,
    "field_mm": 20.0,
    "epochs": 24,
    "batch": 32,
    "learning_rate": 5e-4,
    "weight_decay": 0.05,
    "warmup_epochs": 2,
    "patience": 10,
    "dropout": 0.2,
    "label_smoothing": 0.0,
    "augmentation": True,
    "split": "patient",
    "kept_as": "float16",
}
"""Every setting.

``networks``: those to train; none for all eight on CUDA, and for :data:`ON_CPU` on a CPU.
``pretrained``: ``hub`` to look for ImageNet weights in this machine's cache and on the hub;
``checkpoints``: a file of weights for each network, which comes first. ``size``: side of the input
in pixels; 0 for the network's own on CUDA and :data:`CPU_SIZE` on a CPU, or the least that the
network takes. ``field_mm``: side of the square around the node; a network does not see beyond.
``split``: ``image`` shows, beside the same model, what dividing images instead of patients would
have promised of each network. ``kept_as``: how weights are written down; risks are always those of what is written.
The paper states none of these but the networks and that they were pretrained.
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings of one training, checked.

    Parameters
    ----------
    networks : tuple of str
        At least one, each once.
    sizes : dict of str to int
        Side of the input of each, in pixels.
    checkpoints : dict of str to str
        File of weights of each, empty for none.
    is_from_hub : bool
    field_mm : float
    dropout : float
    is_augmented : bool
    is_leak_shown : bool
    is_rounded : bool
        Whether weights are rounded to 16 bits.
    training : Settings

    """

    networks: tuple[str, ...]
    sizes: dict[str, int]
    checkpoints: dict[str, str]
    is_from_hub: bool
    field_mm: float
    dropout: float
    is_augmented: bool
    is_leak_shown: bool
    is_rounded: bool
    training: Settings


def chosen(config: Mapping[str, Any], *, device: str) -> Chosen:
    """The settings that a configuration means on a device.

    Parameters
    ----------
    config : mapping
        Every setting of :data:`DEFAULTS`.
    device : str
        ``cpu`` or ``cuda``.

    Raises
    ------
    TrainingError
        If a setting cannot be used; which, and what it may be.

    Examples
    --------
    >>> chosen(DEFAULTS, device="cpu").sizes
    {'densenet121': 64, 'densenet169': 64}
    >>> chosen(DEFAULTS, device="cuda").sizes["inception_v3"]
    299

    """
    names = tuple(config["networks"]) or (tuple(KINDS) if device == "cuda" else ON_CPU)
    for name in names:
        if name not in KINDS:
            raise TrainingError(
                f"ct-cad has no network {str(name)[:40]!r}. Choose among {', '.join(KINDS)}."
            )
    if len(set(names)) < len(names):
        raise TrainingError("A network is named twice in the setting 'networks'. Name each once.")
    _require_word(config, "pretrained", ("no", "hub"))
    _require_word(config, "split", ("patient", "image"))
    _require_word(config, "kept_as", ("float16", "float32"))
    _require_range(config, "field_mm", 5.0, 500.0)
    _require_range(config, "dropout", 0.0, 0.9)
    try:
        training = Settings(
            **{
                name: config[name]
                for name in (
                    "epochs",
                    "batch",
                    "learning_rate",
                    "weight_decay",
                    "warmup_epochs",
                    "patience",
                    "label_smoothing",
                )
            }
        )
    except ValueError as error:
        raise TrainingError(f"A setting of ct-cad cannot be used: {error}") from None
    return Chosen(
        networks=names,
        sizes={name: _size(name, int(config["size"]), device) for name in names},
        checkpoints={name: str(config["checkpoints"][name]) for name in names},
        is_from_hub=config["pretrained"] == "hub",
        field_mm=float(config["field_mm"]),
        dropout=float(config["dropout"]),
        is_augmented=bool(config["augmentation"]),
        is_leak_shown=config["split"] == "image",
        is_rounded=config["kept_as"] == "float16",
        training=training,
    )


def _size(name: str, wanted: int, device: str) -> int:
    kind = KINDS[name]
    if wanted == 0:
        return kind.own if device == "cuda" else max(CPU_SIZE, kind.least)
    if not kind.least <= wanted <= 1024:
        raise TrainingError(
            f"{kind.label} takes pictures of {kind.least} to 1,024 pixels a side; the setting "
            f"'size' is {wanted}. Choose a size that all networks take, or 0."
        )
    return wanted


def _require_word(config: Mapping[str, Any], name: str, words: tuple[str, ...]) -> None:
    if config[name] not in words:
        raise TrainingError(
            f"The setting {name!r} of ct-cad must be {' or '.join(words)}. Correct it."
        )


def _require_range(config: Mapping[str, Any], name: str, low: float, high: float) -> None:
    if not low <= config[name] <= high:
        raise TrainingError(
            f"The setting {name!r} of ct-cad must be from {low:g} to {high:g}. Correct it."
        )
