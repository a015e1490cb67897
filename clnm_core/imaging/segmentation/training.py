"""How is an outliner learned from pictures with masks?

AdamW on binary cross-entropy plus one minus the soft Dice of each structure, the rate falling
along a half cosine. After each pass over the training patients, the validation patients say how
well it outlines; the best state is kept, and learning ends once it has not become better for a
while. A structure that nobody outlined on a picture neither rewards nor punishes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits

from clnm_core.errors import ModelError
from clnm_core.imaging.segmentation.augmentation import varied
from clnm_core.imaging.segmentation.network import arrays, built, probabilities, untrained
from clnm_core.imaging.segmentation.outliner import Outliner
from clnm_core.imaging.segmentation.parts import TRAIN, VALIDATION
from clnm_core.imaging.segmentation.scoring import overlap

_WARM_UP = 0.05  # share of all steps over which the rate rises


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Pictures with masks, as the network sees them.

    Parameters
    ----------
    pictures : numpy.ndarray of float16, shape (n, side, side)
    masks : numpy.ndarray of bool, shape (n, n_structures, side, side)
    is_drawn : numpy.ndarray of bool, shape (n, n_structures)
        Whether anybody outlined the structure on the picture.
    patients, parts : numpy.ndarray of str, shape (n,)
        Whose picture; ``train``, ``validation`` ..., or empty where it is left out.

    """

    pictures: NDArray[np.float16]
    masks: NDArray[np.bool_]
    is_drawn: NDArray[np.bool_]
    patients: NDArray[np.str_]
    parts: NDArray[np.str_]

    def of(self, part: str) -> NDArray[np.intp]:
        """Numbers of the pictures of a part."""
        return np.flatnonzero(self.parts == part)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn; the defaults are those of the outliner that comes with the program."""

    side: int = 128
    widths: tuple[int, ...] = (8, 16, 32, 64, 128, 8)
    epochs: int = 8
    batch: int = 8
    rate: float = 2e-3
    decay: float = 1e-2
    patience: int = 4
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """An outliner and how it came about.

    Parameters
    ----------
    outliner : Outliner
        The best state.
    history : tuple of float
        Mean IoU on the validation patients after each pass, over structures.

    """

    outliner: Outliner
    history: tuple[float, ...]


def learn(
    pairs: Pairs,
    settings: Settings,
    *,
    start: Outliner | None = None,
    progress: Callable[[float, str], None] = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    keep: Callable[[Learned], None] = lambda learned: None,
) -> Learned:
    """Learn an outliner; the same pairs and settings give the same one on a CPU.

    Parameters
    ----------
    pairs : Pairs
        The parts ``train`` and ``validation`` are used, no others.
    settings : Settings
    start : Outliner, optional
        Go on from this one, whose ``side`` and ``widths`` then hold instead of those of the
        settings; by default from random weights.
    progress : callable
        Takes how far, in [0, 1], and a sentence.
    is_cancelled : callable
        Asked before each step; once true, what was best so far is returned.
    keep : callable
        Given the best state so far after each pass that made it better.

    Raises
    ------
    ModelError
        If no picture of training or of validation has an outline, or learning was cancelled
        before its first pass ended.

    """
    taught, judged = pairs.of(TRAIN), pairs.of(VALIDATION)
    for part, rows in ((TRAIN, taught), (VALIDATION, judged)):
        if not pairs.is_drawn[rows].any():
            raise ModelError(
                f"No picture of the {part} patients has an outline of gland or nodule, so nothing "
                "can be learned. Import masks with the pictures, or choose another cohort."
            )
    random = np.random.default_rng(settings.seed)
    widths = start.widths if start else settings.widths
    network = built(widths, start.weights) if start else untrained(widths, seed=settings.seed)
    network = network.to(settings.device).train()
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.decay
    )
    per_pass = math.ceil(len(taught) / settings.batch)
    steps = per_pass * settings.epochs
    best: Learned | None = None
    history: list[float] = []
    for epoch in range(settings.epochs):
        order = random.permutation(taught)
        for number, place in enumerate(range(0, len(order), settings.batch)):
            if is_cancelled():
                return _ended(best)
            step = epoch * per_pass + number
            for group in optimiser.param_groups:
                group["lr"] = settings.rate * _share_of_rate(step / steps)
            _step(
                network, optimiser, pairs, order[place : place + settings.batch], settings, random
            )
            if number % 10 == 0:
                progress(step / steps, f"Pass {epoch + 1} of at most {settings.epochs}")
        candidate = Outliner(arrays(network), pairs.pictures.shape[1], widths)
        history.append(_validated(candidate, pairs, judged, settings.device))
        words = f"Pass {epoch + 1}: mean IoU {history[-1]:.3f} on the validation patients"
        progress((epoch + 1) / settings.epochs, words)
        if best is None or history[-1] > max(history[:-1]):
            best = Learned(candidate, tuple(history))
            keep(best)
        elif len(history) - 1 - int(np.argmax(history)) >= settings.patience:
            break
    return Learned(_ended(best).outliner, tuple(history))


def _ended(best: Learned | None) -> Learned:
    if best is None:
        raise ModelError("Learning was cancelled before its first pass ended; nothing is kept.")
    return best


def _share_of_rate(done: float) -> float:
    """Rises to 1 at first, then falls along a half cosine to 0."""
    if done < _WARM_UP:
        return (done + 0.1 * _WARM_UP) / (1.1 * _WARM_UP)
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))


def _step(
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    pairs: Pairs,
    rows: NDArray[np.intp],
    settings: Settings,
    random: np.random.Generator,
) -> None:
    device = settings.device
    pictures = torch.from_numpy(pairs.pictures[rows].astype(np.float32))[:, None].to(device)
    masks = torch.from_numpy(pairs.masks[rows].astype(np.float32)).to(device)
    drawn = torch.from_numpy(pairs.is_drawn[rows].astype(np.float32)).to(device)
    pictures, masks = varied(pictures, masks, random)
    optimiser.zero_grad(set_to_none=True)
    loss = _loss(network(pictures)[0], masks, drawn)
    loss.backward()
    optimiser.step()


def _loss(logits: torch.Tensor, masks: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    """Cross-entropy plus one minus Dice, averaged over the outlines that were drawn."""
    entropy = binary_cross_entropy_with_logits(logits, masks, reduction="none").mean(dim=(2, 3))
    inside = torch.sigmoid(logits)
    shared = 2 * (inside * masks).sum(dim=(2, 3)) + 1
    dice = shared / ((inside + masks).sum(dim=(2, 3)) + 1)
    return ((entropy + 1 - dice) * drawn).sum() / drawn.sum().clamp(min=1)


def _validated(outliner: Outliner, pairs: Pairs, rows: NDArray[np.intp], device: str) -> float:
    """Mean IoU over validation outlines, within the square."""
    scores = []
    for row in rows:
        found = probabilities(outliner, pairs.pictures[[row]].astype(np.float32), device=device)[0]
        for channel in np.flatnonzero(pairs.is_drawn[row]):
            scores.append(overlap(found[channel] >= 0.5, pairs.masks[row, channel]).iou)
    return float(np.mean(scores))
