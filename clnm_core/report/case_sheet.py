"""What leaves the page of one case? Everything that a report, a file or an archive may say of it.

One value is made once and written in several ways: :mod:`~clnm_core.report.case_html` on paper,
:meth:`CaseSheet.to_dict` for programs, :mod:`~clnm_core.report.case_sr` and
:mod:`~clnm_core.report.case_capture` for an archive.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler
from clnm_core.report.case_dict import case_dict
from clnm_core.report.case_limits import case_limits
from clnm_core.report.case_words import case_answer
from clnm_core.report.wording import mm
from clnm_core.systems.clinical import value_in_words
from clnm_core.systems.explanation import SaliencyMap

if TYPE_CHECKING:
    from clnm_core.explain.opinion import Opinion
    from clnm_core.explain.unlike import Check

DIGEST_SHOWN = 12
"""Letters of a model's digest that tell it from any other."""


@dataclass(frozen=True, eq=False, slots=True)
class SheetPicture:
    """One picture with what is drawn on it.

    Parameters
    ----------
    title : str
        Plain text that names no patient.
    image : Image
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        Outlines by structure.
    ruler : Ruler or None
        A measured line.
    saliency : SaliencyMap or None
        What the picture did to the shown model's answer.
    view : str
        ``transverse``, ``longitudinal``, ``axial``; empty where it is not known.

    """

    title: str
    image: Image
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    ruler: Ruler | None = None
    saliency: SaliencyMap | None = None
    view: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that the outlines measure, and the one that was used.

    Parameters
    ----------
    column : Column
    measured, used : float, bool, str or None
        ``None`` where not known.
    note : str
        Why another value than the measured one was used; empty where it was not.

    """

    column: Column
    measured: Any
    used: Any
    note: str = ""

    @property
    def is_overridden(self) -> bool:
        """Whether somebody entered another value."""
        return bool(self.used != self.measured)


@dataclass(frozen=True, slots=True)
class AlikeRow:
    """A case of the cohort that resembles this one.

    Parameters
    ----------
    rank : int
        1 is most alike.
    outcome : str
        What was found, in words.
    number : str
        The case's pseudonym; empty unless the reader asked for numbers.
    way : str
        How likeness was measured, in words.

    """

    rank: int
    outcome: str
    number: str = ""
    way: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class CaseSheet:
    """All that may be said of one case outside the page.

    Parameters
    ----------
    opinions : tuple of Opinion
        What each model says; at least one.
    shown : Opinion
        The one that is explained; one of ``opinions``.
    pictures : tuple of SheetPicture
    readings : tuple of Reading
        What was measured on the outlines, and what was used in its place.
    checks : tuple of Check
        How this case compares with those that taught the shown model.
    alike : tuple of AlikeRow
        The most similar cases of the cohort.
    refusals : tuple of (str, str)
        Name of each model that could not judge the case, and why.
    versions : tuple of (str, str)
        Name of each model and its digest.
    store_version : int or None
        Version of the store that the models were read from.
    is_synthetic : bool
        Whether the patients of the cohort are simulated.
    words : str
        The sentence that answers; of the shown model where it is empty.
    pseudonym : str
        By which the case is known in the study; empty unless the reader asked for it.
    made : datetime.datetime
        When, with time zone.
    uid : uuid.UUID
        From which the numbers of DICOM objects are made; drawn by chance, so it tells nobody.

    """

    opinions: tuple[Opinion, ...]
    shown: Opinion
    pictures: tuple[SheetPicture, ...] = ()
    readings: tuple[Reading, ...] = ()
    checks: tuple[Check, ...] = ()
    alike: tuple[AlikeRow, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    store_version: int | None = None
    is_synthetic: bool = False
    words: str = ""
    pseudonym: str = ""
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    uid: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def title(self) -> str:
        """The outcome in words."""
        return self.shown.report.outcome_label

    @property
    def answer(self) -> str:
        """The sentence that answers."""
        return self.words or case_answer(self.shown.report)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against the shown model's answer, once each: its doubts and the checks."""
        found = [one.sentence for one in self.checks if one.is_unusual and one.sentence]
        return tuple(dict.fromkeys([*self.shown.report.doubts, *found]))

    @property
    def limits(self) -> tuple[str, ...]:
        """What must not be read into the sheet."""
        return case_limits(self)

    @property
    def version_lines(self) -> tuple[str, ...]:
        """Models and store, each in words."""
        models = [
            f"Model {name}{f', {digest[:DIGEST_SHOWN]}' if digest else ''}"
            for name, digest in self.versions
        ]
        store = [] if self.store_version is None else [f"store version {self.store_version}"]
        return (*models, *store)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, by the names of ``docs/case.md``; NaN becomes ``None``."""
        return case_dict(self)


def readings_of(
    measured: Mapping[str, Any],
    used: Mapping[str, Any],
    notes: Mapping[str, str],
    columns: Sequence[Column],
) -> tuple[Reading, ...]:
    """What was measured, beside what was used.

    Parameters
    ----------
    measured : mapping of str to object
        What the outlines tell, by column.
    used : mapping of str to object
        The values of the case, by column.
    notes : mapping of str to str
        Of the columns where another value was entered.
    columns : sequence of Column
        In the order of a reader; what none of them names is left out.

    """
    return tuple(
        Reading(
            column,
            measured[column.name],
            used.get(column.name) if column.name in notes else measured[column.name],
            notes.get(column.name, ""),
        )
        for column in columns
        if measured.get(column.name) is not None
    )


def reading_words(column: Column, value: Any) -> str:
    """A measured value as a reader sees it: lengths to a tenth of a millimetre."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float) and column.unit == "mm" and not math.isnan(value):
        return mm(value)
    return value_in_words(column, value)
