"""Does each of the eight networks take a step, and do its maps add up to its answer?"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.errors import FeatureError, TrainingError
from clnm_core.features import backbones
from clnm_core.systems.ct_cad.activation import activation
from clnm_core.systems.ct_cad.augmenting import altered
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.networks import made, start_of
from clnm_core.systems.ct_cad.pictures import crops
from clnm_core.systems.ct_cad.task import NodeTask
from clnm_core.systems.networks.loop import Settings, train
from clnm_core.systems.painting import on_picture
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import ct_cases

ONE_STEP = Settings(epochs=1, batch=4, learning_rate=1e-4, weight_decay=0.0, patience=0)


@pytest.mark.parametrize("name", KINDS)
def test_each_takes_a_step_on_a_cpu_and_its_map_adds_up(name):
    size = KINDS[name].least
    cases = ct_cases(2)
    seen = crops(cases, field_mm=24.0, size=size)
    truth = cases.outcome("metastatic")
    start = start_of(name, checkpoint="", is_from_hub=False)
    assert start.words == "random: no pretrained weights"
    task = NodeTask(name, start, size, 0.2, True, seen, truth, seen, np.zeros(4, dtype=bool))
    found = train(task, ONE_STEP, seed=0, run=Run(), name="one")
    assert np.isfinite(found.history[0].loss)
    weights = sum(value.numel() for value in found.network.parameters()) / 1e6
    assert weights == pytest.approx(KINDS[name].millions, abs=0.1)
    picture = altered(seen.grey[:1], size=size, random=None)
    drawn = activation(found.network, name, picture)
    with torch.inference_mode():
        answer = float(found.network({"pictures": picture})[0])
    assert drawn.log_odds == pytest.approx(answer, abs=1e-6)
    if KINDS[name].is_pooling:
        assert drawn.cells.mean() + drawn.bias == pytest.approx(answer, rel=1e-5, abs=1e-4)
    else:
        assert np.isnan(drawn.bias)


@pytest.mark.parametrize("name", ["inception_v3", "inception_resnet_v2"])
def test_below_the_least_size_nothing_is_left_of_a_picture(name):
    network = made(name, start_of(name, checkpoint="", is_from_hub=False), dropout=0.0).eval()
    with pytest.raises(RuntimeError, match="Kernel size"):
        network({"pictures": torch.zeros(1, 1, KINDS[name].least - 1, KINDS[name].least - 1)})


def test_the_map_of_several_cells_adds_up_and_finds_its_place():
    torch.manual_seed(0)
    network = made(
        "densenet121", start_of("densenet121", checkpoint="", is_from_hub=False), dropout=0.0
    ).eval()
    picture = torch.rand(1, 1, 160, 160)
    drawn = activation(network, "densenet121", picture)
    assert drawn.cells.shape == (5, 5)
    assert drawn.cells.mean() + drawn.bias == pytest.approx(drawn.log_odds, abs=1e-4)
    on = on_picture(drawn.cells, (10, 20, 60, 70), (100, 100))
    assert on[:10].max() == on[60:].max() == on[:, :20].max() == on[:, 70:].max() == 0


def test_a_map_leaves_the_picture_where_the_field_does():
    cells = np.array([[0.0, 4.0], [-1.0, 2.0]])
    on = on_picture(cells, (-5, -5, 5, 5), (8, 8))
    assert on.shape == (8, 8)
    assert on.max() <= 1
    assert on[5:].max() == on[:, 5:].max() == 0
    assert on_picture(-np.abs(cells) - 1, (0, 0, 8, 8), (8, 8)).max() == 0


def test_weights_of_a_file_are_what_a_network_begins_with(tmp_path):
    from safetensors.torch import save_file

    source = backbones.load_backbone("densenet121", pretrained=False, seed=7)
    file = tmp_path / "weights.safetensors"
    save_file(source.network.state_dict(), file)
    start = start_of("densenet121", checkpoint=str(file), is_from_hub=False)
    assert start.words == "from a checkpoint file"
    network = made("densenet121", start, dropout=0.0)
    for name, value in source.network.state_dict().items():
        assert torch.equal(network.net.state_dict()[name], value), name


def test_a_file_of_another_network_is_refused(tmp_path):
    from safetensors.torch import save_file

    file = tmp_path / "weights.safetensors"
    save_file({"conv.weight": torch.zeros(3)}, file)
    with pytest.raises(FeatureError, match="does not fit densenet121"):
        start_of("densenet121", checkpoint=str(file), is_from_hub=False)


def test_a_hub_that_was_asked_for_and_is_not_there_is_no_silent_random_start(monkeypatch):
    monkeypatch.setattr(backbones.hub, "weights_file", lambda *names: None)
    with pytest.raises(TrainingError, match="no pretrained weights of DenseNet121"):
        start_of("densenet121", checkpoint="", is_from_hub=True)
