"""What does the Location page need to know about one outcome?"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.stats.gland import ISTHMUS, LOBES, THIRDS, gland_grid, gland_sides
from clnm_core.stats.location import distance_bins, distance_curve
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse

_PLACE = ("capsule_distance_mm", "lobe", "third")


@dataclass(frozen=True, eq=False, slots=True)
class Located:
    """One outcome by place; an empty frame where the cohort does not record the place.

    ``known`` counts the cases whose outcome is known, ``events`` those with it. ``curve``
    and ``bins`` are by distance to the capsule, ``cells`` by lobe and third, ``sides`` by lobe
    alone and by third alone, as far as either is recorded.
    """

    outcome: str
    known: int
    events: int
    curve: pd.DataFrame
    bins: pd.DataFrame
    cells: pd.DataFrame
    sides: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def has_distance(self) -> bool:
        """Whether any case with a known outcome has a distance."""
        return not self.bins.empty and bool(self.bins["n"].sum())

    @property
    def has_place(self) -> bool:
        """Whether any case with a known outcome has a lobe."""
        return not self.cells.empty and bool(self.cells["n"].sum())


def located(warehouse: Warehouse, query: CohortQuery) -> Located:
    """Where in the gland the outcome of the query occurs among its cases."""
    registry = warehouse.registry(query.cohort)
    columns = [name for name in _PLACE if name in registry]
    return locate(selection.cases(warehouse, query, [query.outcome, *columns]), query.outcome)


def locate(cases: pd.DataFrame, outcome: str) -> Located:
    """Compute curve, bins and cells of one outcome.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``patient_id``, the outcome (true, false or missing) and, where the cohort has them,
        ``capsule_distance_mm``, ``lobe`` and ``third``.
    outcome : str
        Column of the outcome.

    """
    happened, patient = cases[outcome], cases["patient_id"]
    curve, bins, cells = pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    if "capsule_distance_mm" in cases:
        distance = cases["capsule_distance_mm"]
        curve = distance_curve(distance, happened, patient=patient)
        bins = distance_bins(distance, happened, patient=patient)
    if "lobe" in cases and "third" in cases:
        cells = gland_grid(cases["lobe"], cases["third"], happened, patient=patient)
    sides = [
        gland_sides(cases[name], levels, happened, patient=patient)
        for name, levels in (("lobe", (*LOBES, ISTHMUS)), ("third", THIRDS))
        if name in cases
    ]
    known = happened.notna()
    return Located(
        outcome,
        int(known.sum()),
        int(happened[known].astype(bool).sum()),
        curve,
        bins,
        cells,
        pd.concat(sides, ignore_index=True) if sides else pd.DataFrame(),
    )
