"""Does LLNM-Net train on a CUDA device, and judge on the CPU what it learned there?"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.run import Run
from tests.unit.systems.llnm_net_cases import TINY, some_cases

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


@pytest.mark.parametrize("size", ["small", "paper"])
def test_an_epoch_on_cuda_gives_a_model_that_judges_on_the_cpu(size):
    config = {**TINY, "epochs": 1} if size == "small" else {"size": "paper", "epochs": 1}
    found = LLNM_NET.fit(
        some_cases(24),
        some_cases(22, seed=1),
        outcome="lateral",
        config=config,
        seed=0,
        run=Run(device="cuda"),
    )
    risk = found.model.risk(some_cases(6, seed=5))
    assert ((risk > 0) & (risk < 1)).all()
    assert np.isfinite(found.history[0].loss)
