"""Do several devices together train what one trains? Tried with two processes on the CPU."""

from __future__ import annotations

import pytest
import torch

from clnm_core.errors import TrainingError, TrainingStopped
from clnm_core.systems.networks.loop import train
from clnm_core.systems.networks.several_gpus import train_together
from clnm_core.systems.run import Run
from tests.unit.systems.toy_network import SETTINGS, KilledTask, ToyTask

TWO = ("cpu", "cpu")


def test_two_processes_give_the_weights_of_one():
    said = []
    alone = train(ToyTask(is_divisible=True), SETTINGS, seed=3, run=Run(), name="toy")
    together = train_together(
        ToyTask(is_divisible=True),
        SETTINGS,
        seed=3,
        run=Run(progress=lambda share, step: said.append(step)),
        name="toy",
        devices=TWO,
    )
    for name, value in alone.network.state_dict().items():
        assert torch.allclose(value, together.network.state_dict()[name], atol=1e-5), name
    assert together.best_epoch == alone.best_epoch
    assert together.notes == ("Trained on 2 devices together.",)
    assert said[-1].startswith("Epoch 5 of 5, loss 0.")


def test_stopping_is_heard_by_all_and_the_last_epoch_is_kept(tmp_path):
    said = []
    run = Run(
        progress=lambda share, step: said.append(step),
        is_cancelled=lambda: any(step.startswith("Epoch 2") for step in said),
        checkpoints=tmp_path,
    )
    endless = type(SETTINGS)(
        epochs=100_000, batch=16, learning_rate=0.01, weight_decay=0.0, patience=0
    )
    with pytest.raises(TrainingStopped):
        train_together(
            ToyTask(is_divisible=True), endless, seed=3, run=run, name="toy", devices=TWO
        )
    assert (tmp_path / "toy").is_dir()


def test_a_process_that_is_killed_ends_the_others_with_a_sentence():
    with pytest.raises(TrainingError, match="was killed"):
        train_together(
            KilledTask(is_divisible=True), SETTINGS, seed=3, run=Run(), name="toy", devices=TWO
        )
