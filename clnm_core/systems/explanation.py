"""What can a model say of why a case got its risk?

Everything here is plain: tables, pictures and shares, each with what its numbers stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column


@dataclass(frozen=True, eq=False, slots=True)
class SaliencyMap:
    """What one picture did, place by place, in one way of asking.

    Parameters
    ----------
    image_id : str
        Of the picture's :class:`~clnm_core.systems.cases.View`.
    kind : str
        ``activation`` (class activation map: what each place adds to the log-odds), ``gradient``
        (Grad-CAM), ``hiding`` (what the log-odds lose when the place is hidden) or ``attention``
        (where a network looked, which is no cause).
    values : numpy.ndarray of float32, shape (rows, columns) of the picture
        In [0, 1]: 1 where most speaks for the outcome, 0 where nothing does or nothing was seen.
    most : float
        What 1 stands for: the log-odds of the case that the place adds (``activation``) or that it
        loses when the place is hidden, before calibration; or the share of attention of one pixel;
        NaN where the values have no unit. 0 where nothing speaks for the outcome.

    """

    image_id: str
    kind: str
    values: NDArray[np.float32]
    most: float = float("nan")


@dataclass(frozen=True, slots=True)
class Flow:
    """How much of the attention of one group of inputs rests on another; in [0, 1]."""

    looking: str
    seen: str
    share: float


@dataclass(frozen=True, eq=False, slots=True)
class Attributions:
    """What each variable did to the output of a model, exactly, for some cases.

    Parameters
    ----------
    columns : tuple of Column
        The variables, scores that a model makes of pictures among them.
    effects : numpy.ndarray of float64, shape (cases, columns)
        Shapley values on ``scale``: with ``baseline`` a row adds up to the output of the model
        for that case, before calibration. NaN throughout a row of a case that cannot be judged.
    values : pandas.DataFrame, shape (cases, columns)
        What the model read, by column name, as a cohort records it.
    baseline : float
    scale : str
        ``log-odds``, or ``probability`` for forests, which average shares.

    """

    columns: tuple[Column, ...]
    effects: NDArray[np.float64]
    values: pd.DataFrame
    baseline: float
    scale: str = "log-odds"


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """Why a model gave one case its risk; what a model cannot say is empty.

    Parameters
    ----------
    contributions : pandas.DataFrame
        ``column, label, value`` (in words) and ``effect``, largest first; with ``baseline``
        they add up to the output of the model on ``scale``, before calibration.
    baseline : float
        That of the average training case.
    scale : str
        ``log-odds``, or ``probability`` for forests, which average shares.
    maps : tuple of SaliencyMap
        One per picture and way of asking; the first of a picture is the one to show.
    shares : dict of str to float
        Share of attention by group of inputs; they add up to 1. Attention is no cause.
    flows : tuple of Flow
        Which group of inputs looked at which; the shares of each that looks add up to 1.
    words : tuple of (str, float)
        Words of the report, in order, with the weight that each got.
    notes : tuple of str
        Sentences.

    """

    contributions: pd.DataFrame = field(default_factory=pd.DataFrame)
    baseline: float = float("nan")
    scale: str = "log-odds"
    maps: tuple[SaliencyMap, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()

    def map_of(self, image_id: str) -> SaliencyMap | None:
        """The map to show of a picture; ``None`` where there is none."""
        return next((one for one in self.maps if one.image_id == image_id), None)
