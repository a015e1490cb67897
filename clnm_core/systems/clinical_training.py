"""How is the logistic baseline trained on a table of cases?

The threshold is Youden's, chosen on the validation split where there is one, else on the
out-of-fold risks of training. Nothing is fitted on any other split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import EmptyCohortError, MissingOutcomeError
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.thresholds import youden_threshold
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.clinical import ClinicalModel, fit_clinical
from clnm_core.systems.design import choose_predictors
from clnm_core.systems.splitting import CROSS_VALIDATED
from clnm_core.systems.validation import FOLDS, out_of_fold_risk


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """A trained model and what it gave.

    Parameters
    ----------
    model : ClinicalModel
    threshold : float
    threshold_from : str
        Split on which the threshold was chosen.
    predictions : pandas.DataFrame
        ``case_id``, ``split``, ``risk`` of every case. Training cases carry out-of-fold
        risks; cases without a known outcome, which nothing learned from, the model's own.
    metrics : dict
        Estimates by split and metric.
    learned_from : int
        Training cases with a known outcome.
    set_aside : int
        Cases without a known outcome.
    """

    model: ClinicalModel
    threshold: float
    threshold_from: str
    predictions: pd.DataFrame
    metrics: dict[str, dict[str, Estimate]]
    learned_from: int
    set_aside: int


def train_clinical(
    frame: pd.DataFrame,
    registry: Registry,
    outcome: str,
    *,
    predictors: Sequence[str] | None = None,
    seed: int = 0,
    bootstrap: int = 200,
) -> Trained:
    """Train the logistic baseline.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``case_id``, ``patient_id``, the outcome, the predictors and, where the cohort has
        one, ``split``.
    registry : Registry
    outcome : str
        Outcome column; cases where it is missing are set aside.
    predictors : sequence of str, optional
        Names; by default every column that is known before surgery.
    seed : int
        Of the folds and of the resampled intervals.
    bootstrap : int
        Resamples for the intervals that need them.

    Raises
    ------
    PredictorError
        If a predictor is refused or none varies.
    MissingOutcomeError
        If there are too few cases to learn from.
    """
    columns = choose_predictors(registry.only([*frame.columns]), predictors)
    known = frame[frame[outcome].notna()].reset_index(drop=True)
    if known.empty:
        raise MissingOutcomeError(
            f"{registry[outcome].label} is not known for any case of this cohort. Choose another outcome."
        )
    y_true = known[outcome].to_numpy(dtype=bool)
    patient = pd.factorize(known["patient_id"])[0]
    split = _splits(known)
    is_training = np.isin(split, ("train", CROSS_VALIDATED))
    if not is_training.any():
        raise EmptyCohortError(
            "This cohort has splits but no case in the train split. Import it with a split named train."
        )
    training = known[is_training].reset_index(drop=True)
    y_training = y_true[is_training]
    model = fit_clinical(training, y_training, columns, outcome=outcome)
    risk = model.risk(known)
    risk[is_training] = out_of_fold_risk(
        lambda fit, held_out: fit_clinical(
            training.iloc[fit], y_training[fit], columns, outcome=outcome
        ).risk(training.iloc[held_out]),
        patient[is_training],
        y_training,
        folds=FOLDS,
        seed=seed,
    )
    threshold_from = (
        "validation" if _has_both(y_true[split == "validation"]) else str(split[is_training][0])
    )
    chosen_on = split == threshold_from
    threshold = youden_threshold(Predictions.of(y_true[chosen_on], risk[chosen_on]))
    return Trained(
        model=model,
        threshold=threshold,
        threshold_from=threshold_from,
        predictions=pd.concat(
            [
                pd.DataFrame({"case_id": known["case_id"], "split": split, "risk": risk}),
                _of_unknown(frame[frame[outcome].isna()], model),
            ],
            ignore_index=True,
        ),
        metrics={
            word: all_metrics(
                Predictions.of(y_true[split == word], risk[split == word], patient[split == word]),
                threshold,
                bootstrap=bootstrap,
                seed=seed,
            )
            for word in pd.unique(split)
        },
        learned_from=len(training),
        set_aside=len(frame) - len(known),
    )


def _of_unknown(cases: pd.DataFrame, model: ClinicalModel) -> pd.DataFrame:
    """Risks of the cases that could not be learned from; empty where there are none."""
    if cases.empty:
        return pd.DataFrame({"case_id": [], "split": [], "risk": []}).astype(
            {"case_id": object, "split": object, "risk": float}
        )
    return pd.DataFrame(
        {"case_id": cases["case_id"], "split": _splits(cases), "risk": model.risk(cases)}
    )


def _splits(known: pd.DataFrame) -> np.ndarray:
    """The split of every case; cohorts without splits are cross-validated as a whole."""
    if "split" not in known or known["split"].isna().all():
        return np.full(len(known), CROSS_VALIDATED, dtype=object)
    return known["split"].astype(object).where(known["split"].notna(), "not assigned").to_numpy()


def _has_both(y_true: np.ndarray) -> bool:
    return bool(y_true.any() and not y_true.all())
