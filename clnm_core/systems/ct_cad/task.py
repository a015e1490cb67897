"""What does a network learn of pictures of nodes?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.systems.ct_cad.augmenting import altered
from clnm_core.systems.ct_cad.networks import OneAnswer, Start, made
from clnm_core.systems.ct_cad.pictures import Crops

BATCH = {"cpu": 4, "cuda": 64}
"""Pictures that are judged at a time, always as many: so none depends on those beside it. Few on
a CPU, where one case is often asked about alone and the rest is black."""


@dataclass(frozen=True, eq=False, slots=True)
class NodeTask:
    """Learns which nodes are metastatic; see :class:`~clnm_core.systems.networks.task.Task`.

    Parameters
    ----------
    name : str
        A key of :data:`~clnm_core.systems.ct_cad.kinds.KINDS`.
    start : Start
    size : int
        Side of the input, in pixels.
    dropout : float
    is_augmented : bool
    crops : Crops
        Of the training cases.
    y_true : numpy.ndarray of bool, shape (training cases,)
    judged : Crops
        Of the validation cases.
    y_judged : numpy.ndarray of bool, shape (validation cases,)

    """

    name: str
    start: Start
    size: int
    dropout: float
    is_augmented: bool
    crops: Crops
    y_true: NDArray[np.bool_]
    judged: Crops
    y_judged: NDArray[np.bool_]

    @property
    def training(self) -> int:
        """Number of training pictures."""
        return len(self.crops.case)

    def network(self) -> nn.Module:
        """A fresh network."""
        return made(self.name, self.start, dropout=self.dropout)

    def batch(
        self, rows: NDArray[np.int64], *, augment: np.random.Generator | None
    ) -> dict[str, Tensor]:
        """Pictures, altered by chance, with what they show and what that weighs."""
        target = self.y_true[self.crops.case[rows]]
        share = float(self.y_true[self.crops.case].mean())
        weight = np.where(target, 0.5 / share, 0.5 / (1 - share))
        random = augment if self.is_augmented else None
        return {
            "pictures": altered(self.crops.grey[rows], size=self.size, random=random),
            "target": torch.from_numpy(target.astype(np.float32)),
            "weight": torch.from_numpy(weight.astype(np.float32)),
        }

    def loss(self, output: Tensor, batch: dict[str, Tensor]) -> Tensor:
        """Cross-entropy; both classes weigh alike over all training pictures."""
        return binary_cross_entropy_with_logits(
            output.float(), batch["target"], weight=batch["weight"]
        )

    def validation_auc(self, network: nn.Module, device: torch.device) -> float:
        """AUROC on the validation cases."""
        if self.y_judged.all() or not self.y_judged.any():
            return float("nan")
        odds = case_log_odds(network, self.judged, size=self.size, device=device)
        return auc(Predictions.of(self.y_judged, 1 / (1 + np.exp(-odds)))).value


def case_log_odds(
    network: nn.Module, crops: Crops, *, size: int, device: torch.device
) -> NDArray[np.float64]:
    """Log-odds of each case, the mean over its pictures, by a network in evaluation mode.

    Computed in float32, also where training used fewer bits.
    """
    found = np.zeros(len(crops.case))
    size_of_batch = BATCH["cuda" if device.type == "cuda" else "cpu"]
    for first in range(0, len(found), size_of_batch):
        some = crops.grey[first : first + size_of_batch]
        filled = np.zeros((size_of_batch, *some.shape[1:]), dtype=np.uint8)
        filled[: len(some)] = some
        with torch.inference_mode():
            pictures = altered(filled, size=size, random=None).to(device)
            answer = network({"pictures": pictures})
        found[first : first + len(some)] = answer[: len(some)].double().cpu().numpy()
    cases = np.bincount(crops.case)
    return np.asarray(np.bincount(crops.case, weights=found) / np.maximum(cases, 1))


def pooled_features(network: OneAnswer, crops: Crops, *, size: int) -> NDArray[np.float32]:
    """Pooled features of each case, shape (cases, features), the mean over its pictures; on a CPU."""
    found: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        for one in crops.grey:  # one by one: none depends on those beside it
            found.append(network.pooled(altered(one[None], size=size, random=None))[0].numpy())
    return np.stack(
        [
            np.mean([found[place] for place in np.flatnonzero(crops.case == case)], axis=0)
            for case in range(int(crops.case.max()) + 1)
        ]
    ).astype(np.float32)
