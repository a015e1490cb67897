"""What does a system get of the cases that it learns from or judges?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Registry
from clnm_core.errors import UnfitCaseError
from clnm_core.features.choice import Recipe, made
from clnm_core.features.items import Item
from clnm_core.features.per_case import averaged

Thing = TypeVar("Thing")


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
    memory : dict or None
        What was made of the picture; ``None`` for a view that keeps nothing. :func:`remembering`
        makes one that does.

    """

    image_id: str
    view: str
    modality: str
    has_lesion: bool
    has_gland: bool
    read: Callable[[], Item]
    manufacturer: str = ""
    memory: dict[Hashable, Any] | None = None

    def made(self, what: Hashable, make: Callable[[Item], Thing]) -> Thing:
        """What is made of the picture: once by a view that remembers, else whenever it is asked.

        Parameters
        ----------
        what : hashable
            Says all that the result depends on beside the picture. Nobody may change the result.
        make : callable
            Makes it.

        """
        if self.memory is None:
            return make(self.read())
        if what not in self.memory:
            self.memory[what] = make(self.read())
        found: Thing = self.memory[what]
        return found


def remembering(view: View) -> View:
    """The same picture, which is read once, and whatever is made of it is made once.

    Many questions are asked of one case, by several models; what they all need is kept as long as
    the view is, and goes with it. A cohort's pictures are asked once and are not kept.
    """
    if view.memory is not None:
        return view
    kept: list[Item] = []

    def read() -> Item:
        if not kept:
            kept.append(view.read())
        return kept[0]

    return replace(view, read=read, memory={})


Measure = Callable[[Recipe, "Cases"], pd.DataFrame]
"""Takes a recipe and cases; gives ``image_id, case_id, view`` and the features of their pictures."""


def measured_here(recipe: Recipe, cases: Cases) -> pd.DataFrame:
    """Features of the pictures of some cases, measured now; only views that remember keep them."""
    owners = [(name, view) for name in cases.frame["case_id"] for view in cases.views_of(name)]
    names, rows = _measured(recipe, [view for _, view in owners])
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "view", [view.view for _, view in owners])
    table.insert(0, "case_id", [name for name, _ in owners])
    table.insert(0, "image_id", [view.image_id for _, view in owners])
    return table


def _measured(recipe: Recipe, views: Sequence[View]) -> tuple[list[str], NDArray[np.float64]]:
    """Names of features, and a row for each view; what stands twice is measured once."""
    extractor = made(recipe)
    places = {id(view): view for view in views}
    known = {
        place: view.memory[recipe]
        for place, view in places.items()
        if view.memory is not None and recipe in view.memory
    }
    open_ = [place for place in places if place not in known]
    found = extractor.extract([places[place].read() for place in open_])
    for place, row in zip(open_, found.values, strict=True):
        known[place] = row
        memory = places[place].memory
        if memory is not None:
            memory[recipe] = row
    rows = np.array([known[id(view)] for view in views], dtype=np.float64)
    return list(found.names), rows.reshape(len(views), len(found.names))


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

    @property
    def image_ids(self) -> set[str]:
        """The pictures of these cases, by name."""
        return {view.image_id for name in self.frame["case_id"] for view in self.views_of(name)}

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

    def features(self, recipe: Recipe, *, enough: Recipe | None = None) -> pd.DataFrame:
        """Features per case, the mean over its pictures, in the order of the frame.

        Parameters
        ----------
        recipe : Recipe
        enough : Recipe, optional
            Measures the same but for what the caller leaves aside: taken where pictures are
            measured now. A store gives what it has.

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
        chosen = enough if enough is not None and self.measure is measured_here else recipe
        table = averaged(self.measure(chosen, self))
        return table.reindex(self.frame["case_id"]).reset_index(drop=True)
