"""Does the test part already know the training part?

A patient on both sides of a split is remembered, not judged, and every measure of the test
part is then too good.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from clnm_core.stats.checks.result import Check, clear, found, not_checked, several

FEWEST_WITH_SEVERAL = 10
"""Patients with several cases below which a split by image cannot be told from one by patient."""

FEWEST_VALUES = 20
"""Different values that a number needs for a coincidence in it to be surprising."""

MOST_ROWS = 1_000
"""Rows of evidence that a check hands on."""

_NO_SPLIT = (
    "The cohort has no two splits, so nothing can leak between them; import a column that says "
    "which part of the study each case belongs to."
)


def same_patient(cases: pd.DataFrame) -> Check:
    """C01: patients with cases in more than one split.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``patient_id`` and ``split`` of every case; a missing split is no split.

    """
    placed = cases[cases["split"].notna()]
    if placed["split"].nunique() < 2:
        return not_checked("C01", _NO_SPLIT)
    rows = _straddling(placed)
    patients = placed["patient_id"].nunique()
    if rows.empty:
        return clear("C01", f"Each of {several(patients, 'patient')} is in one split only.")
    places = rows["splits"].unique()
    where = f"both {places[0]}" if len(places) == 1 else "more than one split"
    return found(
        "C01",
        "error",
        f"{len(rows):,} of {several(patients, 'patient')} {_are(len(rows))} in {where} "
        f"({several(int(rows['cases'].sum()), 'case')})",
        "Give each patient one split, train again and judge again.",
        rows.head(MOST_ROWS),
    )


def split_by_image(cases: pd.DataFrame) -> Check:
    """C06: as many patients in two splits as if images had been dealt out one by one.

    The number of patients in two splits is compared with its expectation when each case is
    put into a split at random, at the splits' shares. A split by patient with a few mistakes
    lies far below (one-sided normal approximation, ``p < 0.01``).

    Parameters
    ----------
    cases : pandas.DataFrame
        ``patient_id`` and ``split`` of every case.

    """
    placed = cases[cases["split"].notna()]
    sizes = placed["patient_id"].value_counts()
    sizes = sizes[sizes > 1]
    if placed["split"].nunique() < 2:
        return not_checked("C06", _NO_SPLIT)
    if len(sizes) < FEWEST_WITH_SEVERAL:
        return not_checked(
            "C06",
            f"Only {several(len(sizes), 'patient')} {_have(len(sizes))} several cases; "
            f"{FEWEST_WITH_SEVERAL} are needed to tell a split by image from one by patient.",
        )
    share = placed["split"].value_counts(normalize=True).to_numpy()
    in_two = 1 - (share[None, :] ** sizes.to_numpy()[:, None]).sum(axis=1)
    expected, spread = in_two.sum(), math.sqrt(float((in_two * (1 - in_two)).sum()))
    observed = len(_straddling(placed))
    told = (
        f"{observed:,} of {several(len(sizes), 'patient')} with several cases "
        f"{_are(observed)} in two splits; a split by image would give about {expected:.0f}"
    )
    is_fewer = stats.norm.cdf((observed + 0.5 - expected) / max(spread, 1e-9)) < 0.01
    if observed == 0 or is_fewer:
        return clear("C06", f"{told}.")
    return found(
        "C06",
        "error",
        f"{told}",
        "The split was made by image, not by patient: split again by patient, train and judge again.",
        _straddling(placed).head(MOST_ROWS),
    )


def identical_rows(cases: pd.DataFrame, columns: list[str], numbers: list[str]) -> Check:
    """C05: different patients with exactly the same recorded values.

    Coincidences are expected where little is recorded; their number under independent
    columns is the product of each column's chance of agreement over all pairs. More than
    that (Poisson, ``p < 0.001``) is found.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``case_id, patient_id`` and the columns.
    columns, numbers : list of str
        What was recorded before the outcome; those of them that are numbers.

    """
    telling = [name for name in numbers if cases[name].nunique() >= FEWEST_VALUES]
    if len(telling) < 2:
        return not_checked(
            "C05",
            "Fewer than two measured numbers are recorded, so that different patients may well "
            "have the same values.",
        )
    full = cases[cases[telling].notna().all(axis=1)]
    hashed = pd.util.hash_pandas_object(full[columns], index=False)
    twins = full[hashed.duplicated(keep=False)]
    group = twins.groupby(columns, dropna=False, observed=True, sort=False)["patient_id"]
    shared = twins[group.transform("nunique") > 1]
    if shared.empty:
        return clear(
            "C05",
            f"No two of {several(len(full), 'case')} of different patients agree in all {len(columns)} recorded values.",
        )
    sizes = shared.groupby(columns, dropna=False, observed=True)["patient_id"].nunique()
    coincidences = int((sizes * (sizes - 1) / 2).sum())
    agreement = np.prod(
        [
            float(np.square(full[name].value_counts(normalize=True, dropna=False)).sum())
            for name in columns
        ]
    )
    by_chance = agreement * len(full) * (len(full) - 1) / 2
    if stats.poisson.sf(coincidences - 1, by_chance) > 0.001:
        return clear(
            "C05",
            f"{several(coincidences, 'pair')} of patients {_have(coincidences)} the same values, no "
            f"more than chance gives (about {by_chance:.1f}).",
        )
    return found(
        "C05",
        "warning",
        f"{several(int(shared['patient_id'].nunique()), 'patient')} share all {len(columns)} recorded "
        f"values with another patient; chance would give {by_chance:.1g} pairs",
        "Find out whether they are one patient under two names.",
        shared[["case_id", "patient_id", *columns]].sort_values(columns).head(MOST_ROWS),
    )


def _straddling(placed: pd.DataFrame) -> pd.DataFrame:
    """Patients in several splits: ``patient_id, splits, cases``."""
    group = placed.groupby("patient_id", sort=False)["split"]
    inside = placed[group.transform("nunique") > 1]
    rows = inside.groupby("patient_id", sort=True)["split"].agg(
        splits=lambda words: " and ".join(sorted(set(words), key=_in_order)), cases="size"
    )
    return rows.reset_index()


def _in_order(split: str) -> tuple[int, str]:
    """Training first, then by name."""
    return (not split.lower().startswith("train"), split)


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _have(n: int) -> str:
    return "has" if n == 1 else "have"
