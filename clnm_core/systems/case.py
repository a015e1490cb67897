"""What does a model say of one case, and why should it be doubted?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.form import read_form
from clnm_core.domain.image import Image, Modality
from clnm_core.errors import UnfitCaseError
from clnm_core.features.items import Item
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases, View, remembering
from clnm_core.systems.clinical import value_in_words
from clnm_core.systems.explanation import Explanation
from clnm_core.systems.fitness import lack
from clnm_core.systems.protocol import Inputs, Model
from clnm_core.systems.risk_stage import RiskStage, SaysStage

CASE = "this-case"
"""Number of the one case; it is nobody's."""


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
        ``column, label, value, effect``, largest first; empty where the model cannot say.
    trained_on : str
        Cohort, cases and store version, in words.
    explanation : Explanation
        All else that the model can say of why.
    stage : RiskStage or None
        What else it says of the case, if it was taught risk stages.

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
    explanation: Explanation = field(default_factory=Explanation)
    stage: RiskStage | None = None

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
            "scale": self.explanation.scale,
            "trained_on": self.trained_on,
            "attention": dict(self.explanation.shares),
            "words": [{"word": word, "weight": weight} for word, weight in self.explanation.words],
            "maps": [{"image": one.image_id, "kind": one.kind} for one in self.explanation.maps],
            "notes": list(self.explanation.notes),
            "risk_stage": self.stage and self.stage.to_dict(),
        }


def one_case(
    inputs: Inputs,
    form: Mapping[str, Any],
    *,
    views: Sequence[View] = (),
    report_text: str = "",
) -> Cases:
    """The one case that somebody describes, as a model takes it.

    Parameters
    ----------
    inputs : Inputs
        What the model reads.
    form : mapping
        Values by column name; those not given are unknown.
    views : sequence of View
        Its pictures; a model that reads none does not get them. What is made of a picture is made
        once for all models that are given the same views, if these are views that remember
        (:func:`~clnm_core.systems.cases.remembering`), else once for this case.
    report_text : str
        Only for a model that reads reports.

    Raises
    ------
    FormError
        If a field is not the model's or a value does not fit its column.

    """
    values = read_form(form, inputs.columns)
    columns = [BUILT_IN["case_id"], BUILT_IN["patient_id"], *inputs.columns]
    row: dict[str, Any] = {"case_id": [CASE], "patient_id": [CASE]}
    for column in inputs.columns:
        row[column.name] = _stored(values[column.name], column)
    if inputs.reads_report:
        columns.append(BUILT_IN["report_text"])
        row["report_text"] = pd.Series([report_text.strip() or None], dtype=object)
    pictures = {CASE: tuple(map(remembering, views))} if views and inputs.views else {}
    return Cases(pd.DataFrame(row), Registry(columns), pictures)


def picture_view(
    name: str,
    image: Image,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    view: str = "",
    modality: str = "",
) -> View:
    """A picture that somebody gave, as a model takes it; it remembers what was made of it.

    Parameters
    ----------
    name : str
        By which the maps of an explanation name it; nobody's.
    image : Image
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        Outlines: ``nodule`` or ``node``, ``gland``.
    view : str
        ``transverse``, ``longitudinal``, ``axial``; empty where it is not known.
    modality : str
        What the picture is taken for where its file does not say.

    """
    lesion, gland = masks.get("nodule", masks.get("node")), masks.get("gland")
    kind = modality if image.modality is Modality.OTHER else image.modality.value

    def read() -> Item:
        return Item(image.grey.astype(np.float32), lesion, gland, image.spacing_mm)

    has_lesion, has_gland = lesion is not None, gland is not None
    return remembering(View(name, view, kind, has_lesion, has_gland, read, image.manufacturer))


def judge_case(model: Model, manifest: Mapping[str, Any], case: Cases) -> CaseReport:
    """Judge one case.

    Parameters
    ----------
    model : Model
    manifest : mapping
        As saved with the model.
    case : Cases
        The one case; :func:`one_case` makes it of a form.

    Raises
    ------
    UnfitCaseError
        If the case lacks a picture or an outline that the model reads.

    """
    inputs = model.inputs
    missing = lack(case.views_of(str(case.frame["case_id"].iloc[0])), inputs)
    if missing:
        raise UnfitCaseError(
            f"{manifest['name']} cannot judge this case. {missing} Give a picture that has it."
        )
    explanation = model.explain(case)
    values = case.frame.iloc[0]
    return CaseReport(
        model=manifest["name"],
        cohort=manifest["cohort"],
        outcome=model.outcome,
        outcome_label=manifest["outcome_label"],
        risk=model.case_risk(case),
        threshold=manifest["threshold"],
        values=tuple(
            (column.label, value_in_words(column, _plain(values[column.name], column)))
            for column in inputs.columns
        ),
        doubts=tuple(model.doubts(case)),
        contributions=explanation.contributions,
        trained_on=(
            f"{manifest['training_cases']:,} training cases of {manifest['cohort']}, "
            f"store version {manifest['store_version']}"
        ),
        explanation=explanation,
        stage=model.stage(case) if isinstance(model, SaysStage) else None,
    )


def _stored(value: Any, column: Column) -> pd.Series:
    """One value as a store gives it: float, or object with ``None`` where it is unknown."""
    if column.kind is Kind.NUMBER:
        return pd.Series([np.nan if value is None else float(value)], dtype=float)
    return pd.Series([value], dtype=object)


def _plain(value: Any, column: Column) -> Any:
    """One value of a frame as words are made of it: a flag is ``yes`` or ``no``."""
    if value is None or pd.isna(value):
        return None
    if column.kind is Kind.FLAG:
        return "yes" if value else "no"
    return value
