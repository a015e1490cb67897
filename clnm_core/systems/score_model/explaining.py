"""What does each finding do to the output of a learner, where it can be said exactly?"""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from clnm_core.systems.attributing import attributed
from clnm_core.systems.design import Design
from clnm_core.systems.explanation import Attributions
from clnm_core.systems.score_model.learners import Learned


def attributions_by(
    learned: Learned, design: Design, rows: NDArray[np.float64], frame: pd.DataFrame
) -> Attributions | None:
    """Exact Shapley values of trees; ``None`` for SVM, neighbours and networks.

    A tree says what it would expect of a case of which it knows some findings alone: where it asks
    for another, both branches count, each as much as training cases went down it. Those
    expectations are the game whose Shapley values are given (path-dependent TreeSHAP); of that
    game they are exact, in polynomial time. A game that draws the unknown findings from other
    cases instead would give other values.

    XGBoost and LightGBM, which add up log-odds, carry the algorithm themselves. Forests and single
    trees average shares, so theirs are on the scale of probabilities, before the shares are kept
    from 0 and 1. SVM, neighbours and networks have no exact values, and an approximation by
    a second model is not made.

    Parameters
    ----------
    learned
        What a learner learned.
    design : Design
    rows : numpy.ndarray of float64, shape (cases, terms)
        The cases as the learner reads them.
    frame : pandas.DataFrame
        The cases as they are recorded, scores among the columns.

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
    elif isinstance(
        learned, RandomForestClassifier | ExtraTreesClassifier | DecisionTreeClassifier
    ):
        shares, baseline = _of_shares(learned, rows)
        return attributed(shares, design, frame, baseline=baseline, scale="probability")
    else:
        return None
    both = np.asarray(found, dtype=np.float64)
    baseline = float(both[0, -1]) if len(both) else float("nan")
    return attributed(both[:, :-1], design, frame, baseline=baseline)


def _of_shares(learned: Learned, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """What each term adds to the share of trees, shape (cases, terms), and the mean share."""
    import shap  # takes two seconds, which only forests are worth

    explainer = shap.TreeExplainer(learned, feature_perturbation="tree_path_dependent")
    if not len(rows):
        return np.empty(rows.shape), float(explainer.expected_value[1])
    found = np.asarray(explainer.shap_values(rows, check_additivity=False))[..., 1]
    return found, float(explainer.expected_value[1])
