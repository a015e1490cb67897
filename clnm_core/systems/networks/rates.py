"""How fast is learned at which step?"""

from __future__ import annotations

import math

from clnm_core.systems.networks.task import Settings


def rate(settings: Settings, *, epoch: int, step: int, steps: int) -> float:
    """Learning rate of a step.

    Rises in a straight line over the warm-up, then falls along half a cosine to 0 at the end of
    the last epoch, or stays. The middle of a step counts, so that none is taken at rate 0.

    Parameters
    ----------
    settings : Settings
    epoch : int
        From 1.
    step, steps : int
        Number of the step in its epoch, from 0, and how many the epoch has.

    Examples
    --------
    >>> slow = Settings(10, 8, 0.1, 0.0, 0, warmup_epochs=2)
    >>> [round(rate(slow, epoch=epoch, step=0, steps=1), 3) for epoch in (1, 2, 6, 10)]
    [0.025, 0.075, 0.06, 0.001]

    """
    passed = epoch - 1 + (step + 0.5) / steps
    if passed <= settings.warmup_epochs:
        return settings.learning_rate * passed / settings.warmup_epochs
    if settings.schedule == "constant":
        return settings.learning_rate
    after = settings.epochs - settings.warmup_epochs
    done = (passed - settings.warmup_epochs) / after if after > 0 else 1.0
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
