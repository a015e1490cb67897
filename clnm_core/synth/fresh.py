"""How do new patients of the same kind come to be, so that a model can be judged on them?

A demo cohort has a few hundred test cases, too few to tell 0.86 from 0.88. Fresh draws follow the
same findings, effects, gaps and pictures as the cohort, from other seeds, in any number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.salivary_patients import CENTRES, msgc
from clnm_core.synth.thyroid_patients import cli_dlr, ptc_us

_OTHER_SEED = 1_000_003
"""Added to a seed, so that no fresh patient is one of the cohort of that seed."""


def fresh_seed(seed: int) -> int:
    """The seed of the fresh draw that belongs to a cohort's seed."""
    return seed + _OTHER_SEED


def fresh(name: str, n: int, *, seed: int) -> SyntheticCohort:
    """Fresh cases of a demo cohort, all in the split that it is judged on.

    Parameters
    ----------
    name : str
        ``demo-ptc-us`` (centres C to G), ``demo-cli-dlr`` (its one centre) or ``demo-msgc``
        (centres 3 and 4).
    n : int
        Cases, one per patient.
    seed : int
        Of the cohort; the draw itself uses :func:`fresh_seed`.

    Raises
    ------
    ValueError
        If the cohort is not one of these.

    """
    other = fresh_seed(seed)
    if name == "demo-ptc-us":
        return ptc_us({"external": n}, seed=other)
    if name == "demo-cli-dlr":
        return cli_dlr({"validation": n}, seed=other)
    if name == "demo-msgc":
        share = CENTRES["3"] / (CENTRES["3"] + CENTRES["4"])
        there = round(share * n)
        return msgc({"3": there, "4": n - there}, seed=other)
    raise ValueError(f"name must be a thyroid or salivary demo cohort; got {name!r}.")


def best_auc(risk: NDArray[np.float64]) -> float:
    """The AUC that nobody can beat: that of the true risk, expected over the outcomes.

    Parameters
    ----------
    risk : numpy.ndarray of float64, shape (n,)
        True risk of each case, in (0, 1).

    Returns
    -------
    float
        Sum of ``p_i (1 - p_j)`` over pairs ranked right, by that over all pairs; ties count half.
        NaN with fewer than two cases.

    Examples
    --------
    >>> best_auc(np.array([0.5, 0.5]))
    0.5

    """
    if len(risk) < 2:
        return float("nan")
    order = np.argsort(risk, kind="stable")
    p = np.asarray(risk, dtype=np.float64)[order]
    _, start, count = np.unique(p, return_index=True, return_counts=True)
    below = np.concatenate([[0.0], np.cumsum(1 - p)])
    right = 0.0
    for first, size in zip(start, count, strict=True):
        same = p[first]
        right += size * same * below[first]
        right += 0.5 * same * (1 - same) * size * (size - 1)
    pairs = p.sum() * (1 - p).sum() - (p * (1 - p)).sum()
    return float(right / pairs)


def covered(auc: float, best: float) -> float:
    """Share of the way from 0.5 to the best possible AUC."""
    return (auc - 0.5) / (best - 0.5)
