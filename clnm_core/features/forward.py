"""How do pictures go through a network on a device whose memory may be short?"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from clnm_core.errors import FeatureError
from clnm_core.features.backbones import Backbone

if TYPE_CHECKING:
    import torch


class Forward:
    """A network on a device. Each time its memory is too short, the batch is halved for good.

    Parameters
    ----------
    backbone : Backbone
    device : {"cpu", "cuda"}
        float32 on a CPU, bfloat16 on CUDA.

    """

    def __init__(self, backbone: Backbone, device: str) -> None:
        import torch

        network = backbone.network if device == "cpu" else copy.deepcopy(backbone.network)
        self._network: Any = network.to(device).to(memory_format=torch.channels_last)
        self._device = device
        self._mean = torch.tensor(backbone.mean, device=device).reshape(1, 3, 1, 1)
        self._std = torch.tensor(backbone.std, device=device).reshape(1, 3, 1, 1)
        self._most: int | None = None

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Features of a batch, left on the device.

        Parameters
        ----------
        pixels : torch.Tensor of float32, shape (n, 1, rows, columns)
            0 is black, 1 is white.

        Returns
        -------
        torch.Tensor of float32, shape (n, n_features)

        Raises
        ------
        FeatureError
            If the memory does not hold a single picture.

        """
        import torch

        while True:
            try:
                pieces = [self._features(some) for some in pixels.split(self._most or len(pixels))]
                return torch.cat(pieces)
            except RuntimeError as error:
                if not _is_out_of_memory(error):
                    raise
                size = self._most or len(pixels)
                if size == 1:
                    raise FeatureError(
                        f"The memory of the device ({self._device}) does not hold one picture of "
                        "this backbone. Choose a smaller backbone, or another device."
                    ) from error
                self._most = size // 2
            if self._device == "cuda":
                torch.cuda.empty_cache()

    def with_cells(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Features of a batch, and what the network pools them from, as it has it; on a CPU."""
        import torch

        with torch.inference_mode():
            cells = self._network.forward_features(self._scaled(pixels))
            answer = self._network.forward_head(cells)
        return answer.float(), cells

    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        import torch

        with (
            torch.inference_mode(),
            torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._device == "cuda"),
        ):
            answer = self._network(self._scaled(pixels))
        return answer.float()

    def _scaled(self, pixels: torch.Tensor) -> torch.Tensor:
        import torch

        grey = pixels.to(self._device, non_blocking=True)
        scaled = (grey - self._mean) / self._std  # one channel becomes three
        return scaled.contiguous(memory_format=torch.channels_last)


def _is_out_of_memory(error: RuntimeError) -> bool:
    """CUDA has an error of its own; the CPU's allocator only has words."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
