"""What does one synthetic cohort consist of before it is drawn or stored?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Registry


@dataclass(frozen=True, eq=False, slots=True)
class SyntheticCohort:
    """Tables of one cohort; the patients do not exist.

    Parameters
    ----------
    name, title, description, unit_note : str
        Slug, what a reader sees, two sentences, and what one case is.
    registry : Registry
        The columns of ``cases``, in reading order.
    cases : pandas.DataFrame
        One row per case, with the gaps that a real table has: missing findings, unknown
        outcomes. Flags are ``boolean``, numbers float, words object.
    hidden : pandas.DataFrame
        Same rows, without gaps and with what no table shows (``texture``): what the
        pictures, readers and simulated models are made from. ``log_odds`` is the logit of
        ``true_risk``.
    outcome : str
        The outcome to which ``true_risk`` belongs.
    exclusions : pandas.DataFrame
        ``step, reason, patients, cases``: who was set aside before the cohort began.
    is_for_training : bool
        False where problems were planted: nothing may learn from such a cohort unasked.

    """

    name: str
    title: str
    description: str
    unit_note: str
    registry: Registry
    cases: pd.DataFrame
    hidden: pd.DataFrame
    outcome: str
    exclusions: pd.DataFrame
    is_for_training: bool = True


def flow_of_exclusions(cases: pd.DataFrame, steps: dict[str, float]) -> pd.DataFrame:
    """Who was set aside, step by step, as shares of the cohort that is left.

    Parameters
    ----------
    cases : pandas.DataFrame
        The cohort that is left; ``patient_id`` counts its patients.
    steps : dict of str to float
        Reason and how many were set aside for it, per patient that is left.

    Returns
    -------
    pandas.DataFrame
        ``step`` (from 1), ``reason``, ``patients``, ``cases``; counts are at least 1.

    """
    patients, rows = cases["patient_id"].nunique(), len(cases)
    return pd.DataFrame(
        {
            "step": range(1, len(steps) + 1),
            "reason": list(steps),
            "patients": [max(1, round(share * patients)) for share in steps.values()],
            "cases": [max(1, round(share * rows)) for share in steps.values()],
        }
    )


def words(rng: np.random.Generator, n: int, shares: dict[str, float]) -> NDArray[np.object_]:
    """One of the words for each of ``n`` cases, at these shares (scaled to sum 1)."""
    weights = np.array(list(shares.values()))
    picked = rng.choice(len(weights), size=n, p=weights / weights.sum())
    return np.array(list(shares), dtype=object)[picked]


def gone(values: pd.Series, is_missing: NDArray[np.bool_]) -> pd.Series:
    """The values, missing where told."""
    return values.mask(is_missing)


def split_of_patients(
    rng: np.random.Generator, patients: int, sizes: Mapping[str, int]
) -> NDArray[np.object_]:
    """A split for each patient, in exactly these sizes, in random order.

    Raises
    ------
    ValueError
        If the sizes do not add up to the patients.

    """
    if sum(sizes.values()) != patients:
        raise ValueError(f"sizes must add up to {patients} patients; got {sizes}.")
    return rng.permutation(np.repeat(np.array(list(sizes), dtype=object), list(sizes.values())))
