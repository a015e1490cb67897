"""Which risks would models of different skill have given?

No network is run. A simulated model adds up the effects that it is allowed to see, plus noise
of its own, and is then calibrated by a logistic fit on the training cases whose outcome is
known, as a real one would be. After that it is spoiled on purpose where the demo should show
something: too confident, worse in one group of patients or at one centre, too low in one
group, or flattered on its training cases.
Every manifest says ``simulated predictions``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.effects import (
    ANY_PTC,
    ANY_SALIVARY,
    CENTRAL,
    LATERAL,
    METASTATIC_NODE,
    Truth,
    probability,
)

KIND = "simulated predictions"
NOTE = (
    "These risks were simulated from the known truth of a synthetic cohort. No model was trained "
    "or run, and no published system is reproduced."
)

_TABLE = frozenset(
    "age_years sex max_diameter_mm multifocal us_reported_nodes extrathyroidal_extension".split()
)
_PICTURE = frozenset(
    "capsule_distance_mm third max_diameter_mm margin echogenicity calcification texture".split()
)
_NODE_SIGNS = frozenset(
    "node_necrosis node_calcification node_fatty_hilum node_short_axis_mm node_density_hu "
    "texture".split()
)


@dataclass(frozen=True, slots=True)
class SimulatedModel:
    """What a simulated model may see, and how it is spoiled.

    Parameters
    ----------
    name, title : str
    truth : Truth
        The outcome's formula.
    sees : frozenset of str
        Columns whose effects reach it.
    noise : float
        Standard deviation of its error, in log-odds.
    overconfidence : float
        Factor on the calibrated log-odds; 1 leaves it calibrated.
    flattery : float
        Log-odds by which its training risks lean towards what happened.
    weak_where : str
        A flag; where it is true the error is three times as large. Empty for none.
    mixed_up_where : str
        A flag; where it is true most risks belong to another of these cases. Empty for none.
    tilt_where : str
        A flag; where it is true risks are off by ``TILT`` log-odds. Empty for none.
    is_true_on_average : bool
        Whether it is calibrated to the true risks of all cases, not to training outcomes.

    """

    name: str
    title: str
    truth: Truth
    sees: frozenset[str]
    noise: float
    overconfidence: float = 1.0
    flattery: float = 0.0
    weak_where: str = ""
    mixed_up_where: str = ""
    tilt_where: str = ""
    is_true_on_average: bool = False


TILT = -1.8
"""Log-odds by which the risks of a miscalibrated group are off: too low."""

_MIXED_UP = 0.75
"""Share of the cases of a place that carry another's risk, where a model is mixed up."""

MODELS: dict[str, tuple[SimulatedModel, ...]] = {
    "demo-ptc-us": (
        SimulatedModel("clinical-demo", "Findings of the record", LATERAL, _TABLE, 0.4),
        SimulatedModel(
            "image-demo", "Two ultrasound views", LATERAL, _PICTURE, 0.5, weak_where="hashimoto"
        ),
        SimulatedModel(
            "combined-demo",
            "Record and views, too confident",
            LATERAL,
            _TABLE | _PICTURE,
            0.7,
            overconfidence=1.7,
        ),
        SimulatedModel("central-demo", "Record and views", CENTRAL, _TABLE | _PICTURE, 0.6),
    ),
    "demo-cli-dlr": (
        SimulatedModel("clinical-demo", "Findings of the record", ANY_PTC, _TABLE, 0.4),
        SimulatedModel("image-demo", "Ultrasound views", ANY_PTC, _PICTURE, 0.7),
        SimulatedModel(
            "combined-demo", "Record and views", ANY_PTC, _TABLE | _PICTURE, 0.6, flattery=0.6
        ),
    ),
    "demo-ct-nodes": (
        SimulatedModel(
            "criteria-demo",
            "Size, hilum and calcification",
            METASTATIC_NODE,
            frozenset(["node_short_axis_mm", "node_fatty_hilum", "node_calcification"]),
            0.2,
        ),
        SimulatedModel(
            "image-demo", "Axial image", METASTATIC_NODE, _NODE_SIGNS, 0.7, overconfidence=1.3
        ),
    ),
    "demo-msgc": (
        SimulatedModel(
            "clinical-demo",
            "Findings of the record",
            ANY_SALIVARY,
            frozenset(["age_years", "sex", "us_reported_nodes"]),
            0.3,
        ),
        SimulatedModel(
            "image-demo",
            "Ultrasound view",
            ANY_SALIVARY,
            frozenset(["margin", "calcification", "max_diameter_mm", "texture"]),
            0.7,
        ),
        SimulatedModel(
            "combined-demo",
            "Record and view, flattered in training",
            ANY_SALIVARY,
            frozenset(effect.column for effect in ANY_SALIVARY.effects),
            0.6,
            overconfidence=1.4,
            flattery=1.2,
        ),
    ),
    "demo-planted": (
        SimulatedModel(
            "fair-demo", "Fair", LATERAL, _TABLE | _PICTURE, 0.5, is_true_on_average=True
        ),
        SimulatedModel(
            "uneven-demo",
            "Uneven, worse at one centre",
            LATERAL,
            _TABLE | _PICTURE,
            0.5,
            mixed_up_where="at_weak_centre",
            is_true_on_average=True,
        ),
        SimulatedModel(
            "tilted-demo",
            "Tilted, too low for men",
            LATERAL,
            _TABLE | _PICTURE,
            0.5,
            tilt_where="is_male",
            is_true_on_average=True,
        ),
    ),
}
"""The simulated models of each cohort."""


def simulated_risks(model: SimulatedModel, cohort: SyntheticCohort, *, seed: int) -> pd.DataFrame:
    """Risks of one model for every case of its cohort.

    Returns
    -------
    pandas.DataFrame
        ``case_id``, ``split``, ``risk`` in (0, 1), in the order of the cohort's cases.

    """
    rng = np.random.default_rng([seed, 5, *model.name.encode(), *cohort.name.encode()])
    hidden, cases = cohort.hidden, cohort.cases
    noise = rng.normal(0, model.noise, len(hidden))
    if model.weak_where:
        noise = np.where(hidden[model.weak_where].to_numpy(dtype=bool), 3 * noise, noise)
    score = noise + sum(
        effect.of(hidden[effect.column])
        for effect in model.truth.effects
        if effect.column in model.sees
    )
    outcome = cases[model.truth.outcome]
    is_train = (cases["split"] == "train").to_numpy()
    if model.is_true_on_average:
        log_odds = _calibrated_to_truth(score, cases["true_risk"].to_numpy(dtype=float))
    else:
        log_odds = _calibrated(score, outcome, is_train & outcome.notna().to_numpy())
    if model.mixed_up_where:
        log_odds = _mixed_up(log_odds, hidden[model.mixed_up_where].to_numpy(dtype=bool), rng)
    if model.tilt_where:
        log_odds = log_odds + TILT * hidden[model.tilt_where].to_numpy(dtype=float)
    leaning = model.flattery * np.where(outcome.fillna(False).to_numpy(dtype=bool), 1, -1)
    log_odds = log_odds + np.where(is_train & outcome.notna().to_numpy(), leaning, 0.0)
    risk = probability(model.overconfidence * log_odds)
    return pd.DataFrame(
        {
            "case_id": cases["case_id"],
            "split": cases["split"],
            "risk": np.clip(risk, 1e-6, 1 - 1e-6).round(6),
        }
    )


def manifest(model: SimulatedModel, cohort: SyntheticCohort, *, seed: int) -> dict[str, object]:
    """What the store should say about a simulated model; plain values only."""
    return {
        "kind": KIND,
        "title": model.title,
        "note": NOTE,
        "is_simulated": True,
        "inputs": sorted(
            effect.column for effect in model.truth.effects if effect.column in model.sees
        ),
        "training_cohort": cohort.name,
        "training_split": "train",
        "seed": seed,
        "simulation": {
            name: value
            for name, value in asdict(model).items()
            if name in ("noise", "overconfidence", "flattery", "weak_where")
            or (value and name in ("mixed_up_where", "tilt_where"))
        },
    }


def _mixed_up(
    log_odds: NDArray[np.float64], is_there: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Log-odds dealt out anew among most cases of a place."""
    rows = rng.permutation(np.flatnonzero(is_there))
    rows = rows[: round(_MIXED_UP * len(rows))]
    mixed = log_odds.copy()
    mixed[rows] = log_odds[np.roll(rows, 1)]
    return mixed


def _calibrated(
    score: NDArray[np.float64], outcome: pd.Series, is_known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Log-odds from a logistic fit of the outcome on the score, where it is known."""
    fit = LogisticRegression(C=np.inf).fit(
        score[is_known, None], outcome[is_known].to_numpy(dtype=bool)
    )
    return fit.decision_function(score[:, None])


def _calibrated_to_truth(
    score: NDArray[np.float64], true_risk: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-odds from a logistic fit of the true risks on the score."""
    twice, weight = np.tile(score, 2)[:, None], np.concatenate([true_risk, 1 - true_risk])
    happened = np.repeat([True, False], len(score))
    fit = LogisticRegression(C=np.inf).fit(twice, happened, sample_weight=weight)
    return fit.decision_function(score[:, None])
