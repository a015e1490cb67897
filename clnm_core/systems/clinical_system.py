"""How is the logistic baseline one of the systems?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.errors import ModelError, PredictorError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import (
    FEWEST_PER_CLASS,
    ClinicalModel,
    fit_clinical,
    require_both,
)
from clnm_core.systems.design import Design, Term, choose_predictors
from clnm_core.systems.explanation import Attributions, Explanation
from clnm_core.systems.protocol import Fitted, Inputs, State
from clnm_core.systems.run import Run
from clnm_core.systems.validation import FOLDS, out_of_fold_risk

_TENSORS = ("centre", "scale", "coefficients", "covariance")


@dataclass(frozen=True, eq=False, slots=True)
class Baseline:
    """The logistic baseline as every system's model is asked.

    Parameters
    ----------
    model : ClinicalModel

    """

    model: ClinicalModel

    @property
    def system(self) -> str:
        """Name of its system."""
        return CLINICAL.name

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        return self.model.outcome

    @property
    def inputs(self) -> Inputs:
        """Recorded variables alone."""
        return Inputs(self.model.design.columns)

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Probability of the outcome for each case, in [0, 1]."""
        return np.asarray(self.model.risk(cases.frame), dtype=np.float64)

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case with its Wald interval."""
        return self.model.case_risk(recorded(case, self.model.design.columns))

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """What makes the case unlike the training cases."""
        return self.model.doubts(recorded(case, self.model.design.columns))

    def explain(self, case: Cases) -> Explanation:
        """What each variable adds to the log-odds."""
        table = self.model.contributions(recorded(case, self.model.design.columns))
        return Explanation(table, table.attrs["baseline"])

    def attributions(self, cases: Cases) -> Attributions:
        """What each variable adds to the log-odds of each case, against the training mean."""
        return self.model.attributions(cases.frame)

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """The standardised terms of each case, shape (cases, terms).

        In training deviations from the training mean: each has variance 1 among training cases.
        """
        return self.model.standardised(cases.frame).astype(np.float32)

    def state(self) -> State:
        """The model as plain values."""
        return state_of(self.model)


@dataclass(frozen=True, slots=True)
class ClinicalSystem:
    """Ridge logistic regression on recorded variables: what every other system has to beat."""

    name: str = "clinical"
    is_cross_validated: bool = True

    @property
    def defaults(self) -> Mapping[str, Any]:
        """``predictors``: names of columns; by default all that are known before surgery."""
        return {"predictors": None}

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse too few cases, and predictors that may not be used."""
        predictors_of(cases, config)
        require_both(cases.outcome(outcome), least=FEWEST_PER_CLASS)
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
        """Fit on training; held-out risks by patient folds. Validation chooses nothing."""
        columns = predictors_of(training, config)
        y_true = training.outcome(outcome)
        frame = training.frame
        model = fit_clinical(frame, y_true, columns, outcome=outcome)

        def fold(fit: NDArray[np.int64], held_out: NDArray[np.int64]) -> NDArray[np.float64]:
            run.check()
            found = fit_clinical(frame.iloc[fit], y_true[fit], columns, outcome=outcome)
            return found.risk(frame.iloc[held_out])

        held_out = out_of_fold_risk(fold, training.patient, y_true, folds=FOLDS, seed=seed)
        run.say(1.0, "Fitted")
        return Fitted(Baseline(model), held_out, notes=model.design.dropped)

    def restore(self, state: State) -> Baseline:
        """The model of a state."""
        return Baseline(model_of(state))


def predictors_of(cases: Cases, config: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns that the settings name, or all that a model may use and the cases have.

    Raises
    ------
    PredictorError
        If one may not be used, or there is none.

    """
    named = config.get("predictors")
    if named is not None and (
        not isinstance(named, list | tuple) or not all(isinstance(one, str) for one in named)
    ):
        raise PredictorError("The setting 'predictors' must be a list of columns, by name.")
    found = choose_predictors(cases.registry.only([*cases.frame.columns]), named)
    if not found:
        raise PredictorError(
            "These cases have no recorded variable that is known before surgery, and the model "
            "needs at least one. Choose another cohort."
        )
    return found


def recorded(case: Cases, columns: tuple[Column, ...]) -> dict[str, Any]:
    """The recorded values of one case; ``None`` where one is unknown or has no column.

    Raises
    ------
    ValueError
        If there is not exactly one case.

    """
    if len(case) != 1:
        raise ValueError(f"one case at a time; got {len(case)}.")
    frame = case.frame
    values = {c.name: frame[c.name].iloc[0] if c.name in frame else None for c in columns}
    return {name: None if pd.isna(value) else value for name, value in values.items()}


def state_of(model: ClinicalModel) -> State:
    """A logistic model as plain values, named as the first format of manifests named them."""
    design = model.design
    return State(
        {name: np.asarray(getattr(model, name), dtype=np.float64) for name in _TENSORS},
        {
            "outcome": model.outcome,
            "inputs": [column.to_dict() for column in design.columns],
            "terms": [[term.column, term.level] for term in design.terms],
            "fill": dict(design.fill),
            "ranges": {name: list(bounds) for name, bounds in design.ranges.items()},
            "seen": {name: list(shares.items()) for name, shares in design.seen.items()},
            "dropped": list(design.dropped),
        },
    )


def model_of(state: State) -> ClinicalModel:
    """The logistic model of a state.

    Raises
    ------
    ModelError
        If the state is not one of a logistic model.

    """
    facts = state.facts
    try:
        design = Design(
            columns=tuple(Column.from_dict(values) for values in facts["inputs"]),
            terms=tuple(Term(column, level) for column, level in facts["terms"]),
            fill={name: float(value) for name, value in facts["fill"].items()},
            ranges={name: (float(a), float(b)) for name, (a, b) in facts["ranges"].items()},
            seen={name: dict(shares) for name, shares in facts["seen"].items()},
            dropped=tuple(facts["dropped"]),
        )
        tensors = {name: np.asarray(state.tensors[name], dtype=np.float64) for name in _TENSORS}
        outcome = str(facts["outcome"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _not_whole() from None
    terms = len(design.terms)
    shapes = {name: values.shape for name, values in tensors.items()}
    if shapes != {
        "centre": (terms,),
        "scale": (terms,),
        "coefficients": (terms + 1,),
        "covariance": (terms + 1, terms + 1),
    }:
        raise _not_whole()
    return ClinicalModel(design=design, outcome=outcome, **tensors)


def _not_whole() -> ModelError:
    return ModelError(
        "The saved logistic model is not whole: its terms and its numbers do not match. Train it "
        "again."
    )


CLINICAL = ClinicalSystem()
"""The baseline."""
