"""What was asked about one case, and what did the models answer?

One value goes to every part of the answer, for a case of the cohort and for an uploaded one alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler
from clnm_core.store.records import ModelRecord
from clnm_core.systems.case import one_case
from clnm_core.systems.cases import Cases, View
from clnm_core.ui import cached_models

if TYPE_CHECKING:
    from clnm_core.explain.opinion import Opinion


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """One picture of the case, as it is shown.

    Parameters
    ----------
    name : str
        ``image_id`` of its :class:`~clnm_core.systems.cases.View`: maps are named by it.
    title : str
        For a reader.
    image : Image
        With the spacing that was entered by hand, where it says none itself.
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        Outlines: ``nodule`` or ``node``, ``gland``.
    ruler : Ruler or None
        The shortest way from nodule to capsule.
    view : str
        ``transverse``, ``longitudinal``, ``axial``; empty where it is not known.

    """

    name: str
    title: str
    image: Image
    masks: Mapping[str, NDArray[np.bool_]]
    ruler: Ruler | None
    view: str


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """One case, and what every model that judges its outcome said of it.

    Parameters
    ----------
    query : CohortQuery
        Cohort and outcome.
    case_id : str
        Of the cohort; empty for a case that somebody described.
    values : mapping of str to object
        Checked values by column, ``None`` where unknown: the columns of all models together.
    report_text : str
    pictures : tuple of Picture
    views : tuple of View
        The same pictures as models take them, in the same order.
    measured : mapping of str to object
        What was measured on the outlines, by column, whether or not it was entered.
    overridden : mapping of str to str
        The note by column where another value than the measured one was entered.
    records : tuple of ModelRecord
        All models of the cohort that can judge the outcome.
    opinions : tuple of Opinion
        Of those that could judge the case, in the order of ``records``.
    refusals : tuple of (ModelRecord, str)
        Of the others, each with its sentence.
    shown : Opinion or None
        The one that is explained in detail; one of ``opinions``.
    digest : str
        Of everything that was given: equal digests mean equal answers. Nobody is named by it.
    patient : str
        Whose case of the cohort it is; empty for a case that somebody described.

    """

    query: CohortQuery
    case_id: str
    values: Mapping[str, Any]
    report_text: str
    pictures: tuple[Picture, ...]
    views: tuple[View, ...]
    measured: Mapping[str, Any] = field(default_factory=dict)
    overridden: Mapping[str, str] = field(default_factory=dict)
    records: tuple[ModelRecord, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    refusals: tuple[tuple[ModelRecord, str], ...] = ()
    shown: Opinion | None = None
    digest: str = ""
    patient: str = ""

    def record_of(self, opinion: Opinion) -> ModelRecord:
        """The record of the model whose opinion it is."""
        return next(one for one in self.records if one.name == opinion.report.model)

    def case_for(self, record: ModelRecord) -> Cases:
        """The one case as a model takes it: its columns, its pictures, its report.

        Raises
        ------
        FormError
            If a value does not fit the model's column.

        """
        inputs = cached_models.inputs_of(record)
        names = {column.name for column in inputs.columns}
        return one_case(
            inputs,
            {name: value for name, value in self.values.items() if name in names},
            views=self.views,
            report_text=self.report_text,
        )
