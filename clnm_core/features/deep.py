"""What does a network that was trained on other pictures see in these?"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from clnm_core.features.backbones import load_backbone
from clnm_core.features.cells import Look, averaged_from
from clnm_core.features.crops import seen, square_around, whole_square
from clnm_core.features.forward import Forward
from clnm_core.features.items import Features, Item
from clnm_core.features.loading import batches
from clnm_core.imaging.windows import SOFT_TISSUE

if TYPE_CHECKING:
    import torch

Crop = Literal["lesion", "picture"]

CPU_BATCH = 2
"""Pictures at a time on a CPU: always as many, since rounding depends on the shape of a batch.
The two views of a patient; larger ones are an eighth faster where there are many pictures."""

CUDA_BATCH = 256
"""Pictures at a time on a CUDA device, before its memory has a say."""

NO_OUTLINE = (
    "There is no outline of the lesion to crop around. Draw one, or extract from the whole picture."
)


class DeepExtractor:
    """Pooled features of any backbone of timm.

    The square around the lesion (its longer side, and ``margin`` of it at both ends) is brought to
    the input of the network with the network's own interpolation, repeated in three channels and
    scaled with the network's own mean and standard deviation. What lies outside the picture is
    black. A picture without an outline has no features: a whole picture in its place would be
    another measurement. With ``crop="picture"`` the whole picture, squared with black, is taken
    for every item.

    On a CPU all is float32, and a picture has the same features whatever other pictures are in the
    batch. On CUDA the network runs in bfloat16, which keeps two to three digits.

    Parameters
    ----------
    backbone : str
        Name of a network of timm.
    checkpoint : pathlib.Path, optional
        Weights from a file.
    crop : {"lesion", "picture"}
    margin : float
        Share of the lesion's longer side, from 0 to 2.
    pretrained : bool
        Whether pretrained weights are looked for where no checkpoint is given.
    seed : int
        Of random weights.

    Raises
    ------
    FeatureError
        If the backbone or the checkpoint cannot be used.
    ValueError
        If ``crop`` or ``margin`` is not one of the above.

    """

    kind = "deep"

    def __init__(
        self,
        backbone: str = "resnet18",
        *,
        checkpoint: Path | None = None,
        crop: Crop = "lesion",
        margin: float = 0.25,
        pretrained: bool = True,
        seed: int = 0,
    ) -> None:
        if crop not in ("lesion", "picture"):
            raise ValueError(f"crop must be lesion or picture; got {crop!r}.")
        if not 0 <= margin <= 2:
            raise ValueError(f"margin must be from 0 to 2; got {margin}.")
        self._crop = crop
        self._margin = margin
        self._on_device: dict[str, Forward] = {}
        self._backbone = load_backbone(
            backbone, checkpoint=checkpoint, pretrained=pretrained, seed=seed
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the result depends on, the digest of the weights among it."""
        import timm

        backbone = self._backbone
        return {
            "backbone": backbone.name,
            "weights": backbone.weights,
            "weights_digest": backbone.digest,
            "crop": self._crop,
            "margin": self._margin if self._crop == "lesion" else 0.0,
            "input_size": list(backbone.size),
            "mean": list(backbone.mean),
            "std": list(backbone.std),
            "interpolation": backbone.interpolation,
            "hounsfield_window": SOFT_TISSUE,
            "timm": timm.__version__,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """``resnet18_0000`` and so on."""
        stem = re.sub(r"[^A-Za-z0-9]+", "_", self._backbone.name)
        return tuple(f"{stem}_{place:04d}" for place in range(self._backbone.n_features))

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        """One row per item; ``items`` may read each picture only when it is asked for it."""
        values = np.full((len(items), self._backbone.n_features), np.nan)
        reasons = [""] * len(items)
        is_cuda = device == "cuda"
        forward = self._forward(device)
        pieces: list[tuple[int, torch.Tensor]] = []
        for batch in batches(
            items,
            self._prepared,
            size=_batch_size(len(items), device),
            shape=self._backbone.size,
            threads=os.cpu_count() or 1 if is_cuda else 2,
            is_pinned=is_cuda,
        ):
            last = batch.first + len(batch.reasons)
            reasons[batch.first : last] = batch.reasons
            if not all(batch.reasons):
                pieces.append((batch.first, forward(batch.pixels)))
        for first, piece in pieces:
            # Copied back at the end only: a copy would make the device wait for this program.
            rows = piece.double().cpu().numpy()[: len(items) - first]
            values[first : first + len(rows)] = rows
        return Features(self.names, *_with_reasons(values, reasons))

    def looks(self, items: Sequence[Item]) -> list[Look]:
        """The same features of a few pictures on the CPU, each with the places that they come from.

        An item without an outline has features that are NaN, and no place.
        """
        import torch

        forward, found = self._forward("cpu"), []
        for first in range(0, len(items), CPU_BATCH):
            some = [self._square(item) for item in items[first : first + CPU_BATCH]]
            pixels = torch.zeros((CPU_BATCH, 1, *self._backbone.size))
            for place, square in enumerate(some):
                if square is not None:
                    pixels[place, 0] = torch.from_numpy(self._seen(items[first + place], square))
            answer, cells = forward.with_cells(pixels)
            rows = answer.double().numpy()
            for place, square in enumerate(some):
                row = rows[place]
                if square is None or not np.isfinite(row).all():
                    row = np.full_like(row, np.nan)
                found.append(Look(row, averaged_from(cells[place], row), square))
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Without the copies on devices: a process that this is sent to makes its own."""
        return {**self.__dict__, "_on_device": {}}

    def _forward(self, device: str) -> Forward:
        if device not in self._on_device:
            self._on_device[device] = Forward(self._backbone, device)
        return self._on_device[device]

    def _prepared(self, item: Item) -> NDArray[np.float32] | str:
        square = self._square(item)
        return NO_OUTLINE if square is None else self._seen(item, square)

    def _square(self, item: Item) -> tuple[int, int, int, int] | None:
        """What part of the picture the network sees; ``None`` without an outline."""
        if self._crop == "picture":
            return whole_square(item.grey.shape, item.spacing_mm)
        if item.lesion is None or not item.lesion.any():
            return None
        return square_around(item.lesion, item.spacing_mm, margin=self._margin)

    def _seen(self, item: Item, square: tuple[int, int, int, int]) -> NDArray[np.float32]:
        return seen(item, square, self._backbone.size, interpolation=self._backbone.interpolation)


def _batch_size(count: int, device: str) -> int:
    """Few pictures need no large batch on CUDA; a CPU has one size for all."""
    if device == "cpu":
        return CPU_BATCH
    return min(CUDA_BATCH, 1 << max(count - 1, 0).bit_length())


def _with_reasons(
    values: NDArray[np.float64], reasons: list[str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Rows without a picture, or with values that are no numbers, are missing and say why."""
    for place, row in enumerate(values):
        if reasons[place]:
            row[:] = np.nan
        elif not np.isfinite(row).all():
            row[:] = np.nan
            reasons[place] = "The network gave values that are not finite. Choose another."
    return values, tuple(reasons)
