"""How is the logistic baseline one of the systems?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.errors import ModelError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import ClinicalModel, fit_clinical
from clnm_core.systems.design import Design, Term, choose_predictors
from clnm_core.systems.protocol import Explanation, Fitted, Inputs, State
from clnm_core.systems.run import Run
from clnm_core.systems.validation import FOLDS, out_of_fold_risk

NAME = "clinical"

_ARRAYS = ("centre", "scale", "coefficients", "covariance")


@dataclass(frozen=True, eq=False, slots=True)
class Baseline:
    """A fitted logistic baseline as a model of cases; see :class:`ClinicalModel`."""

    fitted: ClinicalModel

    @property
    def system(self) -> str:
        """Name of its system."""
        return NAME

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        return self.fitted.outcome

    @property
    def inputs(self) -> Inputs:
        """The recorded variables that it reads."""
        return Inputs(self.fitted.design.columns)

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Probability of the outcome for each case, in [0, 1]."""
        return self.fitted.risk(cases.frame)

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case, with Wald's interval on the log-odds."""
        return self.fitted.case_risk(self._values(case))

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """Values of the one case that training did not have."""
        return self.fitted.doubts(self._values(case))

    def explain(self, case: Cases) -> Explanation:
        """What each variable adds to the log-odds of the one case."""
        table = self.fitted.contributions(self._values(case))
        return Explanation(contributions=table, baseline=float(table.attrs["baseline"]))

    def state(self) -> State:
        """Coefficients and what was learned about how to read a case."""
        design = self.fitted.design
        return State(
            {name: getattr(self.fitted, name) for name in _ARRAYS},
            {
                "outcome": self.outcome,
                "inputs": [column.to_dict() for column in design.columns],
                "terms": [[term.column, term.level] for term in design.terms],
                "fill": design.fill,
                "ranges": {name: list(bounds) for name, bounds in design.ranges.items()},
                "seen": {name: list(shares.items()) for name, shares in design.seen.items()},
                "dropped": list(design.dropped),
            },
        )

    def _values(self, case: Cases) -> dict[str, Any]:
        row = case.frame.iloc[0]
        names = [column.name for column in self.fitted.design.columns if column.name in row.index]
        return {name: None if pd.isna(row[name]) else row[name] for name in names}


class ClinicalSystem:
    """Fits the logistic baseline; see :class:`~clnm_core.systems.protocol.System`."""

    @property
    def name(self) -> str:
        """As the command line knows it."""
        return NAME

    @property
    def is_cross_validated(self) -> bool:
        """It is fitted in no time, so once more for each fold."""
        return True

    @property
    def defaults(self) -> Mapping[str, Any]:
        """``predictors``: names of columns; empty for all that are known before surgery."""
        return {"predictors": []}

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse predictors that a model may not use.

        Raises
        ------
        PredictorError
            If a predictor is refused.

        """
        _predictors(cases, config)
        return ()

    def fit(
        self,
        training: Cases,
        validation: Cases | None,
        *,
        outcome: str,
        config: Mapping[str, Any],
        seed: int,
        run: Run,
    ) -> Fitted:
        """Fit the baseline; the held-out risks are those of five folds of patients.

        Nothing is chosen on validation: the penalty is fixed.
        """
        columns = _predictors(training, config)
        y_true = training.outcome(outcome)
        fitted = fit_clinical(training.frame, y_true, columns, outcome=outcome)

        def fold(rows: NDArray[np.int64], held_out: NDArray[np.int64]) -> NDArray[np.float64]:
            run.check()
            model = fit_clinical(training.frame.iloc[rows], y_true[rows], columns, outcome=outcome)
            return model.risk(training.frame.iloc[held_out])

        held_out = out_of_fold_risk(fold, training.patient, y_true, folds=FOLDS, seed=seed)
        return Fitted(Baseline(fitted), held_out, notes=fitted.design.dropped)

    def restore(self, state: State) -> Baseline:
        """The model of a state.

        Raises
        ------
        ModelError
            If the state is not that of a logistic baseline.

        """
        facts = state.facts
        try:
            design = Design(
                columns=tuple(Column.from_dict(values) for values in facts["inputs"]),
                terms=tuple(Term(column, level) for column, level in facts["terms"]),
                fill={str(name): float(mean) for name, mean in facts["fill"].items()},
                ranges={
                    name: (float(low), float(high)) for name, (low, high) in facts["ranges"].items()
                },
                seen={name: dict(shares) for name, shares in facts["seen"].items()},
                dropped=tuple(map(str, facts["dropped"])),
            )
            arrays = {name: state.tensors[name] for name in _ARRAYS}
            terms = len(design.terms)
            shapes = ((terms,), (terms,), (terms + 1,), (terms + 1, terms + 1))
            if [array.shape for array in arrays.values()] != [*shapes]:
                raise ValueError("an array has another shape")
            return Baseline(ClinicalModel(design, **arrays, outcome=str(facts["outcome"])))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelError(
                "The model's files are not those of a logistic baseline. Train it again."
            ) from None


CLINICAL = ClinicalSystem()


def _predictors(cases: Cases, config: Mapping[str, Any]) -> tuple[Column, ...]:
    registry = cases.registry.only([*cases.frame.columns])
    return choose_predictors(registry, config["predictors"] or None)
