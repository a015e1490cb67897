"""How do shares of terms become what each variable did?

A variable may stand in several terms (levels of a category, that it is unknown). Shapley values add
up, so that of a variable is the sum over its terms.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.systems.design import Design
from clnm_core.systems.explanation import Attributions


def attributed(
    shares: NDArray[np.float64],
    design: Design,
    frame: pd.DataFrame,
    *,
    baseline: float,
    scale: str = "log-odds",
) -> Attributions:
    """Shapley values of variables from those of terms.

    Parameters
    ----------
    shares : numpy.ndarray of float64, shape (cases, terms)
        What each term did, on ``scale``.
    design : Design
    frame : pandas.DataFrame
        The cases; a column that is not there is unknown.
    baseline : float
        Output of the model for the average training case.
    scale : str
        ``log-odds`` or ``probability``.

    """
    effects = np.zeros((len(frame), len(design.columns)))
    place = {column.name: number for number, column in enumerate(design.columns)}
    # Added term by term: a sum over an axis may round by how many rows there are.
    for share, term in zip(shares.T, design.terms, strict=True):
        effects[:, place[term.column]] += share
    values = frame.reindex(columns=[*place]).reset_index(drop=True)
    return Attributions(design.columns, effects, values, baseline, scale)


def spread_over(
    found: Attributions, is_judged: NDArray[np.bool_], frame: pd.DataFrame
) -> Attributions:
    """The same for all cases of a frame, with NaN for those that were not judged.

    Parameters
    ----------
    found : Attributions
        Of the judged cases alone.
    is_judged : numpy.ndarray of bool, shape (cases,)
    frame : pandas.DataFrame
        All cases.

    """
    effects = np.full((len(frame), len(found.columns)), np.nan)
    effects[is_judged] = found.effects
    values = frame.reindex(columns=found.values.columns).reset_index(drop=True)
    for name in found.values.columns.difference(frame.columns):
        column = np.full(len(frame), np.nan)
        column[is_judged] = found.values[name].to_numpy(dtype=float, na_value=np.nan)
        values[name] = column
    return Attributions(found.columns, effects, values, found.baseline, found.scale)


def contributions_of(found: Attributions, words: Sequence[str]) -> pd.DataFrame:
    """The first case as a table, the largest effect first; equal ones in the order of the columns.

    Parameters
    ----------
    found : Attributions
    words : sequence of str
        Its values in words, in the order of the columns.

    Returns
    -------
    pandas.DataFrame
        ``column, label, value, effect``; the baseline is in ``attrs``.

    """
    table = pd.DataFrame(
        {
            "column": [column.name for column in found.columns],
            "label": [column.label for column in found.columns],
            "value": list(words),
            "effect": found.effects[0],
        }
    )
    order = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    table = table.reindex(order).reset_index(drop=True)
    table.attrs["baseline"] = found.baseline
    return table
