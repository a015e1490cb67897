"""A tiny task, importable by name, so that it can be sent to other processes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

from clnm_core.systems.networks.loop import Settings, train
from clnm_core.systems.run import Run

ROWS = 40
SETTINGS = Settings(
    epochs=5, batch=16, learning_rate=0.01, weight_decay=0.01, patience=0, warmup_epochs=1
)


class ToyNetwork(nn.Module):
    """Batch normalisation and dropout, unless it has to be the same in parts."""

    def __init__(self, *, is_divisible: bool) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6)
        self.norm = nn.LayerNorm(6) if is_divisible else nn.BatchNorm1d(6)
        self.drop = nn.Identity() if is_divisible else nn.Dropout(0.3)
        self.last = nn.Linear(6, 1)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return self.last(self.drop(torch.relu(self.norm(self.first(batch["x"])))))[:, 0]


class ToyTask:
    """Learns the sign of a number among others."""

    training = ROWS

    def __init__(self, *, is_divisible: bool = False) -> None:
        random = np.random.default_rng(5)
        self.is_divisible = is_divisible
        self.x = random.normal(size=(ROWS, 4)).astype(np.float32)
        self.y = (self.x[:, 0] + random.normal(size=ROWS) > 0).astype(np.float32)

    def network(self) -> nn.Module:
        return ToyNetwork(is_divisible=self.is_divisible)

    def batch(self, rows, *, augment):
        x = self.x[rows]
        if augment is not None and not self.is_divisible:
            x = x + 0.1 * augment.standard_normal(x.shape).astype(np.float32)
        return {"x": torch.from_numpy(x), "target": torch.from_numpy(self.y[rows])}

    def loss(self, output, batch):
        return nn.functional.binary_cross_entropy_with_logits(output.float(), batch["target"])

    def validation_auc(self, network, device):
        with torch.inference_mode():
            answer = network({"x": torch.from_numpy(self.x).to(device)})
        return float(roc_auc_score(self.y, answer.cpu().numpy()))


class DyingTask(ToyTask):
    """Is killed in the middle of an epoch, as the machine might kill it."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.left = after

    def loss(self, output, batch):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().loss(output, batch)


class FailingTask(ToyTask):
    """Has a loss that is no number."""

    def loss(self, output, batch):
        return super().loss(output, batch) * float("inf")


class KilledTask(ToyTask):
    """Of several processes, the second is killed; so are all that are alone."""

    def network(self) -> nn.Module:
        if torch.distributed.is_initialized() and torch.distributed.get_rank() == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().network()


if __name__ == "__main__":
    train(
        DyingTask(after=int(sys.argv[2])),
        SETTINGS,
        seed=3,
        run=Run(checkpoints=Path(sys.argv[1])),
        name="toy",
    )
