"""Which variables does a cohort have, said for a reader?"""

from __future__ import annotations

import pandas as pd

from clnm_core.domain.columns import Column, Kind, Registry, Role

_ROLES = {
    Role.IDENTIFIER: "names the case",
    Role.DESIGN: "study design",
    Role.PREDICTOR: "known before surgery",
    Role.OUTCOME: "outcome",
    Role.POST_OUTCOME: "known only after surgery; never a predictor",
    Role.TRUTH: "simulated truth; never a predictor",
}


def data_dictionary(registry: Registry) -> pd.DataFrame:
    """One row per variable, in reading order.

    Returns
    -------
    pandas.DataFrame
        ``Variable``, ``Allowed values``, ``Use``, ``Meaning``, ``Name in links and files``.

    Examples
    --------
    >>> from clnm_core.domain.dictionary import BUILT_IN
    >>> data_dictionary(BUILT_IN.only(["age_years"])).iloc[0].tolist()[:3]
    ['Age', '0 to 120 years', 'known before surgery']
    """
    return pd.DataFrame(
        [
            {
                "Variable": column.label,
                "Allowed values": allowed(column),
                "Use": "text, not modelled"
                if column.kind is Kind.TEXT and column.role is Role.PREDICTOR
                else _ROLES[column.role],
                "Meaning": column.help,
                "Name in links and files": column.name,
            }
            for column in registry
        ]
    )


def allowed(column: Column) -> str:
    """What a column may say, in words."""
    if column.kind is Kind.NUMBER:
        if column.bounds is None:
            return f"a number {column.unit}".rstrip()
        low, high = column.bounds
        return f"{low:g} to {high:g} {column.unit}".rstrip()
    if column.kind is Kind.FLAG:
        return "yes, no, unknown"
    if column.levels:
        return ", ".join(level.label for level in column.levels)
    return "words"
