"""Which of many features may a model use, and why not the others?

Shown training patients only. Fitted inside each training fold, as part of the model, it leaks
nothing; fitted once on everybody it would make noise look like knowledge (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from clnm_core.errors import FeatureError
from clnm_core.features import selection_steps as steps
from clnm_core.features.selection_lasso import Lasso, Rule, fit_lasso, refit


class FeatureSelector(TransformerMixin, BaseEstimator):
    """Repeatable, telling, no copies, kept by LASSO: in this order, each step on what is left.

    1. Dropped: a feature missing in more than ``most_missing`` of the training rows, or with one
       value only.
    2. Dropped: an ICC below ``least_icc``, or none (only where ``icc`` is given).
    3. Dropped: p of the rank-sum test not below ``alpha`` (``q``: after Benjamini and Hochberg).
    4. Dropped: rank correlation above ``most_r`` with a feature of smaller p; of equal p, with
       the one whose name comes first.
    5. Dropped: weight 0 in the LASSO, or kept in less than ``least_share`` of the subsamples.

    A gap is filled with the median of the training rows from step 4 on and in ``transform``;
    infinite values count as gaps. It can happen that nothing is left: then ``transform`` gives
    no columns.

    Parameters
    ----------
    icc : mapping of str to float, optional
        Repeatability by feature, measured on training patients.
    least_icc, most_missing, alpha, most_r, least_share : float
        Limits, each in [0, 1].
    judged_by : {"p", "q"}
    rule : {"min", "1se"}
        Penalty of the LASSO; see :func:`~clnm_core.features.selection_lasso.fit_lasso`.
    folds, resamples, seed : int
        Of its cross-validation and its subsamples.

    Attributes
    ----------
    report_ : pandas.DataFrame
        ``feature``; ``step``, at which it was dropped (``missing, constant, repeatability,
        univariate, correlation, lasso``) or ``kept``; ``why``, as a sentence; ``missing``, share;
        ``icc``; ``auc, p, q``; ``copy_of, r``; ``weight`` per standard deviation and ``share`` of
        subsamples. NaN where a feature did not come so far.
    lasso_ : Lasso or None
        ``None`` where nothing was left for it.

    """

    def __init__(
        self,
        *,
        icc: Mapping[str, float] | None = None,
        least_icc: float = 0.8,
        most_missing: float = 0.2,
        alpha: float = 0.05,
        judged_by: Literal["p", "q"] = "p",
        most_r: float = 0.9,
        rule: Rule = "min",
        least_share: float = 0.5,
        folds: int = 5,
        resamples: int = 100,
        seed: int = 0,
    ) -> None:
        self.icc = icc
        self.least_icc = least_icc
        self.most_missing = most_missing
        self.alpha = alpha
        self.judged_by = judged_by
        self.most_r = most_r
        self.rule = rule
        self.least_share = least_share
        self.folds = folds
        self.resamples = resamples
        self.seed = seed

    def fit(
        self, X: pd.DataFrame | ArrayLike, y: ArrayLike, patients: ArrayLike | None = None
    ) -> FeatureSelector:
        """Choose, from training rows.

        Parameters
        ----------
        X : pandas.DataFrame or array-like, shape (n_rows, n_features)
            Without names, columns are called ``x0, x1, ...``.
        y : array-like of bool or 0 and 1, shape (n_rows,)
        patients : array-like, shape (n_rows,), optional
            Whose row each is; by default every row is its own patient.

        Raises
        ------
        FeatureError
            If there is one class only, or a class has fewer than two patients.
        ValueError
            If lengths differ, names repeat, or a limit is out of range.

        """
        self._require_limits()
        table = _table(X)
        outcome, patient = _sides(y, patients, len(table))
        self.feature_names_in_ = np.asarray(table.columns, dtype=object)
        self.n_features_in_ = table.shape[1]
        values = table.to_numpy()
        report = steps.empty_report(list(table.columns))
        steps.drop_unusable(report, values, most=self.most_missing)
        steps.drop_unrepeatable(report, self.icc, least=self.least_icc)
        steps.drop_untelling(
            report, values, outcome, patient, alpha=self.alpha, judged_by=self.judged_by
        )
        left = steps.still_open(report)
        medians = np.full(values.shape[1], np.nan)
        medians[left] = np.nanmedian(values[:, left], axis=0) if len(left) else []
        whole = np.where(np.isnan(values), medians, values)
        steps.drop_copies(report, whole, most=self.most_r)
        self._fit_lasso(report, whole, outcome, patient)
        self._kept = steps.keep_the_rest(report)
        self._medians = medians[self._kept]
        self.report_ = report
        return self

    def transform(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """The kept columns, found by name, with gaps filled from training.

        Raises
        ------
        FeatureError
            If a kept feature is not there.

        """
        check_is_fitted(self, "report_")
        table = _table(X)
        wanted = self.get_feature_names_out()
        lacking = [name for name in wanted if name not in table.columns]
        if lacking:
            raise FeatureError(
                f"{len(lacking)} of {len(wanted)} selected features are not in the table, the "
                "first in the order of training: extract them with the same settings."
            )
        return table[list(wanted)].fillna(dict(zip(wanted, self._medians, strict=True)))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the kept features, in the order of training."""
        check_is_fitted(self, "report_")
        return self.feature_names_in_[self._kept]

    def linear_predictor(self, X: pd.DataFrame | ArrayLike) -> NDArray[np.float64]:
        """The score of each row: log-odds that the LASSO gives, shape (n_rows,)."""
        scaled = (self.transform(X).to_numpy() - self._centre) / self._spread
        return np.asarray(scaled @ self._weights + self._intercept, dtype=np.float64)

    def equation(self) -> tuple[pd.DataFrame, float]:
        """The score as it can be written down.

        Returns
        -------
        pandas.DataFrame
            One row per kept feature, in the order of training: ``feature``, ``median`` (stands in
            for a gap), ``centre``, ``spread`` and ``weight``.
        float
            The intercept: the score is ``intercept + sum(weight * (value - centre) / spread)``.

        """
        columns = {
            "feature": self.get_feature_names_out(),
            "median": self._medians,
            "centre": self._centre,
            "spread": self._spread,
            "weight": self._weights,
        }
        return pd.DataFrame(columns), self._intercept

    def _fit_lasso(
        self,
        report: pd.DataFrame,
        whole: NDArray[np.float64],
        outcome: NDArray[np.bool_],
        patient: NDArray[np.int64],
    ) -> None:
        self.lasso_: Lasso | None = None
        candidates = steps.still_open(report)
        scaled, centre, spread = _standardised(whole[:, candidates])
        self._weights = np.empty(0)
        self._intercept = float(np.log(outcome.mean() / (1 - outcome.mean())))
        if len(candidates):
            self.lasso_ = fit_lasso(
                scaled,
                outcome,
                patient,
                rule=self.rule,
                folds=self.folds,
                resamples=self.resamples,
                seed=self.seed,
            )
            steps.drop_unneeded(report, self.lasso_, least_share=self.least_share)
        is_kept = np.isin(candidates, steps.still_open(report))
        self._centre, self._spread = centre[is_kept], spread[is_kept]
        if self.lasso_ is not None and is_kept.any():
            self._weights, self._intercept = self.lasso_.weights[is_kept], self.lasso_.intercept
            if (self.lasso_.weights[~is_kept] != 0).any():  # the rest must do without the unsteady
                self._weights, self._intercept = refit(
                    scaled[:, is_kept], outcome, penalty=self.lasso_.penalty, seed=self.seed
                )

    def _require_limits(self) -> None:
        for name in ("least_icc", "most_missing", "alpha", "most_r", "least_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1]; got {getattr(self, name)}.")
        if self.judged_by not in ("p", "q") or self.rule not in ("min", "1se"):
            raise ValueError(
                f"judged_by must be p or q, and rule min or 1se; got {self.judged_by!r}, "
                f"{self.rule!r}."
            )
        if self.folds < 2 or self.resamples < 0:
            raise ValueError(
                f"folds must be at least 2, resamples at least 0; got {self.folds}, {self.resamples}."
            )


def _table(X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
    """As float64 with names; what is not finite is a gap."""
    table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X, dtype=np.float64))
    if table.ndim != 2:
        raise ValueError(f"X must have two dimensions; got {table.ndim}.")
    names = (
        [str(name) for name in table.columns]
        if isinstance(X, pd.DataFrame)
        else [f"x{place}" for place in range(table.shape[1])]
    )
    if len(set(names)) < len(names):
        raise ValueError("names of features must differ; some are there twice.")
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    return pd.DataFrame(values, columns=names, index=table.index)


def _sides(
    y: ArrayLike, patients: ArrayLike | None, n: int
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Outcome and numbered patients, checked."""
    given = np.asarray(y)
    owner = np.arange(n) if patients is None else np.asarray(patients)
    if given.shape != (n,) or owner.shape != (n,):
        raise ValueError(
            f"X, y and patients must have one length; got {n}, {given.shape}, {owner.shape}."
        )
    if not np.isin(given, (0, 1)).all():
        raise ValueError("y must be true or false, or 1 or 0, in every row.")
    outcome = given.astype(bool)
    if not 0 < outcome.sum() < n:
        raise FeatureError(
            "Selecting features needs cases with the outcome and cases without; all "
            f"{n} training rows are of one kind."
        )
    return outcome, pd.factorize(owner)[0]


def _standardised(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean 0 and standard deviation 1, with what was taken off and divided by."""
    centre = values.mean(axis=0)
    spread = values.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return (values - centre) / spread, centre, spread
