"""Who shares the work of one step, and how do they agree?

Alone there is nothing to agree on. With several processes, each takes its share of the rows of a
step; gradients are averaged by DistributedDataParallel, numbers are added up here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import nn

from clnm_core.errors import TrainingStopped


@dataclass(frozen=True, slots=True)
class Crew:
    """One process of those that train a network together.

    Parameters
    ----------
    device : torch.device
        Of this process.
    rank, size : int
        Number of this process, from 0, and how many there are.

    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process validates, keeps checkpoints and speaks."""
        return self.rank == 0

    def share(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of a step that fall to this process."""
        return np.array_split(rows, self.size)[self.rank]

    def joined(self, network: nn.Module) -> nn.Module:
        """The network, with its gradients averaged over all processes."""
        if self.size == 1:
            return network
        if self.device.type == "cuda":
            from timm.layers import convert_sync_batchnorm  # torch's own loses timm's activations

            network = convert_sync_batchnorm(network)
            return nn.parallel.DistributedDataParallel(network, device_ids=[self.device])
        return nn.parallel.DistributedDataParallel(network)

    def total(self, *numbers: float) -> tuple[float, ...]:
        """The sum of each number over all processes; the same in each."""
        if self.size == 1:
            return numbers
        added = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        dist.all_reduce(added)
        return tuple(added.tolist())

    def of_first(self, number: Callable[[], float]) -> float:
        """A number that only the first process finds out; the same in each."""
        return self.total(number() if self.is_first else 0.0)[0]

    def check(self, check: Callable[[], Any]) -> None:
        """Stop all processes together if one of them was asked to stop.

        Raises
        ------
        TrainingStopped

        """
        if self.size == 1:
            check()
            return
        stopped = ""
        try:
            check()
        except TrainingStopped as error:
            stopped = str(error)
        if self.total(float(bool(stopped)))[0]:
            raise TrainingStopped(stopped or "Stopped as asked.")
