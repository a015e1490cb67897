"""The second head speaks where it was taught stages, and is silent everywhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from clnm_core.errors import ModelError
from clnm_core.systems.case import judge_case
from clnm_core.systems.llnm_net.model import LlnmModel
from clnm_core.systems.llnm_net.network import STAGES
from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run
from tests.unit.systems.llnm_net_cases import TINY, some_cases

MANIFEST = {
    "name": "llnm-net",
    "cohort": "demo",
    "outcome_label": "Lateral neck metastasis",
    "threshold": 0.5,
    "training_cases": 24,
    "store_version": 1,
}


def fitted(training=None, validation=None, **config) -> LlnmModel:
    found = LLNM_NET.fit(
        training or some_cases(24),
        validation or some_cases(22, seed=1),
        outcome="lateral",
        config={**TINY, "epochs": 1, **config},
        seed=3,
        run=Run(),
    )
    assert isinstance(found.model, LlnmModel)
    return found.model


@pytest.fixture(scope="module")
def learned() -> LlnmModel:
    return fitted()


def test_the_stage_of_a_case_is_what_the_networks_give_it(learned):
    cases = some_cases(6, seed=5)
    shares = learned.judged(cases)[1]
    for row in range(6):
        case = cases.only([row])
        found = learned.stage(case)
        np.testing.assert_allclose(found.shares, shares[row], rtol=0, atol=1e-6)
        assert sum(found.shares) == pytest.approx(1.0)
        assert found.likeliest == STAGES[int(np.argmax(shares[row]))]
        assert judge_case(learned, MANIFEST, case).stage == found


def test_what_it_was_taught_is_counted_and_how_it_did_on_validation(learned):
    taught, judged = some_cases(24), some_cases(22, seed=1)
    words = taught.frame["risk_stage"].tolist()
    assert learned.stages.training == tuple(words.count(stage) for stage in STAGES)
    said = learned.judged(judged)[1].argmax(axis=1)
    true = judged.frame["risk_stage"].map(STAGES.index).to_numpy()
    assert learned.stages.right.value == pytest.approx((said == true).mean())


def test_without_stages_in_the_cohort_or_without_their_weight_nothing_is_said():
    bare = some_cases(24)
    bare = replace(bare, frame=bare.frame.drop(columns="risk_stage"))
    case = some_cases(1, seed=5)
    for model in (fitted(bare), fitted(stage_weight=0.0)):
        assert model.stages is None
        assert model.stage(case) is None
        assert judge_case(model, MANIFEST, case).to_dict()["risk_stage"] is None


def test_stages_of_validation_cases_teach_nothing(learned):
    other = some_cases(22, seed=1)
    turned = other.frame["risk_stage"].map(dict(zip(STAGES, STAGES[::-1], strict=True)))
    found = fitted(validation=replace(other, frame=other.frame.assign(risk_stage=turned)))
    for name, values in learned.state().tensors.items():
        assert np.array_equal(values, found.state().tensors[name]), name
    assert found.stages.training == learned.stages.training
    assert found.stages.validation != learned.stages.validation


def test_a_model_from_disk_says_the_same_and_one_of_old_says_nothing(learned):
    state, case = learned.state(), some_cases(1, seed=5)
    back = LLNM_NET.restore(replace(state, facts=json.loads(json.dumps(state.facts))))
    assert back.stage(case) == learned.stage(case)
    old = {name: one for name, one in state.facts.items() if name != "stages"}
    assert LLNM_NET.restore(State(state.tensors, old)).stage(case) is None


@pytest.mark.parametrize(
    "harm",
    [
        {"stages": ["a", "b", "c"], "training": [1, 1, 1], "validation": [[0] * 3] * 3},
        {"stages": list(STAGES), "training": [1, -1, 1], "validation": [[0] * 3] * 3},
        {"stages": list(STAGES), "training": [1, 1, 1]},
        ["low"],
    ],
)
def test_stages_that_are_not_whole_are_refused(learned, harm):
    state = learned.state()
    with pytest.raises(ModelError):
        LLNM_NET.restore(State(state.tensors, {**state.facts, "stages": harm}))
