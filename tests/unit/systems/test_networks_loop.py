"""Is a training repeatable, and does it say what happens to it?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from clnm_core.errors import TrainingError, TrainingStopped
from clnm_core.systems.networks.loop import Settings, train
from clnm_core.systems.run import Run
from tests.unit.systems.toy_network import ROWS, SETTINGS, FailingTask, ToyTask


def trained(task=None, settings=SETTINGS, *, seed=3, run=None):
    return train(task or ToyTask(), settings, seed=seed, run=run or Run(), name="toy")


def weights(found):
    return torch.cat([value.double().flatten() for value in found.network.state_dict().values()])


class Scripted(ToyTask):
    """Is as good on validation as it is told."""

    def __init__(self, *aucs):
        super().__init__()
        self.aucs = list(aucs)

    def validation_auc(self, network, device):
        assert not network.training
        return self.aucs.pop(0)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    one, two, other = trained(), trained(), trained(seed=4)
    assert torch.equal(weights(one), weights(two))
    assert not torch.equal(weights(one), weights(other))
    assert [epoch.loss for epoch in one.history] == [epoch.loss for epoch in two.history]


def test_the_callers_chance_and_rules_are_left_as_they_were():
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    trained()
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_network_learns_what_can_be_learned():
    found = trained(settings=replace(SETTINGS, epochs=30))
    assert found.history[-1].loss < found.history[0].loss - 0.05
    assert found.history[found.best_epoch - 1].validation_auc > 0.75


def test_the_first_best_epoch_is_kept_and_patience_ends_the_training():
    settings = replace(SETTINGS, epochs=9, patience=2)
    found = trained(Scripted(0.6, 0.8, 0.8, 0.7, 0.9), settings)
    assert (found.best_epoch, len(found.history)) == (2, 4)


def test_the_weights_are_those_of_the_best_epoch():
    constant = replace(SETTINGS, schedule="constant")
    found = trained(Scripted(0.6, 0.8, 0.7, 0.7, 0.7), constant)
    stopped_there = trained(Scripted(0.6, 0.8), replace(constant, epochs=2))
    assert found.best_epoch == 2
    assert torch.equal(weights(found), weights(stopped_there))


def test_a_gain_below_the_least_one_is_no_gain():
    found = trained(Scripted(0.6, 0.604, 0.61), replace(SETTINGS, epochs=3, least_delta=0.005))
    assert found.best_epoch == 3


def test_without_an_auroc_the_last_epoch_is_kept_and_nothing_ends_early():
    found = trained(Scripted(*[math.nan] * 5), replace(SETTINGS, patience=1))
    assert (found.best_epoch, len(found.history)) == (5, 5)


def test_a_loss_that_is_no_number_is_refused_in_a_sentence():
    with pytest.raises(TrainingError, match=r"loss of toy .* in epoch 1. Choose a learning rate"):
        trained(FailingTask())


def test_progress_says_epoch_loss_auroc_and_time_left():
    said = []
    trained(run=Run(progress=lambda share, step: said.append((share, step))))
    assert said[0] == (0.0, "Epoch 1 of 5")
    assert said[-1][1].startswith("Epoch 5 of 5, loss 0.")
    assert ", validation AUROC 0." in said[-1][1]
    assert said[-1][1].endswith(" left")
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert len(said) == 5 * 3


def test_cancelling_is_heard_between_batches():
    heard = []

    def is_cancelled():
        heard.append(True)
        return len(heard) == 5  # three batches of the first epoch, then the second of the second

    with pytest.raises(TrainingStopped, match="Stopped as asked"):
        trained(run=Run(is_cancelled=is_cancelled))
    assert len(heard) == 5


def test_every_row_is_seen_once_an_epoch_in_another_order():
    seen = []

    class Watched(ToyTask):
        def batch(self, rows, *, augment):
            seen.append(rows)
            return super().batch(rows, augment=augment)

    trained(Watched(), replace(SETTINGS, epochs=2))
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first) == sorted(second) == list(range(ROWS))
    assert not np.array_equal(first, second)


def test_labels_are_moved_from_0_and_1_where_that_is_asked_for():
    seen = []

    class Watched(ToyTask):
        def loss(self, output, batch):
            seen.append(batch["target"])
            return super().loss(output, batch)

    trained(Watched(), replace(SETTINGS, epochs=1, label_smoothing=0.2))
    assert np.allclose(np.unique(torch.cat(seen).numpy()), [0.1, 0.9])


@pytest.mark.parametrize(
    ("precision", "kind"), [("auto", torch.float32), ("bfloat16", torch.bfloat16)]
)
def test_precision_is_what_was_asked_for(precision, kind):
    seen = set()

    class Watched(ToyTask):
        def loss(self, output, batch):
            seen.add(output.dtype)
            return super().loss(output, batch)

    found = trained(Watched(is_divisible=True), replace(SETTINGS, epochs=1, precision=precision))
    assert seen == {kind}
    assert {value.dtype for value in found.network.parameters()} == {torch.float32}


class Narrow(ToyTask):
    """Fits a memory that holds only so many rows."""

    def __init__(self, most):
        super().__init__(is_divisible=True)
        self.most = most

    def loss(self, output, batch):
        if len(output) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().loss(output, batch)


def test_where_memory_is_short_parts_of_a_batch_give_the_same_weights():
    whole, parts = trained(ToyTask(is_divisible=True)), trained(Narrow(5))
    assert parts.notes == (
        "The memory of the device was too short for a whole batch; 3 rows were computed at a time.",
    )
    assert torch.allclose(weights(whole), weights(parts), atol=1e-5)
    assert whole.notes == ()


def test_a_memory_that_holds_no_row_is_refused_in_a_sentence():
    with pytest.raises(TrainingError, match="does not hold one row"):
        trained(Narrow(0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch": 0},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"patience": -1},
        {"label_smoothing": 1.0},
        {"clip": -1.0},
        {"precision": "float16"},
        {"schedule": "linear"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(
            **{"epochs": 1, "batch": 1, "learning_rate": 1.0, "weight_decay": 0.0, "patience": 0}
            | wrong
        )


def test_a_gradient_longer_than_the_limit_is_shortened():
    far = trained(settings=replace(SETTINGS, epochs=1, clip=0.0))
    near = trained(settings=replace(SETTINGS, epochs=1, clip=1e-12))
    start = weights(trained(settings=replace(SETTINGS, epochs=1, learning_rate=1e-12)))
    assert (weights(near) - start).norm() < (weights(far) - start).norm()
