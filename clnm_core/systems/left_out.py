"""How would a model do at a centre from which it learned nothing?

For each centre a new model is fitted on the patients of all the others, and judged on it. A
patient who was seen at both is left out of the training, so that nobody is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import (
    CohortError,
    MissingOutcomeError,
    ModelError,
    PredictorError,
    TrainingStopped,
)
from clnm_core.stats.calibration import o_e_ratio, slope
from clnm_core.stats.discrimination import auc
from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.design import choose_predictors
from clnm_core.systems.run import Run

MOST_PATIENTS = 20_000
"""Of more patients, this many are drawn at random."""

MOST_CENTRES = 20
"""Of more centres, the largest are left out one by one."""

_RESULT = "left-out.json"


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

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        measures = {name: getattr(self, name).to_dict() for name in _MEASURES}
        return asdict(self) | measures

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LeftOut:
        """What :meth:`to_dict` wrote."""
        return cls(**{**values, **{name: Estimate.from_dict(values[name]) for name in _MEASURES}})


@dataclass(frozen=True, slots=True)
class CentresLeftOut:
    """All centres, by name; ``is_sample`` where not all patients or centres took part."""

    centres: tuple[LeftOut, ...]
    is_sample: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"centres": [one.to_dict() for one in self.centres], "is_sample": self.is_sample}


_MEASURES: dict[str, Callable[..., Estimate]] = {"auc": auc, "o_e_ratio": o_e_ratio, "slope": slope}

Learn = Callable[[Cases, Cases, Run], tuple[NDArray[np.float64], int]]
"""Takes the cases of all other centres and those of one; gives the risks of the latter (NaN where
there is none), and from how many cases was learned."""


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

    def learn(others: Cases, here: Cases, run: Run) -> tuple[NDArray[np.float64], int]:
        model = fit_clinical(others.frame, others.outcome(outcome), columns, outcome=outcome)
        return model.risk(here.frame), len(others)

    return each_left_out(Cases(frame, registry), outcome, learn, seed=seed, level=level, run=Run())


def each_left_out(
    cases: Cases, outcome: str, learn: Learn, *, seed: int, level: float = 0.95, run: Run
) -> CentresLeftOut:
    """Leave out one centre after the other.

    Parameters
    ----------
    cases : Cases
        Those without outcome or centre are passed over.
    outcome : str
    learn : callable
        What is done with the others.
    seed : int
        Of the patients drawn where there are more than ``MOST_PATIENTS``.
    level : float
        Confidence of the intervals.
    run : Run
        What each centre gave is kept in its checkpoints, and not computed again.

    Returns
    -------
    CentresLeftOut
        Empty with fewer than two centres.

    """
    has_centre = "centre" in cases.frame
    known = cases.frame[outcome].notna() & (cases.frame["centre"].notna() if has_centre else False)
    kept = cases.only(known.to_numpy(dtype=bool))
    patients = kept.frame["patient_id"].unique()
    is_sample = len(patients) > MOST_PATIENTS
    if is_sample:
        drawn = np.random.default_rng(seed).choice(len(patients), MOST_PATIENTS, replace=False)
        kept = kept.only(kept.frame["patient_id"].isin(patients[np.sort(drawn)]).to_numpy())
    sizes = kept.frame["centre"].value_counts() if has_centre else pd.Series(dtype=int)
    names = sorted(str(name) for name in sizes.index[:MOST_CENTRES])
    if len(sizes) < 2:
        return CentresLeftOut((), is_sample)
    found = []
    for place, name in enumerate(names):
        part = run.part(place / len(names), (place + 1) / len(names), f"centre-{place}")
        one = _kept(part.checkpoints)
        if one is None:
            one = _without(kept, name, outcome, learn, level, part)
            _keep(part.checkpoints, one)
        found.append(one)
    return CentresLeftOut(tuple(found), is_sample or len(sizes) > MOST_CENTRES)


def _without(
    known: Cases, centre: str, outcome: str, learn: Learn, level: float, run: Run
) -> LeftOut:
    is_here = (known.frame["centre"] == centre).to_numpy(dtype=bool)
    here = known.only(is_here)
    is_new = ~known.frame["patient_id"].isin(here.frame["patient_id"])
    others = known.only(is_new.to_numpy(dtype=bool))
    y_here = here.outcome(outcome)
    n, events = len(here), int(y_here.sum())

    def none(reason: str) -> LeftOut:
        why = not_estimable(reason, level=level)
        return LeftOut(centre, n, events, 0, why, why, why)

    if n < FEWEST:
        return none(f"fewer than {FEWEST} cases")
    try:
        risk, learned_from = learn(others, here, run)
    except TrainingStopped:
        raise
    except (MissingOutcomeError, PredictorError):
        return none("the other centres have too few cases to learn from")
    except (ModelError, CohortError):
        return none("the system could not be trained on the other centres")
    has_risk = ~np.isnan(risk)
    if has_risk.sum() < FEWEST:
        return none(f"fewer than {FEWEST} cases that it can judge")
    judged = Predictions.of(y_here[has_risk], risk[has_risk], here.patient[has_risk])
    measures = {name: measure(judged, level=level) for name, measure in _MEASURES.items()}
    return LeftOut(centre, n, events, learned_from, **measures)


def _kept(folder: Path | None) -> LeftOut | None:
    """What a centre gave before the training was interrupted."""
    if folder is None or not (folder / _RESULT).is_file():
        return None
    return LeftOut.from_dict(json.loads((folder / _RESULT).read_text("utf-8")))


def _keep(folder: Path | None, one: LeftOut) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{_RESULT}.part"
        draft.write_text(json.dumps(one.to_dict(), allow_nan=False), "utf-8")
        draft.replace(folder / _RESULT)
