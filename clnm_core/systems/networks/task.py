"""What must be said of a network before it can be trained?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from clnm_core.systems.protocol import Epoch

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is trained.

    Parameters
    ----------
    epochs : int
        Most passes over the training rows.
    batch : int
        Most rows per step, over all GPUs together.
    learning_rate : float
        Of AdamW, at its highest.
    weight_decay : float
    patience : int
        Epochs in a row that are no better on validation, after which it ends; 0 for never.
    warmup_epochs : int
        Over which the rate rises from 0, step by step.
    least_delta : float
        By how much the AUROC of an epoch must exceed the best so far to count as better.
    label_smoothing : float
        In [0, 1): ``target`` of a batch is moved by half of it from 0 and from 1.
    precision : {"auto", "float32", "bfloat16"}
        ``auto`` is bfloat16 where a GPU multiplies, else float32; weights are always float32.
    clip : float
        Largest length of the gradient over all weights; 0 for no limit.
    schedule : {"cosine", "constant"}
        How the rate goes on after the warm-up: down to 0 at the last epoch, or as it is.

    Raises
    ------
    ValueError
        If a number lies outside what is said above.

    """

    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    patience: int
    warmup_epochs: int = 0
    least_delta: float = 0.0
    label_smoothing: float = 0.0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    clip: float = 1.0
    schedule: Literal["cosine", "constant"] = "cosine"

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch", 1), ("patience", 0), ("warmup_epochs", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}; got {getattr(self, name)!r}.")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate must be above 0; got {self.learning_rate!r}.")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing must be in [0, 1); got {self.label_smoothing!r}.")
        for name in ("weight_decay", "least_delta", "clip"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more; got {getattr(self, name)!r}.")
        for name, words in (
            ("precision", ("auto", "float32", "bfloat16")),
            ("schedule", ("cosine", "constant")),
        ):
            if getattr(self, name) not in words:
                raise ValueError(
                    f"{name} must be one of {', '.join(words)}; got {getattr(self, name)!r}."
                )


class Task(Protocol):
    """What is learned. A task draws nothing by itself: chance is given to it.

    With several GPUs it is sent to other processes, so it holds arrays and plain values, no open
    file and no function that was made inside another one.
    """

    @property
    def training(self) -> int:
        """Number of training rows, at least 1; rows are numbered from 0."""
        ...

    def network(self) -> nn.Module:
        """A fresh network on the CPU, its weights drawn from torch's global chance.

        The loop has set that chance by the seed. ``forward`` takes the dict that :meth:`batch`
        gives, on the network's device, and gives whatever :meth:`loss` understands. Each weight
        that can learn takes part in every step (several GPUs wait for its gradient). Dropout
        inside it may use torch's global chance, which is set anew for every step.
        """
        ...

    def batch(
        self, rows: NDArray[np.int64], *, augment: np.random.Generator | None
    ) -> dict[str, Tensor]:
        """Some training rows as tensors on the CPU, in that order.

        Every tensor has one entry per row along its first axis, ``target`` (float32, 0 or 1)
        among them where labels are smoothed. ``augment`` is ``None`` where rows must come as they
        are. Called from other threads on CUDA, for several batches at a time.
        """
        ...

    def loss(self, output: Any, batch: dict[str, Tensor]) -> Tensor:
        """Mean loss over the batch, a single number; class imbalance is dealt with in here.

        It must be a mean with fixed weights, so that the parts of a batch, weighted by their
        rows, add up to the whole: a batch is divided between GPUs and where memory is short.
        """
        ...

    def validation_auc(self, network: nn.Module, device: torch.device) -> float:
        """AUROC on validation of the network, which is on ``device`` in evaluation mode.

        NaN where there is none; no epoch is then better than another, and the last is kept.
        """
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """What came of a training.

    Parameters
    ----------
    network : torch.nn.Module
        On the CPU, in evaluation mode, with the weights of ``best_epoch``.
    history : tuple of Epoch
        All epochs, also those of before a kill.
    best_epoch : int
        From 1: the first with the highest AUROC on validation; the last where there is none.
    notes : tuple of str
        Sentences: what was ignored, halved or divided.

    """

    network: nn.Module
    history: tuple[Epoch, ...]
    best_epoch: int
    notes: tuple[str, ...] = ()
