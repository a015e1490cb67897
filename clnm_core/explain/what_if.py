"""How would a model's risk change if one input of a case were different?

One input is altered, all others and the pictures stay as they are, and the model is asked again:
all altered cases in one go; they share the case's pictures, which remember what was made of them. The
answer describes the model. What would happen to a patient whose nodule lay elsewhere, it does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.explain.moved_outline import MovedOutlines, moved_outlines
from clnm_core.explain.what_if_values import Seen, values_of
from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Inputs, Model

DISTANCE = BUILT_IN["capsule_distance_mm"]

MOST_OUTLINES = 11
"""Outlines that are tried: each is measured by itself."""


@dataclass(frozen=True, eq=False, slots=True)
class WhatIf:
    """What a model would say of a case if one input were different.

    Parameters
    ----------
    column : Column
        The input.
    values : tuple of float, str, bool or None
        What was tried, numbers rising, levels in reading order and ``None`` (unknown) last.
    risks : numpy.ndarray of float64, shape (values,)
        In [0, 1].
    own_value : float, str, bool or None
        What the case has. A number that is known is one of ``values``.
    own_risk : float
        Of the case as it is.
    threshold : float
        The model's own; positive when ``risk >= threshold``.
    is_seen : tuple of bool
        Whether training had such a value.
    seen : Seen or None
        What training had; ``None`` where that is not known.
    is_outline_moved : bool
        Whether the outline of the gland was moved, rather than a recorded value altered.
    unreached : tuple of float
        Distances that no outline within the picture gives.

    """

    column: Column
    values: tuple[float | str | bool | None, ...]
    risks: NDArray[np.float64]
    own_value: float | str | bool | None
    own_risk: float
    threshold: float
    is_seen: tuple[bool, ...]
    seen: Seen | None = None
    is_outline_moved: bool = False
    unreached: tuple[float, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the values lie on a line."""
        return self.column.kind is Kind.NUMBER

    @property
    def place(self) -> int | None:
        """Where in ``values`` the case stands; ``None`` where it stands at none of them."""
        return self.values.index(self.own_value) if self.own_value in self.values else None

    @property
    def changes(self) -> tuple[tuple[float, float], ...]:
        """Neighbouring numbers between which the side of the threshold changes, rising."""
        if not self.is_number:
            return ()
        numbers = [float(one) for one in self.values if isinstance(one, float)]
        is_positive = self.risks >= self.threshold
        places = np.flatnonzero(is_positive[1:] != is_positive[:-1])
        return tuple((numbers[i], numbers[i + 1]) for i in places)


def variables_of(inputs: Inputs) -> tuple[Column, ...]:
    """The inputs that can be altered, capsule distance first where it can.

    A model that reads the outline of the gland, and no recorded distance, is asked by moving it.

    Examples
    --------
    >>> [one.name for one in variables_of(Inputs((BUILT_IN["sex"],), structures=("lesion", "gland")))]
    ['capsule_distance_mm', 'sex']

    """
    columns = inputs.columns
    if DISTANCE.name not in {one.name for one in columns} and "gland" in inputs.structures:
        columns = (DISTANCE, *columns)
    return tuple(sorted(columns, key=lambda one: one.name != DISTANCE.name))


def what_if(
    model: Model,
    case: Cases,
    column: Column,
    *,
    threshold: float,
    seen: Seen | None = None,
    values: Sequence[float | str | bool | None] | None = None,
) -> WhatIf:
    """Ask a model again, with other values of one input.

    Parameters
    ----------
    model : Model
    case : Cases
        The one case.
    column : Column
        One of :func:`variables_of` the model's inputs.
    threshold : float
        The model's own, in [0, 1].
    seen : Seen, optional
        What training cases had of the column.
    values : sequence, optional
        What to try; by default :func:`~clnm_core.explain.what_if_values.values_of`. The case's own number is always among it.

    Raises
    ------
    UnfitCaseError
        If the case lacks what the model reads, or its outlines cannot be moved.
    ValueError
        If there is not exactly one case, or the model does not read the column.

    """
    if len(case) != 1:
        raise ValueError(f"case must be one case; got {len(case)}.")
    if column.name not in {one.name for one in variables_of(model.inputs)}:
        raise ValueError(f"column must be one that the model reads; got {column.name!r}.")
    is_moved = column.name not in {one.name for one in model.inputs.columns}
    moved = _moved(case, column, seen, values) if is_moved else None
    own = moved.own_mm if moved else _own(case, column)
    tried = moved.distances_mm if moved else _tried(column, own, seen, values)
    batch = _with_outlines(case, moved) if moved else _with_values(case, column, tried)
    risks = np.asarray(model.risk(batch), dtype=np.float64)
    return WhatIf(
        column=column,
        values=tuple(tried),
        risks=risks[1:],
        own_value=own,
        own_risk=float(risks[0]),
        threshold=threshold,
        is_seen=tuple(seen is None or seen.has(one) for one in tried),
        seen=seen,
        is_outline_moved=is_moved,
        unreached=moved.unreached_mm if moved else (),
    )


def _tried(
    column: Column, own: Any, seen: Seen | None, values: Sequence[Any] | None
) -> tuple[float | str | bool | None, ...]:
    if values is None:
        return values_of(column, own, seen)
    if column.kind is not Kind.NUMBER:
        return tuple(values)
    return tuple(sorted({*(float(one) for one in values), *([] if own is None else [own])}))


def _own(case: Cases, column: Column) -> float | str | bool | None:
    value = case.frame[column.name].iloc[0] if column.name in case.frame else None
    if value is None or pd.isna(value):
        return None
    if column.kind is Kind.NUMBER:
        return float(value)
    return bool(value) if column.kind is Kind.FLAG else str(value)


def _names(n: int) -> list[str]:
    return [f"what-if-{place}" for place in range(n)]


def _with_values(case: Cases, column: Column, values: Sequence[Any]) -> Cases:
    """The case as it is, then once with each of the values; all have its pictures."""
    names = _names(len(values) + 1)
    frame = case.frame.iloc[[0] * len(names)].reset_index(drop=True)
    own = _own(case, column)
    kind = float if column.kind is Kind.NUMBER else object
    frame = frame.assign(case_id=names, **{column.name: pd.Series([own, *values], dtype=kind)})
    views = case.views_of(str(case.frame["case_id"].iloc[0]))
    pictures = dict.fromkeys(names, views) if views else {}
    return replace(case, frame=frame, views=pictures)


def _moved(
    case: Cases, column: Column, seen: Seen | None, values: Sequence[Any] | None
) -> MovedOutlines:
    views = case.views_of(str(case.frame["case_id"].iloc[0]))

    def asked(own_mm: float) -> list[float]:
        if values is not None:
            return [float(one) for one in values if one is not None]
        found = values_of(column, own_mm, seen or Seen(0.0, 2 * own_mm), most=MOST_OUTLINES)
        return [one for one in found if isinstance(one, float)]

    return moved_outlines(views, asked)


def _with_outlines(case: Cases, moved: MovedOutlines) -> Cases:
    """The case as it is, then once with the outlines of each distance."""
    names = _names(len(moved.distances_mm) + 1)
    frame = case.frame.iloc[[0] * len(names)].reset_index(drop=True).assign(case_id=names)
    own = case.views_of(str(case.frame["case_id"].iloc[0]))
    views = dict(zip(names, (own, *moved.views), strict=True))
    return replace(case, frame=frame, views=views)
