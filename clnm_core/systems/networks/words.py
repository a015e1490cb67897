"""How far is a training, in words?"""

from __future__ import annotations

import math
import time

from clnm_core.systems.protocol import Epoch
from clnm_core.systems.run import Run


class Progress:
    """Tells a run how far the epochs are, and how long the rest takes at most.

    Parameters
    ----------
    run : Run
    epochs : int
        Most epochs.
    history : tuple of Epoch
        Those before this process began.

    """

    def __init__(self, run: Run, epochs: int, history: tuple[Epoch, ...]) -> None:
        self._run, self._epochs = run, epochs
        self._last = history[-1] if history else None
        self._first = len(history)
        self._began = time.monotonic()

    def at(self, number: int, share: float) -> None:
        """In the middle of an epoch: its number from 1, and the share of it that is done.

        Raises
        ------
        TrainingStopped
            If it was asked to stop.

        """
        done = number - 1 + share
        here = done - self._first
        left = ""
        if here > 0:
            seconds = (time.monotonic() - self._began) * (self._epochs - done) / here
            left = f", {time_left(seconds)} left"
        self._run.say(done / self._epochs, f"Epoch {number} of {self._epochs}{self._found()}{left}")

    def finished(self, epoch: Epoch) -> None:
        """An epoch is over."""
        self._last = epoch

    def _found(self) -> str:
        if self._last is None:
            return ""
        auc = self._last.validation_auc
        found = "" if math.isnan(auc) else f", validation AUROC {auc:.3f}"
        return f", loss {self._last.loss:.2f}{found}"


def time_left(seconds: float) -> str:
    """A time to wait at most, in few letters.

    Examples
    --------
    >>> time_left(8), time_left(61), time_left(4000)
    ('8 s', '2 min', '1.2 h')

    """
    if seconds < 60:
        return f"{max(1, math.ceil(seconds))} s"
    if seconds < 3600:
        return f"{math.ceil(seconds / 60)} min"
    return f"{math.ceil(seconds / 360) / 10:.1f} h"
