"""Which cases are most like this one: to the model, and by what is recorded of them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.errors import UnfitCaseError
from clnm_core.explain.reference import Reference, distances_to

MOST = 8
"""Cases that are shown."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One similar case; rank 1 is the most similar."""

    case_id: str
    distance: float
    rank: int


def by_embedding(
    reference: Reference, row: ArrayLike, *, leave_out: Collection[str] = (), k: int = MOST
) -> tuple[Neighbour, ...]:
    """The cases that look most alike to the model, by Euclidean distance in its own numbers.

    Parameters
    ----------
    reference : Reference
    row : array-like of float, shape (numbers,)
        Of the one case, as :meth:`~clnm_core.systems.protocol.Model.embedding` gives it.
    leave_out : collection of str
        Cases that do not count: the patient's own, those of unknown outcome.
    k : int
        At least 1; all that are left where there are fewer. Ties are in the order of ``case_id``.

    Raises
    ------
    UnfitCaseError
        If the model's numbers of the case are not finite.
    ValueError
        If the number of numbers is not that of the reference, or ``k`` is below 1.

    """
    numbers = np.asarray(row, dtype=np.float64)
    if numbers.shape != reference.embedding.shape[1:]:
        raise ValueError(
            f"row must have shape {reference.embedding.shape[1:]}; got {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise UnfitCaseError(
            "What the model makes of this case is not a number, so it cannot be compared with "
            "other cases. Check its values and its picture."
        )
    return _nearest(
        np.asarray(reference.case_ids, dtype=object),
        distances_to(reference.embedding, numbers),
        leave_out,
        k,
    )


def by_table(
    frame: pd.DataFrame,
    values: Mapping[str, Any],
    columns: Sequence[Column],
    *,
    leave_out: Collection[str] = (),
    k: int = MOST,
) -> tuple[Neighbour, ...]:
    """The cases that are most alike by what is recorded of them, by Gower's distance.

    A number counts by its difference over the range of all cases, this one included; a word or a
    flag counts 0 where it is the same and 1 where it is not (that two cases both lack something
    counts as the same). The distance is the mean over the variables that are known of both; a
    case that shares none of them with this one does not count.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cases of the cohort: ``case_id`` and the columns.
    values : mapping of str to object
        Of the one case, by column name, as the cohort records them; those not given are unknown.
    columns : sequence of Column
        Recorded variables that are known before surgery.
    leave_out : collection of str
        Cases that do not count: the patient's own, those of unknown outcome.
    k : int
        At least 1; all that are left where there are fewer. Ties are in the order of ``case_id``.

    Returns
    -------
    tuple of Neighbour
        Distances are in [0, 1].

    Raises
    ------
    ValueError
        If ``k`` is below 1.

    References
    ----------
    .. [1] Gower JC. A general coefficient of similarity and some of its properties. Biometrics
       1971;27:857-871. doi:10.2307/2528823

    """
    names = frame["case_id"].to_numpy(dtype=object)
    total, known = np.zeros(len(frame)), np.zeros(len(frame))
    for column in columns:
        if column.name not in frame or _is_missing(values.get(column.name)):
            continue
        apart = _apart(frame[column.name], values[column.name], column)
        total += np.where(np.isnan(apart), 0.0, apart)
        known += ~np.isnan(apart)
    distance = np.divide(total, known, out=np.full(len(frame), np.nan), where=known > 0)
    return _nearest(names, distance, leave_out, k)


def _apart(stored: pd.Series, value: Any, column: Column) -> NDArray[np.float64]:
    """How far each case is from a value in one variable, in [0, 1]; NaN where it is not known."""
    if column.kind is not Kind.NUMBER:
        is_missing = stored.isna().to_numpy()
        return np.where(is_missing, np.nan, (stored != value).to_numpy().astype(float))
    numbers = stored.to_numpy(dtype=np.float64, na_value=np.nan)
    number = float(value)
    known = np.append(numbers[np.isfinite(numbers)], number)
    span = float(known.max() - known.min())
    return np.asarray(np.abs(numbers - number) / (span or 1.0), dtype=np.float64)


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _nearest(
    names: NDArray[Any], distance: NDArray[np.float64], leave_out: Collection[str], k: int
) -> tuple[Neighbour, ...]:
    if k < 1:
        raise ValueError(f"k must be at least 1; got {k}.")
    left_out = set(leave_out)
    stays = np.fromiter((name not in left_out for name in names), dtype=bool, count=len(names))
    rows = np.flatnonzero(~np.isnan(distance) & stays)
    if len(rows) > k:  # all that are as near as the k-th stay, so that the order breaks the tie
        farthest = np.partition(distance[rows], k - 1)[k - 1]
        rows = rows[distance[rows] <= farthest]
    order = sorted(rows.tolist(), key=lambda row: (distance[row], str(names[row])))[:k]
    return tuple(
        Neighbour(str(names[row]), float(distance[row]), rank)
        for rank, row in enumerate(order, start=1)
    )
