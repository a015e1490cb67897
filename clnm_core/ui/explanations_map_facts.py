"""What does the page on what drives a model compute of its maps?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.map_words import NEAR_MM, ZONE_WORDS
from clnm_core.stats.map_shares import mean_share, mean_shares, share_curve
from clnm_core.stats.rank_correlation import rank_correlation
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.records import ModelRecord
from clnm_core.store.saliency_tables import SaliencyTable, largest_saliency
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, eq=False, slots=True)
class Maps:
    """Where the maps of a model lie, over the selected cases.

    Parameters
    ----------
    zones : pandas.DataFrame
        ``zone, label, value, low, high, area, covered``; means over cases.
    cases, pictures, empty : int
        Cases and pictures with a map; pictures on which nothing speaks for the outcome.
    kind : str
    facts : dict
        Of the table.
    near : Estimate
        Share near the capsule, of cases with a nodule near it (of all where there is none).
    near_cases : int
    even, covered : float
        What that share would be for an even map, over all cases; over where there is any map.
    rho : Estimate
        Spearman's, of the share near the capsule and the distance.
    curve, covered_curve : pandas.DataFrame
        As :func:`~clnm_core.stats.map_shares.share_curve` makes them.
    points : pandas.DataFrame
        ``case_id, distance_mm, near, y_true`` by case; empty without a gland.

    """

    zones: pd.DataFrame
    cases: int
    pictures: int
    empty: int
    kind: str
    facts: dict[str, Any]
    near: Estimate
    near_cases: int
    even: float
    covered: float
    rho: Estimate
    curve: pd.DataFrame
    covered_curve: pd.DataFrame
    points: pd.DataFrame

    @property
    def has_gland(self) -> bool:
        """Whether zones are those around a gland."""
        return "capsule_inside" in self.facts["zones"]


def standing_maps(warehouse: Warehouse, query: CohortQuery, record: ModelRecord) -> SaliencyTable:
    """Where the maps of a model were measured to lie on a split; empty where they were not.

    Not cached: a job writes it without a new version of the store.
    """
    digest = str(record.manifest["digest"])
    found = largest_saliency(warehouse.root, query.cohort, digest, query.split)
    return found or SaliencyTable({}, pd.DataFrame())


def maps_of(
    warehouse: Warehouse, query: CohortQuery, model: str, digest: str, created: str
) -> Maps:
    """Where the maps of the selected cases lie; ``created`` tells one measuring from another."""
    table = largest_saliency(warehouse.root, query.cohort, digest, query.split)
    if table is None:
        raise ValueError("no maps were measured.")
    chosen = set(evaluation(warehouse, query, model)["case_id"])
    rows = table.rows.loc[table.rows["case_id"].isin(chosen)] if len(table.rows) else table.rows
    names = list(table.facts["zones"])
    has_map = rows[f"share_{names[0]}"].notna() if len(rows) else pd.Series(dtype=bool)
    with_map = rows[has_map]
    cases, patient = _by_case(with_map)
    return Maps(
        zones=_zones(cases, patient, names),
        cases=len(cases),
        pictures=len(with_map),
        empty=int((~has_map).sum()),
        kind=str(table.facts["kind"]),
        facts=table.facts,
        **_near(cases, patient, "near" in cases),
    )


def _by_case(rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """The mean over the pictures of each case, and whose it is."""
    if rows.empty:
        return rows, np.empty(0, dtype=object)
    numbers = [name for name in rows.columns if rows[name].dtype.kind in "fb"]
    grouped = rows.groupby("case_id", sort=True)
    cases = grouped[numbers].mean().reset_index()
    return cases, grouped["patient_id"].first().to_numpy(dtype=object)


def _zones(cases: pd.DataFrame, patient: NDArray[np.object_], names: list[str]) -> pd.DataFrame:
    if cases.empty:
        return pd.DataFrame(
            columns=["zone", "label", "value", "low", "high", "n", "area", "covered"]
        )
    table = mean_shares(cases, patient, [f"share_{name}" for name in names])
    table.insert(0, "zone", names)
    table.insert(1, "label", [ZONE_WORDS[name] for name in names])
    return table.drop(columns="name").assign(
        area=[cases[f"area_{name}"].mean() for name in names],
        covered=[cases[f"covered_{name}"].mean() for name in names],
    )


def _near(cases: pd.DataFrame, patient: NDArray[np.object_], has_gland: bool) -> dict[str, Any]:
    nothing = np.empty(0)
    far = cases["distance_mm"].to_numpy(dtype=float) if has_gland else nothing
    share = cases["near"].to_numpy(dtype=float) if has_gland else nothing
    who = patient if has_gland else np.empty(0, dtype=object)
    is_near = far <= NEAR_MM
    some = is_near if is_near.any() else np.ones(len(far), dtype=bool)
    covered = cases["near_covered"].to_numpy(dtype=float) if has_gland else nothing
    columns = ["case_id", "distance_mm", "near", "near_even", "near_covered", "y_true"]
    return {
        "near": mean_share(share[some], who[some]),
        "near_cases": int(is_near.sum()),
        "even": float(cases["near_even"].mean()) if len(far) else float("nan"),
        "covered": float(covered[some].mean()) if len(far) else float("nan"),
        "rho": rank_correlation(far, share, who),
        "curve": share_curve(far, share, who),
        "covered_curve": share_curve(far, covered, who),
        "points": cases[columns] if has_gland else pd.DataFrame(columns=columns),
    }
