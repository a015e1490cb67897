"""What do the views of the Performance page compute? Each only when it is looked at.

Functions of a warehouse, a query and small values, to be called by
:func:`~clnm_core.ui.cached.computed`; a query's split is the one that is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import CallCounts, call_counts
from clnm_core.stats.chosen_thresholds import carried
from clnm_core.stats.partial_area import PartialArea, Rate, partial_auc
from clnm_core.stats.recalibrated import Method, recalibrated, shared_patients
from clnm_core.stats.utility import clinical_impact, interventions_avoided
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from clnm_core.ui.judged import BOOTSTRAP, SEED, Called, Judged, call, judge
from clnm_core.ui.links import labels_of
from clnm_core.ui.recalibrated import Recalibrated, recalibration


@dataclass(frozen=True, eq=False, slots=True)
class Everyone:
    """All cases that a model judged, under the filters of a query, whatever their split.

    ``code`` is the place of each case's split among ``splits``.
    """

    predictions: Predictions
    code: NDArray[np.intp]
    splits: tuple[str, ...]

    def is_in(self, split: str) -> NDArray[np.bool_]:
        """Which cases belong to a split; to any, for the empty word."""
        if not split:
            return np.ones(len(self.code), dtype=bool)
        if split not in self.splits:
            return np.zeros(len(self.code), dtype=bool)
        return np.asarray(self.code == self.splits.index(split))


def judged(warehouse: Warehouse, query: CohortQuery, model: str) -> Judged:
    """What holds at every threshold."""
    return judge(cached.computed(_risks, query, model))


def called(warehouse: Warehouse, query: CohortQuery, model: str, threshold: float) -> Called:
    """What holds at one threshold; from counts alone where they are enough."""
    counts = cached.computed(judged, query, model).counts
    if threshold in counts and not counts.is_clustered:
        return call(counts, threshold)
    return call(cached.computed(_risks, query, model), threshold)


def part_of_curve(
    warehouse: Warehouse, query: CohortQuery, model: str, over: Rate, low: float
) -> PartialArea:
    """The area under the ROC curve from a specificity, or sensitivity, up to 1."""
    return partial_auc(cached.computed(_risks, query, model), over=over, low=low)


def corrected(
    warehouse: Warehouse, query: CohortQuery, model: str, fitted_on: str, method: Method
) -> Recalibrated:
    """The risks of the judged split before and after a correction fitted on another one.

    Patients of the judged split are left out of the fitting. Where all splits are judged,
    those other than the fitted one are.
    """
    everyone = cached.computed(_everyone, replace(query, split=""), model)
    fit = everyone.is_in(fitted_on)
    judge_on = everyone.is_in(query.split) & ~fit
    shared = shared_patients(everyone.predictions, fit, judge_on)
    left_out = fit & shared[everyone.predictions.patient]
    correction, after = recalibrated(
        everyone.predictions, fitted_on=fit & ~left_out, judged_on=judge_on, method=method
    )
    return recalibration(
        everyone.predictions.where(judge_on),
        after,
        correction,
        patients=_patients(everyone.predictions.where(fit & ~left_out)),
        shared=int(shared.sum()),
    )


def splits(warehouse: Warehouse, query: CohortQuery, model: str) -> dict[str, CallCounts]:
    """The counts of every split that the model judged, by name."""
    everyone = cached.computed(_everyone, replace(query, split=""), model)
    return {
        split: call_counts(everyone.predictions.where(everyone.is_in(split)))
        for split in everyone.splits
    }


def carried_to(
    warehouse: Warehouse, query: CohortQuery, model: str, threshold: float
) -> pd.DataFrame:
    """What one threshold gives on every split; rows are touched only where patients repeat."""
    everywhere = replace(query, split="")
    counts: dict[str, CallCounts | Predictions] = dict(cached.computed(splits, everywhere, model))
    for split, counted in counts.items():
        if isinstance(counted, CallCounts) and counted.is_clustered:
            everyone = cached.computed(_everyone, everywhere, model)
            counts[split] = everyone.predictions.where(everyone.is_in(split))
    return carried(counts, threshold)


def avoided(warehouse: Warehouse, query: CohortQuery, model: str) -> pd.DataFrame:
    """Treatments that the model saves, by threshold."""
    risks = cached.computed(_risks, query, model)
    return interventions_avoided(risks, bootstrap=BOOTSTRAP, seed=SEED)


def impact(warehouse: Warehouse, query: CohortQuery, model: str) -> pd.DataFrame:
    """How many are flagged, and how many of them rightly, by threshold."""
    risks = cached.computed(_risks, query, model)
    return clinical_impact(risks, bootstrap=BOOTSTRAP, seed=SEED)


def split_label(query: CohortQuery, split: str) -> str:
    """A split in the reader's words; empty for all."""
    registry = cached.registry(query.cohort)
    label = registry["split"].label_of(split) if "split" in registry else split
    return label.replace("_", " ")


def split_labels(query: CohortQuery, splits: Sequence[str]) -> dict[str, str]:
    """The splits in the reader's words, by name, each different."""
    return labels_of({split: split_label(query, split) for split in splits})


def _risks(warehouse: Warehouse, query: CohortQuery, model: str) -> Predictions:
    rows = selection.evaluation(warehouse, query, model)
    return Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"])


def _everyone(warehouse: Warehouse, query: CohortQuery, model: str) -> Everyone:
    rows = selection.evaluation(warehouse, query, model)
    code, names = pd.factorize(rows["split"].fillna(UNKNOWN), sort=True)
    return Everyone(
        Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"]),
        code.astype(np.intp),
        tuple(map(str, names)),
    )


def _patients(predictions: Predictions) -> int:
    return int((np.bincount(predictions.patient) > 0).sum())
