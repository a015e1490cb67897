"""How much the best of several models flatters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.special import ndtr
from sklearn.metrics import roc_auc_score

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats import optimism
from clnm_core.stats.comparison import areas
from clnm_core.stats.optimism import weighted_aucs, winners_optimism
from tests.unit.stats.paired_cases import copied, drawn, permuted, small_sets


@given(small_sets())
def test_weighted_areas_are_those_of_scikit_learn(paired: PairedPredictions) -> None:
    weights = np.random.default_rng(0).integers(0, 4, (len(paired), 3)).astype(float)
    found = weighted_aucs(paired.y_true, paired.risk("a"), weights)
    for place, area in enumerate(found):
        weight = weights[:, place]
        if not weight[paired.y_true].sum() or not weight[~paired.y_true].sum():
            assert np.isnan(area)
        else:
            expected = roc_auc_score(paired.y_true, paired.risk("a"), sample_weight=weight)
            assert area == pytest.approx(expected)


@pytest.mark.parametrize("per_patient", [1, 3])
def test_the_correction_is_that_of_resampling_rows(per_patient: int) -> None:
    paired = drawn(150, shifts=(1.0, 1.0, 0.8), per_patient=per_patient, decimals=2)
    centre = np.array([one.value for one in areas(paired).auc])
    rng = np.random.default_rng(5)
    members = np.arange(150).reshape(-1, per_patient)
    honest, wins = [], np.zeros(3)
    for _ in range(300):
        rows = members[rng.integers(len(members), size=len(members))].ravel()
        y, risks = paired.y_true[rows], paired.risks[:, rows]
        again = np.array([roc_auc_score(y, risk) for risk in risks])
        best = int(again.argmax())
        wins[best] += 1 / 300
        honest.append(2 * centre[best] - again[best])
    found = winners_optimism(paired, bootstrap=2000)
    error = np.std(honest) / np.sqrt(300)
    assert found.corrected.value == pytest.approx(np.mean(honest), abs=4 * error)
    assert list(found.wins.values()) == pytest.approx(wins, abs=0.12)
    assert found.corrected.low == pytest.approx(np.quantile(honest, 0.025), abs=0.02)
    assert found.corrected.high == pytest.approx(np.quantile(honest, 0.975), abs=0.02)
    assert ("patients" in found.corrected.method) == (per_patient > 1)


def test_copies_of_a_case_in_one_patient_change_nothing() -> None:
    once = drawn(90, shifts=(1.0, 0.8, 0.9))
    alone = winners_optimism(once, bootstrap=150)
    thrice = winners_optimism(copied(once, 3), bootstrap=150)
    assert thrice.optimism == pytest.approx(alone.optimism)
    assert thrice.corrected.low == pytest.approx(alone.corrected.low)
    assert thrice.corrected.high == pytest.approx(alone.corrected.high)
    assert thrice.wins == pytest.approx(alone.wins)


def test_drawing_areas_agrees_with_drawing_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    paired = drawn(800, shifts=(1.0, 1.0, 1.0, 0.9))
    by_case = winners_optimism(paired, bootstrap=3000)
    monkeypatch.setattr(optimism, "MOST_CASES", 100)
    by_area = winners_optimism(paired, bootstrap=3000)
    assert by_case.corrected.method == "3,000-fold bootstrap of cases"
    assert "multivariate normal of DeLong's covariance" in by_area.corrected.method
    assert by_area.optimism == pytest.approx(by_case.optimism, abs=0.0015)
    assert by_area.corrected.low == pytest.approx(by_case.corrected.low, abs=0.004)
    assert list(by_area.wins.values()) == pytest.approx(list(by_case.wins.values()), abs=0.04)


def test_of_equal_models_the_best_flatters_and_the_corrected_one_does_not() -> None:
    """Eight models of one true area: what is read off the winner is luck alone."""
    apparent, corrected = [], []
    for seed in range(40):
        found = winners_optimism(drawn(150, shifts=(1.0,) * 8, seed=seed), bootstrap=100, seed=seed)
        apparent.append(found.apparent.value)
        corrected.append(found.corrected.value)
    truth = float(ndtr(1 / np.sqrt(2 * 0.98)))
    assert np.mean(apparent) - truth > 0.02
    assert abs(np.mean(corrected) - truth) < 0.012


def test_a_model_that_is_clearly_best_is_left_as_it_is() -> None:
    found = winners_optimism(drawn(1500, shifts=(2.5, 0.3, 0.2)), bootstrap=300)
    assert found.winner == "m0"
    assert found.wins == {"m0": 1.0, "m1": 0.0, "m2": 0.0}
    assert abs(found.optimism) < 0.001
    width = found.apparent.high - found.apparent.low
    assert found.corrected.high - found.corrected.low == pytest.approx(width, rel=0.15)


def test_the_same_model_twice_shares_its_wins_and_is_not_corrected_more() -> None:
    paired = drawn(200, shifts=(1.5, 0.4))
    twice = PairedPredictions.of(
        paired.y_true,
        {"a": paired.risks[0], "twin": paired.risks[0], "b": paired.risks[1]},
    )
    once = winners_optimism(paired, bootstrap=200)
    found = winners_optimism(twice, bootstrap=200)
    assert found.wins["a"] == found.wins["twin"]
    assert found.wins["a"] == pytest.approx(once.wins["m0"] / 2)
    assert found.corrected == once.corrected


def test_the_order_of_models_and_cases_does_not_decide() -> None:
    paired = drawn(300, shifts=(1.0, 0.9, 1.1))
    turned = PairedPredictions(
        paired.names[::-1], paired.y_true, paired.risks[::-1].copy(), paired.patient
    )
    here, there = winners_optimism(paired), winners_optimism(turned)
    assert here.corrected == there.corrected
    assert here.wins == there.wins
    shuffled = winners_optimism(permuted(paired))
    assert shuffled.corrected.value == pytest.approx(here.corrected.value, abs=0.004)


def test_seeds_reproduce() -> None:
    paired = drawn(100, shifts=(1.0, 0.9))
    assert winners_optimism(paired, seed=3) == winners_optimism(paired, seed=3)
    assert winners_optimism(paired, seed=3) != winners_optimism(paired, seed=4)


def test_complete_separation_keeps_its_own_interval() -> None:
    y = np.repeat([True, False], 10)
    both = PairedPredictions.of(
        y, {"a": np.where(y, 0.9, 0.1), "b": np.random.default_rng(0).random(20)}
    )
    found = winners_optimism(both, bootstrap=50)
    assert found.optimism == 0
    assert found.corrected == found.apparent
    assert found.corrected.low < 0.9


def test_without_areas_there_is_no_winner() -> None:
    both = PairedPredictions.of([1, 0, 0], {"a": [0.9, 0.2, 0.3], "b": [0.8, 0.1, 0.2]})
    found = winners_optimism(both)
    assert found.winner == ""
    assert "fewer than two events" in found.corrected.method


def test_one_model_or_no_resamples_are_refused() -> None:
    with pytest.raises(ValueError, match="two models"):
        winners_optimism(drawn(20, shifts=(1.0,)))
    with pytest.raises(ValueError, match="bootstrap"):
        winners_optimism(drawn(20), bootstrap=0)
