"""What does one network learn, and how well does it know the validation cases?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.encoding import as_tensors
from clnm_core.systems.llnm_net.network import LlnmNet, Output
from clnm_core.systems.llnm_net.text.tokens import RESERVED, UNKNOWN
from clnm_core.systems.networks.loop import Settings

BATCH = {"cpu": 4, "cuda": 32}
"""Cases that are judged at a time, always as many: so none depends on those beside it. Few on
a CPU, where one case is often asked about alone and stands there several times."""

_ONE_VIEW = 0.15
"""Share of the training cases that show one of their views twice, in a step."""

UNKNOWN_STAGE = -1

_RIDGE_C = 0.1
"""Inverse penalty of the linear skip on standardised numbers (scikit-learn's C)."""


@dataclass(frozen=True, eq=False, slots=True)
class LlnmTask:
    """Learns which patients have the outcome; see :class:`~..networks.task.Task`.

    Parameters
    ----------
    config : Config
    vocabulary, length : int
        Of the report.
    arrays : dict of str to numpy.ndarray
        Encoded training cases.
    y_true : numpy.ndarray of bool, shape (training cases,)
    stage : numpy.ndarray of int, shape (training cases,)
        Place in :data:`~clnm_core.systems.llnm_net.network.STAGES`; -1 where unknown.
    judged : dict of str to numpy.ndarray
        Encoded validation cases.
    y_judged : numpy.ndarray of bool, shape (validation cases,)

    """

    config: Config
    vocabulary: int
    length: int
    arrays: dict[str, NDArray[Any]]
    y_true: NDArray[np.bool_]
    stage: NDArray[np.int64]
    judged: dict[str, NDArray[Any]]
    y_judged: NDArray[np.bool_]

    @property
    def training(self) -> int:
        """Number of training cases."""
        return len(self.y_true)

    def network(self) -> nn.Module:
        """A fresh network."""
        network = LlnmNet(
            self.config, shapes_of(self.arrays), vocabulary=self.vocabulary, length=self.length
        )
        if network.line is not None:
            network.line.copy_(self._line(network))
        return network

    def _line(self, network: LlnmNet) -> Tensor:
        """Intercept and weights of the linear skip: ridge logistic regression on training cases."""
        rows = np.arange(self.training)
        with torch.no_grad():
            read = network.averaged(as_tensors(self.arrays, rows)).double()
        x = read.unflatten(0, (-1, 2)).mean(1).numpy()
        centre, scale = x.mean(axis=0), x.std(axis=0)
        scale[scale < 1e-6] = np.inf  # what never varies has no weight
        fitted = LogisticRegression(C=_RIDGE_C, max_iter=2000, class_weight="balanced").fit(
            (x - centre) / scale, self.y_true
        )
        weights = fitted.coef_[0] / scale
        intercept = fitted.intercept_[0] - float(weights @ centre)
        return torch.from_numpy(np.concatenate([[intercept], weights])).float()

    def batch(
        self, rows: NDArray[np.int64], *, augment: np.random.Generator | None
    ) -> dict[str, Tensor]:
        """Some training cases; altered, some show one view twice, and numbers are a little off."""
        found = as_tensors(self.arrays, rows)
        if augment is not None:
            once = augment.random(len(rows)) < _ONE_VIEW
            which = np.where(once[:, None], augment.integers(0, 2, (len(rows), 1)), [[0, 1]])
            pick = torch.from_numpy(which)
            row = torch.arange(len(rows))[:, None]
            for name in [one for one in found if one.startswith(("value.", "says."))]:
                found[name] = found[name][row, pick]
            if self.config.noise:
                for name in [one for one in found if one.startswith("value.")]:
                    # One offset for all tokens of a group: what is averaged over them is off too.
                    shape = (len(rows), 1, 1, found[name].shape[-1])
                    off = augment.standard_normal(shape, dtype=np.float32)
                    found[name] = found[name] + self.config.noise * torch.from_numpy(off)
            if self.config.word_dropout and "ids" in found:
                lost = augment.random(tuple(found["ids"].shape)) < self.config.word_dropout
                is_word = found["ids"] >= RESERVED
                found["ids"] = found["ids"].masked_fill(torch.from_numpy(lost) & is_word, UNKNOWN)
        found["target"] = torch.from_numpy(self.y_true[rows].astype(np.float32))
        found["stage"] = torch.from_numpy(self.stage[rows])
        return found

    def loss(self, output: Output, batch: dict[str, Tensor]) -> Tensor:
        """Cross-entropy of the outcome, rarer class weighted up, plus that of the known stages."""
        share = min(max(float(self.y_true.mean()), 1e-3), 1 - 1e-3)
        target = batch["target"]
        weight = target * (0.5 / share) + (1 - target) * (0.5 / (1 - share))
        found = binary_cross_entropy_with_logits(output.log_odds.float(), target, weight=weight)
        each = cross_entropy(
            output.stages.float(), batch["stage"], ignore_index=UNKNOWN_STAGE, reduction="none"
        )
        # Without a weight, zero times this keeps the second head in every step.
        return found + self.config.stage_weight * each.mean()

    def validation_auc(self, network: nn.Module, device: torch.device) -> float:
        """AUROC on the validation cases; NaN where they have one outcome only."""
        if len(np.unique(self.y_judged)) < 2:
            return float("nan")
        log_odds, _ = judged_by(network, self.judged, device)
        return float(
            auc(
                Predictions.of(self.y_judged, torch.sigmoid(torch.from_numpy(log_odds)).numpy())
            ).value
        )


def shapes_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[int, int]]:
    """Tokens and values of each group."""
    return {
        name.removeprefix("value."): (values.shape[2], values.shape[3])
        for name, values in arrays.items()
        if name.startswith("value.")
    }


def settings_of(config: Config) -> Settings:
    """How a network of a config is trained."""
    return Settings(
        epochs=config.epochs,
        batch=config.batch,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        patience=config.patience,
        warmup_epochs=config.warmup_epochs,
        schedule="constant" if config.schedule == "constant" else "cosine",
    )


def judged_by(
    network: nn.Module, arrays: Mapping[str, NDArray[Any]], device: torch.device
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-odds of the outcome, shape (n,), and of the stages, shape (n, 3), of encoded cases."""
    log_odds, stages = _batch_by_batch(network, arrays, device)
    return log_odds, stages


def parts_by(
    network: LlnmNet, arrays: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Parts of the log-odds of encoded cases, as of :class:`Parts`; on a CPU."""
    own, line = _batch_by_batch(network.parts, arrays, torch.device("cpu"))
    return own, line


def _batch_by_batch(
    asked: Callable[[dict[str, Tensor]], tuple[Tensor, ...]],
    arrays: Mapping[str, NDArray[Any]],
    device: torch.device,
) -> tuple[NDArray[np.float64], ...]:
    """What is said of each case; a batch is always as large, so none depends on those beside it."""
    count = len(next(iter(arrays.values())))
    size = BATCH["cuda" if device.type == "cuda" else "cpu"]
    found: list[list[NDArray[np.float64]]] = []
    with torch.inference_mode():
        for first in range(0, count, size):
            rows = np.arange(first, min(first + size, count))
            # The last ones are filled up with the first.
            filled = np.concatenate([rows, np.zeros(size - len(rows), dtype=np.int64)])
            batch = {name: value.to(device) for name, value in as_tensors(arrays, filled).items()}
            said = asked(batch)
            found.append([one.double().cpu().numpy()[: len(rows)] for one in said])
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))
