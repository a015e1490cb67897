"""How does a training say how far it is, and hear that it should stop?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from clnm_core.errors import TrainingStopped


def _say_nothing(share: float, step: str) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Run:
    """What surrounds one training.

    Parameters
    ----------
    progress : callable
        Takes the share done, in [0, 1], and the step in words.
    is_cancelled : callable
        Asked often; :meth:`check` turns a yes into :class:`TrainingStopped`.
    checkpoints : pathlib.Path, optional
        Folder of this very training (same cases, settings and seed), where the last state of a
        network is kept so that it can go on after a kill; without it nothing is kept.
    device : str
        ``cpu`` or ``cuda``.

    """

    progress: Callable[[float, str], None] = _say_nothing
    is_cancelled: Callable[[], bool] = _never
    checkpoints: Path | None = None
    device: str = "cpu"

    def check(self) -> None:
        """Stop here if the training was cancelled.

        Raises
        ------
        TrainingStopped
            If it was.

        """
        if self.is_cancelled():
            raise TrainingStopped(
                "Stopped as asked. What is finished is kept; start again to go on."
            )

    def say(self, share: float, step: str) -> None:
        """Tell how far, and stop here if the training was cancelled."""
        self.check()
        self.progress(min(max(share, 0.0), 1.0), step)

    def part(self, low: float, high: float, name: str = "") -> Run:
        """The run of one part of the work: its own 0 to 1 is ``low`` to ``high`` of the whole.

        Parameters
        ----------
        low, high : float
            In [0, 1].
        name : str
            Folder of its checkpoints within this run's; empty for the same.

        """

        def progress(share: float, step: str) -> None:
            self.progress(low + (high - low) * share, step)

        folder = self.checkpoints / name if self.checkpoints and name else self.checkpoints
        return replace(self, progress=progress, checkpoints=folder)
