"""Fresh cases are new patients of the same kind, and the best AUC is that of the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from clnm_core.synth.fresh import best_auc, covered, fresh
from clnm_core.synth.node_patients import METASTATIC, ct_nodes
from clnm_core.synth.thyroid_patients import SIZES, ptc_us

RISKS = st.lists(st.sampled_from([0.05, 0.2, 0.5, 0.7, 0.95]), min_size=2, max_size=8)


@given(RISKS)
def test_the_best_auc_is_the_expected_one_over_all_pairs(risks):
    p = np.array(risks)
    right = pairs = 0.0
    for i, one in enumerate(p):
        for j, other in enumerate(p):
            if i != j:
                weight = one * (1 - other)
                pairs += weight
                right += weight * (1.0 if one > other else 0.5 if one == other else 0.0)
    assert best_auc(p) == pytest.approx(right / pairs)


def test_drawn_outcomes_come_near_the_best_auc():
    rng = np.random.default_rng(1)
    risk = rng.beta(1.2, 1.4, 200_000)
    drawn = rng.random(len(risk)) < risk
    assert best_auc(risk) == pytest.approx(roc_auc_score(drawn, risk), abs=0.003)


def test_nobody_covers_more_than_all_of_the_way():
    assert covered(0.9, 0.9) == 1
    assert covered(0.5, 0.9) == 0


def test_one_case_has_no_auc():
    assert np.isnan(best_auc(np.array([0.3])))


@pytest.mark.parametrize(
    ("name", "centres"),
    [("demo-ptc-us", set("CDEFG")), ("demo-cli-dlr", {"H"}), ("demo-msgc", {"3", "4"})],
)
def test_fresh_cases_are_of_the_centres_that_did_not_train(name, centres):
    cohort = fresh(name, 300, seed=5)
    assert len(cohort.cases) == 300
    assert set(cohort.cases["centre"]) == centres
    assert cohort.cases["patient_id"].is_unique


def test_fresh_cases_are_other_people_than_the_cohort():
    cohort, other = ptc_us(SIZES["small"], seed=5), fresh("demo-ptc-us", 300, seed=5)
    assert not set(cohort.hidden["texture"]) & set(other.hidden["texture"])


def test_there_are_no_fresh_nodes():
    with pytest.raises(ValueError, match="thyroid or salivary"):
        fresh("demo-ct-nodes", 10, seed=0)


@pytest.mark.parametrize("seed", [0, 100, 101, 102])
def test_every_seed_has_as_many_metastatic_nodes_as_the_paper(seed):
    assert ct_nodes(seed=seed).cases["metastatic"].sum() == METASTATIC


def test_nodes_that_happen_are_those_at_risk():
    cases = ct_nodes(seed=100).cases
    by_tenth = cases.groupby(np.ceil(cases["true_risk"] * 5))["metastatic"].mean()
    assert by_tenth.is_monotonic_increasing
