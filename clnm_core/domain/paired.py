"""Which risks did several models give to the same cases, and what happened?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.predictions import Predictions


@dataclass(frozen=True, eq=False, slots=True)
class PairedPredictions:
    """Risks of k models and the outcomes of the same n cases, checked once.

    Parameters
    ----------
    names : tuple of str
        The models, in the order of ``risks``.
    y_true : numpy.ndarray of bool, shape (n,)
        Whether the outcome happened.
    risks : numpy.ndarray of float, shape (k, n)
        Predicted probabilities of the outcome, in [0, 1].
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case.

    """

    names: tuple[str, ...]
    y_true: NDArray[np.bool_]
    risks: NDArray[np.float64]
    patient: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        y_true: ArrayLike,
        risks: Mapping[str, ArrayLike],
        patient: ArrayLike | None = None,
    ) -> PairedPredictions:
        """Check and keep; without ``patient`` every case is its own patient.

        Raises
        ------
        ValueError
            If there is no model, lengths differ, a risk is missing or outside [0, 1], or an
            outcome is missing.

        Examples
        --------
        >>> PairedPredictions.of([1, 0], {"a": [0.9, 0.2], "b": [0.4, 0.3]}).names
        ('a', 'b')

        """
        if not risks:
            raise ValueError("risks must hold at least one model; got none.")
        each = [Predictions.of(y_true, risk, patient) for risk in risks.values()]
        return cls(
            tuple(risks), each[0].y_true, np.vstack([one.risk for one in each]), each[0].patient
        )

    def __len__(self) -> int:
        return len(self.y_true)

    @property
    def events(self) -> int:
        """Cases with the outcome."""
        return int(self.y_true.sum())

    @property
    def is_clustered(self) -> bool:
        """Whether any patient has more than one case."""
        return int(np.bincount(self.patient).max(initial=0)) > 1

    def risk(self, name: str) -> NDArray[np.float64]:
        """The risks that one model gave.

        Raises
        ------
        ValueError
            If there is no model of that name.

        """
        return np.asarray(self.risks[self.names.index(name)])

    def model(self, name: str) -> Predictions:
        """The predictions of one model alone."""
        return Predictions(self.y_true, self.risk(name), self.patient)
