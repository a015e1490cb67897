"""What does the recalibration view need to know about risks before and after a correction?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.report.wording import count_text
from clnm_core.stats import calibration
from clnm_core.stats.discrimination import auc
from clnm_core.stats.recalibrated import Correction
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.judged import BOOTSTRAP, SEED

FEWEST = 10
"""Cases needed to fit a correction on, and to judge it on."""


@dataclass(frozen=True, eq=False, slots=True)
class Recalibrated:
    """A correction fitted on some cases, and the judged ones before and after it.

    ``patients`` were fitted on; ``shared`` patients were left out of the fitting because they
    are among the judged. ``reason`` says why there is nothing to show; the measures and
    curves are then empty.
    """

    correction: Correction
    patients: int
    shared: int
    n: int
    reason: str
    before: dict[str, Estimate]
    after: dict[str, Estimate]
    curve_before: pd.DataFrame
    curve_after: pd.DataFrame


def recalibration(
    before: Predictions, after: Predictions, correction: Correction, *, patients: int, shared: int
) -> Recalibrated:
    """Judge the same cases with their old and their corrected risks."""
    reason = correction.reason
    if not len(before):
        reason = "no other case is left to judge it on"
    elif correction.n < FEWEST:
        have = f"only {count_text(correction.n, 'case')}" if correction.n else "no case"
        reason = f"{have} to fit on" + (f", {FEWEST} are needed" if correction.n else "")
    if reason:
        nothing = pd.DataFrame({name: [] for name in ("risk", "observed", "low", "high")})
        return Recalibrated(
            correction, patients, shared, len(before), reason, {}, {}, nothing, nothing
        )
    return Recalibrated(
        correction,
        patients,
        shared,
        len(before),
        "",
        believed(before),
        believed(after),
        calibration_curve(before),
        calibration_curve(after),
    )


def believed(predictions: Predictions) -> dict[str, Estimate]:
    """The measures that a correction is there to improve, and the AUC, which it should leave."""
    cells = risk_cells(predictions, bootstrap=BOOTSTRAP, seed=SEED)
    resampling = {"bootstrap": BOOTSTRAP, "seed": SEED}
    return {
        "calibration_intercept": calibration.intercept(predictions),
        "calibration_slope": calibration.slope(predictions),
        "o_e_ratio": calibration.o_e_ratio(predictions),
        "ici": calibration.ici(predictions, cells=cells, **resampling),
        "e50": calibration.e50(predictions, cells=cells, **resampling),
        "e90": calibration.e90(predictions, cells=cells, **resampling),
        "ece": calibration.ece(predictions, cells=cells, **resampling),
        "brier": calibration.brier(predictions),
        "brier_scaled": calibration.brier_scaled(predictions),
        "auc": auc(predictions),
    }
