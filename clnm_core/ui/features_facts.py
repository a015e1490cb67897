"""What does the Features page compute? Every function takes a snapshot and a query."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind
from clnm_core.features.per_case import averaged
from clnm_core.stats.correlated import Correlated, correlated
from clnm_core.stats.distribution import distribution
from clnm_core.stats.feature_ranking import ranked
from clnm_core.stats.rates import known_outcome
from clnm_core.store import artifacts, selection
from clnm_core.store.feature_sets import (
    FeatureSet,
    feature_set,
    feature_sets,
    feature_table,
)
from clnm_core.store.holdings import holdings
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, hover_pictures


class Projected(NamedTuple):
    """Cases in two dimensions, and the titles of the axes."""

    points: pd.DataFrame  #: ``case_id, x, y``
    axes: tuple[str, str]


def sets_of(warehouse: Warehouse, query: CohortQuery) -> list[FeatureSet]:
    """The feature sets of the cohort."""
    return feature_sets(warehouse, query.cohort)


def images_and_outlines(warehouse: Warehouse, query: CohortQuery) -> tuple[int, int]:
    """Images of the cohort, and outlines of lesions among them."""
    held = holdings(warehouse, query.cohort)
    return held.images, held.masks.get("nodule", 0) + held.masks.get("node", 0)


def all_cases(warehouse: Warehouse, query: CohortQuery, name: str) -> pd.DataFrame:
    """The features of every case of the cohort; shared by all visitors, never changed."""
    return averaged(feature_table(warehouse.root, feature_set(warehouse, query.cohort, name)))


def selected(warehouse: Warehouse, query: CohortQuery, name: str) -> pd.DataFrame:
    """The features of the selected cases that have any, in the order of their numbers."""
    table = cached.drawn(all_cases, query.everyone(), name)
    wanted = selection.cases(warehouse, query, ())["case_id"]
    return table.loc[table.index.isin(set(wanted))]


def ranking_of(warehouse: Warehouse, query: CohortQuery, name: str) -> pd.DataFrame:
    """Every feature, the one that separates best first; empty where no outcome is known."""
    table = selected(warehouse, query, name)
    cases = selection.cases(warehouse, query, [query.outcome]).set_index("case_id")
    cases = cases.loc[table.index]
    happened, known = known_outcome(cases[query.outcome])
    return ranked(table[known], happened[known], patients=cases["patient_id"][known])


def distribution_of(
    warehouse: Warehouse, query: CohortQuery, name: str, feature: str
) -> pd.DataFrame:
    """How one feature is spread over the selected cases, by outcome."""
    table = selected(warehouse, query, name)
    column = Column("feature", feature, Kind.NUMBER)
    outcome = None
    if query.outcome:
        cases = selection.cases(warehouse, query, [query.outcome]).set_index("case_id")
        outcome = cases.loc[table.index][query.outcome]
    values = table[feature].reset_index(drop=True)
    return distribution(
        values, column, outcome=None if outcome is None else outcome.reset_index(drop=True)
    )


def correlation_of(warehouse: Warehouse, query: CohortQuery, name: str, most: int) -> Correlated:
    """Correlations among the features that separate best, at most so many."""
    table = selected(warehouse, query, name)
    names = list(table.columns)
    if query.outcome:
        names = cached.computed(ranking_of, query, name)["feature"].tolist()
    return correlated(table[names[:most]])


def projection_of(warehouse: Warehouse, query: CohortQuery, name: str, method: str) -> Projected:
    """The selected cases in two dimensions."""
    from clnm_core.features.projection import projected

    table = selected(warehouse, query, name)
    plane = projected(table, method=method, seed=0)
    points = pd.DataFrame(
        {"case_id": table.index.astype(str), "x": plane["x"].array, "y": plane["y"].array}
    )
    words = {"pca": ("first component", "second component")}
    return Projected(points, words.get(method, ("UMAP 1", "UMAP 2")))


def coloured_by(
    warehouse: Warehouse, query: CohortQuery, name: str, method: str, column: str
) -> pd.DataFrame:
    """The points with the value of one column of the study table in words or numbers."""
    points = cached.computed(projection_of, query, name, method).points
    declared = warehouse.registry(query.cohort)[column]
    values = selection.cases(warehouse, query, [column]).set_index("case_id")[column]
    found = values.loc[points["case_id"]].reset_index(drop=True)
    if declared.kind is not Kind.NUMBER:
        found = found.map(lambda value: None if pd.isna(value) else declared.label_of(value))
    return points.assign(value=found)


def tiles_of(
    warehouse: Warehouse, query: CohortQuery, name: str, method: str
) -> tuple[str, int, tuple[bool, ...]]:
    """The small pictures of the points on one sheet; see :mod:`clnm_core.ui.hover_pictures`."""
    cases = cached.computed(projection_of, query, name, method).points["case_id"].tolist()
    shown = cases[: hover_pictures.MOST_TILES]
    first = selection.first_images(warehouse, query.cohort, shown).set_index("case_id")["digest"]
    tiles = [
        artifacts.thumbnail(warehouse.root, first[case], hover_pictures.SIDE)
        if case in first.index
        else None
        for case in shown
    ]
    sheet, columns = hover_pictures.sheet_of(tiles)
    return sheet, columns, tuple(tile is not None for tile in tiles)


def repeatability_of(warehouse: Warehouse, query: CohortQuery, name: str) -> pd.DataFrame:
    """``feature, icc, low, high`` of a set, lowest first; empty where it was not judged."""
    record = feature_set(warehouse, query.cohort, name).detail.get("repeatability", {})
    rows = pd.DataFrame(record.get("rows", []), columns=["feature", "icc", "low", "high"])
    numbers = rows.astype({"icc": float, "low": float, "high": float})
    return numbers.sort_values(["icc", "feature"], na_position="first").reset_index(drop=True)
