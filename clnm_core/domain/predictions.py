"""Which risk did a model give to which case, and what happened?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """Risks and outcomes of the same cases, checked once.

    Parameters
    ----------
    y_true : numpy.ndarray of bool, shape (n,)
        Whether the outcome happened.
    risk : numpy.ndarray of float, shape (n,)
        Predicted probability of the outcome, in [0, 1].
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case; resampling keeps a patient's cases together.

    """

    y_true: NDArray[np.bool_]
    risk: NDArray[np.float64]
    patient: NDArray[np.int64]

    @classmethod
    def of(
        cls, y_true: ArrayLike, risk: ArrayLike, patient: ArrayLike | None = None
    ) -> Predictions:
        """Check and keep; without ``patient`` every case is its own patient.

        Raises
        ------
        ValueError
            If lengths differ, a risk is missing or outside [0, 1], or an outcome is missing.

        """
        truth = np.asarray(y_true)
        if truth.dtype != np.bool_:
            as_float = truth.astype(float)
            if not np.isin(as_float, (0.0, 1.0)).all():
                raise ValueError(
                    "y_true must be true or false for every case; got a missing or other value."
                )
            truth = as_float.astype(bool)
        risks = np.asarray(risk, dtype=float)
        if truth.ndim != 1 or truth.shape != risks.shape:
            raise ValueError(
                f"y_true and risk must have one shape; got {truth.shape} and {risks.shape}."
            )
        if not ((risks >= 0) & (risks <= 1)).all():
            raise ValueError("risk must lie in [0, 1] for every case.")
        if patient is None:
            codes = np.arange(len(risks), dtype=np.int64)
        else:
            _, codes = np.unique(np.asarray(patient), return_inverse=True)
            codes = codes.astype(np.int64)
        if codes.shape != risks.shape:
            raise ValueError(
                f"patient must have one value per case; got {codes.shape} for {risks.shape}."
            )
        return cls(truth, risks, codes)

    def __len__(self) -> int:
        return len(self.risk)

    @property
    def events(self) -> int:
        """Cases with the outcome."""
        return int(self.y_true.sum())

    @property
    def is_clustered(self) -> bool:
        """Whether any patient has more than one case."""
        return int(np.bincount(self.patient).max(initial=0)) > 1

    def where(self, mask: NDArray[np.bool_]) -> Predictions:
        """The cases for which ``mask`` is true."""
        return Predictions(self.y_true[mask], self.risk[mask], self.patient[mask])
