"""What does the cohort of a model look like to it, and which of its cases taught it?

Worked out once per model: its numbers of every case, how far training cases lie from each other,
and what their pictures are like. Whatever is called usual is so among training cases alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from clnm_core.errors import ModelError, UnfitCaseError
from clnm_core.explain.picture_facts import facts_of_all
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import lacks, with_fit_pictures
from clnm_core.systems.protocol import Inputs, Model
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING

NEAREST = 5
"""Training cases to which a distance is averaged."""

MOST_MEASURED = 2000
"""Training cases, evenly spread over the cohort, whose own distance is worked out."""

AT_ONCE = 64
"""Cases with pictures between two looks at whether to stop."""


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """What a model's own cohort looks like to it.

    Parameters
    ----------
    case_ids, patient_ids : tuple of str
        Every case of the cohort for which the model gave numbers.
    embedding : numpy.ndarray of float32, shape (cases, numbers)
        As :meth:`~clnm_core.systems.protocol.Model.embedding` gives it; finite.
    is_training : numpy.ndarray of bool, shape (cases,)
        Cases that taught the model.
    own_distance : numpy.ndarray of float64, shape (cases,)
        Of training cases, the mean distance to the :data:`NEAREST` training cases of other
        patients; NaN for all other cases, and for those beyond :data:`MOST_MEASURED`.
    pictures : pandas.DataFrame
        As :mod:`~clnm_core.explain.picture_facts` names them: the pictures that the model reads of these cases.
    always_known : tuple of str
        Columns that the model reads and that were known of every training case;
        ``report_text`` where each had a report.
    left_out : int
        Cases of the cohort for which there are no numbers.

    """

    case_ids: tuple[str, ...]
    patient_ids: tuple[str, ...]
    embedding: NDArray[np.float32]
    is_training: NDArray[np.bool_]
    own_distance: NDArray[np.float64]
    pictures: pd.DataFrame
    always_known: tuple[str, ...] = ()
    left_out: int = 0

    def changed(self, patient_of: Mapping[str, str]) -> frozenset[str]:
        """Cases that the cohort of today does not have, or that are another patient's there.

        Parameters
        ----------
        patient_of : mapping of str to str
            Patient of each case of today, by ``case_id``.

        """
        pairs = zip(self.case_ids, self.patient_ids, strict=True)
        return frozenset(name for name, patient in pairs if patient_of.get(name) != patient)

    def __post_init__(self) -> None:
        n = len(self.case_ids)
        lengths = (self.patient_ids, self.embedding, self.is_training, self.own_distance)
        if self.embedding.ndim != 2 or any(len(one) != n for one in lengths):
            raise ValueError(f"every part must have a row for each of the {n} cases.")

    @property
    def training_pictures(self) -> pd.DataFrame:
        """The rows of :attr:`pictures` of training cases."""
        taught = {
            name for name, is_one in zip(self.case_ids, self.is_training, strict=True) if is_one
        }
        return self.pictures[self.pictures["case_id"].isin(taught)]


def reference_of_cases(
    model: Model,
    cases: Cases,
    is_training: ArrayLike,
    *,
    manufacturers: Mapping[str, str] | None = None,
    run: Run | None = None,
) -> Reference:
    """Work out the reference of a model on its cohort.

    Cases that lack what the model reads, or for which it gives numbers that are not finite, are
    left out and counted.

    Parameters
    ----------
    model : Model
    cases : Cases
        All cases of its cohort.
    is_training : array-like of bool, shape (cases,)
        Cases that taught the model.
    manufacturers : mapping of str to str, optional
        Who made the device of each picture, where that is known.
    run : Run, optional

    Raises
    ------
    ModelError
        If the model gives numbers for none of its training cases.
    TrainingStopped
        If it was asked to stop.

    """
    run = run or Run()
    reads = (
        with_fit_pictures(cases, model.inputs) if model.inputs.views else replace(cases, views={})
    )
    embedding, has_numbers = _embedded(model, cases, run)
    taught = np.asarray(is_training, dtype=bool) & has_numbers
    if not taught.any():
        raise ModelError(
            "The model gives no numbers for any case that taught it, so nothing can be compared "
            "with them. Train it again on this cohort."
        )
    kept = reads.only(has_numbers)
    is_training = taught[has_numbers]
    embedding = embedding[has_numbers]
    return Reference(
        case_ids=tuple(kept.frame["case_id"]),
        patient_ids=tuple(kept.frame["patient_id"]),
        embedding=embedding,
        is_training=is_training,
        own_distance=own_distances(embedding, is_training, kept.patient),
        pictures=facts_of_all(kept, manufacturers or {}, run.part(0.6, 1.0)),
        always_known=known_of_all(kept.only(is_training), model.inputs),
        left_out=int((~has_numbers).sum()),
    )


def own_distances(
    embedding: NDArray[np.float32], is_training: NDArray[np.bool_], patient: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean distance of each training case to the nearest training cases of other patients.

    Parameters
    ----------
    embedding : numpy.ndarray of float32, shape (cases, numbers)
    is_training : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)

    Returns
    -------
    numpy.ndarray of float64, shape (cases,)
        NaN for cases that are not training cases or that were not measured, and where no other
        patient is.

    """
    found = np.full(len(embedding), np.nan)
    rows = np.flatnonzero(is_training)
    measured = rows
    if len(rows) > MOST_MEASURED:
        measured = rows[np.linspace(0, len(rows) - 1, MOST_MEASURED).astype(np.int64)]
    points = embedding[rows].astype(np.float64)
    for start in range(0, len(measured), AT_ONCE):
        chosen = measured[start : start + AT_ONCE]
        apart = cdist(embedding[chosen].astype(np.float64), points)
        apart[patient[chosen][:, None] == patient[rows]] = np.nan
        nearest = np.partition(apart, min(NEAREST, len(rows)) - 1)[:, :NEAREST]
        is_other = np.isfinite(nearest)
        count = is_other.sum(axis=1)
        total = np.where(is_other, nearest, 0.0).sum(axis=1)
        found[chosen] = np.divide(total, count, out=np.full(len(chosen), np.nan), where=count > 0)
    return found


def mean_nearest(embedding: NDArray[np.floating], row: NDArray[np.floating]) -> float:
    """Mean Euclidean distance of a case to its :data:`NEAREST` of some cases, or to all if fewer."""
    distances = distances_to(embedding, row)
    count = min(NEAREST, len(distances))
    return float(np.partition(distances, count - 1)[:count].mean())


def distances_to(embedding: NDArray[np.floating], row: NDArray[np.floating]) -> NDArray[np.float64]:
    """Euclidean distance of a case to each of some cases; from the differences, so never below 0.

    Examples
    --------
    >>> distances_to(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([0.0, 0.0])).tolist()
    [0.0, 5.0]

    """
    apart = embedding.astype(np.float64) - np.asarray(row, dtype=np.float64)
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)), dtype=np.float64)


def taught(cases: Cases, split: Mapping[str, str], outcome: str) -> NDArray[np.bool_]:
    """Which cases taught a model: of a training split, outcome known, patient in no other split.

    Parameters
    ----------
    cases : Cases
        All cases of the cohort.
    split : mapping of str to str
        Word of each case that the model judged, by ``case_id``.
    outcome : str

    Returns
    -------
    numpy.ndarray of bool, shape (cases,)

    """
    word = cases.frame["case_id"].map(split)
    recorded = cases.frame["split"] if "split" in cases.frame else word
    is_crossing = recorded.fillna("").groupby(cases.patient).transform("nunique") > 1
    is_known = cases.frame[outcome].notna()
    is_training = word.isin((TRAINING, CROSS_VALIDATED))
    return np.asarray(is_training & is_known & ~is_crossing, dtype=bool)


def known_of_all(cases: Cases, inputs: Inputs) -> tuple[str, ...]:
    """Inputs that are known of every one of some cases, ``report_text`` among them."""
    names = [column.name for column in inputs.columns if column.name in cases.frame]
    if inputs.reads_report and "report_text" in cases.frame:
        names.append("report_text")
    return tuple(name for name in names if not is_unknown(cases.frame[name]).any())


def is_unknown(values: pd.Series) -> pd.Series:
    """Which values say nothing: missing, or words of spaces alone."""
    said = values.map(lambda value: value.strip() if isinstance(value, str) else value)
    return said.isna() | (said == "")


def _embedded(
    model: Model, cases: Cases, run: Run
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Numbers of each case, and which cases have any."""
    rows = np.flatnonzero(lacks(cases, model.inputs) == "")
    found: dict[int, NDArray[np.float32]] = {}
    size = AT_ONCE if model.inputs.views else max(len(rows), 1)
    for start in range(0, len(rows), size):
        run.say(0.6 * start / len(rows), f"Asking the model, {start:,} of {len(rows):,} cases")
        chosen = rows[start : start + size]
        try:
            found |= dict(zip(chosen.tolist(), model.embedding(cases.only(chosen)), strict=True))
        except UnfitCaseError:
            for row in chosen.tolist():
                try:
                    found[row] = model.embedding(cases.only([row]))[0]
                except UnfitCaseError:
                    continue  # left out, and counted as such
    whole = {row: values for row, values in found.items() if np.isfinite(values).all()}
    has_numbers = np.isin(np.arange(len(cases)), list(whole))
    width = len(next(iter(whole.values()))) if whole else 0
    embedding = np.zeros((len(cases), width), dtype=np.float32)
    for row, values in whole.items():
        embedding[row] = values
    return embedding, has_numbers
