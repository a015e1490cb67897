"""Who are the thyroid patients, where were they seen, and what did pathology find?

``demo-ptc-us`` has the shape of the cohort of Shen 2025 (doi:10.1038/s41467-025-62042-z):
two hospitals for training and validation (8:2 by patient), five for external testing,
lateral metastasis in 51, 53 and 56 % of the known cases of the three splits. At scale
``paper`` it has that paper's 29,615 + 9,836 patients, at scale ``small`` 900 + 300.
``demo-cli-dlr`` has the shape of Qing 2026 (doi:10.3389/fonc.2026.1721234): 205 patients of
one hospital, 143 for training and 62 for validation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.synth.cohort import (
    SyntheticCohort,
    flow_of_exclusions,
    gone,
    split_of_patients,
    words,
)
from clnm_core.synth.effects import ANY_PTC, CENTRAL, LATERAL, probability
from clnm_core.synth.reports import thyroid_report
from clnm_core.synth.thyroid_findings import thyroid_findings

SIZES = {
    "small": {"train": 720, "validation": 180, "external": 300},
    "paper": {"train": 23_692, "validation": 5_923, "external": 9_836},
}
"""Patients of ``demo-ptc-us`` by scale and split."""

TRAINING_CENTRES = {"A": 0.6, "B": 0.4}
EXTERNAL_CENTRES = {"C": 0.32, "D": 0.24, "E": 0.18, "F": 0.14, "G": 0.12}

LATERAL_PREVALENCE = {"train": 0.51, "validation": 0.53, "external": 0.56}
"""Share of known cases with lateral metastasis; Shen 2025."""

_PTC_COLUMNS = (
    "case_id patient_id centre split age_years sex max_diameter_mm capsule_distance_mm lobe third "
    "multifocal taller_than_wide echogenicity margin composition calcification vascularity ti_rads "
    "extrathyroidal_extension hashimoto braf_v600e us_reported_nodes report_text any central "
    "lateral positive_nodes risk_stage true_risk"
).split()
_CLI_COLUMNS = (
    "case_id patient_id centre split age_years sex max_diameter_mm capsule_distance_mm lobe "
    "multifocal taller_than_wide echogenicity margin composition calcification hashimoto "
    "us_reported_nodes report_text any true_risk"
).split()


def ptc_us(sizes: Mapping[str, int], *, seed: int) -> SyntheticCohort:
    """The cohort of seven centres, with central and lateral outcomes apart.

    ``sizes`` are the patients of ``train``, ``validation`` and ``external``, or of some of them.
    ``true_risk`` is that of lateral metastasis. An outcome is unknown where that part of the
    neck was not dissected; ``any`` is true if one of them is true, false only if both are
    known to be false.
    """
    rng = np.random.default_rng([seed, 1])
    n = sum(sizes.values())
    split = split_of_patients(rng, n, sizes)
    centre = np.where(
        split == "external", words(rng, n, EXTERNAL_CENTRES), words(rng, n, TRAINING_CENTRES)
    )
    hidden = thyroid_findings(n, rng=rng)
    hidden.insert(0, "split", split)
    hidden.insert(0, "centre", centre)
    order = np.lexsort((split, centre))
    hidden = _numbered(hidden.iloc[order], "PTC")
    hidden.loc[hidden["centre"] == "F", "age_years"] = np.minimum(
        hidden.loc[hidden["centre"] == "F", "age_years"] + 7, 84
    )
    hidden["log_odds"] = LATERAL.log_odds(hidden)
    is_open = rng.random(n) < np.where(hidden["us_reported_nodes"], 0.06, 0.14)
    lateral = _drawn_near(hidden, ~is_open, rng)
    central = rng.random(n) < probability(CENTRAL.log_odds(hidden))

    cases = hidden.copy()
    cases["true_risk"] = probability(hidden["log_odds"].to_numpy())
    cases["lateral"] = gone(pd.Series(lateral, dtype="boolean"), is_open)
    cases["central"] = gone(pd.Series(central, dtype="boolean"), rng.random(n) < 0.05)
    cases["any"] = cases["central"] | cases["lateral"]
    cases["positive_nodes"] = _positive_nodes(cases["any"], hidden, rng)
    cases["risk_stage"] = _risk_stage(cases["positive_nodes"], rng)
    cases["report_text"] = thyroid_report(hidden)
    _leave_gaps(cases, rng)
    return SyntheticCohort(
        "demo-ptc-us",
        "Thyroid ultrasound, 7 centres",
        "Simulated patients with one index nodule each, seen on two orthogonal ultrasound views "
        "before neck dissection. Centres A and B train and validate; C to G test.",
        "One case is the index nodule of one patient.",
        BUILT_IN.only(_PTC_COLUMNS),
        cases[list(BUILT_IN.only(_PTC_COLUMNS).names)],
        hidden,
        "lateral",
        flow_of_exclusions(
            cases,
            {
                "No neck dissection": 0.21,
                "Earlier surgery or radiation of the neck": 0.035,
                "No ultrasound in the 30 days before surgery": 0.062,
                "Images of one view only, or without calibration": 0.048,
            },
        ),
    )


def cli_dlr(
    sizes: Mapping[str, int] = {"train": 143, "validation": 62},
    *,
    seed: int,
) -> SyntheticCohort:
    """The one-hospital cohort; its only outcome is any cervical metastasis."""
    rng = np.random.default_rng([seed, 2])
    n = sum(sizes.values())
    hidden = thyroid_findings(n, rng=rng)
    hidden.insert(0, "split", split_of_patients(rng, n, sizes))
    hidden.insert(0, "centre", "H")
    hidden = _numbered(hidden, "DLR")
    hidden["log_odds"] = ANY_PTC.log_odds(hidden)
    cases = hidden.copy()
    cases["true_risk"] = probability(hidden["log_odds"].to_numpy())
    cases["any"] = pd.Series(rng.random(n) < cases["true_risk"], dtype="boolean")
    cases["report_text"] = thyroid_report(hidden)
    _leave_gaps(cases, rng)
    return SyntheticCohort(
        "demo-cli-dlr",
        "Thyroid ultrasound, 1 centre",
        "Simulated patients of one hospital with ultrasound before surgery, as studied when deep "
        "features and clinical findings are put into one model.",
        "One case is the index nodule of one patient.",
        BUILT_IN.only(_CLI_COLUMNS),
        cases[list(BUILT_IN.only(_CLI_COLUMNS).names)],
        hidden,
        "any",
        flow_of_exclusions(
            cases, {"Pathology incomplete": 0.11, "Images of too low quality": 0.08}
        ),
    )


def _drawn_near(
    hidden: pd.DataFrame, known: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Lateral outcomes drawn from their risk, given that each split comes near its prevalence.

    Near is within 0.015 among the known cases; draws of a split are repeated until one is.
    """
    risk = probability(hidden["log_odds"].to_numpy())
    outcome = np.zeros(len(risk), dtype=bool)
    for split, aim in LATERAL_PREVALENCE.items():
        rows = np.flatnonzero(hidden["split"] == split)
        if not len(rows):
            continue
        for _ in range(5000):
            drawn = rng.random(len(rows)) < risk[rows]
            if abs(drawn[known[rows]].mean() - aim) <= 0.015:
                break
        outcome[rows] = drawn
    return outcome


def _numbered(findings: pd.DataFrame, letters: str) -> pd.DataFrame:
    """Rows in order, with a patient and a case number (one case per patient)."""
    numbered = findings.reset_index(drop=True)
    patient = [f"{letters}-{number:05d}" for number in range(1, len(numbered) + 1)]
    numbered.insert(0, "patient_id", patient)
    numbered.insert(0, "case_id", [f"{name}-1" for name in patient])
    return numbered


def _positive_nodes(
    outcome: pd.Series, hidden: pd.DataFrame, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Metastatic nodes: 0 without metastasis, at least 1 with it, missing where unknown."""
    mean = 1.5 + 4.5 * probability(hidden["log_odds"].to_numpy())
    count = 1 + rng.negative_binomial(1.6, 1.6 / (1.6 + mean))
    known = outcome.notna().to_numpy()
    is_positive = outcome.fillna(False).to_numpy(dtype=bool)
    return np.where(known, np.where(is_positive, count, 0), np.nan)


def _risk_stage(nodes: pd.Series, rng: np.random.Generator) -> NDArray[np.object_]:
    """Low, medium or high; no metastasis is low, unknown stays missing."""
    count = nodes.to_numpy(dtype=float)
    is_micro = (count <= 5) & (rng.random(len(count)) < np.where(count == 0, 1.0, 0.45))
    is_large = (count > 0) & (rng.random(len(count)) < 0.07)
    stage = np.where(is_large, "high", np.where(is_micro, "low", "medium")).astype(object)
    stage[np.isnan(count)] = None
    return stage


def _leave_gaps(cases: pd.DataFrame, rng: np.random.Generator) -> None:
    """Make findings missing in place, at the rates of a busy clinic."""
    n = len(cases)
    rates = {
        "braf_v600e": np.where(cases["centre"].isin(["D", "F"]), 0.75, 0.38),
        "vascularity": np.where(cases["centre"] == "G", 1.0, 0.1),
        "hashimoto": np.full(n, 0.04),
        "composition": np.full(n, 0.02),
        "us_reported_nodes": np.full(n, 0.01),
    }
    for column in ("multifocal", "taller_than_wide", "extrathyroidal_extension"):
        cases[column] = cases[column].astype("boolean")
    for column, rate in rates.items():
        values = cases[column]
        values = values.astype("boolean") if values.dtype == bool else values
        cases[column] = gone(values, rng.random(n) < rate)
    cases["ti_rads"] = gone(cases["ti_rads"], cases["composition"].isna().to_numpy())
