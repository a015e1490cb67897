"""What is one value per case, where a case has several pictures?"""

from __future__ import annotations

import pandas as pd

IDENTITY = ("image_id", "case_id", "view")
"""The columns of a table of features that are no features."""


def averaged(table: pd.DataFrame) -> pd.DataFrame:
    """The mean over the pictures of each case, as the published systems average two views.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per picture: ``image_id, case_id, view``, then the features.

    Returns
    -------
    pandas.DataFrame
        One row per case, by number; index ``case_id``, columns the features. A picture in which
        a feature could not be measured does not count for it; NaN where none could.

    Examples
    --------
    >>> rows = {"image_id": ["i", "j"], "case_id": ["a", "a"], "view": ["", ""], "f": [1.0, 3.0]}
    >>> averaged(pd.DataFrame(rows))["f"].to_dict()
    {'a': 2.0}

    """
    names = feature_names(table)
    values = table[names].astype("float64")
    return values.groupby(table["case_id"].to_numpy(), sort=True).mean().rename_axis("case_id")


def feature_names(table: pd.DataFrame) -> list[str]:
    """The columns of a table that are features, in order."""
    return [name for name in table.columns if name not in IDENTITY]
