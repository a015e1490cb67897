"""What does the Compare page compute? Every function takes a snapshot, a query and small values."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import Areas, Difference, areas, auc_difference, auc_differences
from clnm_core.stats.discrimination import roc_curve
from clnm_core.stats.optimism import WinnersOptimism, winners_optimism
from clnm_core.stats.paired_benefit import benefit_at, net_benefit_difference
from clnm_core.stats.paired_calls import CallDifference, call_differences
from clnm_core.stats.reclassification import (
    Reclassification,
    categorical_nri,
    continuous_nri,
    idi,
    reclassification_table,
)
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.paired import judged_by_all
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from clnm_core.ui.charts.thinning import thinned
from clnm_core.ui.judged import BOOTSTRAP, SEED

Names = tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Together:
    """Several models on the cases that all of them judged.

    ``coverage`` and ``unknown`` say who was left out; see
    :class:`~clnm_core.store.paired.Judged`.
    """

    paired: PairedPredictions
    coverage: pd.DataFrame
    unknown: int


@dataclass(frozen=True, eq=False, slots=True)
class Separation:
    """What holds at every threshold.

    ``pairs`` has every model against every other; ``curves`` the ROC curve of each, of at
    most 1,000 rows.
    """

    n: int
    events: int
    is_clustered: bool
    coverage: pd.DataFrame
    unknown: int
    areas: Areas
    pairs: pd.DataFrame
    winner: WinnersOptimism
    curves: dict[str, pd.DataFrame]

    def rival_of(self, against: str) -> str:
        """The best of the other models, which is set against this one."""
        others = [name for name in self.areas.names if name != against]
        return max(others, key=lambda name: _or_least(self.areas.of(name).value))


@dataclass(frozen=True, eq=False, slots=True)
class Contrast:
    """One model against another at one threshold and between groups of risk.

    ``nri_free`` and ``idi`` do not depend on either.
    """

    area: Difference
    calls: tuple[CallDifference, ...]
    benefit: Estimate
    nri: Reclassification
    nri_free: Reclassification
    idi: Reclassification
    moved: pd.DataFrame


def separation(warehouse: Warehouse, query: CohortQuery, names: Names) -> Separation:
    """Areas, all their differences, and what of the winner's lead is luck."""
    found = cached.computed(together, query, names)
    paired = found.paired
    judged = areas(paired)
    return Separation(
        n=len(paired),
        events=paired.events,
        is_clustered=paired.is_clustered,
        coverage=found.coverage,
        unknown=found.unknown,
        areas=judged,
        pairs=auc_differences(judged),
        winner=winners_optimism(paired, judged, bootstrap=BOOTSTRAP, seed=SEED),
        curves={
            name: thinned(roc_curve(paired.model(name)), "false_positive_rate", "sensitivity")
            for name in paired.names
        },
    )


def contrast(
    warehouse: Warehouse,
    query: CohortQuery,
    names: Names,
    first: str,
    second: str,
    threshold: float,
    cuts: tuple[float, ...],
) -> Contrast:
    """How two models differ in what they call and where they put a case."""
    paired = cached.computed(together, query, names).paired
    judged = cached.computed(separation, query, names).areas
    free, spread = cached.computed(free_gains, query, names, first, second)
    return Contrast(
        area=auc_difference(judged, first, second),
        calls=tuple(call_differences(paired, first, second, threshold)),
        benefit=benefit_at(paired, first, second, threshold),
        nri=categorical_nri(paired, first, second, cuts),
        nri_free=free,
        idi=spread,
        moved=reclassification_table(paired, first, second, cuts),
    )


def free_gains(
    warehouse: Warehouse, query: CohortQuery, names: Names, first: str, second: str
) -> tuple[Reclassification, Reclassification]:
    """What neither threshold nor groups change: net reclassification by direction, and IDI."""
    paired = cached.computed(together, query, names).paired
    return continuous_nri(paired, first, second), idi(paired, first, second)


def benefit(
    warehouse: Warehouse, query: CohortQuery, names: Names, first: str, second: str
) -> pd.DataFrame:
    """The difference in net benefit of two models, over all thresholds."""
    return net_benefit_difference(cached.computed(together, query, names).paired, first, second)


def against_all(
    warehouse: Warehouse, query: CohortQuery, names: Names, against: str, threshold: float
) -> pd.DataFrame:
    """Every other model against one, at one threshold.

    Returns
    -------
    pandas.DataFrame
        One row per model and measure: ``model``, ``measure`` (``auc``, then those of
        :data:`~clnm_core.stats.paired_calls.MEASURES`, then ``net_benefit``), ``value``,
        ``low``, ``high``, ``p`` (NaN for net benefit), ``method``.

    """
    paired = cached.computed(together, query, names).paired
    judged = cached.computed(separation, query, names).areas
    rows = []
    for name in names:
        if name == against:
            continue
        area = auc_difference(judged, name, against)
        found = [("auc", area.estimate, area.p)]
        found += [
            (call.measure, call.estimate, call.p)
            for call in call_differences(paired, name, against, threshold)
        ]
        found.append(("net_benefit", benefit_at(paired, name, against, threshold), float("nan")))
        rows += [
            {
                "model": name,
                "measure": measure,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "p": p,
                "method": estimate.method,
            }
            for measure, estimate, p in found
        ]
    return pd.DataFrame(rows)


def together(warehouse: Warehouse, query: CohortQuery, names: Names) -> Together:
    """The cases that all models judged."""
    judged = judged_by_all(warehouse, query, names)
    return Together(judged.predictions(), judged.coverage, judged.unknown)


def _or_least(value: float) -> float:
    return value if value == value else -1.0
