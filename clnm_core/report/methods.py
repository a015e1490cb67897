"""How were the numbers of a page made? One line per page, ready for a methods section.

Every method is named by its author and year, as in :mod:`clnm_core.report.references`.
"""

from __future__ import annotations

from collections.abc import Iterable

from clnm_core.report.wording import count_text, joined, percent, threshold_text
from clnm_core.stats.discrimination import ENOUGH_FOR_DELONG
from clnm_core.stats.gland import THIRDS
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE


def overview_methods(*, has_strata: bool, level: float = 0.95) -> str:
    """How the Overview page was made.

    Parameters
    ----------
    has_strata : bool
        Whether Table 1 compares strata.
    level : float
        Confidence of the intervals, between 0 and 1.

    """
    parts = [
        f"Share with the outcome: Wilson 1927, {percent(level)} interval",
        "Table 1: mean (SD), median [quartiles], n (% of the known); unknown values are counted "
        "apart and enter no percentage of a level",
    ]
    if has_strata:
        parts += [
            "SMD: largest standardised difference between any two strata (Austin 2009; for "
            "categories Yang 2012)",
            "p: Welch 1951 for means, Mann-Whitney or Kruskal 1952 for medians, Pearson's "
            "chi-squared without continuity correction (Fisher's exact test where an expected "
            "count of a two by two table is under 5) for categories; not corrected for their number",
        ]
    return _line(parts)


def performance_methods(
    *,
    threshold: float,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    is_clustered: bool = False,
) -> str:
    """How the Performance page was made.

    Parameters
    ----------
    threshold : float
        A case is positive when its risk is at or above it.
    level : float
        Confidence of the intervals, between 0 and 1.
    bootstrap, seed : int
        Resamples, and the start of their random numbers.
    is_clustered : bool
        Whether any patient has several cases.

    """
    return _line(
        [
            "AUC: Obuchowski 1997, clustered by patient" if is_clustered else "AUC: DeLong 1988",
            f"with fewer than {ENOUGH_FOR_DELONG} patients of a class its interval on the log-odds "
            "is the one said (Qin 2008)",
            _shares(is_clustered),
            "calibration intercept and slope: logistic (Cox 1958), Wald"
            + (", sandwich by patient (Liang 1986)" if is_clustered else ""),
            "calibration curve: restricted cubic spline on the log-odds of the risk (Austin 2014; "
            "Harrell 2015), pointwise band; ICI, E50 and E90: Austin 2019; Brier 1950",
            "net benefit: Vickers 2006, pointwise band by resampling",
            _resamples(bootstrap, seed, is_clustered),
            f"{percent(level)} intervals; a case is positive when its risk is at or above "
            f"{threshold_text(threshold)}",
        ]
    )


def subgroups_methods(
    *,
    threshold: float,
    fewest: int,
    margins: Iterable[tuple[str, float]],
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    is_clustered: bool = False,
) -> str:
    """How the Subgroups page was made.

    Parameters
    ----------
    threshold : float
        A case is positive when its risk is at or above it.
    fewest : int
        Groups with fewer cases are not scored.
    margins : iterable of (str, float)
        Measure in words, and the difference up to which a gap does not matter.
    level, bootstrap, seed, is_clustered
        As in :func:`performance_methods`.

    """
    allowed = joined([f"{margin:g} for {measure}" for measure, margin in margins])
    wald = "Wald tests with a sandwich by patient (Liang 1986)"
    whole = wald if is_clustered else "likelihood-ratio tests"
    return _line(
        [
            "AUC: Obuchowski 1997, clustered by patient" if is_clustered else "AUC: DeLong 1988",
            _shares(is_clustered),
            "difference and ratio to the largest group of the column: for shares by bootstrap of "
            "the counts, else, and with fewer than ten of a kind, from both groups' intervals (Zou "
            "2008, Donner 2012)",
            "p from the interval (Altman 2011), adjusted over all groups and measures compared on "
            "the page (Benjamini 1995)",
            f"a gap excludes 0; no gap means that the interval lies within the margin of {allowed}; "
            "anything else is not enough data; cases needed: of the same mix, until the interval is "
            "no wider than the margin (Bland 2009)",
            f"groups as a whole: {whole} of intercepts and slopes of a logistic recalibration "
            "(Vergouwe 2017), homogeneity of AUCs (Cochran 1954)",
            f"groups under {count_text(fewest, 'case')} are listed and not scored",
            _resamples(bootstrap, seed, is_clustered),
            f"{percent(level)} intervals; a case is positive when its risk is at or above "
            f"{threshold_text(threshold)}",
        ]
    )


def location_methods(curve_method: str, bins_method: str, *, left_out: int = 0) -> str:
    """How the Location page was made.

    Parameters
    ----------
    curve_method, bins_method : str
        ``attrs["method"]`` of the frames of :mod:`clnm_core.stats.location`.
    left_out : int
        Cases without a distance or an outcome.

    """
    claim = PUBLISHED_NEAR_CAPSULE
    parts = [
        f"Curve: {curve_method}, knots at Harrell 2015's quantiles"
        if not curve_method.startswith("not estimable")
        else f"Curve: {curve_method}",
        f"bands of distance and cells of the gland (isthmus, and {joined(THIRDS)} third of each "
        f"lobe): {_dated(bins_method)}",
        "central and lateral metastasis are never pooled",
        f"dashed: published claim, above {percent(claim.above)} within {claim.within_mm:g} mm "
        f"({claim.source}; {claim.caveat})",
    ]
    if left_out:
        parts.append(
            f"{count_text(left_out, 'case')} without a distance or an outcome "
            f"{'is' if left_out == 1 else 'are'} left out"
        )
    return _line(parts)


def _shares(is_clustered: bool) -> str:
    if is_clustered:
        return (
            "sensitivity, specificity and other shares: Wilson 1927 with the effective number of "
            "cases (Rao 1992)"
        )
    return "sensitivity, specificity and other shares: Wilson 1927"


def _resamples(bootstrap: int, seed: int, is_clustered: bool) -> str:
    if bootstrap == 0:
        return "no resamples"
    unit = "patient" if is_clustered else "case"
    return f"{bootstrap:,} {unit}-level resamples, seed {seed}"


def _dated(method: str) -> str:
    """A method of an estimate, with the years that the references know."""
    clustered = ", effective number of cases by Korn 1998" if "clustered" in method else ""
    return method.replace("Wilson", "Wilson 1927", 1) + clustered


def _line(parts: list[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."
