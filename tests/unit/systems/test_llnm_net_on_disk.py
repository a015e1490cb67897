"""A model that went to disk and came back is the model that was trained."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.run import Run
from tests.unit.systems.llnm_net_cases import TINY, some_cases


def test_the_order_in_which_a_file_names_its_groups_changes_no_risk() -> None:
    fitted = LLNM_NET.fit(
        some_cases(24), some_cases(22, seed=1), outcome="lateral", config=TINY, seed=3, run=Run()
    )
    state, others = fitted.model.state(), some_cases(6, seed=5)
    by_name = json.loads(json.dumps(state.facts, sort_keys=True))
    assert list(by_name["shapes"]) != list(state.facts["shapes"])
    back = LLNM_NET.restore(replace(state, facts=by_name))
    assert np.array_equal(back.risk(others), fitted.model.risk(others))
