"""What does a model say of one case, and why should it be doubted?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.domain.form import read_form
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.clinical import ClinicalModel, value_in_words


@dataclass(frozen=True, eq=False, slots=True)
class CaseReport:
    """One case judged by one model.

    Parameters
    ----------
    model : str
        Name of the model.
    cohort : str
        Cohort on which it was trained.
    outcome : str
        Outcome column.
    outcome_label : str
        The outcome in words.
    risk : Estimate
        Probability of the outcome.
    threshold : float
        The model's own; positive when ``risk >= threshold``.
    values : tuple of (str, str)
        Label and value in words, in the order of the form.
    doubts : tuple of str
        What makes this case unlike the training cases.
    contributions : pandas.DataFrame
        From :meth:`ClinicalModel.contributions`.
    trained_on : str
        Cohort, cases and store version, in words.
    """

    model: str
    cohort: str
    outcome: str
    outcome_label: str
    risk: Estimate
    threshold: float
    values: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]
    contributions: pd.DataFrame
    trained_on: str

    @property
    def is_positive(self) -> bool:
        """Whether the risk reaches the threshold."""
        return self.risk.value >= self.threshold

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "model": self.model,
            "cohort": self.cohort,
            "outcome": self.outcome,
            "outcome_label": self.outcome_label,
            "risk": self.risk.to_dict(),
            "threshold": self.threshold,
            "is_positive": self.is_positive,
            "values": dict(self.values),
            "doubts": list(self.doubts),
            "contributions": self.contributions.to_dict("records"),
            "trained_on": self.trained_on,
        }


def judge_case(
    model: ClinicalModel, manifest: Mapping[str, Any], form: Mapping[str, Any]
) -> CaseReport:
    """Judge one case.

    Parameters
    ----------
    model : ClinicalModel
    manifest : mapping
        As saved with the model.
    form : mapping
        Values by column name; those not given are unknown.

    Raises
    ------
    FormError
        If a field is not the model's or a value does not fit its column.
    """
    values = read_form(form, model.design.columns)
    return CaseReport(
        model=manifest["name"],
        cohort=manifest["cohort"],
        outcome=model.outcome,
        outcome_label=manifest["outcome_label"],
        risk=model.case_risk(values),
        threshold=manifest["threshold"],
        values=tuple(
            (column.label, value_in_words(column, values[column.name]))
            for column in model.design.columns
        ),
        doubts=model.doubts(values),
        contributions=model.contributions(values),
        trained_on=(
            f"{manifest['training_cases']:,} training cases of {manifest['cohort']}, "
            f"store version {manifest['store_version']}"
        ),
    )
