"""Which lymph nodes does CT show, and which of them are metastatic?

``demo-ct-nodes`` has the shape of Lee 2019 (doi:10.1007/s00330-019-06098-8): 995 nodes of
202 patients, 647 benign and 348 metastatic. One case is one node, so a patient has several;
the split is by patient (that paper's reads as if by image), about 79 / 10.5 / 10.5 % of the
nodes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.synth.cohort import (
    SyntheticCohort,
    flow_of_exclusions,
    split_of_patients,
    words,
)
from clnm_core.synth.effects import METASTATIC_NODE, probability
from clnm_core.synth.reports import node_report

PATIENTS, NODES, METASTATIC = 202, 995, 348

_OWN = (
    Column(
        "node_long_axis_mm",
        "Node long axis",
        Kind.NUMBER,
        unit="mm",
        bounds=(0, 150),
        help="Long axis of the index node on CT.",
    ),
    Column("node_necrosis", "Necrosis or cyst", Kind.FLAG, help="Fluid-like part of the node."),
    Column("node_calcification", "Calcified node", Kind.FLAG, help="Calcium within the node."),
    Column("node_fatty_hilum", "Fatty hilum", Kind.FLAG, help="Fat in the hilum of the node."),
    Column(
        "metastatic",
        "Metastatic node",
        Kind.FLAG,
        Role.OUTCOME,
        help="Metastasis in this node on pathology.",
    ),
)
_COLUMNS = (
    "case_id patient_id centre split age_years sex node_neck_level node_short_axis_mm "
    "node_long_axis_mm node_density_hu node_necrosis node_calcification node_fatty_hilum "
    "report_text metastatic true_risk"
).split()


def node_findings(patients: int, nodes: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Complete findings of all nodes, patient by patient; every patient has at least one."""
    extra = rng.multinomial(nodes - patients, rng.dirichlet(np.full(patients, 2.0)))
    owner = np.repeat(np.arange(patients), 1 + extra)
    age = np.clip(rng.normal(46, 14, patients), 18, 85).round(0)
    sex = words(rng, patients, {"female": 0.7, "male": 0.3})
    trait = rng.normal(0, 1, patients)
    short = np.clip(rng.lognormal(np.log(6.2), 0.36, nodes), 3.0, 26.0).round(1)
    is_cystic = rng.random(nodes) < 0.2
    density = np.where(is_cystic, rng.normal(78, 16, nodes), rng.normal(98, 20, nodes))
    return pd.DataFrame(
        {
            "owner": owner,
            "age_years": age[owner],
            "sex": sex[owner],
            "patient_trait": trait[owner],
            "node_neck_level": words(
                rng,
                nodes,
                {
                    "level_ii": 0.3,
                    "level_iii": 0.25,
                    "level_iv": 0.24,
                    "level_v": 0.08,
                    "level_vi": 0.13,
                },
            ),
            "node_short_axis_mm": short,
            "node_long_axis_mm": (short * rng.uniform(1.1, 2.1, nodes)).round(1),
            "node_density_hu": np.clip(density, 35, 170).round(0),
            "node_necrosis": is_cystic,
            "node_calcification": rng.random(nodes) < 0.13,
            "node_fatty_hilum": rng.random(nodes) < np.where(is_cystic, 0.08, 0.42),
            "texture": rng.normal(0, 1, nodes),
        }
    )


def ct_nodes(*, seed: int) -> SyntheticCohort:
    """The cohort of single nodes.

    Outcomes are drawn from ``true_risk`` on the condition that 348 nodes are metastatic.
    """
    rng = np.random.default_rng([seed, 3])
    hidden = node_findings(PATIENTS, NODES, rng=rng)
    split = split_of_patients(rng, PATIENTS, {"train": 160, "validation": 21, "test": 21})
    owner = hidden.pop("owner").to_numpy()
    patient = [f"CT-{number:04d}" for number in range(1, PATIENTS + 1)]
    within = pd.Series(owner).groupby(owner).cumcount() + 1
    hidden.insert(0, "split", split[owner])
    hidden.insert(0, "centre", "K")
    hidden.insert(0, "patient_id", [patient[code] for code in owner])
    hidden.insert(
        0,
        "case_id",
        [f"{patient[code]}-{number:02d}" for code, number in zip(owner, within, strict=True)],
    )
    hidden["log_odds"] = METASTATIC_NODE.log_odds(hidden)
    cases = hidden.copy()
    cases["true_risk"] = probability(hidden["log_odds"].to_numpy())
    cases["metastatic"] = pd.Series(
        _drawn_with_total(cases["true_risk"].to_numpy(), METASTATIC, rng), dtype="boolean"
    )
    cases["report_text"] = node_report(hidden)
    cases["node_fatty_hilum"] = (
        cases["node_fatty_hilum"].astype("boolean").mask(rng.random(NODES) < 0.03)
    )
    registry = BUILT_IN.with_columns(_OWN).only(_COLUMNS)
    return SyntheticCohort(
        "demo-ct-nodes",
        "Neck nodes on CT",
        "Simulated contrast-enhanced CT of single lymph nodes before surgery for thyroid cancer; "
        "patients, not nodes, are divided between training, validation and test.",
        "One case is one lymph node on one axial image; a patient has several.",
        registry,
        cases[list(registry.names)],
        hidden,
        "metastatic",
        flow_of_exclusions(
            cases, {"No match between CT and pathology of the node": 0.24, "Artefacts": 0.05}
        ),
    )


def _drawn_with_total(
    risk: NDArray[np.float64], total: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Outcomes drawn from the risks, given that ``total`` of them happen.

    One by one: ``left[i, k]`` is the probability that ``k`` of the cases from ``i`` on happen, so
    that each case's risk, given how many are still to come, is exact (Chen and Liu, Statistica
    Sinica 1997;7:875-892).
    """
    n = len(risk)
    left = np.zeros((n + 1, total + 1))
    left[n, 0] = 1.0
    for row in range(n - 1, -1, -1):
        left[row] = (1 - risk[row]) * left[row + 1]
        left[row, 1:] += risk[row] * left[row + 1, :-1]
    outcome = np.zeros(n, dtype=bool)
    open_ = total
    for row, chance in enumerate(rng.random(n)):
        happens = risk[row] * left[row + 1, open_ - 1] if open_ else 0.0
        outcome[row] = chance < happens / left[row, open_]
        open_ -= int(outcome[row])
    return outcome
