"""Who are the patients with salivary gland carcinoma, and what does ultrasound show?

``demo-msgc`` has the shape of Int Dent J 2025;75:103895
(doi:10.1016/j.identj.2025.103895): 214 patients of four centres, 1 and 2 for training (144),
3 and 4 for external validation (70), the outcome any cervical node metastasis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Level
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.synth.cohort import SyntheticCohort, flow_of_exclusions, words
from clnm_core.synth.effects import ANY_SALIVARY, probability
from clnm_core.synth.reports import salivary_report

CENTRES = {"1": 86, "2": 58, "3": 41, "4": 29}
"""Patients by centre; 1 and 2 train."""

_COLUMNS = (
    "case_id patient_id centre split age_years sex tumour_site max_diameter_mm echogenicity margin "
    "composition calcification us_reported_nodes lymphocyte_monocyte_ratio report_text any "
    "true_risk"
).split()
_OWN = (
    replace(BUILT_IN["any"], help="Metastasis in any cervical node on pathology; NX is unknown."),
    replace(
        BUILT_IN["margin"],
        levels=(
            Level("smooth", "smooth"),
            Level("ill_defined", "ill-defined"),
            Level("irregular", "irregular"),
        ),
    ),
)


def salivary_findings(n: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Complete findings of ``n`` patients with one tumour each."""
    diameter = np.clip(rng.lognormal(np.log(22), 0.38, n), 7, 46).round(1)
    nodes = probability(-1.9 + 0.6 * np.log2(diameter / 22))
    return pd.DataFrame(
        {
            "age_years": np.clip(rng.normal(54, 15, n), 18, 88).round(0),
            "sex": words(rng, n, {"female": 0.52, "male": 0.48}),
            "tumour_site": words(
                rng, n, {"parotid": 0.72, "submandibular": 0.24, "sublingual": 0.04}
            ),
            "max_diameter_mm": diameter,
            "echogenicity": words(
                rng, n, {"markedly_hypoechoic": 0.25, "hypoechoic": 0.65, "isoechoic": 0.1}
            ),
            "margin": words(rng, n, {"smooth": 0.36, "ill_defined": 0.27, "irregular": 0.37}),
            "composition": words(rng, n, {"solid": 0.78, "mixed": 0.22}),
            "calcification": words(rng, n, {"none": 0.8, "micro": 0.12, "macro": 0.08}),
            "us_reported_nodes": rng.random(n) < nodes,
            "lymphocyte_monocyte_ratio": np.clip(
                rng.lognormal(np.log(4.4), 0.36, n), 0.8, 14
            ).round(2),
            "texture": rng.normal(0, 1, n),
        }
    )


def msgc(centres: Mapping[str, int] = CENTRES, *, seed: int) -> SyntheticCohort:
    """The salivary cohort of four centres, or of so many patients of some of them."""
    rng = np.random.default_rng([seed, 4])
    n = sum(centres.values())
    hidden = salivary_findings(n, rng=rng)
    centre = np.repeat(np.array(list(centres), dtype=object), list(centres.values()))
    hidden.insert(0, "split", np.where(np.isin(centre, ["1", "2"]), "train", "external"))
    hidden.insert(0, "centre", centre)
    hidden.insert(0, "patient_id", [f"SG-{number:04d}" for number in range(1, n + 1)])
    hidden.insert(0, "case_id", hidden["patient_id"] + "-1")
    hidden["log_odds"] = ANY_SALIVARY.log_odds(hidden)
    cases = hidden.copy()
    cases["true_risk"] = probability(hidden["log_odds"].to_numpy())
    cases["any"] = pd.Series(rng.random(n) < cases["true_risk"], dtype="boolean").mask(
        rng.random(n) < 0.03
    )
    cases["report_text"] = salivary_report(hidden)
    cases["lymphocyte_monocyte_ratio"] = cases["lymphocyte_monocyte_ratio"].mask(
        rng.random(n) < 0.15
    )
    registry = BUILT_IN.with_columns(_OWN).only(_COLUMNS)
    return SyntheticCohort(
        "demo-msgc",
        "Salivary glands, 4 centres",
        "Simulated patients with a carcinoma of a major salivary gland, seen on ultrasound before "
        "surgery. Centres 1 and 2 train; 3 and 4 test.",
        "One case is the tumour of one patient.",
        registry,
        cases[list(registry.names)],
        hidden,
        "any",
        flow_of_exclusions(
            cases, {"Metastasis of another cancer": 0.05, "No ultrasound before surgery": 0.16}
        ),
    )
