"""What does each finding add to the risk of one case, where a learner can say it exactly?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray

from clnm_core.systems.clinical import value_in_words
from clnm_core.systems.design import Design
from clnm_core.systems.explanation import Explanation
from clnm_core.systems.score_model.learners import Learned, learner_of


def explained(
    name: str,
    learned: Learned,
    design: Design,
    rows: NDArray[np.float64],
    values: Mapping[str, Any],
) -> Explanation:
    """Exact Shapley values of XGBoost and LightGBM; of the others a sentence.

    Boosted trees add up log-odds, and Lundberg's algorithm, which both libraries carry, gives
    their values exactly. Forests and single trees add up shares instead of log-odds; SVM,
    neighbours and networks have no exact values. An approximation by a second model is not made.

    Parameters
    ----------
    name : str
        Of the learner.
    learned
        What it learned.
    design : Design
    rows : numpy.ndarray of float64, shape (1, terms)
        The one case.
    values : mapping
        What the case says, by column.

    References
    ----------
    .. [1] Lundberg SM et al. From local explanations to global understanding with explainable AI
       for trees. Nat Mach Intell 2020;2:56-67. doi:10.1038/s42256-019-0138-9

    """
    found: Any
    if isinstance(learned, xgboost.Booster):
        found = learned.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True)
    elif isinstance(learned, lightgbm.Booster):
        found = learned.predict(rows, pred_contrib=True, num_threads=1)
    else:
        return Explanation(
            notes=(
                f"{learner_of(name).label} cannot say exactly what each finding adds to the risk "
                "of one case, and no stand-in is shown.",
            )
        )
    shares = np.asarray(found, dtype=np.float64)[0]
    return Explanation(_by_column(shares[:-1], design, values), float(shares[-1]))


def _by_column(
    shares: NDArray[np.float64], design: Design, values: Mapping[str, Any]
) -> pd.DataFrame:
    """Shares of terms added up by column, largest first."""
    table = pd.DataFrame(
        [
            {
                "column": column.name,
                "label": column.label,
                "value": value_in_words(column, values[column.name]),
                "effect": sum(
                    float(share)
                    for share, term in zip(shares, design.terms, strict=True)
                    if term.column == column.name
                ),
            }
            for column in design.columns
        ]
    )
    order = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    return table.reindex(order).reset_index(drop=True)
