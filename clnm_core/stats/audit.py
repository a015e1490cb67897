"""How good are these predictions, overall and for whom not?

One call makes every number and every curve of a report; nothing that draws computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import EmptyCohortError
from clnm_core.stats.calibration import calibration_bins, calibration_curve
from clnm_core.stats.delong import fewer_patients
from clnm_core.stats.discrimination import ENOUGH_FOR_DELONG, auc_logit, pr_curve, roc_curve
from clnm_core.stats.findings import Finding, findings
from clnm_core.stats.gaps import MARGINS, Gap, gaps
from clnm_core.stats.group_calls import call_counts
from clnm_core.stats.groups import folded, groupings
from clnm_core.stats.interaction import GroupTest, group_tests
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.subgroups import FEWEST, GroupResult, by_grouping
from clnm_core.stats.uncertainty import Estimate, plain_number
from clnm_core.stats.utility import THRESHOLDS, net_benefit

DEFAULT_THRESHOLD = 0.5
MOST_POINTS = 1000
"""Longer ROC and precision-recall curves are thinned to this many points."""

MOST_GROUPS = 1000
"""Of a column with more groups the largest are judged, and the rest as one group."""


@dataclass(frozen=True, eq=False)
class Audit:
    """Every number and curve about one table of predictions.

    Parameters
    ----------
    n, events : int
        Cases, and cases with the outcome.
    excluded : tuple of dict
        What was set aside before, ``{"row": int, "reason": str}`` each.
    threshold : float
        A case is positive when ``risk >= threshold``.
    overall : dict of str to Estimate
        Every measure of all cases.
    groups : tuple of GroupResult
    gaps : tuple of Gap
    roc, pr : pandas.DataFrame
        As :func:`~clnm_core.stats.discrimination.roc_curve` and ``pr_curve``, thinned
        evenly to at most ``MOST_POINTS`` rows.
    calibration : pandas.DataFrame
        As :func:`~clnm_core.stats.calibration.calibration_bins`.
    calibration_curve : pandas.DataFrame
        The flexible curve with its band.
    net_benefit : pandas.DataFrame
        At thresholds 0, 0.01, ..., 0.99.
    findings : tuple of Finding
    methods : tuple of str
        How the numbers were made, as sentences for a methods section.
    group_tests : tuple of GroupTest
        Whether the groups of each column differ in calibration and AUC at all.

    """

    n: int
    events: int
    excluded: tuple[dict[str, Any], ...]
    threshold: float
    overall: dict[str, Estimate]
    groups: tuple[GroupResult, ...]
    gaps: tuple[Gap, ...]
    roc: pd.DataFrame
    pr: pd.DataFrame
    calibration: pd.DataFrame
    calibration_curve: pd.DataFrame
    net_benefit: pd.DataFrame
    findings: tuple[Finding, ...]
    methods: tuple[str, ...] = field(default=())
    group_tests: tuple[GroupTest, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The audit as plain JSON values; NaN and infinity become ``None``."""
        return {
            "n": self.n,
            "events": self.events,
            "excluded": [dict(row) for row in self.excluded],
            "threshold": self.threshold,
            "overall": _plain_metrics(self.overall),
            "groups": [
                {
                    "column": group.column,
                    "level": group.level,
                    "n": group.n,
                    "events": group.events,
                    "flags": list(group.flags),
                    **_plain_metrics(group.metrics),
                }
                for group in self.groups
            ],
            "gaps": [
                {name: _plain(value) for name, value in asdict(gap).items()} for gap in self.gaps
            ],
            "roc": _records(self.roc),
            "pr": _records(self.pr),
            "calibration": _records(self.calibration),
            "net_benefit": _records(self.net_benefit),
            "findings": [asdict(finding) for finding in self.findings],
            "group_tests": [
                {name: _plain(value) for name, value in asdict(test).items()}
                for test in self.group_tests
            ],
        }


def audit(
    predictions: Predictions,
    *,
    groups: pd.DataFrame | None = None,
    threshold: float | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    split: ArrayLike | None = None,
    excluded: Sequence[Mapping[str, Any]] = (),
    columns: Iterable[Column] = (),
    fewest: int = FEWEST,
    margins: Mapping[str, float] | None = None,
) -> Audit:
    """Every measure and curve, overall and by group, with gaps and findings.

    Parameters
    ----------
    predictions : Predictions
        Of at least one case.
    groups : pandas.DataFrame, shape (n, columns), optional
        Columns to tell cases apart by, in the order of the cases.
    threshold : float, optional
        In [0, 1]; 0.5 where not given, and ``methods`` says so.
    bootstrap : int
        Resamples for intervals that need them; 0 for none.
    seed : int
        Start of the random numbers; the same seed gives the same audit.
    level : float
        Confidence of every interval, between 0 and 1.
    split : str or array-like of str, shape (n,), optional
        Part of the study, of all cases or of each; several become groups.
    excluded : sequence of mapping
        What was set aside before: ``row`` and ``reason`` each.
    columns : iterable of Column
        Declarations of the columns of ``groups``.
    fewest : int
        Groups with fewer cases are not scored.
    margins : mapping of str to float, optional
        Differences between groups that do not matter, per measure;
        :data:`~clnm_core.stats.gaps.MARGINS` where not given.

    Raises
    ------
    EmptyCohortError
        If there are no cases.
    ValueError
        If the threshold, level, bootstrap or a margin is out of range, or lengths differ.

    Examples
    --------
    >>> done = audit(Predictions.of([1, 0] * 20, np.linspace(0.1, 0.9, 40)), bootstrap=10)
    >>> done.n, done.events, done.threshold
    (40, 20, 0.5)

    """
    if len(predictions) == 0:
        raise EmptyCohortError("No case is left to audit. Widen the filters or check the table.")
    cut = DEFAULT_THRESHOLD if threshold is None else float(threshold)
    options = {"bootstrap": bootstrap, "seed": seed}
    parts = _split_words(split, len(predictions))
    by = pd.DataFrame(index=range(len(predictions))) if groups is None else groups
    if parts is not None and "split" not in by and len(np.unique(parts)) > 1:
        by = by.assign(split=parts)
    overall = all_metrics(predictions, cut, level=level, **options)
    parted = [folded(grouping, MOST_GROUPS) for grouping in groupings(by, columns)]
    results = by_grouping(predictions, parted, cut, level=level, fewest=fewest, **options)
    calls = [call_counts(predictions, grouping, cut, **options) for grouping in parted]
    apart = gaps(results, calls, margins=margins)
    tests = [group_tests(predictions, grouping, fewest=fewest) for grouping in parted]
    return Audit(
        n=len(predictions),
        events=predictions.events,
        excluded=tuple(dict(row) for row in excluded),
        threshold=cut,
        overall=overall,
        groups=tuple(results),
        gaps=tuple(apart),
        roc=_thinned(roc_curve(predictions)),
        pr=_thinned(pr_curve(predictions)),
        calibration=calibration_bins(predictions, level=level),
        calibration_curve=calibration_curve(predictions, level=level),
        net_benefit=net_benefit(predictions, THRESHOLDS, level=level, **options),
        findings=findings(predictions, overall, results, parts, apart),
        methods=_methods(
            predictions, threshold, level, bootstrap, seed, fewest, {**MARGINS, **(margins or {})}
        ),
        group_tests=tuple(test for of_column in tests for test in of_column),
    )


def _split_words(split: ArrayLike | None, n: int) -> NDArray[np.str_] | None:
    if split is None:
        return None
    words = pd.Series(np.atleast_1d(np.asarray(split, dtype=object)))
    parts = words.where(words.notna(), "unknown").to_numpy(dtype=str)
    if len(parts) not in (1, n):
        raise ValueError(f"split must have one word per case; got {len(parts)} for {n}.")
    return np.broadcast_to(parts, n)


def _methods(
    predictions: Predictions,
    threshold: float | None,
    level: float,
    bootstrap: int,
    seed: int,
    fewest: int,
    margins: Mapping[str, float],
) -> tuple[str, ...]:
    clustered = predictions.is_clustered
    said = (
        f"Threshold {DEFAULT_THRESHOLD:g}, because none was given"
        if threshold is None
        else f"Threshold {threshold:g}"
    )
    area = "Obuchowski's clustered variance" if clustered else "DeLong"
    shares = "Wilson on the effective number of cases" if clustered else "Wilson"
    unit = "patients, with all their cases" if clustered else "cases"
    wald = f"Wald with the {'patient-clustered ' if clustered else ''}sandwich"
    return (
        f"{said}: a case is positive when its risk is at or above it.",
        f"Intervals at {level * 100:g}%: AUC by {area}; shares by {shares}; "
        f"calibration intercept and slope by {wald}; others as each number says.",
        f"Bootstrap: {bootstrap:,} resamples of {unit}, seed {seed}."
        if bootstrap
        else "Bootstrap: none, so numbers that need one have no interval.",
        f"Groups with fewer than {fewest} cases are listed and not scored; the reference is "
        f"the largest group. A gap is judged against a margin of {margins['auc']:g} for AUC "
        f"and rates and {margins['o_e_ratio']:g} for observed per expected.",
        "Gaps of shares by bootstrap of the counts (where a count is below ten, and for AUC and "
        "observed per expected, from the intervals of both groups: MOVER); p values from the "
        "intervals, adjusted over all gaps by Benjamini and Hochberg.",
        f"Groups are compared as a whole in calibration level and slope "
        f"({'Wald, patient-clustered' if clustered else 'likelihood ratio'}) and in AUC "
        "(homogeneity, chi-squared).",
        *_small_class(predictions, level),
    )


def _small_class(predictions: Predictions, level: float) -> tuple[str, ...]:
    """What a small class does to DeLong's interval, and the interval that covers there."""
    fewer, area = fewer_patients(predictions), auc_logit(predictions, level=level)
    if fewer >= ENOUGH_FOR_DELONG or not area.is_estimable:
        return ()
    return (
        f"With {fewer} patients in the smaller class the interval of the AUC above is too narrow "
        f"(below {ENOUGH_FOR_DELONG} it holds the truth in 90 to 94 of 100 studies); symmetric in "
        f"the log-odds it is {area.low:.3f} to {area.high:.3f}.",
    )


def _thinned(curve: pd.DataFrame) -> pd.DataFrame:
    if len(curve) <= MOST_POINTS:
        return curve
    kept = np.linspace(0, len(curve) - 1, MOST_POINTS).round().astype(int)
    return curve.iloc[kept].reset_index(drop=True)


def _plain_metrics(metrics: dict[str, Estimate]) -> dict[str, dict[str, float | str | None]]:
    return {name: estimate.to_dict() for name, estimate in metrics.items()}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [[_plain(value) for value in frame[name].tolist()] for name in frame]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: object) -> object:
    return plain_number(value) if isinstance(value, float) else value
