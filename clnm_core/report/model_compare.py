"""Which of two versions, or of two models, is better on the same cases, and by how much?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.domain.paired import PairedPredictions
from clnm_core.errors import EmptyCohortError, ModelError
from clnm_core.report.model_card_tables import CardTable
from clnm_core.report.wording import count_text, interval, number, p_text, reason
from clnm_core.stats.calibration import brier
from clnm_core.stats.comparison import Difference, areas, auc_difference
from clnm_core.stats.discrimination import auc
from clnm_core.stats.paired_measures import (
    brier_difference,
    intercept_difference,
    slope_difference,
)
from clnm_core.stats.recalibration import intercept, slope
from clnm_core.store.model_versions import ModelVersion, judged_cases, model_version
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.card import HONEST

MEASURES = {
    "auc": "AUC",
    "brier": "Brier score",
    "calibration_slope": "Calibration slope",
    "calibration_intercept": "Calibration intercept",
}

_EACH = {"auc": auc, "brier": brier, "calibration_slope": slope, "calibration_intercept": intercept}

METHODS = (
    "AUC: paired DeLong 1988, or Obuchowski 1997 where patients have several cases. Brier score: "
    "Brier 1950; Wald interval of the mean of paired differences. Calibration slope and intercept: "
    "both refitted without each of up to 50 groups of patients (jackknife, Miller 1974, "
    "doi:10.1093/biomet/61.1.1). Only cases that both judged in the same split count."
)


@dataclass(frozen=True, eq=False, slots=True)
class VersionsCompared:
    """Two versions on the cases that both judged in one split.

    Parameters
    ----------
    first, second : str
        What a reader calls them.
    split : str
        The most telling split that they share.
    n, events, patients : int
        Cases that both judged there, with a known outcome.
    left_out : int
        Cases of the split that only one of them judged.
    values : dict of str to (float, float)
        Of each measure: the first's and the second's.
    differences : dict of str to Difference
        First minus second.

    """

    first: str
    second: str
    split: str
    n: int
    events: int
    patients: int
    left_out: int
    values: dict[str, tuple[float, float]]
    differences: dict[str, Difference]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the sentences for people."""
        return {
            "first": self.first,
            "second": self.second,
            "split": self.split,
            "n": self.n,
            "events": self.events,
            "patients": self.patients,
            "left_out": self.left_out,
            "differences": {
                name: one.estimate.to_dict() | {"p": None if math.isnan(one.p) else one.p}
                for name, one in self.differences.items()
            },
            "sentences": [compare_answer(self), METHODS],
        }


def compare_versions(
    warehouse: Warehouse, cohort: str, first: tuple[str, str], second: tuple[str, str]
) -> VersionsCompared:
    """Compare two versions of a model, or of two models, on the cases that both judged.

    Parameters
    ----------
    warehouse : Warehouse
    cohort : str
    first, second : tuple of (str, str)
        Name and version; an empty version is the one in use.

    Raises
    ------
    UnknownCohortError, UnknownModelError
        If there is no such cohort, model or version.
    ModelError
        If both are the same, or they predict different outcomes.
    EmptyCohortError
        If they share no case in any split that did not teach them.

    """
    one, other = (model_version(warehouse, cohort, *which) for which in (first, second))
    if (one.record.name, one.version) == (other.record.name, other.version):
        raise ModelError("That is the same version twice. Choose another one to compare with.")
    if one.record.outcome != other.record.outcome:
        raise ModelError(
            f"{one.record.name!r} predicts {one.record.outcome} and {other.record.name!r} predicts "
            f"{other.record.outcome}: risks of different outcomes cannot be compared."
        )
    names = _named(one, other)
    both = judged_cases(warehouse, one).merge(
        judged_cases(warehouse, other)[["case_id", "split", "risk"]],
        on="case_id",
        how="outer",
        suffixes=("", "_other"),
    )
    split, shared, left_out = _shared(both)
    paired = PairedPredictions.of(
        shared["y_true"].astype(bool),
        {names[0]: shared["risk"], names[1]: shared["risk_other"]},
        shared["patient_id"],
    )
    found = areas(paired)
    differences = {
        "auc": auc_difference(found, *names),
        "brier": brier_difference(paired, *names),
        "calibration_slope": slope_difference(paired, *names),
        "calibration_intercept": intercept_difference(paired, *names),
    }
    return VersionsCompared(
        names[0],
        names[1],
        split,
        len(paired),
        paired.events,
        int(shared["patient_id"].nunique()),
        left_out,
        _values(paired),
        differences,
    )


def compare_answer(found: VersionsCompared) -> str:
    """Which is better and by how much, in one sentence."""
    where = f"on the same {found.n:,} {found.split} cases"
    one = found.differences["auc"]
    if not one.estimate.is_estimable:
        return f"{found.first} and {found.second} cannot be told apart {where}: {reason(one.estimate)}."
    gap = one.estimate
    span = (
        interval(abs(gap.low), abs(gap.high)) if gap.value >= 0 else interval(-gap.high, -gap.low)
    )
    if not gap.excludes(0):
        return (
            f"{found.first} and {found.second} do not differ clearly {where}: the first "
            f"minus the second is {number(gap.value)} AUC ({interval(gap.low, gap.high)}, "
            f"{gap.method}, {p_text(one.p)})."
        )
    better, worse = (found.first, found.second) if gap.value > 0 else (found.second, found.first)
    return (
        f"{better} exceeds {worse} by {number(abs(gap.value))} AUC ({span}, {gap.method}, "
        f"{p_text(one.p)}) {where}."
    )


def compare_table(found: VersionsCompared) -> CardTable:
    """Each measure of both, and first minus second with its interval."""
    rows = []
    for name, label in MEASURES.items():
        one, gap = found.differences[name], found.differences[name].estimate
        said = reason(gap)
        if gap.is_estimable:
            said = f"{number(gap.value, 3)} ({interval(gap.low, gap.high, decimals=3)})"
        tested = p_text(one.p).removeprefix("p ") if one.p == one.p else "–"
        values = (number(value, 3) if value == value else "–" for value in found.values[name])
        rows.append((label, *values, said, tested))
    head = ("Measure", found.first, found.second, "First minus second (95 % interval)", "p")
    return CardTable(head, tuple(rows), frozenset(range(1, len(head))))


def left_out_words(found: VersionsCompared) -> str:
    """How many cases only one of them judged; empty where there are none."""
    if not found.left_out:
        return ""
    return (
        f"{count_text(found.left_out, 'case')} of the split {found.split} that only one of them "
        "judged, or whose outcome is unknown, are left out."
    )


def _named(one: ModelVersion, other: ModelVersion) -> tuple[str, str]:
    if one.record.name != other.record.name:
        return one.record.name, other.record.name
    return (
        f"{one.record.name}, version {one.number}",
        f"{other.record.name}, version {other.number}",
    )


def _shared(both: pd.DataFrame) -> tuple[str, pd.DataFrame, int]:
    """The most telling split with cases of both, these cases, and how many were left out."""
    is_shared = (
        both["risk"].notna()
        & both["risk_other"].notna()
        & (both["split"] == both["split_other"])
        & both["y_true"].notna()
    )
    for split in HONEST:
        chosen = both[is_shared & (both["split"] == split)]
        if len(chosen):
            there = both[(both["split"] == split) | (both["split_other"] == split)]
            return split, chosen.reset_index(drop=True), len(there) - len(chosen)
    raise EmptyCohortError(
        "The two judged no case in common outside training whose outcome is known, so they cannot "
        "be compared. Choose another version."
    )


def _values(paired: PairedPredictions) -> dict[str, tuple[float, float]]:
    one, other = (paired.model(name) for name in paired.names)
    return {name: (measure(one).value, measure(other).value) for name, measure in _EACH.items()}
