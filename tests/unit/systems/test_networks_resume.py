"""Does a training that was interrupted give what an unbroken one gives?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from clnm_core.errors import TrainingStopped
from clnm_core.systems.networks.loop import train
from clnm_core.systems.run import Run
from tests.unit.systems import toy_network
from tests.unit.systems.toy_network import SETTINGS, ToyTask

STEPS = 3
"""Per epoch."""


def trained(run, *, settings=SETTINGS, seed=3):
    return train(ToyTask(), settings, seed=seed, run=run, name="toy")


@pytest.fixture(scope="module")
def unbroken():
    return trained(Run())


def require_equal(one, two):
    for name, value in one.network.state_dict().items():
        assert torch.equal(value, two.network.state_dict()[name]), name
    assert one.best_epoch == two.best_epoch
    assert [(e.number, e.loss, e.validation_auc) for e in one.history] == [
        (e.number, e.loss, e.validation_auc) for e in two.history
    ]


def stop_after(folder, steps):
    asked = []

    def is_cancelled():
        asked.append(True)
        return len(asked) > steps

    with pytest.raises(TrainingStopped):
        trained(Run(checkpoints=folder, is_cancelled=is_cancelled))


@pytest.mark.parametrize("epochs", [0, 1, 2, 4])
def test_going_on_after_a_cancel_gives_the_unbroken_weights(epochs, tmp_path, unbroken):
    stop_after(tmp_path, STEPS * epochs + 1)
    said = []
    found = trained(Run(checkpoints=tmp_path, progress=lambda share, step: said.append(step)))
    require_equal(found, unbroken)
    assert said[0].startswith(f"Epoch {epochs + 1} of 5")
    assert found.notes == ()


def test_going_on_after_a_kill_gives_the_unbroken_weights(tmp_path, unbroken):
    command = [
        sys.executable,
        "-m",
        "tests.unit.systems.toy_network",
        str(tmp_path),
        str(STEPS * 2 + 1),
    ]
    root = Path(toy_network.__file__).parents[3]
    # Another number of threads adds up in another order: the one that is killed gets ours.
    ours = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    ended = subprocess.run(
        command, cwd=root, env=ours, check=False, capture_output=True, timeout=300
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert [path.name for path in (tmp_path / "toy").iterdir()] == ["epoch-0002"]
    require_equal(trained(Run(checkpoints=tmp_path)), unbroken)


def test_a_finished_training_is_not_trained_again(tmp_path, unbroken):
    trained(Run(checkpoints=tmp_path))
    said = []
    found = trained(Run(checkpoints=tmp_path, progress=lambda share, step: said.append(step)))
    require_equal(found, unbroken)
    assert said == []


def damage_tensors(place):
    file = place / "tensors.safetensors"
    file.write_bytes(file.read_bytes()[:-7])


def damage_a_weight(place):
    file = place / "tensors.safetensors"
    content = bytearray(file.read_bytes())
    content[-3] ^= 0xFF
    file.write_bytes(bytes(content))


def damage_facts(place):
    (place / "facts.json").write_text('{"format": 1, "ident', encoding="utf-8")


def empty_facts(place):
    (place / "facts.json").write_text("[]", encoding="utf-8")


def remove_tensors(place):
    (place / "tensors.safetensors").unlink()


@pytest.mark.parametrize(
    "damage", [damage_tensors, damage_a_weight, damage_facts, empty_facts, remove_tensors]
)
def test_a_torn_checkpoint_is_ignored_and_said_so(damage, tmp_path, unbroken):
    stop_after(tmp_path, STEPS * 2 + 1)
    damage(tmp_path / "toy" / "epoch-0002")
    found = trained(Run(checkpoints=tmp_path))
    require_equal(found, unbroken)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("The checkpoint of epoch 2 was ignored")


@pytest.mark.parametrize(
    "other", [{"seed": 4}, {"settings": replace(SETTINGS, learning_rate=0.02)}]
)
def test_a_checkpoint_of_another_training_is_ignored_and_said_so(other, tmp_path):
    stop_after(tmp_path, STEPS * 2 + 1)
    found = trained(Run(checkpoints=tmp_path), **other)
    require_equal(found, trained(Run(), **other))
    assert "other cases, settings or seed" in found.notes[0]


def test_a_draft_of_a_killed_process_is_cleared_away(tmp_path):
    draft = tmp_path / "toy" / ".draft-1"
    draft.mkdir(parents=True)
    (draft / "tensors.safetensors").write_bytes(b"half")
    trained(Run(checkpoints=tmp_path))
    assert [path.name for path in (tmp_path / "toy").iterdir()] == ["epoch-0005"]


def test_an_epoch_without_an_auroc_is_kept_as_plain_json(tmp_path, monkeypatch):
    monkeypatch.setattr(ToyTask, "validation_auc", lambda self, network, device: float("nan"))
    trained(Run(checkpoints=tmp_path))
    text = (tmp_path / "toy" / "epoch-0005" / "facts.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    again = trained(Run(checkpoints=tmp_path))
    assert again.best_epoch == 5
