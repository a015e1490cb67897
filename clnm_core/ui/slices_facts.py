"""What does the Slices page need to know about one model on one set of cases?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.report.slices_words import slice_label
from clnm_core.stats.slice_errors import ERRORS
from clnm_core.stats.slice_levels import sliceable
from clnm_core.stats.slices import Slice, SliceSearch, find_slices
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, links

SEED = 0
"""Where the division of the patients starts."""

ALL_KINDS_UP_TO = 100_000
"""Above so many cases only the kind of error that is asked for is searched."""

_AT_THRESHOLD = ("missed", "false_alarms")


def every_search(
    query: CohortQuery, model: str, *, kind: str, threshold: float, smallest: int
) -> list[SliceSearch]:
    """The searches for all kinds of error; of a very large cohort only that for ``kind``.

    A threshold moves only the kinds that use it.
    """
    kinds = [measure.name for measure in ERRORS]
    if cached.size(replace(query, split=""))[0] > ALL_KINDS_UP_TO:
        kinds = [kind]
    found = []
    for is_called in (False, True):
        named = tuple(name for name in kinds if (name in _AT_THRESHOLD) == is_called)
        if named:
            used = threshold if is_called else 0.5
            found += cached.computed(searched, query, model, named, used, smallest)
    return found


def searched(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    kinds: tuple[str, ...],
    threshold: float,
    smallest: int,
) -> list[SliceSearch]:
    """Search the cases of a query for several kinds of error; pure, for the cache."""
    columns = sliceable(warehouse.registry(query.cohort), query.outcome)
    cases = evaluation(warehouse, query, model, [column.name for column in columns])
    judged = Predictions.of(cases["y_true"], cases["risk"], pd.factorize(cases["patient_id"])[0])
    return [
        find_slices(
            judged,
            cases,
            columns,
            measure=kind,
            threshold=threshold,
            smallest=smallest,
            seed=SEED,
        )
        for kind in kinds
    ]


def slice_rows(found: SliceSearch, registry: Registry) -> pd.DataFrame:
    """One row per group carried over, for the chart, the table and the download.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``verdict``, ``n``, ``events``, ``p``; and for ``found`` and ``held_out``
        the difference (under that name), ``_low``, ``_high``, ``_n``, ``_error`` and ``_rest``.

    """
    labels = labels_of(registry)
    rows = []
    for one in found.slices:
        row: dict[str, object] = {
            "label": slice_label(one, labels),
            "verdict": one.verdict,
            "n": one.n,
            "events": one.events,
            "p": one.p,
        }
        for half, what in (("found", one.found), ("held_out", one.held_out)):
            row |= {
                half: what.difference.value,
                f"{half}_low": what.difference.low,
                f"{half}_high": what.difference.high,
                f"{half}_n": what.n,
                f"{half}_error": what.error,
                f"{half}_rest": what.rest,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def labels_of(registry: Registry) -> dict[str, str]:
    """What a reader sees for every column."""
    return {column.name: column.label for column in registry}


def narrowed(query: CohortQuery, one: Slice) -> CohortQuery | None:
    """The query that selects the group; ``None`` where a cohort has no words for it."""
    for piece in one.pieces:
        if piece.criterion is None:
            return None
        query = query.keeping(piece.criterion)
    return query


def address(query: CohortQuery, more: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """The parameters of a link to the cases of a query, and others that are not empty."""
    columns = {criterion.column for criterion in query.criteria}
    pairs = [
        (links.param_of(key) if key in columns else key, value)
        for key, values in query.to_params().items()
        for value in values
    ]
    return [*pairs, *((key, value) for key, value in more if value)]


def on_split(query: CohortQuery, judged: CohortQuery, splits: Sequence[str]) -> CohortQuery:
    """The cohort of the sidebar, on the split that is judged where the study has one of that name."""
    return replace(query, split=judged.split) if judged.split in splits else query
