"""Does a GPU train what a CPU trains, within what bfloat16 keeps, and do several agree?"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from clnm_core.systems.networks.loop import train
from clnm_core.systems.networks.several_gpus import train_together
from clnm_core.systems.run import Run
from tests.unit.systems.toy_network import SETTINGS, ToyTask

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def trained(device, **other):
    return train(
        ToyTask(is_divisible=True),
        replace(SETTINGS, **other),
        seed=3,
        run=Run(device=device),
        name="toy",
    )


def test_float32_on_cuda_agrees_with_the_cpu():
    on_cpu, on_cuda = (trained(device, precision="float32") for device in ("cpu", "cuda"))
    for name, value in on_cpu.network.state_dict().items():
        assert torch.allclose(value, on_cuda.network.state_dict()[name], atol=1e-3), name
    assert on_cuda.network.state_dict()["last.bias"].device.type == "cpu"


def test_bfloat16_on_cuda_learns_as_well():
    on_cpu, on_cuda = (trained(device, epochs=30) for device in ("cpu", "cuda"))
    best = [found.history[found.best_epoch - 1].validation_auc for found in (on_cpu, on_cuda)]
    assert abs(best[0] - best[1]) < 0.05


def test_a_killed_training_goes_on_on_cuda(tmp_path):
    first = Run(device="cuda", checkpoints=tmp_path)
    train(ToyTask(), SETTINGS, seed=3, run=first, name="toy")
    again = train(ToyTask(), SETTINGS, seed=3, run=first, name="toy")
    assert len(again.history) == SETTINGS.epochs


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")
def test_two_gpus_give_the_weights_of_one():
    settings = replace(SETTINGS, precision="float32")
    together = train_together(
        ToyTask(is_divisible=True),
        settings,
        seed=3,
        run=Run(device="cuda"),
        name="toy",
        devices=("cuda:0", "cuda:1"),
    )
    alone = trained("cpu", precision="float32")
    for name, value in alone.network.state_dict().items():
        assert torch.allclose(value, together.network.state_dict()[name], atol=1e-3), name
