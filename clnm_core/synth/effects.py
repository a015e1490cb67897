"""Which findings raise the simulated risk, by how much, and who says so?

This is the written-down truth of the demo. Each :class:`Truth` is a logistic formula;
the outcome of every synthetic case is drawn from the probability that it gives, and that
probability is kept as ``true_risk``. Directions follow the literature named beside each
effect. **Magnitudes are chosen** so that the demo is instructive; no paper prints them, and
nothing here reproduces a patient or a published number.

``texture`` is not in any table: a standard normal trait that only the picture shows (it
roughens the lesion's echo). A model that looks can therefore beat one that reads the table.

Findings without an entry do nothing, on purpose: Hashimoto thyroiditis, taller-than-wide
shape and side had no effect in the pooled studies (Xue 2020, Mao 2020); BRAF, composition,
vascularity and TI-RADS are drawn beside the truth and may seduce a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

SHEN_2025 = "Shen 2025, doi:10.1038/s41467-025-62042-z"
XUE_2020 = "Xue 2020, meta-analysis, doi:10.3389/fonc.2020.00436"
MAO_2020 = "Mao 2020, meta-analysis, doi:10.3389/fendo.2020.00265"
OCCULT_2024 = "Occult lateral metastasis, meta-analysis 2024, doi:10.3389/fendo.2024.1353923"
CENTRAL_2022 = "Central metastasis, meta-analysis 2022, doi:10.1186/s12957-022-02573-7"
LOWER_THIRD = "Lower third and central metastasis, PMC4203241"
YEH_2015 = "ATA statement on preoperative imaging, doi:10.1089/thy.2014.0096"
MSGC_2025 = "Salivary score model 2025, doi:10.1016/j.identj.2025.103895"
CHOSEN = "direction chosen for the demo"


@dataclass(frozen=True, slots=True)
class Levels:
    """A log-odds for each value of a column; values not named, and missing ones, add 0.

    ``missing`` is what a missing value adds (a third that does not exist in the isthmus).
    """

    column: str
    log_odds: Mapping[object, float]
    source: str
    missing: float = 0.0

    def of(self, values: pd.Series) -> NDArray[np.float64]:
        """What each case's value adds."""
        found = values.astype(object).map(dict(self.log_odds)).astype(float).fillna(0.0)
        return np.array(found.where(values.notna(), self.missing), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PerUnit:
    """``slope`` log-odds for each unit above ``centre``."""

    column: str
    slope: float
    centre: float
    source: str

    def of(self, values: pd.Series) -> NDArray[np.float64]:
        """What each case's value adds."""
        return self.slope * (values.to_numpy(dtype=float) - self.centre)


@dataclass(frozen=True, slots=True)
class PerDoubling:
    """``slope`` log-odds for each doubling beyond ``reference``; values must be above 0."""

    column: str
    slope: float
    reference: float
    source: str

    def of(self, values: pd.Series) -> NDArray[np.float64]:
        """What each case's value adds."""
        return self.slope * np.log2(values.to_numpy(dtype=np.float64) / self.reference)


@dataclass(frozen=True, slots=True)
class Fading:
    """``at_zero`` log-odds at distance 0, fading as ``exp(-distance / length_mm)``."""

    column: str
    at_zero: float
    length_mm: float
    source: str

    def of(self, values: pd.Series) -> NDArray[np.float64]:
        """What each case's value adds."""
        return self.at_zero * np.exp(-values.to_numpy(dtype=float) / self.length_mm)


Effect = Levels | PerUnit | PerDoubling | Fading


@dataclass(frozen=True, slots=True)
class Truth:
    """One outcome's formula: intercept by split, plus the effects.

    Intercepts are constants, found once on 400,000 simulated patients so that the known
    outcomes come out at the prevalence aimed at, split by split.
    """

    outcome: str
    intercepts: Mapping[str, float]
    effects: tuple[Effect, ...]

    def log_odds(self, cases: pd.DataFrame) -> NDArray[np.float64]:
        """Log-odds of the outcome, shape (n,).

        Parameters
        ----------
        cases : pandas.DataFrame
            Complete findings (before anything is made missing) with the columns that the
            effects name, and ``split``.

        """
        total = np.array(cases["split"].map(self.intercepts), dtype=np.float64)
        for effect in self.effects:
            total = total + effect.of(cases[effect.column])
        return total


def probability(log_odds: ArrayLike) -> NDArray[np.float64]:
    """Log-odds as a probability in (0, 1).

    Examples
    --------
    >>> probability(np.array([0.0, 2.0])).round(3).tolist()
    [0.5, 0.881]

    """
    return np.asarray(expit(np.asarray(log_odds, dtype=np.float64)))


_IMAGE_ONLY = "Only the picture shows it; " + CHOSEN

LATERAL = Truth(
    "lateral",
    {"train": -4.15, "validation": -3.99, "external": -3.76},
    (
        Fading("capsule_distance_mm", 4.6, 3.2, f"{SHEN_2025}: risk rises towards the capsule"),
        Levels("third", {"upper": 0.9, "middle": 0.3}, f"{OCCULT_2024}; {XUE_2020}", -0.2),
        PerDoubling("max_diameter_mm", 0.55, 10.0, f"{XUE_2020}; {MAO_2020}"),
        PerUnit("age_years", -0.025, 43.0, f"{XUE_2020}: higher below 45 years"),
        Levels("sex", {"male": 0.5}, XUE_2020),
        Levels(
            "margin",
            {"ill_defined": 0.15, "irregular": 0.4, "extrathyroidal": 0.8},
            f"{SHEN_2025} uses the margin; {CHOSEN}",
        ),
        Levels(
            "echogenicity",
            {"markedly_hypoechoic": 0.3, "hypoechoic": 0.1, "hyperechoic": -0.2},
            f"{SHEN_2025} uses echogenicity; not significant in {XUE_2020}",
        ),
        Levels("calcification", {"micro": 0.7, "macro": 0.2, "rim": 0.1}, XUE_2020),
        Levels("us_reported_nodes", {True: 2.1}, f"{YEH_2015}; {MSGC_2025}"),
        Levels("multifocal", {True: 0.45}, XUE_2020),
        Levels("extrathyroidal_extension", {True: 0.5}, XUE_2020),
        PerUnit("texture", 1.1, 0.0, _IMAGE_ONLY),
    ),
)

CENTRAL = Truth(
    "central",
    {"train": -1.94, "validation": -1.94, "external": -1.83},
    (
        Fading("capsule_distance_mm", 1.9, 3.0, MAO_2020 + ": capsular invasion"),
        Levels("third", {"middle": 0.4, "lower": 0.8}, LOWER_THIRD, 0.6),
        PerDoubling("max_diameter_mm", 0.45, 10.0, CENTRAL_2022),
        PerUnit("age_years", -0.03, 43.0, MAO_2020),
        Levels("sex", {"male": 0.6}, CENTRAL_2022),
        Levels("margin", {"irregular": 0.2, "extrathyroidal": 0.6}, f"{CENTRAL_2022}: extension"),
        Levels("calcification", {"micro": 0.4}, CHOSEN),
        Levels("us_reported_nodes", {True: 0.8}, YEH_2015),
        Levels("multifocal", {True: 0.55}, CENTRAL_2022),
        Levels("extrathyroidal_extension", {True: 0.5}, CENTRAL_2022),
        PerUnit("texture", 0.7, 0.0, _IMAGE_ONLY),
    ),
)

ANY_PTC = Truth(
    "any",
    {"train": -2.18, "validation": -2.18},
    (
        Fading("capsule_distance_mm", 2.2, 3.0, f"{SHEN_2025}; {MAO_2020}"),
        PerDoubling("max_diameter_mm", 0.5, 10.0, MAO_2020),
        PerUnit("age_years", -0.03, 43.0, MAO_2020),
        Levels("sex", {"male": 0.5}, MAO_2020),
        Levels("margin", {"irregular": 0.3, "extrathyroidal": 0.8}, f"{MAO_2020}: extension"),
        Levels("calcification", {"micro": 0.6, "macro": 0.1}, CHOSEN),
        Levels("us_reported_nodes", {True: 1.3}, YEH_2015),
        Levels("multifocal", {True: 0.6}, MAO_2020),
        PerUnit("texture", 1.2, 0.0, _IMAGE_ONLY),
    ),
)

METASTATIC_NODE = Truth(
    "metastatic",
    {"train": -1.47, "validation": -1.47, "test": -1.47},
    (
        Levels("node_necrosis", {True: 2.8}, f"{YEH_2015}: cystic change"),
        Levels("node_calcification", {True: 2.6}, YEH_2015),
        Levels("node_fatty_hilum", {True: -2.2}, f"{YEH_2015}: lost hilum"),
        PerDoubling("node_short_axis_mm", 1.2, 6.0, YEH_2015),
        PerUnit("node_density_hu", 0.02, 90.0, f"{YEH_2015}: strong enhancement"),
        Levels(
            "node_neck_level",
            {"level_ii": -0.4, "level_iii": 0.2, "level_iv": 0.3, "level_vi": 0.5},
            CHOSEN,
        ),
        PerUnit("patient_trait", 0.6, 0.0, "Nodes of one patient resemble each other; " + CHOSEN),
        PerUnit("texture", 1.3, 0.0, _IMAGE_ONLY),
    ),
)

ANY_SALIVARY = Truth(
    "any",
    {"train": -2.64, "external": -2.64},
    (
        PerUnit("age_years", 0.03, 54.0, f"{MSGC_2025} keeps age; {CHOSEN}"),
        Levels(
            "margin",
            {"ill_defined": 0.5, "irregular": 1.1},
            f"{MSGC_2025} keeps the tumour edge; {CHOSEN}",
        ),
        Levels(
            "calcification",
            {"micro": 0.8, "macro": 0.6},
            f"{MSGC_2025} keeps calcification; {CHOSEN}",
        ),
        Levels("us_reported_nodes", {True: 2.4}, f"{MSGC_2025} keeps reported nodes"),
        PerDoubling("max_diameter_mm", 0.3, 22.0, CHOSEN),
        Levels("sex", {"male": 0.3}, CHOSEN),
        PerUnit("texture", 1.6, 0.0, _IMAGE_ONLY),
    ),
)
