"""Claims about how the Location page says what it found."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.report.location_words import (
    adjusted_answer,
    adjusted_methods,
    flat_words,
    learned_answer,
    learned_methods,
)
from clnm_core.report.references import references
from clnm_core.stats.adjusted_location import adjusted_curve
from clnm_core.stats.learned_location import learned_distance

RNG = np.random.default_rng(0)
DISTANCE = RNG.gamma(2.0, 2.5, 3000)
RISK = expit(1 - 0.25 * DISTANCE)
Y = RNG.random(3000) < RISK
LABELS = {"age_years": "Age", "sex": "Sex"}


def learned(risk: np.ndarray, n: int = 3000) -> str:
    return learned_answer(learned_distance(Predictions.of(Y[:n], risk[:n]), DISTANCE[:n]))


def test_a_model_that_follows_is_said_to_with_both_falls_and_the_largest_difference():
    assert re.fullmatch(
        r"The model follows the capsule effect: predicted falls from \d\d\.\d % to \d\d\.\d %, "
        r"observed from \d\d\.\d % to \d\d\.\d %; largest difference −?\d points? "
        r"\(−?\d+( to |–)\d+\), .+ mm\.",
        learned(RISK),
    )


def test_a_model_that_does_not_follow_is_said_not_to():
    said = learned(np.full(3000, 0.4))
    assert said.startswith("The model does not follow the capsule effect: predicted stays, from")


def test_a_wrong_level_is_said_apart_from_the_shape():
    said = learned(expit(logit(RISK) + 1))
    assert said.startswith("The model follows the capsule effect")
    assert re.search(r"the risks are \d\d points too high on the whole; with that put right", said)
    assert "too low on the whole" in learned(expit(logit(RISK) - 1))


def test_few_cases_are_said_to_be_few_and_how_many_are_needed():
    said = learned(RISK, 100)
    assert said.startswith("Not enough data to say")
    assert re.search(r"a verdict needs about [\d,]+ cases, here are 100", said)
    assert "fewer than two bands" in learned(RISK, 5)


def test_the_flat_test_is_said_with_its_p_or_with_why_not():
    whole = learned_distance(Predictions.of(Y, RISK), DISTANCE)
    assert re.search(r"chi-squared \d+\.\d, 3 degrees of freedom, p ", flat_words(whole))
    few = learned_distance(Predictions.of(Y[:9], RISK[:9]), DISTANCE[:9])
    assert "cannot be tested" in flat_words(few)


@pytest.fixture(scope="module")
def curve() -> pd.DataFrame:
    covariates = pd.DataFrame({"age_years": RNG.normal(45, 12, 3000), "sex": "female"})
    covariates.loc[5:9, "age_years"] = np.nan
    return adjusted_curve(DISTANCE, Y, covariates)


def test_the_adjusted_curve_is_said_beside_the_unadjusted_one(curve):
    said = adjusted_answer(curve, LABELS)
    assert said.startswith("Adjusted for age (2,995 complete cases), the risk falls from ")
    assert re.search(r" mm; unadjusted, from \d\d\.\d % to \d\d\.\d %\.$", said)


def test_methods_name_adjusters_what_was_left_out_and_papers(curve):
    line = adjusted_methods(curve, LABELS)
    assert "adjusted for age" in line
    assert "5 cases without the distance, the outcome or an adjuster left out" in line
    assert "sex has one value only" in line
    assert len(references(line)) == 3
    found = learned_distance(Predictions.of(Y, RISK), DISTANCE)
    assert len(references(learned_methods(found))) == 6


def test_no_adjusted_curve_says_why():
    few = adjusted_curve(DISTANCE[:20], Y[:20], pd.DataFrame({"age_years": np.arange(20.0)}))
    assert adjusted_answer(few, LABELS).startswith("No adjusted curve: 5 coefficients need")
