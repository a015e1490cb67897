"""What does the Readers page compute? Every function takes a snapshot and a query."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.agreement import cohen_kappa, fleiss_kappa
from clnm_core.stats.discrimination import auc_shown, roc_curve
from clnm_core.stats.multireader import ReaderAverage
from clnm_core.stats.rates import rate
from clnm_core.stats.reader_merit import Merit
from clnm_core.stats.readers import (
    Contrast,
    Panel,
    average_readers,
    changed_calls,
    contrasts,
    reader_gains,
    reader_points,
)
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import reads
from clnm_core.store.reads import CaseSets
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui.charts.thinning import thinned

MOST_PAIRS = 300
"""With more pairs of readers than this (25 readers), pairs are not compared one by one."""


@dataclass(frozen=True, eq=False, slots=True)
class ReaderStudy:
    """Readers and a model on the cases that all of them judged.

    ``model`` has the model's ``auc, sensitivity, specificity``; ``means`` the average reader by
    figure of merit and side; ``points``, ``gains`` and ``changes`` one row per reader;
    ``kappas`` and ``unanimous`` are by side; ``pairs`` has Cohen's kappa of every two readers.
    """

    n: int
    events: int
    readers: tuple[str, ...]
    sides: tuple[str, ...]
    threshold: float
    has_probabilities: bool
    is_clustered: bool
    roc: pd.DataFrame
    model: dict[str, Estimate]
    points: pd.DataFrame
    means: dict[tuple[str, str], ReaderAverage]
    contrasts: tuple[Contrast, ...]
    gains: pd.DataFrame
    changes: pd.DataFrame
    kappas: dict[str, Estimate]
    unanimous: dict[str, Estimate]
    pairs: pd.DataFrame

    @property
    def merit(self) -> str:
        """The figure of merit that the page speaks of: areas, or sensitivity for calls only."""
        return "auc" if self.has_probabilities else "sensitivity"


def case_sets(warehouse: Warehouse, query: CohortQuery, model: str) -> CaseSets:
    """How the cases of the readers and of the model differ."""
    return reads.case_sets(warehouse, query, model)


def has_reads(warehouse: Warehouse, query: CohortQuery) -> bool:
    """Whether anyone read any case of the cohort."""
    return reads.any_read(warehouse, query.cohort)


def study(warehouse: Warehouse, query: CohortQuery, model: str, threshold: float) -> ReaderStudy:
    """Everything that the page shows, on the cases that all readers and the model judged."""
    return studied(reads.panel(warehouse, query, model), threshold)


def studied(panel: Panel, threshold: float) -> ReaderStudy:
    """The same for reads at hand; the model is positive when ``risk >= threshold``."""
    predictions = Predictions(panel.y_true, panel.risk, panel.patient)
    called, truth = panel.risk >= threshold, panel.y_true
    merit: Merit = "auc" if panel.has_probabilities else "sensitivity"
    return ReaderStudy(
        n=len(panel),
        events=panel.events,
        readers=panel.readers,
        sides=panel.sides,
        threshold=threshold,
        has_probabilities=panel.has_probabilities,
        is_clustered=panel.is_clustered,
        roc=thinned(roc_curve(predictions), "false_positive_rate", "sensitivity"),
        model={
            "auc": auc_shown(predictions),
            "sensitivity": rate(called[truth], panel.patient[truth]),
            "specificity": rate(~called[~truth], panel.patient[~truth]),
        },
        points=reader_points(panel),
        means={(m, side): mean for (m, side), mean in average_readers(panel).items()},
        contrasts=contrasts(panel, threshold),
        gains=reader_gains(panel, merit),
        changes=changed_calls(panel),
        kappas={side: fleiss_kappa(call, panel.patient) for side, call in panel.call.items()},
        unanimous={
            side: rate(np.all(call == call[:, :1], axis=1), panel.patient)
            for side, call in panel.call.items()
        },
        pairs=_pairs(panel),
    )


def _pairs(panel: Panel) -> pd.DataFrame:
    """Cohen's kappa of calls, and quadratic-weighted kappa of probabilities, of any two readers."""
    names = ["side", "first", "second", "kappa", "low", "high", "weighted_kappa"]
    readers = list(enumerate(panel.readers))
    couples = list(combinations(readers, 2))
    rows = []
    for side in panel.sides if len(couples) <= MOST_PAIRS else ():
        call, stated = panel.call[side], panel.probability[side]
        for (i, first), (j, second) in couples:
            kappa = cohen_kappa(call[:, i], call[:, j], panel.patient)
            weighted = np.nan
            if panel.has_probabilities:
                weighted = cohen_kappa(stated[:, i], stated[:, j], weights="quadratic").value
            rows.append((side, first, second, kappa.value, kappa.low, kappa.high, weighted))
    return pd.DataFrame(rows, columns=names)
