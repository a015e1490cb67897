"""How would readers of different skill have judged the same cases, alone and with a model?

Each reader sees a weakened and noisy version of the true log-odds and has a leaning of their
own. Aided, the reader moves part of the way to the model's log-odds. All readers of a cohort
read one common set of cases, so they can be compared with each other and with the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.effects import probability


@dataclass(frozen=True, slots=True)
class Panel:
    """Who reads what.

    ``readers`` read up to ``most_cases`` cases of ``split`` whose outcome is known; aided by
    ``model``. Skill runs evenly from the first reader to the last.
    """

    readers: int
    split: str
    model: str
    most_cases: int = 200


PANELS = {
    "demo-ptc-us": Panel(12, "external", "image-demo"),
    "demo-cli-dlr": Panel(3, "validation", "image-demo"),
    "demo-ct-nodes": Panel(4, "test", "image-demo"),
    "demo-msgc": Panel(4, "external", "combined-demo"),
}

_SKILL = (0.12, 0.42)
_NOISE = 0.9
_TRUST = 0.45


def simulated_reads(
    cohort: SyntheticCohort, panel: Panel, risks: pd.DataFrame, *, seed: int
) -> pd.DataFrame:
    """Every reader's judgement of every case of the set, unaided and aided.

    Parameters
    ----------
    risks : pandas.DataFrame
        The model's ``case_id, split, risk``.

    Returns
    -------
    pandas.DataFrame
        ``reader_id`` (R01 is the least skilled), ``case_id``, ``probability`` in steps of
        0.05 from 0.05 to 0.95, ``call`` (probability at least 0.5), ``aided``.

    """
    rng = np.random.default_rng([seed, 6, *cohort.name.encode()])
    is_eligible = (cohort.cases["split"] == panel.split) & cohort.cases[cohort.outcome].notna()
    rows = np.flatnonzero(is_eligible.to_numpy())
    if len(rows) > panel.most_cases:
        rows = np.sort(rng.choice(rows, panel.most_cases, replace=False))
    case_id = cohort.cases["case_id"].to_numpy()[rows]
    truth = cohort.hidden["log_odds"].to_numpy()[rows]
    risk = risks.set_index("case_id").loc[case_id, "risk"].to_numpy()
    model = np.clip(np.log(risk / (1 - risk)), -4, 4)
    frames = []
    for number, skill in enumerate(np.linspace(*_SKILL, panel.readers), start=1):
        alone = skill * truth + rng.normal(0, _NOISE, len(rows)) + rng.normal(0, 0.25)
        helped = (1 - _TRUST) * alone + _TRUST * model + rng.normal(0, 0.3, len(rows))
        for log_odds, is_aided in ((alone, False), (helped, True)):
            frames.append(_judgement(f"R{number:02d}", case_id, log_odds, is_aided))
    return pd.concat(frames, ignore_index=True)


def _judgement(
    reader: str, case_id: NDArray[np.object_], log_odds: NDArray[np.float64], is_aided: bool
) -> pd.DataFrame:
    stated = np.clip((probability(log_odds) * 20).round() / 20, 0.05, 0.95)
    return pd.DataFrame(
        {
            "reader_id": reader,
            "case_id": case_id,
            "probability": stated,
            "call": stated >= 0.5,
            "aided": is_aided,
        }
    )
