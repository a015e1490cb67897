"""What is kept in memory of the cases, so that each picture is read once?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import UnfitCaseError
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.inputs import view_tokens
from clnm_core.systems.llnm_net.statistics import Tokens
from clnm_core.systems.run import Run

VIEWS = ("transverse", "longitudinal")
"""The two orthogonal pictures of a patient."""


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """Cases as a network reads them, before anything is learned.

    Parameters
    ----------
    rows : numpy.ndarray of int, shape (n,)
        Which of the cases these are.
    values : dict of str to numpy.ndarray of float16 or float32, shape (n, 2, tokens, values)
        By group of tokens. Pixels are kept at half precision, which holds 8 bits. A case with one
        view has it twice, so that averaging two views leaves it as it is.
    says : dict of str to numpy.ndarray of bool, shape (n, 2, tokens)
        Which tokens say something.
    texts : tuple of str
        Reports; empty where there is none.
    male, age : numpy.ndarray of float32, shape (n,)
        1 or 0, and years; NaN where unknown.
    single : int
        Cases with one usable view.
    unfit : tuple of str
        Why each of the other cases cannot be used, as the end of a sentence.

    """

    rows: NDArray[np.int64]
    values: dict[str, NDArray[np.floating]]
    says: dict[str, NDArray[np.bool_]]
    texts: tuple[str, ...]
    male: NDArray[np.float32]
    age: NDArray[np.float32]
    single: int
    unfit: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)


def chosen_views(views: tuple[View, ...]) -> tuple[View, ...]:
    """One or two pictures of a case: ultrasound with both outlines, the first of each view.

    A view that is not named counts as either; a third picture is not read.
    """
    usable = [one for one in views if one.modality == "US" and one.has_lesion and one.has_gland]
    named = [next((one for one in usable if one.view == view), None) for view in VIEWS]
    unnamed = iter([one for one in usable if one.view == ""])
    found = [one or next(unnamed, None) for one in named]
    return tuple(one for one in found if one is not None)


def prepare(cases: Cases, config: Config, *, run: Run) -> Prepared:
    """Read and describe the pictures of some cases, one after the other.

    Cases that cannot be used are left out and said why. Cancelling is heard between two cases.

    Parameters
    ----------
    cases : Cases
    config : Config
    run : Run

    Raises
    ------
    TrainingStopped
        If it was asked to stop.

    """
    rows: list[int] = []
    found: list[tuple[Tokens, ...]] = []
    unfit: list[str] = []
    single = 0
    for row, name in enumerate(cases.frame["case_id"]):
        if row % 8 == 0:
            run.say(
                row / max(len(cases), 1), f"Reading pictures, case {row + 1:,} of {len(cases):,}"
            )
        _, views, reason = read_case(cases.views_of(str(name)), config)
        if reason:
            unfit.append(reason)
            continue
        single += config.has_pictures and len(views) == 1
        rows.append(row)
        found.append(views)
    frame = cases.frame.iloc[rows]
    kind = np.float16 if config.patches == "pixels" else np.float32
    groups = list(found[0][0]) if found else []
    return Prepared(
        rows=np.array(rows, dtype=np.int64),
        values={
            group: np.stack(
                [np.stack([views[0][group][0], views[-1][group][0]]) for views in found]
            ).astype(kind)
            for group in groups
        },
        says={
            group: np.stack(
                [np.stack([views[0][group][1], views[-1][group][1]]) for views in found]
            )
            for group in groups
        },
        texts=tuple(_texts(frame)),
        male=_male(frame),
        age=_age(frame),
        single=single,
        unfit=tuple(unfit),
    )


def read_case(
    views: tuple[View, ...], config: Config
) -> tuple[tuple[View, ...], tuple[Tokens, ...], str]:
    """The usable pictures of a case, their tokens, or why there are none."""
    if not config.has_pictures:
        return (), ({},), ""
    chosen = chosen_views(views)
    if not chosen:
        return (), (), "it has no ultrasound picture with lesion and gland outlined"
    used, found, reason = [], [], ""
    what = ("tokens of llnm-net", config.patches, config.location, config.morphology)
    for view in chosen:
        try:
            found.append(view.made(what, lambda item: view_tokens(item, config)))
            used.append(view)
        except UnfitCaseError as error:
            reason = str(error)
    return tuple(used), tuple(found), "" if found else reason


def _texts(frame: pd.DataFrame) -> list[str]:
    if "report_text" not in frame:
        return [""] * len(frame)
    return [text if isinstance(text, str) else "" for text in frame["report_text"]]


def _male(frame: pd.DataFrame) -> NDArray[np.float32]:
    if "sex" not in frame:
        return np.full(len(frame), np.nan, dtype=np.float32)
    known = {"male": 1.0, "female": 0.0}
    return np.array([known.get(str(one), np.nan) for one in frame["sex"]], dtype=np.float32)


def _age(frame: pd.DataFrame) -> NDArray[np.float32]:
    if "age_years" not in frame:
        return np.full(len(frame), np.nan, dtype=np.float32)
    return np.asarray(frame["age_years"].astype("float64"), dtype=np.float32)
