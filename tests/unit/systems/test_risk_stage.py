"""The stage that is said is the likeliest one, and how often that is right is counted elsewhere."""

from __future__ import annotations

import math

import pytest

from clnm_core.systems.protocol import Model
from clnm_core.systems.risk_stage import RiskStage, SaysStage, TaughtStages, taught_stages

STAGES = ("low", "medium", "high")
TAUGHT = TaughtStages(STAGES, (300, 280, 40), ((50, 30, 0), (20, 60, 0), (3, 7, 0)))


@pytest.mark.parametrize(
    ("shares", "stage"),
    [((0.5, 0.3, 0.2), "low"), ((0.2, 0.41, 0.39), "medium"), ((0.1, 0.2, 0.7), "high")],
)
def test_the_likeliest_stage_has_the_largest_share(shares: tuple[float, ...], stage: str) -> None:
    assert RiskStage(shares, TAUGHT).likeliest == stage


@pytest.mark.parametrize(
    ("shares", "stage"),
    [((0.4, 0.4, 0.2), "medium"), ((0.4, 0.2, 0.4), "high"), ((0.25, 0.375, 0.375), "high")],
)
def test_of_equal_shares_the_gravest_stage_is_said(shares: tuple[float, ...], stage: str) -> None:
    assert RiskStage(shares, TAUGHT).likeliest == stage
    counted = taught_stages(STAGES, [0, 1, 2], [0], [shares])
    assert counted is not None
    assert counted.validation[0][STAGES.index(stage)] == 1


def test_what_is_right_is_held_against_what_one_may_always_say() -> None:
    assert TAUGHT.judged == 170
    assert TAUGHT.right.value == pytest.approx(110 / 170)
    assert TAUGHT.right.method == "Wilson"
    assert TAUGHT.commonest == ("low", pytest.approx(80 / 170))
    assert TAUGHT.never_said == (("high", 10),)


def test_without_validation_cases_nothing_is_claimed() -> None:
    found = taught_stages(STAGES, [0, 1], [], [])
    assert found is not None
    assert found.judged == 0
    assert not found.right.is_estimable
    assert math.isnan(found.commonest[1])
    assert found.never_said == ()


@pytest.mark.parametrize("training", [[], [-1, -1, -1], [1, 1, -1]])
def test_fewer_than_two_stages_teach_nothing(training: list[int]) -> None:
    assert taught_stages(STAGES, training, [], []) is None


def test_cases_of_unknown_stage_count_nowhere() -> None:
    found = taught_stages(STAGES, [0, 1, -1], [-1, 2], [[0.9, 0.1, 0.0], [0.1, 0.1, 0.8]])
    assert found is not None
    assert found.training == (1, 1, 0)
    assert found.validation == ((0, 0, 0), (0, 0, 0), (0, 0, 1))


def test_what_is_written_comes_back_and_anything_else_is_refused() -> None:
    assert TaughtStages.from_dict(TAUGHT.to_dict()) == TAUGHT
    for harm in ({"training": [1, 2]}, {"validation": [[0, 0, 0]]}, {"stages": ["low"]}):
        with pytest.raises(ValueError, match="must count each"):
            TaughtStages.from_dict(TAUGHT.to_dict() | harm)


def test_for_programs_the_shares_stand_by_stage_and_are_not_called_calibrated() -> None:
    found = RiskStage((0.2, 0.7, 0.1), TAUGHT).to_dict()
    assert found["likeliest"] == "medium"
    assert found["probabilities"] == {"low": 0.2, "medium": 0.7, "high": 0.1}
    assert found["is_calibrated"] is False
    assert found["validation_cases"] == 170


def test_a_model_need_not_know_of_stages() -> None:
    assert not hasattr(Model, "stage")
    assert not isinstance(object(), SaysStage)
