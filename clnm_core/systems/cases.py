"""What does a system get of the cases that it learns from or judges?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Registry
from clnm_core.errors import UnfitCaseError
from clnm_core.features.choice import Recipe, made
from clnm_core.features.items import Item
from clnm_core.features.per_case import averaged


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One picture of a case, read only when it is asked for.

    Parameters
    ----------
    image_id : str
    view : str
        ``transverse``, ``longitudinal``, ``axial``; empty where it is not known.
    modality : str
        As :class:`~clnm_core.domain.image.Modality` writes it: ``US``, ``CT``, ...
    has_lesion, has_gland : bool
        Whether the outline is there.
    read : callable
        Gives the pixels with their outlines.
    manufacturer : str
        Who made the device, in a word of :mod:`clnm_core.imaging.makers`; empty where not known.

    """

    image_id: str
    view: str
    modality: str
    has_lesion: bool
    has_gland: bool
    read: Callable[[], Item]
    manufacturer: str = ""


Measure = Callable[[Recipe, "Cases"], pd.DataFrame]
"""Takes a recipe and cases; gives ``image_id, case_id, view`` and the features of their pictures."""


def measured_here(recipe: Recipe, cases: Cases) -> pd.DataFrame:
    """Features of the pictures of some cases, measured now and kept nowhere."""
    owners = [(name, view) for name in cases.frame["case_id"] for view in cases.views_of(name)]
    extractor = made(recipe)
    found = extractor.extract([view.read() for _, view in owners])
    table = pd.DataFrame(found.values, columns=list(found.names))
    table.insert(0, "view", [view.view for _, view in owners])
    table.insert(0, "case_id", [name for name, _ in owners])
    table.insert(0, "image_id", [view.image_id for _, view in owners])
    return table


@dataclass(frozen=True, eq=False, slots=True)
class Cases:
    """Cases with all that is recorded of them, and their pictures.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per case, index 0, 1, ...: ``case_id``, ``patient_id`` and whatever of the
        registry's columns there is, ``report_text``, ``centre`` and outcomes among them.
    registry : Registry
        The columns of the frame.
    views : mapping of str to tuple of View
        The pictures of each case that has any, by its ``case_id``.
    measure : callable
        How pictures are measured; a store takes what it has already.

    """

    frame: pd.DataFrame
    registry: Registry
    views: Mapping[str, tuple[View, ...]] = field(default_factory=dict)
    measure: Measure = measured_here

    def __len__(self) -> int:
        return len(self.frame)

    def views_of(self, case_id: str) -> tuple[View, ...]:
        """The pictures of a case; empty where it has none."""
        return self.views.get(case_id, ())

    def only(self, rows: ArrayLike) -> Cases:
        """Some of the cases, by row number or by a true or false for each, in that order."""
        chosen = np.asarray(rows)
        return replace(
            self, frame=self.frame.iloc[np.arange(len(self))[chosen]].reset_index(drop=True)
        )

    def outcome(self, name: str) -> NDArray[np.bool_]:
        """Which of the cases have an outcome; it must be known for every one of them."""
        return self.frame[name].to_numpy(dtype=bool)

    @property
    def patient(self) -> NDArray[np.int64]:
        """Number of each case's patient, from 0."""
        return np.asarray(pd.factorize(self.frame["patient_id"])[0], dtype=np.int64)

    def features(self, recipe: Recipe) -> pd.DataFrame:
        """Features per case, the mean over its pictures, in the order of the frame.

        Raises
        ------
        UnfitCaseError
            If a case has no picture.

        """
        without = [name for name in self.frame["case_id"] if not self.views_of(name)]
        if without:
            raise UnfitCaseError(
                f"{len(without)} of {len(self)} cases have no picture to measure {recipe.kind} on. "
                "Leave them out, or import their pictures."
            )
        table = averaged(self.measure(recipe, self))
        return table.reindex(self.frame["case_id"]).reset_index(drop=True)
