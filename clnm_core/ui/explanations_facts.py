"""What does the page on what drives a model compute? Every function takes a snapshot and a query.

A model is asked once for all cases of its cohort; filters then choose among what it said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column
from clnm_core.errors import UnfitCaseError
from clnm_core.explain.shuffled import shuffled_risks
from clnm_core.jobs.attributing import NotMeasuredError, measured_cases
from clnm_core.stats.dependence import Dependence, dependence
from clnm_core.stats.importance import importance, shuffled_loss
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import Attributions
from clnm_core.systems.fitness import lacks
from clnm_core.ui import cached, cached_models

NO_ATTRIBUTIONS, NOT_MEASURED = "no attributions", "not measured"

STRONGEST = 4
"""Cases that are listed for each direction of an effect."""


@dataclass(frozen=True, eq=False, slots=True)
class Said:
    """What a model said of all cases of its cohort that have what it reads, or why it did not."""

    cases: Cases
    attributions: Attributions | None
    why: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Driven:
    """What drives a model over the selected cases.

    Parameters
    ----------
    why : str
        Why there is nothing: ``NO_ATTRIBUTIONS`` or ``NOT_MEASURED``; else empty.
    table : pandas.DataFrame
        As :func:`~clnm_core.stats.importance.importance` makes it, with ``label``.
    columns : tuple of Column
    scale : str
    cases : int
        That the model can judge.
    patients : int

    """

    why: str
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    columns: tuple[Column, ...] = ()
    scale: str = "log-odds"
    cases: int = 0
    patients: int = 0

    def column(self, name: str) -> Column:
        """One of the columns, by its name."""
        return next(one for one in self.columns if one.name == name)


def said_of_all(warehouse: Warehouse, query: CohortQuery, model: str, digest: str) -> Said:
    """Attributions of every case of the cohort; shared by all visitors, never changed."""
    learned = cached_models.loaded(warehouse.model(query.cohort, model))
    every = measured_cases(warehouse.root, query.cohort)
    fit = every.only((lacks(every, learned.inputs) == "").to_numpy())
    try:
        found = learned.attributions(fit)
    except NotMeasuredError:
        return Said(fit, None, NOT_MEASURED)
    return Said(fit, found, "" if found is not None else NO_ATTRIBUTIONS)


def driven(warehouse: Warehouse, query: CohortQuery, model: str, digest: str) -> Driven:
    """What drives a model over the cases of the query that it has judged."""
    said = _said(query, model, digest)
    if said.attributions is None:
        return Driven(said.why)
    rows, chosen = _chosen(warehouse, query, model, said)
    columns = said.attributions.columns
    effects = said.attributions.effects[rows]
    table = importance(
        effects, chosen["patient_id"].to_numpy(), names=tuple(one.name for one in columns)
    )
    labels = {one.name: one.label for one in columns}
    judged = np.asarray(np.isfinite(effects).all(axis=1), dtype=bool)
    return Driven(
        "",
        table.assign(label=[labels[name] for name in table["column"]]),
        columns,
        said.attributions.scale,
        int(judged.sum()),
        int(chosen["patient_id"][judged].nunique()),
    )


def dependence_of(
    warehouse: Warehouse, query: CohortQuery, model: str, digest: str, column: str
) -> tuple[Dependence, pd.DataFrame]:
    """Effects of one column over the selected cases, and ``case_id, y_true`` of its points."""
    said = _said(query, model, digest)
    if said.attributions is None:
        raise ValueError(f"{model} has no attributions.")
    rows, chosen = _chosen(warehouse, query, model, said)
    place = [one.name for one in said.attributions.columns].index(column)
    found = dependence(
        said.attributions.effects[rows, place],
        said.attributions.values[column].iloc[rows],
        said.attributions.columns[place],
        chosen["patient_id"].to_numpy(),
    )
    owners = chosen.iloc[found.points["row"]][["case_id", "y_true"]].reset_index(drop=True)
    return found, owners


def strongest(found: Dependence, owners: pd.DataFrame) -> pd.DataFrame:
    """The cases in which a column adds most and takes most: ``case_id, value, effect, y_true``."""
    rows = pd.concat([owners, found.points[["value", "effect"]]], axis=1)
    ordered = rows.sort_values(["effect", "case_id"], ascending=[False, True], kind="stable")
    if len(ordered) <= 2 * STRONGEST:
        return ordered.reset_index(drop=True)
    return pd.concat([ordered.head(STRONGEST), ordered.tail(STRONGEST)], ignore_index=True)


def shuffled(warehouse: Warehouse, query: CohortQuery, model: str, digest: str) -> pd.DataFrame:
    """AUC that is lost when each recorded column is dealt out anew among the selected cases.

    Returns
    -------
    pandas.DataFrame
        ``column, label, value, low, high, n``, the largest loss first; columns that are no
        recorded ones (scores of pictures) are left out, and listed in ``attrs["left_out"]``.

    """
    said = _said(query, model, digest)
    if said.attributions is None:
        raise ValueError(f"{model} has no attributions.")
    rows, chosen = _chosen(warehouse, query, model, said)
    effects = said.attributions.effects[rows]
    judged = np.asarray(np.isfinite(effects).all(axis=1), dtype=bool)
    cases, chosen = said.cases.only(rows[judged]), chosen.loc[judged]
    learned = cached_models.loaded(warehouse.model(query.cohort, model))
    recorded = {one.name for one in learned.inputs.columns} & set(cases.frame.columns)
    listed, left_out = [], []
    try:
        risk = learned.risk(cases) if len(cases) else np.empty(0)
        for column in said.attributions.columns:
            if column.name not in recorded:
                left_out.append(column.label)
                continue
            dealt = shuffled_risks(learned, cases, column.name) if len(cases) else np.empty((1, 0))
            loss = shuffled_loss(chosen["y_true"], risk, dealt, chosen["patient_id"])
            ends = (loss.value, loss.low, loss.high)
            listed.append((column.name, column.label, *ends, len(cases)))
    except UnfitCaseError:
        listed, left_out = [], [one.label for one in said.attributions.columns]
    table = pd.DataFrame(listed, columns=["column", "label", "value", "low", "high", "n"])
    table = table.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    table.attrs["left_out"] = tuple(left_out)
    return table


def _said(query: CohortQuery, model: str, digest: str) -> Said:
    return cached.drawn(said_of_all, query.everyone(), model, digest)


def _chosen(
    warehouse: Warehouse, query: CohortQuery, model: str, said: Said
) -> tuple[NDArray[np.intp], pd.DataFrame]:
    """Row numbers of the selected cases, and ``case_id, patient_id, y_true`` of each."""
    judged = evaluation(warehouse, query, model)
    place = pd.Series(np.arange(len(said.cases)), index=said.cases.frame["case_id"])
    kept = judged[judged["case_id"].isin(place.index)].reset_index(drop=True)
    rows = place.loc[kept["case_id"]].to_numpy(dtype=np.intp)
    return rows, kept[["case_id", "patient_id", "y_true"]]
