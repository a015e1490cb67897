"""Claims about the distance curve that allows for size, age and sex."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from clnm_core.stats.adjusted_location import adjusted_curve
from clnm_core.stats.location import distance_curve
from clnm_core.stats.spline import harrell_knots, restricted_cubic


def confounded(n: int = 1500, seed: int = 3) -> pd.DataFrame:
    """Large nodules lie near the capsule and spread: distance itself does nothing."""
    rng = np.random.default_rng(seed)
    size = rng.gamma(4, 3, n)
    distance = np.maximum(0, 12 - 0.6 * size + rng.normal(0, 2.5, n))
    return pd.DataFrame(
        {
            "distance": distance,
            "size": size,
            "sex": rng.choice(["female", "male"], n),
            "y": rng.random(n) < expit(-2 + 0.16 * size),
            "patient": np.arange(n) // 2,
        }
    )


def test_standardised_risk_and_band_are_those_of_statsmodels():
    cases = confounded(600)
    at = np.array([1.0, 4.0, 9.0])
    curve = adjusted_curve(
        cases["distance"],
        cases["y"],
        cases[["size", "sex"]],
        patient=cases["patient"],
        at_mm=at,
    )
    knots = harrell_knots(cases["distance"])
    rest = np.column_stack([cases["size"], cases["sex"] == "male"]).astype(float)
    design = np.column_stack([restricted_cubic(cases["distance"], knots), rest])
    fit = sm.GLM(cases["y"].astype(float), design, family=sm.families.Binomial()).fit(tol=1e-12)
    # Estimating equations of coefficients and mean, stacked; the derivative by hand is numeric.
    bread = np.linalg.inv(-fit.model.hessian(fit.params))
    scores = fit.model.score_obs(fit.params)
    for place, distance in enumerate(at):
        there = design.copy()
        there[:, : len(knots)] = restricted_cubic(np.full(len(cases), distance), knots)

        def mean(beta, there=there):
            return expit(there @ beta).mean()

        gradient = np.array(
            [
                (mean(fit.params + step) - mean(fit.params - step)) / 2e-5
                for step in np.eye(len(fit.params)) * 1e-5
            ]
        )
        value = mean(fit.params)
        influence = scores @ bread @ gradient + (expit(there @ fit.params) - value) / len(cases)
        by_patient = influence.reshape(-1, 2).sum(axis=1)
        patients = len(by_patient)
        error = np.sqrt((by_patient**2).sum() * patients / (patients - 1))
        width = 1.959964 * error / (value * (1 - value))
        odds = np.log(value / (1 - value))
        row = curve.iloc[place]
        assert row["risk"] == pytest.approx(value, abs=1e-7)
        assert row["low"] == pytest.approx(expit(odds - width), abs=1e-6)
        assert row["high"] == pytest.approx(expit(odds + width), abs=1e-6)


def test_adjusting_takes_away_an_effect_that_size_explains():
    cases = confounded()
    curve = adjusted_curve(cases["distance"], cases["y"], cases[["size"]])
    fall = curve.iloc[[5, -5]]
    assert fall["crude"].iloc[0] - fall["crude"].iloc[1] > 0.2
    assert abs(fall["risk"].iloc[0] - fall["risk"].iloc[1]) < 0.12
    assert curve.attrs["adjusters"] == ("size",)


def test_the_band_is_as_wide_as_resampled_patients_say():
    cases = confounded(400)
    at = [3.0]

    def risk(rows: pd.DataFrame) -> pd.DataFrame:
        return adjusted_curve(rows["distance"], rows["y"], rows[["size", "sex"]], at_mm=at)

    rng = np.random.default_rng(0)
    drawn = [risk(cases.iloc[rng.integers(0, 400, 400)])["risk"].iloc[0] for _ in range(150)]
    found = risk(cases).iloc[0]
    half = (found["high"] - found["low"]) / 2
    assert half == pytest.approx(1.96 * np.std(drawn), rel=0.25)


def test_the_crude_column_is_the_unadjusted_curve_of_the_complete_cases():
    cases = confounded(500)
    cases.loc[:99, "size"] = np.nan
    curve = adjusted_curve(cases["distance"], cases["y"], cases[["size"]], at_mm=[2.0, 6.0])
    alone = distance_curve(cases["distance"][100:], cases["y"][100:], at_mm=[2.0, 6.0])
    assert curve["crude"].tolist() == pytest.approx(alone["risk"].tolist())
    assert (curve.attrs["n"], curve.attrs["left_out"]) == (400, 100)


def test_flags_and_words_are_coded_and_a_constant_is_dropped_by_name():
    cases = confounded(800)
    flag = pd.Series(cases["size"] > 12).astype(object).where(cases.index >= 20)
    words = pd.Series(np.where(cases.index < 3, "rare", np.where(cases.index % 3, "a", "b")))
    covariates = pd.DataFrame({"flag": flag, "word": words, "same": 1.0})
    curve = adjusted_curve(cases["distance"], cases["y"], covariates)
    assert curve.attrs["adjusters"] == ("flag", "word")
    assert curve.attrs["dropped"] == ("same",)
    assert curve.attrs["left_out"] == 20
    assert curve["risk"].between(0, 1).all()


def test_rare_words_go_together():
    cases = confounded(600)
    happened = cases.index[cases["y"]]
    words = pd.Series(np.where(cases.index % 2, "a", "b"), dtype=object)
    words[happened[:3]] = "c"
    words[happened[3:6]] = "d"
    words[cases.index[~cases["y"]][:8]] = "e"
    curve = adjusted_curve(cases["distance"], cases["y"], pd.DataFrame({"word": words}))
    assert curve.attrs["adjusters"] == ("word",)
    of_distance, of_b, of_rare = 4, 1, 1
    assert curve.attrs["coefficients"] == of_distance + of_b + of_rare


def test_repeating_every_patient_leaves_the_clustered_band():
    cases = confounded(400)
    once = adjusted_curve(cases["distance"], cases["y"], cases[["size"]], at_mm=[4.0])
    twice = pd.concat([cases, cases], ignore_index=True)
    again = adjusted_curve(
        twice["distance"],
        twice["y"],
        twice[["size"]],
        patient=np.tile(np.arange(400), 2),
        at_mm=[4.0],
    )
    width = [float((frame["high"] - frame["low"]).iloc[0]) for frame in (once, again)]
    assert width[1] == pytest.approx(width[0], rel=0.05)
    assert "clustered by patient" in again.attrs["method"]


@pytest.mark.parametrize(
    ("rows", "columns", "why"),
    [
        (slice(0, 0), ["size"], "no case has the distance"),
        (slice(0, 12), ["size"], "complete cases with and as many without"),
        (slice(0, 400), [], "none of the adjusters"),
    ],
)
def test_where_there_can_be_no_curve_the_reason_is_said(rows, columns, why):
    cases = confounded(400).iloc[rows]
    curve = adjusted_curve(cases["distance"], cases["y"], cases[columns])
    assert curve.empty
    assert curve.attrs["method"].startswith("not estimable: ")
    assert why in curve.attrs["method"]


def test_an_adjuster_that_gives_the_outcome_away_is_said_and_not_warned():
    cases = confounded(400)
    curve = adjusted_curve(cases["distance"], cases["y"], pd.DataFrame({"leak": cases["y"] * 1.0}))
    assert curve.empty
    assert "apart completely" in curve.attrs["method"]
