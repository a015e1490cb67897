"""How does one step change the weights, on a device whose memory may be short?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from clnm_core.errors import TrainingError
from clnm_core.systems.networks.crew import Crew
from clnm_core.systems.networks.task import Settings, Task


class Stepper:
    """Takes steps. Each time the memory is too short, its parts of a batch are halved for good.

    The gradients of the parts are added up before the weights change, so the steps stay those of
    the whole batch (what normalises over a batch then sees its parts).

    Parameters
    ----------
    task : Task
    network : torch.nn.Module
        On its device, joined with those of the other processes.
    optimizer : torch.optim.Optimizer
    settings : Settings
    crew : Crew
    most : int, optional
        Rows that are computed at a time; all where it is not given.

    """

    def __init__(
        self,
        task: Task,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        settings: Settings,
        crew: Crew,
        most: int | None,
    ) -> None:
        self._task, self._network, self._optimizer = task, network, optimizer
        self._settings, self._crew, self._most = settings, crew, most
        self._was_halved = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the memory."""
        if not self._was_halved:
            return ()
        return (
            f"The memory of the device was too short for a whole batch; {self._most} rows were "
            "computed at a time.",
        )

    def step(self, batch: dict[str, Tensor], *, rows: int) -> float:
        """Change the weights once; gives the mean loss over the rows of all processes.

        Nothing is changed where the loss or a gradient is not finite: the loss is then NaN.

        Parameters
        ----------
        batch : dict of str to torch.Tensor
            The rows of this process.
        rows : int
            Those of all processes together.

        Raises
        ------
        TrainingError
            If the memory does not hold a single row.

        """
        while True:
            try:
                loss = self._loss(batch, rows)
                break
            except torch.OutOfMemoryError as error:
                self._halve(min(self._most or rows, len(_first(batch))), error)
        (loss,) = self._crew.total(loss)
        weights = [weight for group in self._optimizer.param_groups for weight in group["params"]]
        limit = self._settings.clip or float("inf")
        length = nn.utils.clip_grad_norm_(weights, limit)
        if not bool(torch.isfinite(length)):
            return float("nan")
        self._optimizer.step()
        return loss

    def _loss(self, batch: dict[str, Tensor], rows: int) -> float:
        """Gradients of the whole batch, part by part; gives this process's part of the loss."""
        self._optimizer.zero_grad(set_to_none=True)
        smoothing = self._settings.label_smoothing
        own = len(_first(batch))
        found = 0.0
        for first in range(0, own, self._most or own):
            part = {
                name: value[first : first + (self._most or own)].to(
                    self._crew.device, non_blocking=True
                )
                for name, value in batch.items()
            }
            if smoothing:
                part["target"] = part["target"] * (1 - smoothing) + smoothing / 2
            share = len(_first(part)) / rows
            is_last = first + len(_first(part)) >= own
            with self._gathering(is_last):
                with torch.autocast(
                    self._crew.device.type, dtype=torch.bfloat16, enabled=self._is_half()
                ):
                    loss = self._task.loss(self._network(part), part)
                # A crew averages gradients; times its size they add up.
                (loss * (share * self._crew.size)).backward()
            found += float(loss.detach()) * share
        return found

    def _is_half(self) -> bool:
        precision = self._settings.precision
        return precision == "bfloat16" or (precision == "auto" and self._crew.device.type == "cuda")

    @contextlib.contextmanager
    def _gathering(self, is_last: bool) -> Iterator[None]:
        """Processes average their gradients once per step, with the last part."""
        if is_last or not isinstance(self._network, nn.parallel.DistributedDataParallel):
            yield
        else:
            with self._network.no_sync():
                yield

    def _halve(self, size: int, error: torch.OutOfMemoryError) -> None:
        if self._crew.size > 1:
            raise error  # the others wait for this process; whoever started them begins again
        if size <= 1:
            raise TrainingError(
                "The memory of the device does not hold one row of this network. Choose a smaller "
                "network or input, or another device."
            ) from error
        self._most, self._was_halved = size // 2, True
        self._optimizer.zero_grad(set_to_none=True)
        torch.cuda.empty_cache()


def _first(batch: dict[str, Tensor]) -> Tensor:
    return next(iter(batch.values()))
