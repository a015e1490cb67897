"""Do all eight networks train on a GPU at their own size?"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.systems.catalogue import system_of
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import ct_cases

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def test_all_eight_train_at_their_own_size():
    system = system_of("ct-cad")
    config = {**system.defaults, "epochs": 1, "batch": 8, "warmup_epochs": 0}
    cases, validation = ct_cases(15), ct_cases(10, first=100, seed=5)
    found = system.fit(
        cases, validation, outcome="metastatic", config=config, seed=0, run=Run(device="cuda")
    )
    assert [one.facts["input_px"] for one in found.candidates] == [
        kind.own for kind in KINDS.values()
    ]
    assert all(np.isfinite(epoch.loss) for epoch in found.history)
    few = validation.only([0, 1])
    assert all(np.isfinite(one.risk(few)).all() for one in found.candidates)
    assert found.model.explain(validation.only([0])).maps
