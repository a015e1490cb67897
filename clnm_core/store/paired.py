"""Which cases did all of several models judge, and which did only some of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.paired import PairedPredictions
from clnm_core.errors import EmptyCohortError, MissingOutcomeError, ModelError
from clnm_core.store.criteria import condition, on_split, outcome_column
from clnm_core.store.selection import case_count
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """The cases that all of several models judged.

    Parameters
    ----------
    cases : pandas.DataFrame
        One row per case, by case: ``case_id``, ``patient`` (int code), ``y_true`` (bool),
        ``risk_0``, ``risk_1``, ... in the order of ``models``.
    models : tuple of str
    coverage : pandas.DataFrame
        One row per model: ``model``, ``judged`` (cases of the query with a known outcome
        that it gave a risk) and ``left_out`` (those of them that another model did not).
    unknown : int
        Cases that all judged and whose outcome is not known; they are left out too.

    """

    cases: pd.DataFrame
    models: tuple[str, ...]
    coverage: pd.DataFrame
    unknown: int

    def predictions(self) -> PairedPredictions:
        """The same cases as the statistics take them."""
        return PairedPredictions.of(
            self.cases["y_true"],
            {
                name: self.cases[f"risk_{place}"].to_numpy()
                for place, name in enumerate(self.models)
            },
            self.cases["patient"],
        )


def judged_by_all(warehouse: Warehouse, query: CohortQuery, models: Sequence[str]) -> Judged:
    """The cases of a query that every one of the models judged.

    The split of the query is that of the *predictions*, for each model; a case counts where
    all gave it a risk in that split. Models are compared on these cases and on no others:
    a model that was spared the hard cases would look better than it is.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    models : sequence of str
        Two or more, each once.

    Raises
    ------
    UnknownModelError
        If the cohort has not all of them.
    ModelError
        If fewer than two different models are named, or one predicts another outcome than
        that of the query.
    EmptyCohortError
        If no case is left, or no case has a risk of every model.
    MissingOutcomeError
        If the outcome is not recorded, or known for none of the shared cases.

    """
    names = tuple(dict.fromkeys(models))
    if len(names) < 2:
        raise ModelError("Comparing takes at least two different models. Choose another one too.")
    _refuse_other_outcomes(warehouse, query, names)
    frame = _risks(warehouse, query, names)
    columns = [f"risk_{place}" for place in range(len(names))]
    is_judged = frame[columns].notna()
    is_shared = is_judged.all(axis=1)
    if not is_shared.any():
        raise EmptyCohortError(_nothing_shared(warehouse, query, is_judged, names))
    is_known = frame["y_true"].notna()
    shared = frame[is_shared & is_known].reset_index(drop=True)
    if shared.empty:
        label = warehouse.registry(query.cohort)[query.outcome].label
        raise MissingOutcomeError(
            f"{label} is unknown for all {int(is_shared.sum())} cases that the models share. "
            "Remove a filter, or choose another outcome."
        )
    judged = [int((is_judged[column] & is_known).sum()) for column in columns]
    coverage = pd.DataFrame(
        {
            "model": list(names),
            "judged": judged,
            "left_out": [count - len(shared) for count in judged],
        }
    )
    shared = shared.assign(
        y_true=shared["y_true"].astype(bool), patient=pd.factorize(shared["patient_id"])[0]
    )[["case_id", "patient", "y_true", *columns]]
    return Judged(shared, names, coverage, int((is_shared & ~is_known).sum()))


def _risks(warehouse: Warehouse, query: CohortQuery, names: tuple[str, ...]) -> pd.DataFrame:
    """Every case of the query that any of the models judged, with the risk of each."""
    registry = warehouse.registry(query.cohort)
    where, values = condition(replace(query, split=""), registry)
    outcome = outcome_column(query, registry)
    schema = schema_of(query.cohort)
    risks = ", ".join(
        f"max(risk) FILTER (model = ?) AS risk_{place}" for place in range(len(names))
    )
    of_models = f"model IN ({', '.join('?' * len(names))})"
    of_split, split = on_split("predictions", query.split) if query.split else ("TRUE", [])
    columns = ", ".join(f"judged.risk_{place}" for place in range(len(names)))
    return warehouse.rows(
        f"SELECT cases.case_id, cases.patient_id, {outcome} AS y_true, {columns} "  # noqa: S608
        f"FROM {schema}.cases AS cases JOIN (SELECT case_id, {risks} FROM {schema}.predictions "
        f"WHERE {of_models} AND {of_split} GROUP BY case_id) AS judged "
        f"ON judged.case_id = cases.case_id WHERE {where} ORDER BY cases.case_id",
        [*names, *names, *split, *values],
    )


def _refuse_other_outcomes(
    warehouse: Warehouse, query: CohortQuery, names: tuple[str, ...]
) -> None:
    registry = warehouse.registry(query.cohort)
    predicted = {name: warehouse.model(query.cohort, name).outcome for name in names}
    strangers = [name for name, outcome in predicted.items() if outcome != query.outcome]
    if strangers:
        other = predicted[strangers[0]]
        label = registry[other].label if other in registry else other
        asked = registry[query.outcome].label if query.outcome in registry else query.outcome
        raise ModelError(
            f"Model {strangers[0]!r} predicts “{label.lower()}” and not “{asked.lower()}”: risks "
            "of different outcomes cannot be compared. Leave it out, or choose its outcome."
        )


def _nothing_shared(
    warehouse: Warehouse, query: CohortQuery, is_judged: pd.DataFrame, names: tuple[str, ...]
) -> str:
    if case_count(warehouse, replace(query, split="")).cases == 0:
        return "No case is left after these filters. Remove a filter or widen its range."
    where = f" of the split “{query.split}”" if query.split else ""
    counts = ", ".join(
        f"{name} {int(count):,}" for name, count in zip(names, is_judged.sum(), strict=True)
    )
    return (
        f"The models share no case{where} (risks given: {counts}), so they cannot be compared. "
        "Choose another split, remove a filter, or leave a model out."
    )
