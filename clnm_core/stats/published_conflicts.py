"""Which printed figures cannot be true together, and what would the others allow?

As shares of all cases the cells of a table are real numbers; whether printed rates can go
together at any sample size is then a linear programme, and so is the range that some rates
leave to another. Only where shares go together and no whole numbers of cases do is the sample
size part of the conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from clnm_core.stats.published import RATES, Paper, fitting

N, EVENTS, AUC = "n", "events", "auc"
"""Names of statements that are no rates."""

_SMALLEST = 1e-5
"""Least share of cases in the denominator of a rate that is printed."""

_CELLS = np.array(
    [[1, 0, 0, 0], [-1, 0, -1, 1], [0, 1, 0, 0], [0, -1, 1, 0], [0, 0, 1, 0]], dtype=float
)
"""TN, FP, TP, FN and P as weights of TN, TP, P and n."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A smallest set of statements that cannot all be true.

    Parameters
    ----------
    names : tuple of str
        ``n``, ``events``, ``auc`` and names of rates, in the order of the paper; any fewer of
        them go together.
    allowed : dict of str to (float, float)
        What the others of the set allow each rate to be, as shares; empty where only whole
        numbers of cases stand in the way.

    """

    names: tuple[str, ...]
    allowed: dict[str, tuple[float, float]]

    @property
    def is_of_counts(self) -> bool:
        """Whether the rates go together as shares, and only whole numbers of cases do not."""
        return N in self.names


def conflict(paper: Paper) -> Conflict | None:
    """The smallest statements that exclude each other; None where all go together.

    Of several smallest sets, one that needs no sample size comes first. Nothing is said to
    exclude the rest that could not be decided (too many possibilities to look at).

    Examples
    --------
    >>> from clnm_core.stats.printed import share
    >>> rates = {"prevalence": "6 %", "sensitivity": ".802", "specificity": ".830", "ppv": "83.0 %"}
    >>> found = conflict(Paper((3838, 3838), rates={k: share(v) for k, v in rates.items()}))
    >>> found.names
    ('prevalence', 'specificity', 'ppv')
    >>> [round(end, 2) for end in found.allowed["ppv"]]
    [0.0, 0.29]

    """
    area = _area_conflict(paper)
    if fitting(paper, most=1).count:
        return area
    names = list(paper.rates)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            if not _go_together(_only(paper, chosen)):
                return Conflict(chosen, _allowed(paper, chosen))
        if area is not None and size == len(area.names):
            return area
        for counted in ((N,), (N, EVENTS)) if paper.events else ((N,),):
            for chosen in combinations(names, size):
                part = _only(paper, chosen, with_events=EVENTS in counted)
                found = fitting(part, most=1)
                if found.count == 0 and found.is_complete:
                    return Conflict((*counted, *chosen), {})
    return area


def allowed(paper: Paper, name: str) -> tuple[float, float] | None:
    """The least and greatest value of a rate that everything else in a paper allows.

    Taken over shares of cases, so that it holds for any sample size.

    Parameters
    ----------
    paper : Paper
        What it says of ``name`` itself is left aside.
    name : str
        One of :data:`~clnm_core.stats.published.RATES`.

    Returns
    -------
    tuple of (float, float), or None
        In [0, 1]; None where the others exclude each other.

    """
    others = {key: value for key, value in paper.rates.items() if key != name}
    rows = _rows(replace(paper, rates=others))
    top, under = (np.array(part[:4], dtype=float) for part in RATES[name])
    ends = []
    for sign in (1, -1):
        done = linprog(
            sign * top,
            A_ub=-rows,
            b_ub=np.zeros(len(rows)),
            A_eq=[under],
            b_eq=[1.0],
            options={"primal_feasibility_tolerance": 1e-10},
        )
        if done.status != 0:
            return None
        ends.append(float(sign * done.fun))
    return max(ends[0], 0.0), min(ends[1], 1.0)


def area_bounds(sensitivity: float, specificity: float) -> tuple[float, float]:
    """Between which values any ROC curve through one point has its area.

    Examples
    --------
    >>> [round(end, 3) for end in area_bounds(0.9, 0.8)]
    [0.72, 0.98]

    """
    return sensitivity * specificity, 1 - (1 - sensitivity) * (1 - specificity)


def _area_conflict(paper: Paper) -> Conflict | None:
    point = [paper.rates.get(name) for name in ("sensitivity", "specificity")]
    if paper.auc is None or point[0] is None or point[1] is None:
        return None
    least = area_bounds(float(point[0].low), float(point[1].low))[0]
    most = area_bounds(float(point[0].high), float(point[1].high))[1]
    if least <= float(paper.auc.high) and float(paper.auc.low) <= most:
        return None
    return Conflict(("sensitivity", "specificity", AUC), {AUC: (least, most)})


def _only(paper: Paper, names: tuple[str, ...], *, with_events: bool = False) -> Paper:
    return Paper(
        paper.n,
        paper.events if with_events else None,
        {name: paper.rates[name] for name in names},
    )


def _allowed(paper: Paper, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    part = _only(paper, names)
    found = {name: allowed(part, name) for name in names} if len(names) > 1 else {}
    return {name: ends for name, ends in found.items() if ends is not None}


def _go_together(paper: Paper) -> bool:
    rows = _rows(paper)
    exists = [np.array(RATES[name][1][:4], dtype=float) for name in paper.rates]
    limits = np.concatenate([np.zeros(len(rows)), np.full(len(exists), -_SMALLEST)])
    done = linprog(
        np.zeros(4),
        A_ub=-np.vstack([rows, *exists]),
        b_ub=limits,
        A_eq=[[0, 0, 0, 1]],
        b_eq=[1.0],
        options={"primal_feasibility_tolerance": 1e-10},
    )
    return bool(done.status != 2)


def _rows(paper: Paper) -> np.ndarray:
    """Bounds on TN, TP, P and n that hold at any size; each row's sum is at least zero."""
    rows = [*_CELLS]
    ends = {name: (printed.low, printed.high) for name, printed in paper.rates.items()}
    pairs = [(RATES[name], low, high) for name, (low, high) in ends.items()]
    if paper.events:
        least = Fraction(paper.events[0], paper.n[1])
        most = min(Fraction(paper.events[1], paper.n[0]), Fraction(1))
        pairs.append((RATES["prevalence"], least, most))
    for (top, under), low, high in pairs:
        above, below = np.array(top[:4], dtype=float), np.array(under[:4], dtype=float)
        rows += [above - float(low) * below, float(high) * below - above]
    return np.array(rows)
