"""How is a network trained?

::

    trained = train(task, Settings(epochs=30, batch=16, learning_rate=3e-4, weight_decay=0.01,
                                   patience=8), seed=0, run=run, name="densenet121")

What a :class:`Task` must do is said there, method by method; in short: it holds arrays, draws
nothing by itself, and a row of it never depends on the rows beside it.
"""

from __future__ import annotations

import torch

from clnm_core.systems.networks.crew import Crew
from clnm_core.systems.networks.epochs import learn
from clnm_core.systems.networks.several_gpus import train_together
from clnm_core.systems.networks.task import Settings, Task, Trained
from clnm_core.systems.run import Run

__all__ = ["Settings", "Task", "Trained", "train"]


def train(task: Task, settings: Settings, *, seed: int, run: Run, name: str) -> Trained:
    """Train a network; go on from its last checkpoint where there is one.

    On a CPU, equal tasks, settings and seeds give equal weights, bit for bit, whether the
    training was interrupted or not, on the same number of threads. On CUDA they are alike.

    Parameters
    ----------
    task : Task
    settings : Settings
    seed : int
        0 or more; of the first weights, the order of the rows, what alters them, and dropout.
    run : Run
        Hears of every step, and is asked before each whether to stop. In ``checkpoints/name`` the
        last epoch is kept. Which device; all visible GPUs are used.
    name : str
        Of the network: letters, digits and hyphens.

    Returns
    -------
    Trained
        With the weights of the epoch with the highest AUROC on validation.

    Raises
    ------
    TrainingError
        If the loss is no longer finite, or the memory holds not a single row.
    TrainingStopped
        If it was asked to stop; the last whole epoch is kept.

    """
    count = torch.cuda.device_count() if run.device == "cuda" else 1
    if count > 1:
        devices = [f"cuda:{number}" for number in range(count)]
        return train_together(task, settings, seed=seed, run=run, name=name, devices=devices)
    return learn(task, settings, seed=seed, run=run, name=name, crew=Crew(torch.device(run.device)))
