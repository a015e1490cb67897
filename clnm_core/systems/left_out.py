"""How would the clinical baseline do at a centre from which it learned nothing?

For each centre a new model is fitted on the patients of all the others, and judged on it. A
patient who was seen at both is left out of the training, so that nobody is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import MissingOutcomeError, PredictorError
from clnm_core.stats.calibration import o_e_ratio, slope
from clnm_core.stats.discrimination import auc
from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.design import choose_predictors

MOST_PATIENTS = 20_000
"""Of more patients, this many are drawn at random."""

MOST_CENTRES = 20
"""Of more centres, the largest are left out one by one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A centre, judged by a model that was trained without it.

    Parameters
    ----------
    centre : str
    n, events : int
        Cases of the centre with a known outcome, and those with it.
    learned_from : int
        Cases of the other centres that the model was fitted on; 0 where it was not.
    auc, o_e_ratio, slope : Estimate
        Not estimable, with the reason, where there are too few cases to fit or to judge.

    """

    centre: str
    n: int
    events: int
    learned_from: int
    auc: Estimate
    o_e_ratio: Estimate
    slope: Estimate


@dataclass(frozen=True, slots=True)
class CentresLeftOut:
    """All centres, by name; ``is_sample`` where not all patients or centres took part."""

    centres: tuple[LeftOut, ...]
    is_sample: bool


def leave_centres_out(
    frame: pd.DataFrame, registry: Registry, outcome: str, *, seed: int = 0, level: float = 0.95
) -> CentresLeftOut:
    """Train the logistic baseline without each centre in turn, and judge it there.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``patient_id``, ``centre``, the outcome and the predictors; cases without outcome or
        centre are passed over. All splits take part: which cases train is decided anew.
    registry : Registry
    outcome : str
    seed : int
        Of the patients drawn where there are more than ``MOST_PATIENTS``.
    level : float
        Confidence of the intervals.

    Returns
    -------
    CentresLeftOut
        Empty with fewer than two centres.

    Raises
    ------
    PredictorError
        If the cohort has no column that a model may use.

    References
    ----------
    .. [1] Debray TPA et al. A framework for developing, implementing, and evaluating clinical
       prediction models in an individual participant data meta-analysis. Stat Med
       2013;32:3158-3180. doi:10.1002/sim.5732

    """
    columns = choose_predictors(registry.only([*frame.columns]))
    known = frame[frame[outcome].notna() & frame["centre"].notna()].reset_index(drop=True)
    patients = known["patient_id"].unique()
    is_sample = len(patients) > MOST_PATIENTS
    if is_sample:
        drawn = np.random.default_rng(seed).choice(len(patients), MOST_PATIENTS, replace=False)
        kept = known["patient_id"].isin(patients[np.sort(drawn)])
        known = known[kept].reset_index(drop=True)
    sizes = known["centre"].value_counts()
    names = sorted(str(name) for name in sizes.index[:MOST_CENTRES])
    if len(sizes) < 2:
        return CentresLeftOut((), is_sample)
    return CentresLeftOut(
        tuple(_without(known, name, columns, outcome, level) for name in names),
        is_sample or len(sizes) > MOST_CENTRES,
    )


def _without(
    known: pd.DataFrame, centre: str, columns: tuple[Column, ...], outcome: str, level: float
) -> LeftOut:
    is_here = (known["centre"] == centre).to_numpy(dtype=bool)
    here = known[is_here]
    others = known[~known["patient_id"].isin(here["patient_id"])]
    y_here, y_others = (part[outcome].to_numpy(dtype=bool) for part in (here, others))
    n, events = len(here), int(y_here.sum())
    if n < FEWEST:
        none = not_estimable(f"fewer than {FEWEST} cases", level=level)
        return LeftOut(centre, n, events, 0, none, none, none)
    try:
        model = fit_clinical(others, y_others, columns, outcome=outcome)
    except (MissingOutcomeError, PredictorError):
        none = not_estimable("the other centres have too few cases to learn from", level=level)
        return LeftOut(centre, n, events, 0, none, none, none)
    judged = Predictions.of(y_here, model.risk(here), pd.factorize(here["patient_id"])[0])
    return LeftOut(
        centre,
        n,
        events,
        len(others),
        auc(judged, level=level),
        o_e_ratio(judged, level=level),
        slope(judged, level=level),
    )
