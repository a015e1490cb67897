"""What does the Location page need to know about lesions laid upon each other?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.imaging.template import inside, template_axis
from clnm_core.stats.risk_map import risk_map
from clnm_core.store import selection
from clnm_core.store.location_maps import LocationMaps, location_maps, views_with_outlines
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached

AREA, EVEN = "area", "even"
"""What lesions weigh: phi all over their area, as published; or the same each, by place alone."""

_SHUFFLES = 999
_SEED = 0


@dataclass(frozen=True, eq=False, slots=True)
class Mapped:
    """The risk map of one outcome in one view.

    Parameters
    ----------
    pixels : pandas.DataFrame
        As :func:`~clnm_core.stats.risk_map.risk_map` gives it, with the place ``x`` and ``y`` on
        the template: -1 and 1 are the capsule, x runs to the right and y downwards.
    aspect : float
        Height of the glands over their width, the median.
    without : int
        Cases of known outcome that have no map.
    left_out : dict of str to int
        Pictures of the whole cohort that could not be used, by reason.

    """

    pixels: pd.DataFrame
    aspect: float
    without: int
    left_out: dict[str, int]


def views_of(warehouse: Warehouse, query: CohortQuery) -> tuple[str, ...]:
    """The views that a risk map can be made of."""
    return views_with_outlines(warehouse, query.cohort)


def mapped(warehouse: Warehouse, query: CohortQuery, view: str, counting: str) -> Mapped:
    """The risk map of the outcome of the query among its cases.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    view : str
        ``transverse`` or ``longitudinal``.
    counting : str
        ``area`` or ``even``.

    """
    maps = cached.drawn(_maps_of, CohortQuery(query.cohort, ""), view)
    cases = selection.cases(warehouse, query, [query.outcome])
    known = cases[cases[query.outcome].notna()]
    rows, phi = maps.of(known["case_id"].to_numpy(dtype=str))
    shown = known.iloc[rows]
    found = risk_map(
        evenly(phi) if counting == EVEN else phi,
        shown[query.outcome],
        patient=shown["patient_id"],
        permutations=_SHUFFLES,
        seed=_SEED,
    )
    if len(found):
        facts = found.attrs
        axis = template_axis()
        y, x = (places[inside()] for places in np.meshgrid(axis, axis, indexing="ij"))
        found = found.assign(x=np.round(x, 4), y=np.round(y, 4))
        found.attrs = facts
    return Mapped(found, maps.aspect, len(known) - len(shown), maps.left_out)


def evenly(phi: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where each lesion lies, with the same weight for all, whatever its size and depth.

    1 is what a pixel has of a lesion that fills the whole gland. A lesion that lies nowhere on
    the template has no weight.

    Examples
    --------
    >>> evenly(np.array([[1.0, 0.0], [0.2, 0.4], [0.0, 0.0]], dtype=np.float32)).tolist()
    [[2.0, 0.0], [1.0, 1.0], [0.0, 0.0]]

    """
    lies = (phi > 0).astype(np.float32)
    share = lies.mean(axis=1, keepdims=True)
    return np.asarray(np.divide(lies, share, out=np.zeros_like(lies), where=share > 0))


def _maps_of(warehouse: Warehouse, query: CohortQuery, view: str) -> LocationMaps:
    return location_maps(warehouse, query.cohort, view)
