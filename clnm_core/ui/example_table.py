"""What does a table of predictions look like? A small synthetic one, made in code."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

NAME = "example-predictions.csv"


def example_csv(*, cases: int = 600, seed: int = 0) -> bytes:
    """Predictions of 600 invented patients of four centres, as a CSV file.

    The risks are right on average, too extreme at the ends, and too low at centre D, so that
    the audit has something to show. Risks and outcomes were drawn; nobody stands behind them.

    Parameters
    ----------
    cases : int
        Rows.
    seed : int
        Start of the random numbers; one seed gives one file.

    """
    random = np.random.default_rng(seed)
    centre = random.choice(["A", "B", "C", "D"], cases, p=[0.4, 0.3, 0.2, 0.1])
    sex = random.choice(["female", "male"], cases, p=[0.74, 0.26])
    age = np.clip(random.normal(46, 14, cases), 18, 86).round().astype(int)
    distance = np.clip(random.gamma(1.6, 2.2, cases), 0, 14).round(1)
    log_odds = (
        0.9
        - 0.42 * distance
        - 0.02 * (age - 46)
        + 0.5 * (sex == "male")
        + random.normal(0, 0.8, cases)
    )
    happened = random.random(cases) < 1 / (1 + np.exp(-log_odds))
    given = 1.35 * (log_odds + 0.2) - 1.3 * (centre == "D") + random.normal(0, 0.5, cases)
    table = pd.DataFrame(
        {
            "case_id": [f"EX-{number:04d}" for number in range(1, cases + 1)],
            "centre": centre,
            "sex": sex,
            "age_years": age,
            "capsule_distance_mm": distance,
            "lateral_metastasis": np.where(happened, "yes", "no"),
            "predicted_risk": (1 / (1 + np.exp(-given))).round(4),
        }
    )
    text = io.StringIO()
    table.to_csv(text, index=False)
    return text.getvalue().encode()
