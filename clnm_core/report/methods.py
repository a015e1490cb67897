"""How were the numbers of a page made? One line per page, ready for a methods section.

Every method is named by its author and year; :func:`references` gives the full citations of
those that a text names.
"""

from __future__ import annotations

from collections.abc import Iterable

from clnm_core.report.wording import count_text, joined, percent, threshold_text
from clnm_core.stats.gland import THIRDS
from clnm_core.stats.location import PUBLISHED_NEAR_CAPSULE

REFERENCES: dict[str, str] = {
    "Austin 2009": "Austin PC. Using the standardized difference to compare the prevalence of a binary variable between two groups. Commun Stat Simul Comput 2009;38:1228-1234. doi:10.1080/03610910902859574",
    "Austin 2014": "Austin PC, Steyerberg EW. Graphical assessment of internal and external calibration of logistic regression models. Stat Med 2014;33:517-535. doi:10.1002/sim.5941",
    "Austin 2019": "Austin PC, Steyerberg EW. The integrated calibration index (ICI) and related metrics. Stat Med 2019;38:4051-4065. doi:10.1002/sim.8281",
    "Brier 1950": "Brier GW. Verification of forecasts expressed in terms of probability. Mon Weather Rev 1950;78:1-3. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    "Cox 1958": "Cox DR. Two further applications of a model for binary regression. Biometrika 1958;45:562-565. doi:10.1093/biomet/45.3-4.562",
    "DeLong 1988": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver operating characteristic curves. Biometrics 1988;44:837-845. doi:10.2307/2531595",
    "Harrell 2015": "Harrell FE. Regression modeling strategies. 2nd ed. Springer 2015. doi:10.1007/978-3-319-19425-7",
    "Korn 1998": "Korn EL, Graubard BI. Confidence intervals for proportions with small expected number of positive counts estimated from survey data. Surv Methodol 1998;24:193-201.",
    "Kruskal 1952": "Kruskal WH, Wallis WA. Use of ranks in one-criterion variance analysis. J Am Stat Assoc 1952;47:583-621. doi:10.1080/01621459.1952.10483441",
    "Liang 1986": "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13",
    "Obuchowski 1997": "Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics 1997;53:567-578. doi:10.2307/2533958",
    "Shen 2025": f"Shen et al. Nat Commun 2025;16:7052. doi:{PUBLISHED_NEAR_CAPSULE.doi}",
    "Vickers 2006": "Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 2006;26:565-574. doi:10.1177/0272989X06295361",
    "Welch 1951": "Welch BL. On the comparison of several mean values: an alternative approach. Biometrika 1951;38:330-336. doi:10.1093/biomet/38.3-4.330",
    "Wilson 1927": "Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953",
    "Yang 2012": "Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using SAS. SAS Global Forum 2012, paper 335.",
    "Zou 2008": "Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095",
}
"""Full citations by the author and year that the lines below name."""


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
            _shares(is_clustered),
            "calibration intercept and slope: logistic (Cox 1958), Wald"
            + (", sandwich by patient (Liang 1986)" if is_clustered else ""),
            "calibration curve: restricted cubic spline on the log-odds of the risk (Austin 2014; "
            "Harrell 2015), pointwise band; ICI: Austin 2019; Brier 1950",
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
    return _line(
        [
            "AUC: Obuchowski 1997, clustered by patient" if is_clustered else "AUC: DeLong 1988",
            _shares(is_clustered),
            "difference from the largest group of the column: interval from both groups' "
            "intervals (Zou 2008)",
            f"a gap excludes 0; no gap means that the interval lies within the margin of {allowed}; "
            "anything else is not enough data",
            f"groups under {count_text(fewest, 'case')} are listed and not scored",
            "intervals are not corrected for the number of comparisons",
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


def references(text: str) -> list[str]:
    """Full citations of the methods that a text names, in the order of their names.

    Examples
    --------
    >>> [line[:10] for line in references("AUC: DeLong 1988; shares: Wilson 1927")]
    ['DeLong ER,', 'Wilson EB.']

    """
    return [citation for name, citation in REFERENCES.items() if name in text]


def _shares(is_clustered: bool) -> str:
    if is_clustered:
        return "sensitivity, specificity and other shares: bootstrap by patient"
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
