"""What is one case that somebody described, and can it be kept as it is?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.columns import Registry, Role
from clnm_core.domain.form import read_form
from clnm_core.domain.image import Modality
from clnm_core.errors import FormError, InputError
from clnm_core.store.kept_cases import Overridden

REPORT = "report_text"
LONGEST_NAME, LONGEST_REPORT = 80, 20_000


@dataclass(frozen=True, eq=False, slots=True)
class GivenPicture:
    """A picture of the case as it was uploaded, and what was said of it.

    Parameters
    ----------
    data : bytes
        The file; its name is not asked for.
    frame : int
        The one that was judged, from 0.
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        What is outlined on that frame: ``nodule``, ``gland``, ``node``.
    proposed : mapping of str to str
        The structures that are as a network proposed them, and the digest of its outliner.
    spacing_mm : tuple of float or None
        Between pixel centres (row, column); of a file that says its own, that holds.
    modality : Modality
        ``OTHER`` leaves it to the file.
    view : str
        Empty where it is not known.
    pixels : numpy.ndarray of uint8 or None
        As the models saw them. Of CT they are kept in place of what the file's own window shows.

    """

    data: bytes
    frame: int = 0
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    spacing_mm: tuple[float, float] | None = None
    modality: Modality = Modality.OTHER
    view: str = ""
    pixels: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class GivenCase:
    """A case as somebody described it.

    Parameters
    ----------
    name : str
        What the pseudonym is made of; it is not kept itself.
    values : mapping of str to object
        Findings by column of the cohort; ``None`` where unknown.
    report_text : str
    outcome : str
        Column of the outcome that is known; empty where none is.
    happened : bool
        Only read where ``outcome`` is named.
    pictures : sequence of GivenPicture
    overridden : mapping of str to Overridden
        The columns of ``values`` that were measured otherwise.

    """

    name: str
    values: Mapping[str, Any]
    report_text: str = ""
    outcome: str = ""
    happened: bool = False
    pictures: Sequence[GivenPicture] = ()
    overridden: Mapping[str, Overridden] = field(default_factory=dict)


def checked_name(name: str) -> str:
    """The name of a case without space around it.

    Raises
    ------
    InputError
        If it is empty or longer than ``LONGEST_NAME``.

    """
    name = name.strip()
    if not name:
        raise InputError("The case has no name. Write one; it becomes a pseudonym on the way in.")
    if len(name) > LONGEST_NAME:
        raise InputError(
            f"The name of the case has {len(name):,} characters; {LONGEST_NAME} is the most. "
            "Shorten it."
        )
    return name


def row_of(given: GivenCase, registry: Registry) -> dict[str, Any]:
    """The row of a case by column of its cohort, without its names.

    A report is left out where the cohort has no column for one.

    Raises
    ------
    InputError
        If a value does not fit its column, the report is longer than ``LONGEST_REPORT``, or nothing
        at all is known.
    ValueError
        If a column of ``values`` is not one that is known before surgery, or ``outcome`` is none.

    """
    strange = [name for name in given.values if name not in registry]
    if strange:
        raise FormError(
            f"The cohort has no column {strange[0][:40]!r}, so its value cannot be kept in it."
        )
    columns = [registry[name] for name in given.values]
    if any(column.role is not Role.PREDICTOR for column in columns):
        raise ValueError("values must be of columns that are known before surgery.")
    row: dict[str, Any] = read_form(given.values, columns)
    report = given.report_text.strip()
    if len(report) > LONGEST_REPORT:
        raise InputError(
            f"The report has {len(report):,} characters; {LONGEST_REPORT:,} is the most. Keep what "
            "it says of this case."
        )
    if report and REPORT in registry:
        row[REPORT] = report
    if all(value is None for value in row.values()) and not given.pictures:
        raise InputError("Nothing is known of the case, so there is nothing to keep.")
    if given.outcome:
        if given.outcome not in registry or registry[given.outcome].role is not Role.OUTCOME:
            raise ValueError(f"outcome must be one of the cohort; got {given.outcome!r}.")
        row[given.outcome] = given.happened
    return row
