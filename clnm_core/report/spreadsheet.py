"""How is a table written so that a spreadsheet shows what stands in it, and runs nothing?"""

from __future__ import annotations

import numpy as np
import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inert(value: object) -> object:
    """Words that a spreadsheet would read as a formula, with an apostrophe in front.

    Examples
    --------
    >>> inert("=1+1"), inert("case 1"), inert(-2.5)
    ("'=1+1", 'case 1', -2.5)

    """
    is_formula = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if is_formula else value


def safe(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose words are inert; numbers stay numbers."""
    words = [name for name in table.columns if not _is_number(table[name])]
    return table.assign(**{str(name): table[name].map(inert) for name in words})


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV; words and column names that could be formulas are made inert.

    Numbers have at most six significant digits.
    """
    named = safe(table).rename(columns=lambda name: inert(str(name)))
    return named.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _is_number(values: pd.Series) -> bool:
    dtype = values.dtype
    return isinstance(dtype, np.dtype) and np.issubdtype(dtype, np.number)
