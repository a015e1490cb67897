"""Do these published numbers fit together, in one sentence?"""

from __future__ import annotations

import math

from clnm_core.report.wording import (
    DASH,
    estimate_text,
    joined,
    number,
    upper_first,
)
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.published import MOST_CASES, Fits, Paper
from clnm_core.stats.published_conflicts import AUC, EVENTS, Conflict, N
from clnm_core.stats.uncertainty import Estimate

LABELS = {metric.name: metric.label for metric in METRICS} | {
    N: "cases",
    EVENTS: "cases with the outcome",
    "prevalence": "prevalence",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "accuracy": "accuracy",
    "ppv": "PPV",
    "npv": "NPV",
    "f1": "F1",
    AUC: "AUC",
}
"""What a reader sees for a statement, inside a sentence."""

_SPOKEN_FIRST = ("ppv", "npv", "f1", "accuracy", AUC, "specificity", "sensitivity", "prevalence")
"""Of several statements in conflict, the one that is held against the others."""


def published_answer(paper: Paper, fits: Fits, conflict: Conflict | None) -> str:
    """Whether the figures fit together, and how far they pin the table down.

    Parameters
    ----------
    paper : Paper
    fits : Fits
    conflict : Conflict, optional
        From :func:`~clnm_core.stats.published_conflicts.conflict`.

    """
    if conflict is not None:
        return conflict_text(paper, conflict)
    if not paper.rates and paper.events is None:
        if paper.auc is not None:
            return "An AUC alone fits any table; type a rate to see which tables it leaves."
        return "Type at least one rate that the paper prints."
    if fits.count == 1:
        one = {name: int(value) for name, value in fits.matrices.iloc[0].items()}
        return (
            f"The figures fit one table only: {one['tp']:,} true positives, {one['fp']:,} false "
            f"positives, {one['fn']:,} false negatives and {one['tn']:,} true negatives "
            f"({one['n']:,} cases, {one['events']:,} with the outcome)."
        )
    if fits.count == 0:
        return "No table was found, and it could not be made out which figure stands in the way."
    if not fits.is_complete:
        return (
            f"The figures fit together, in more than {fits.count:,} tables: they hardly pin one "
            "down. Another rate, or the number of cases with the outcome, would."
        )
    sentence = f"The figures fit together, in {fits.count:,} tables"
    if fits.count > len(fits.matrices):
        return f"{sentence}: they hardly pin one down."
    spans = [
        f"{words} {_span(int(fits.matrices[name].min()), int(fits.matrices[name].max()))}"
        for name, words in (("tp", "true positives"), ("tn", "true negatives"))
    ]
    return f"{sentence}, with {joined(spans)}."


def conflict_text(paper: Paper, conflict: Conflict) -> str:
    """Which statements cannot be true together, and what the others would give.

    Examples
    --------
    >>> from clnm_core.stats.printed import share
    >>> rates = {"prevalence": share("6 %"), "specificity": share(".830"), "ppv": share("83.0 %")}
    >>> conflict_text(Paper((9, 9), rates=rates), Conflict(tuple(rates), {"ppv": (0.0, 0.291)}))
    'PPV 83.0 % does not fit prevalence 6 % and specificity .830: these allow at most 29.1 %.'

    """
    names = list(conflict.names)
    first = next((name for name in _SPOKEN_FIRST if name in conflict.allowed), "")
    if first:
        others = [statement_text(paper, name) for name in names if name != first]
        return (
            f"{upper_first(statement_text(paper, first))} does not fit {joined(others)}: these "
            f"{_allowed_text(conflict.allowed[first])}."
        )
    said = [statement_text(paper, name) for name in names]
    if conflict.is_of_counts:
        rates = [statement_text(paper, name) for name in names if name not in (N, EVENTS)]
        within = statement_text(paper, N)
        if EVENTS in names:
            within += f" with {statement_text(paper, EVENTS)}"
        return (
            f"{upper_first(joined(rates))} {'do' if len(rates) > 1 else 'does'} not come out of "
            f"any whole numbers among {within}."
        )
    return f"{upper_first(joined(said))} cannot be true together."


def statement_text(paper: Paper, name: str) -> str:
    """One statement as the paper prints it: "PPV 83.0 %", "104 cases".

    Examples
    --------
    >>> statement_text(Paper((100, 110)), "n")
    '100–110 cases'

    """
    if name in (N, EVENTS):
        low, high = paper.n if name == N else paper.events or (0, 0)
        return f"{_span(low, high)} {LABELS[name] if high != 1 else LABELS[name].replace('cases', 'case', 1)}"
    printed = paper.auc if name == AUC else paper.rates.get(name)
    return f"{LABELS[name]} {printed.text if printed else 'not printed'}"


def others_text(paper: Paper, name: str, ends: tuple[float, float] | None) -> str:
    """What everything else that is printed allows one rate to be; empty where it says nothing.

    Examples
    --------
    >>> others_text(Paper((9, 9)), "ppv", (0.2148, 0.2476))
    'With everything else that is printed, PPV would be 21.5–24.8 %.'

    """
    if ends is None or ends[1] - ends[0] > 0.9:
        return ""
    return f"With everything else that is printed, {LABELS[name]} would be {range_text(ends)}."


def area_text(paper: Paper, interval: Estimate, counts: tuple[int, int]) -> str:
    """The interval of a printed area, and the cases that it was taken for."""
    if paper.auc is None:
        return ""
    if math.isnan(interval.low):
        return (
            f"An interval for the AUC of {paper.auc.text} needs the number of cases with the "
            "outcome, or their share."
        )
    return (
        f"With {counts[0]:,} cases with the outcome and {counts[1]:,} without, the AUC is "
        f"{estimate_text(interval, method='Hanley-McNeil')}."
    )


def range_text(ends: tuple[float, float]) -> str:
    """A range of shares in per cent, to one decimal.

    Examples
    --------
    >>> range_text((0.2148, 0.2476)), range_text((0.5, 0.5))
    ('21.5–24.8 %', '50.0 %')

    """
    low, high = (number(100 * end, 1) for end in ends)
    return f"{low} %" if low == high else f"{low}{DASH}{high} %"


def published_methods(*, is_cut: bool, level: float = 0.95) -> str:
    """How the Published figures page was made.

    Parameters
    ----------
    is_cut : bool
        Whether digits may have been cut off instead of rounded.
    level : float
        Confidence of the intervals, between 0 and 1.

    """
    digits = (
        "a printed share may be half a last digit too high, or a whole one too low"
        if is_cut
        else "a printed share may be half a last digit off either way"
    )
    return (
        f"Tables: every whole-number confusion matrix of up to {MOST_CASES:,} cases whose rates "
        f"print as given ({digits}); what cannot be true together: smallest sets by linear "
        "programming over shares of cases, then over whole cases; AUC and one point: the area of "
        "any curve through it; intervals of rates: Wilson 1927, the widest over all tables that "
        f"fit; interval of the AUC: Hanley 1982; {number(100 * level, 0)} % intervals."
    )


def _allowed_text(ends: tuple[float, float]) -> str:
    low, high = ends
    if low < 5e-4:
        return f"allow at most {range_text((high, high))}"
    if high > 1 - 5e-4:
        return f"allow no less than {range_text((low, low))}"
    return f"give {range_text(ends)}"


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,}{DASH}{high:,}"
