"""What happens to a network, epoch by epoch?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from clnm_core.errors import TrainingError
from clnm_core.systems.networks import chance, checkpoints
from clnm_core.systems.networks.checkpoints import Checkpoint, Weights
from clnm_core.systems.networks.crew import Crew
from clnm_core.systems.networks.rates import rate
from clnm_core.systems.networks.steps import Stepper
from clnm_core.systems.networks.task import Settings, Task, Trained
from clnm_core.systems.networks.words import Progress
from clnm_core.systems.protocol import Epoch
from clnm_core.systems.run import Run

_AHEAD = 4
"""Batches that are made while a GPU computes; a CPU has nothing to spare for that."""


def learn(
    task: Task,
    settings: Settings,
    *,
    seed: int,
    run: Run,
    name: str,
    crew: Crew,
    most: int | None = None,
) -> Trained:
    """Train a network in this process, alone or as one of a crew.

    Parameters as in :func:`~clnm_core.systems.networks.loop.train`; ``most`` is the number of rows
    that the memory of the device is known to hold at a time.
    """
    with chance.own_chance(crew.device.type):
        return _Training(task, settings, seed, run, name, crew, most).finished()


class _Training:
    """Holds the network and its optimizer on their device, while they change."""

    def __init__(
        self,
        task: Task,
        settings: Settings,
        seed: int,
        run: Run,
        name: str,
        crew: Crew,
        most: int | None,
    ) -> None:
        self._task, self._settings, self._seed = task, settings, seed
        self._run, self._name, self._crew = run, name, crew
        chance.set_for_weights(seed)
        self._network = task.network().float().to(crew.device)
        self._identity = checkpoints.identity(
            settings, seed=seed, rows=task.training, network=self._network
        )
        self._folder: Path | None = run.checkpoints / name if run.checkpoints else None
        self._kept, self._notes = self._found()
        if self._kept is not None:
            self._network.load_state_dict(self._kept.weights)
        self._optimizer = torch.optim.AdamW(
            [weight for weight in self._network.parameters() if weight.requires_grad],
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        if self._kept is not None:
            checkpoints.remember(self._optimizer, self._kept.optimizer)
        self._stepper = Stepper(
            task, crew.joined(self._network), self._optimizer, settings, crew, most
        )

    def finished(self) -> Trained:
        """Train until the last epoch, or until it gets no better."""
        kept = self._kept
        progress = Progress(self._run, self._settings.epochs, kept.history if kept else ())
        while kept is None or not kept.is_finished:
            kept = self._after_epoch(kept, progress)
            if self._folder is not None and self._crew.is_first:
                checkpoints.keep(self._folder, kept, identity=self._identity)
        self._network.load_state_dict(kept.best)
        return Trained(
            self._network.cpu().eval(),
            kept.history,
            kept.best_epoch,
            self._notes + self._stepper.notes,
        )

    def _found(self) -> tuple[Checkpoint | None, tuple[str, ...]]:
        if self._folder is None:
            return None, ()
        return checkpoints.last(self._folder, identity=self._identity)

    def _after_epoch(self, before: Checkpoint | None, progress: Progress) -> Checkpoint:
        number = before.history[-1].number + 1 if before else 1
        began = time.perf_counter()
        loss = self._pass(number, progress)
        self._network.eval()
        auc = self._crew.of_first(
            lambda: self._task.validation_auc(self._network, self._crew.device)
        )
        epoch = Epoch(self._name, number, loss, auc, time.perf_counter() - began)
        history = (*(before.history if before else ()), epoch)
        weights = _copied(self._network)
        is_better = before is None or _is_better(before, auc, self._settings.least_delta)
        best_epoch = number if is_better or before is None else before.best_epoch
        patience = self._settings.patience
        progress.finished(epoch)
        return Checkpoint(
            weights=weights,
            best=weights if is_better or before is None else before.best,
            optimizer=checkpoints.memory_of(self._optimizer),
            history=history,
            best_epoch=best_epoch,
            is_finished=number >= self._settings.epochs
            or (patience > 0 and number - best_epoch >= patience),
        )

    def _pass(self, number: int, progress: Progress) -> float:
        """One pass over the training rows; gives the mean loss."""
        self._network.train()
        steps = chance.order(
            self._task.training, batch=self._settings.batch, seed=self._seed, epoch=number
        )
        mean = 0.0
        for step, batch in enumerate(self._batches(number, [self._crew.share(s) for s in steps])):
            self._crew.check(lambda step=step: progress.at(number, step / len(steps)))  # type: ignore[misc]
            chance.set_for_step(seed=self._seed, epoch=number, batch=step, rank=self._crew.rank)
            for group in self._optimizer.param_groups:
                group["lr"] = rate(self._settings, epoch=number, step=step, steps=len(steps))
            loss = self._stepper.step(batch, rows=len(steps[step]))
            if not math.isfinite(loss):
                raise TrainingError(
                    f"The loss of {self._name} is no longer a number in epoch {number}. Choose a "
                    f"learning rate lower than {self._settings.learning_rate:g}, or a longer warm-up."
                )
            mean += loss * len(steps[step]) / self._task.training
        return mean

    def _batches(self, number: int, steps: list[Any]) -> Iterator[dict[str, Tensor]]:
        def made(step: int) -> dict[str, Tensor]:
            augment = chance.augmenting(
                seed=self._seed, epoch=number, batch=step * self._crew.size + self._crew.rank
            )
            return self._task.batch(steps[step], augment=augment)

        if self._crew.device.type != "cuda":
            yield from map(made, range(len(steps)))
            return
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="batches") as pool:
            begun = [pool.submit(made, step) for step in range(min(_AHEAD, len(steps)))]
            try:
                for step in range(len(steps)):
                    yield begun.pop(0).result()
                    if step + _AHEAD < len(steps):
                        begun.append(pool.submit(made, step + _AHEAD))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _copied(network: nn.Module) -> Weights:
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}


def _is_better(before: Checkpoint, auc: float, least_delta: float) -> bool:
    """Without an AUROC the latest epoch counts as the best."""
    best = before.history[before.best_epoch - 1].validation_auc
    return math.isnan(best) or math.isnan(auc) or auc > best + least_delta
