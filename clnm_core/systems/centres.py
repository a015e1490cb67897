"""How would a system do at a centre from which it learned nothing?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import lacks, learnable
from clnm_core.systems.judging import risks_of
from clnm_core.systems.left_out import CentresLeftOut, each_left_out
from clnm_core.systems.protocol import System
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import drawn_patients

VALIDATION_SHARE = 0.2
"""Of the other patients, those on whom a system that is not cross-validated is validated."""

_LEARNED = 0.9


def without_each_centre(
    system: System,
    cases: Cases,
    *,
    outcome: str,
    config: Mapping[str, Any],
    seed: int = 0,
    run: Run,
) -> CentresLeftOut:
    """Train a system without each centre in turn, and judge it there.

    Parameters
    ----------
    system : System
    cases : Cases
        All splits take part: which cases train is decided anew. Cases without outcome or centre
        are passed over.
    outcome : str
    config : mapping
        Every setting of the system.
    seed : int
    run : Run
        What a finished centre gave is kept in its checkpoints, and not computed again.

    Returns
    -------
    CentresLeftOut
        Empty with fewer than two centres. A centre that the system cannot be trained without, or
        judged at, says why.

    Raises
    ------
    TrainingStopped
        If it was asked to stop.

    """
    learn = partial(_learned, system, outcome=outcome, config=config, seed=seed)
    return each_left_out(cases, outcome, learn, seed=seed, run=run)


def _learned(
    system: System,
    others: Cases,
    here: Cases,
    run: Run,
    *,
    outcome: str,
    config: Mapping[str, Any],
    seed: int,
) -> tuple[NDArray[np.float64], int]:
    centre = here.frame["centre"].iloc[0]
    run.say(0.0, f"Training without {centre}")
    everyone = np.ones(len(others), dtype=bool)
    reasons, _ = learnable(system, others, everyone, outcome=outcome, config=config)
    others = others.only((reasons == "").to_numpy())
    is_validation = np.zeros(len(others), dtype=bool)
    if not system.is_cross_validated:
        y_true = others.outcome(outcome)
        is_validation = drawn_patients(others.patient, y_true, share=VALIDATION_SHARE, seed=seed)
    training = others.only(~is_validation)
    fitted = system.fit(
        training,
        others.only(is_validation) if is_validation.any() else None,
        outcome=outcome,
        config=config,
        seed=seed,
        run=run.part(0.0, _LEARNED),
    )
    can_judge = (lacks(here, fitted.model.inputs) == "").to_numpy()
    step = f"Judging at {centre}"
    risk, _ = risks_of(fitted.model.risk, here, can_judge, run.part(_LEARNED, 1.0), step)
    return risk, len(training)
