"""How were the views of the Performance page made? One line each, ready for a methods section.

Every method is named by its author and year, as in :mod:`clnm_core.report.references`.
"""

from __future__ import annotations

from clnm_core.report.wording import percent, upper_first

_FITTED = {
    "intercept": "correction: intercept with the log-odds of the risk as offset",
    "slope": "correction: logistic recalibration, intercept and slope (Cox 1958; Steyerberg 2004)",
    "isotonic": "correction: isotonic regression, half a case away from 0 and 1 (Zadrozny 2002)",
}


def separation_methods(
    *,
    over: str,
    low: float,
    bootstrap: int,
    seed: int,
    is_clustered: bool,
    level: float = 0.95,
) -> str:
    """How areas and curves were made.

    Examples
    --------
    >>> separation_methods(over="specificity", low=0.9, bootstrap=1000, seed=0,
    ...                    is_clustered=False)[:66]
    "AUC: DeLong 1988, and on the log-odds with Student's t (Qin 2008);"

    """
    area = "Obuchowski 1997, clustered by patient" if is_clustered else "DeLong 1988"
    band = _percentiles(bootstrap, seed) if is_clustered else "Wilson 1927"
    return _line(
        f"AUC: {area}, and on the log-odds with Student's t (Qin 2008)",
        f"partial area over a {over} from {percent(low)} to 100 %: variance of cut placement "
        "values (Dodd 2003), logit interval, standardised by McClish 1989",
        "average precision: infinitesimal jackknife, logit",
        f"band of the precision, point by point: {band}",
        f"{percent(level)} intervals",
    )


def recalibration_methods(method: str, *, bootstrap: int, seed: int, level: float = 0.95) -> str:
    """How calibration was judged, and with what it was corrected; empty for no correction."""
    corrected = (
        [f"{_FITTED[method]}, fitted on other patients than those it is judged on"]
        if method
        else []
    )
    return _line(
        "calibration curve: restricted cubic spline on the log-odds of the risk (Austin 2014)",
        "bins of equal size: Wilson 1927",
        "intercept and slope: logistic (Cox 1958)",
        "ICI, E50 and E90: Austin 2019; their intervals and that of ECE: test inversion "
        f"(Carpenter 1999), {bootstrap:,} draws, seed {seed}",
        "Brier 1950, Wald on the log-odds",
        *corrected,
        f"{percent(level)} intervals",
    )


def thresholds_methods(*, is_clustered: bool, level: float = 0.95) -> str:
    """How thresholds were chosen and carried."""
    counted = " with the effective number of cases (Rao 1992)" if is_clustered else ""
    return _line(
        "threshold chosen on one split, in steps of 0.01, and carried to the others unchanged",
        "largest sum of sensitivity and specificity: Youden 1950; from costs: Pauker 1975",
        f"sensitivity, specificity and other shares: Wilson 1927{counted}",
        "a case is positive when its risk is at or above the threshold",
        f"{percent(level)} intervals",
    )


def usefulness_methods(
    *, bootstrap: int, seed: int, is_clustered: bool, level: float = 0.95
) -> str:
    """How net benefit, impact and predictive values were made."""
    unit = "patient" if is_clustered else "case"
    return _line(
        "net benefit: Vickers 2006; interventions avoided: Vickers 2008; clinical impact: Kerr 2016",
        f"bands, point by point: percentiles of {bootstrap:,} {unit}-level resamples, seed {seed}",
        "predictive values at other prevalences: Bayes' theorem, intervals by MOVER-R "
        "(Newcombe 2016) from those of sensitivity and specificity",
        f"{percent(level)} intervals",
    )


def _percentiles(bootstrap: int, seed: int) -> str:
    return f"percentiles of {bootstrap:,} patient-level resamples, seed {seed}"


def _line(*parts: str) -> str:
    return f"{upper_first('; '.join(parts))}."
