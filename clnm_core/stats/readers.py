"""How well do the doctors read these cases, alone and aided?

A :class:`Panel` holds complete reads only: every reader judged every case on every side. That
is what makes averages and differences of readers mean something; who read what, and which
cases all share, is for :mod:`clnm_core.store.reads` to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc_shown
from clnm_core.stats.multireader import (
    ReaderAverage,
    Sample,
    mean_reader,
    reader_difference,
)
from clnm_core.stats.rates import rate
from clnm_core.stats.reader_merit import Merit, Merits, merits

UNAIDED, AIDED = "unaided", "aided"
"""The two sides: without and with aid."""

MERITS: tuple[Merit, ...] = ("auc", "sensitivity", "specificity")
"""Figures of merit, in the order of a report."""


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """What every reader said of every one of the same cases, and what the model said.

    Parameters
    ----------
    y_true : numpy.ndarray of bool, shape (n,)
        Whether the outcome happened.
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case.
    risk : numpy.ndarray of float, shape (n,)
        The model's risk, in [0, 1].
    readers : tuple of str
        Names, in the order of the columns.
    probability : dict of str to numpy.ndarray of float, shape (n, readers)
        By side; all NaN where readers gave calls only.
    call : dict of str to numpy.ndarray of bool, shape (n, readers)
        By side, :data:`UNAIDED` first.

    """

    y_true: NDArray[np.bool_]
    patient: NDArray[np.int64]
    risk: NDArray[np.float64]
    readers: tuple[str, ...]
    probability: dict[str, NDArray[np.float64]]
    call: dict[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.y_true)

    @property
    def events(self) -> int:
        """Cases with the outcome."""
        return int(self.y_true.sum())

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that were read."""
        return tuple(self.call)

    @property
    def has_probabilities(self) -> bool:
        """Whether every reader gave a probability for every case, so that areas can be had."""
        return not any(np.isnan(stated).any() for stated in self.probability.values())

    @property
    def is_clustered(self) -> bool:
        """Whether any patient has more than one case."""
        return len(np.unique(self.patient)) < len(self.patient)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One comparison: figure of merit, what is set against what, for both kinds of readers.

    ``first`` and ``second`` are ``model``, ``unaided`` or ``aided``; the difference is first
    less second.
    """

    merit: Merit
    first: str
    second: str
    random: ReaderAverage
    fixed: ReaderAverage


def reader_points(panel: Panel, *, level: float = 0.95) -> pd.DataFrame:
    """The operating point and the area of every reader on every side.

    Returns
    -------
    pandas.DataFrame
        One row per side and reader: ``side``, ``reader``, then for each of ``auc,
        sensitivity, specificity`` its ``_value``, ``_low``, ``_high`` (Wilson for the rates,
        DeLong or the logit for the area; widened where patients have several cases) and ``_method``. The
        area is NaN where the reader gave calls only, or one rating to all cases.

    """
    rows = []
    for side in panel.sides:
        for place, reader in enumerate(panel.readers):
            row: dict[str, float | str] = {"side": side, "reader": reader}
            call, stated = panel.call[side][:, place], panel.probability[side][:, place]
            of = {
                "sensitivity": rate(call[panel.y_true], panel.patient[panel.y_true], level=level),
                "specificity": rate(
                    ~call[~panel.y_true], panel.patient[~panel.y_true], level=level
                ),
            }
            if not np.isnan(stated).any():
                of["auc"] = auc_shown(Predictions(panel.y_true, stated, panel.patient), level=level)
            for merit in MERITS:
                found = of.get(merit)
                row[f"{merit}_value"] = found.value if found else np.nan
                row[f"{merit}_low"] = found.low if found else np.nan
                row[f"{merit}_high"] = found.high if found else np.nan
                row[f"{merit}_method"] = found.method if found else "calls only"
            rows.append(row)
    return pd.DataFrame(rows)


def average_readers(
    panel: Panel, *, sample: Sample = "random", level: float = 0.95
) -> dict[tuple[Merit, str], ReaderAverage]:
    """The average reader: the mean of the readers' points, and the mean of their areas.

    Points are averaged as they are: sensitivity and specificity each by its mean, so that the
    average of points lies among them. Areas are averaged, not taken from averaged ratings.

    Returns
    -------
    dict of (merit, side) to ReaderAverage
        Without areas where readers gave calls only.

    """
    found = {}
    for merit in _merits_of(panel):
        columns = _readings(panel, merit, threshold=0.5)
        for side in panel.sides:
            found[merit, side] = mean_reader(
                columns, _places(panel, side), sample=sample, level=level
            )
    return found


def contrasts(panel: Panel, threshold: float, *, level: float = 0.95) -> tuple[Contrast, ...]:
    """The model against the average reader on each side, and aided against unaided.

    Parameters
    ----------
    panel : Panel
    threshold : float
        The model calls a case positive when ``risk >= threshold``.
    level : float
        Confidence, between 0 and 1.

    """
    model = [0] * len(panel.readers)
    found = []
    for merit in _merits_of(panel):
        columns = _readings(panel, merit, threshold)
        pairs = [("model", side, model, _places(panel, side)) for side in panel.sides]
        if len(panel.sides) == 2:
            pairs.append((AIDED, UNAIDED, _places(panel, AIDED), _places(panel, UNAIDED)))
        for first, second, one, other in pairs:
            both = [
                reader_difference(columns, one, other, sample=sample, level=level)
                for sample in ("random", "fixed")
            ]
            found.append(Contrast(merit, first, second, *both))
    return tuple(found)


def reader_gains(panel: Panel, merit: Merit, *, level: float = 0.95) -> pd.DataFrame:
    """What aid changed in the figure of merit of each reader.

    Returns
    -------
    pandas.DataFrame
        ``reader``, ``value`` (aided less unaided), ``low``, ``high``, ``p`` (paired DeLong, or
        paired rates); no rows without both sides.

    """
    if len(panel.sides) < 2:
        return pd.DataFrame(columns=["reader", "value", "low", "high", "p"])
    columns = _readings(panel, merit, threshold=0.5)
    rows = []
    for reader, one, other in zip(
        panel.readers, _places(panel, AIDED), _places(panel, UNAIDED), strict=True
    ):
        gain = reader_difference(columns, [one], [other], sample="fixed", level=level)
        estimate = gain.estimate
        rows.append((reader, estimate.value, estimate.low, estimate.high, gain.p))
    return pd.DataFrame(rows, columns=["reader", "value", "low", "high", "p"])


def changed_calls(panel: Panel) -> pd.DataFrame:
    """Which calls each reader changed with aid, and whether for the better.

    Returns
    -------
    pandas.DataFrame
        ``reader``; ``metastases_found`` and ``metastases_lost`` (cases with the outcome whose
        call turned right, or wrong), ``alarms_dropped`` and ``alarms_raised`` (the same for
        cases without); no rows without both sides.

    """
    names = ["metastases_found", "metastases_lost", "alarms_dropped", "alarms_raised"]
    if len(panel.sides) < 2:
        return pd.DataFrame(columns=["reader", *names])
    before, after = panel.call[UNAIDED], panel.call[AIDED]
    raised, dropped = after & ~before, before & ~after
    truth = panel.y_true
    counts = [raised[truth], dropped[truth], dropped[~truth], raised[~truth]]
    table = pd.DataFrame({"reader": panel.readers})
    return table.assign(
        **{name: part.sum(axis=0) for name, part in zip(names, counts, strict=True)}
    )


def _merits_of(panel: Panel) -> tuple[Merit, ...]:
    return MERITS if panel.has_probabilities else MERITS[1:]


def _readings(panel: Panel, merit: Merit, threshold: float) -> Merits:
    """Figures of the model (first), then of all readers, side by side."""
    if merit == "auc":
        model, by_side = panel.risk, list(panel.probability.values())
    else:
        model = (panel.risk >= threshold).astype(float)
        by_side = [call.astype(float) for call in panel.call.values()]
    columns = np.hstack([model[:, None], *by_side])
    return merits(panel.y_true, columns, panel.patient, merit=merit)


def _places(panel: Panel, side: str) -> list[int]:
    """Columns of the readers of one side among the readings."""
    start = 1 + panel.sides.index(side) * len(panel.readers)
    return list(range(start, start + len(panel.readers)))
