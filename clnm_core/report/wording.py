"""How is a number said to a reader? The one home of formats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from clnm_core.stats.uncertainty import Estimate

NOT_ESTIMABLE = "not estimable"
"""What stands in place of a number that the data cannot give; the reason follows a colon."""

RESEARCH_USE = "For research use. Not a medical device."
"""The line on every page and in every report."""

DASH = "–"
MINUS = "\N{MINUS SIGN}"
LARGE_SAMPLE = 1_000
"""From this many cases on, a per cent carries one decimal."""


class Unit(StrEnum):
    """How the value of a metric is printed."""

    SHARE = "share"  #: a proportion, as per cent
    SCORE = "score"  #: a number near 0-1 or 1, two decimals


SHARES = frozenset(
    {"sensitivity", "specificity", "ppv", "npv", "accuracy", "balanced_accuracy", "flag_rate"}
)
"""Metrics that are said in per cent; all others are scores."""


def unit_of(metric: str) -> Unit:
    """How the values of a metric are printed."""
    return Unit.SHARE if metric in SHARES else Unit.SCORE


def decimals_for(n: int | None) -> int:
    """Decimals of a per cent from ``n`` cases: none under 1,000, one from there on."""
    return 1 if n is not None and n >= LARGE_SAMPLE else 0


def number(value: float, decimals: int = 2) -> str:
    """A number with thousands commas and a true minus; never "-0.00".

    Examples
    --------
    >>> number(1234.5, 1), number(-0.112), number(-0.001)
    ('1,234.5', '−0.11', '0.00')

    """
    if math.isnan(value):
        return NOT_ESTIMABLE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("-")
    return text.replace("-", MINUS)


def percent(share: float, n: int | None = None) -> str:
    """A share as per cent: no decimals under ``n`` = 1,000 cases (or where n is unknown), else one.

    A share that is neither 0 nor 1 is never rounded to either: it becomes "< 1 %" or "> 99 %".

    Parameters
    ----------
    share : float
        In [0, 1]; NaN is "not estimable".
    n : int, optional
        Cases behind the share.

    Examples
    --------
    >>> percent(0.5573), percent(0.5573, 1204), percent(0.002), percent(1.0)
    ('56 %', '55.7 %', '< 1 %', '100 %')

    """
    if math.isnan(share):
        return NOT_ESTIMABLE
    decimals = decimals_for(n)
    step = 10.0**-decimals
    if 0 < share < 1:
        if float(f"{100 * share:.{decimals}f}") == 0:
            return f"< {step:g} %"
        if float(f"{100 * share:.{decimals}f}") == 100:
            return f"> {100 - step:g} %"
    return f"{number(100 * share, decimals)} %"


def interval(low: float, high: float, *, decimals: int = 2) -> str:
    """An interval with an en dash; "to" where a bound is negative.

    Examples
    --------
    >>> interval(0.887, 0.931), interval(-0.19, -0.03), interval(52.88, 58.5, decimals=1)
    ('0.89–0.93', '−0.19 to −0.03', '52.9–58.5')

    """
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    first, second = number(low, decimals), number(high, decimals)
    joint = " to " if MINUS in first + second else DASH
    return f"{first}{joint}{second}"


def percent_interval(low: float, high: float, n: int | None = None) -> str:
    """The interval of a share, in per cent without the sign: "52.9–58.5".

    Examples
    --------
    >>> percent_interval(0.529, 0.585, 1204), percent_interval(0.63, 0.73)
    ('52.9–58.5', '63–73')

    """
    return interval(100 * low, 100 * high, decimals=decimals_for(n))


def value_text(estimate: Estimate, unit: Unit, *, n: int | None = None, decimals: int = 2) -> str:
    """The value alone: "0.91" or "56 %"; ``decimals`` is for scores (three in tables)."""
    if unit is Unit.SHARE:
        return percent(estimate.value, n)
    return number(estimate.value, decimals)


def interval_text(
    estimate: Estimate, unit: Unit, *, n: int | None = None, decimals: int = 2
) -> str:
    """The interval alone: "0.89–0.93", "52.9–58.5"; "no interval" where there is none."""
    if unit is Unit.SHARE:
        return percent_interval(estimate.low, estimate.high, n)
    return interval(estimate.low, estimate.high, decimals=decimals)


def estimate_text(
    estimate: Estimate,
    unit: Unit = Unit.SCORE,
    *,
    n: int | None = None,
    decimals: int = 2,
    method: str = "",
) -> str:
    """Value, interval and, where given, the method: "0.91 (0.89–0.93, DeLong)".

    A value that cannot be estimated is said with its reason.

    Parameters
    ----------
    estimate : Estimate
    unit : Unit
    n : int, optional
        Cases behind a share; decides its decimals.
    decimals : int
        Of a score: two in sentences, three in tables.
    method : str
        Short name to put behind the interval; see :func:`short_method`.

    Examples
    --------
    >>> estimate_text(Estimate(0.91, 0.89, 0.93, 0.95, "DeLong 1988"), method="DeLong")
    '0.91 (0.89–0.93, DeLong)'
    >>> nan = float("nan")
    >>> estimate_text(Estimate(nan, nan, nan, 0.95, "not estimable: one class only"))
    'not estimable: one class only'

    """
    if math.isnan(estimate.value):
        return reason(estimate)
    value = value_text(estimate, unit, n=n, decimals=decimals)
    if math.isnan(estimate.low) or math.isnan(estimate.high):
        return value
    inside = [interval_text(estimate, unit, n=n, decimals=decimals)]
    if method:
        inside.append(method)
    return f"{value} ({', '.join(inside)})"


def reason(estimate: Estimate) -> str:
    """Why an estimate is missing, as the words after its name."""
    if estimate.method.startswith(NOT_ESTIMABLE):
        return estimate.method
    return f"{NOT_ESTIMABLE}: {estimate.method}" if estimate.method else NOT_ESTIMABLE


_SHORT_METHODS = ("DeLong, logit", "DeLong", "Obuchowski", "Wilson", "bootstrap", "Wald")


def short_method(method: str) -> str:
    """The name by which a method is known, for use inside a sentence.

    Examples
    --------
    >>> short_method("DeLong 1988"), short_method("Wilson 1927"), short_method("exact")
    ('DeLong', 'Wilson', 'exact')
    >>> short_method("DeLong, logit, Student's t (DeLong's needs 100 events)")
    'DeLong, logit'

    """
    for name in _SHORT_METHODS:
        if name.lower() in method.lower():
            return name
    return method


def p_text(p: float) -> str:
    """A p value: "p 0.03", "p 0.004", "p < 0.001", "p > 0.99".

    Three decimals are kept below 0.01 and where two would read 0.05.

    Examples
    --------
    >>> p_text(0.031), p_text(0.0042), p_text(0.0495), p_text(1e-9)
    ('p 0.03', 'p 0.004', 'p 0.049', 'p < 0.001')

    """
    if math.isnan(p):
        return f"p {NOT_ESTIMABLE}"
    if p < 0.001:
        return "p < 0.001"
    if p > 0.99:
        return "p > 0.99"
    if p < 0.05 and f"{p:.2f}" == "0.05":
        return f"p {math.floor(p * 1000) / 1000:.3f}"
    return f"p {p:.3f}" if p < 0.01 or f"{p:.2f}" == "0.05" else f"p {p:.2f}"


def count_text(n: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 case", "1,204 patients".

    Examples
    --------
    >>> count_text(1204, "patient"), count_text(1, "case"), count_text(2, "metastasis", "metastases")
    ('1,204 patients', '1 case', '2 metastases')

    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def mm(distance: float) -> str:
    """A distance in millimetres, one decimal.

    Examples
    --------
    >>> mm(1.25), mm(10)
    ('1.2 mm', '10.0 mm')

    """
    return f"{number(distance, 1)} mm"


def threshold_text(threshold: float) -> str:
    """A threshold of risk: two decimals, more figures only where two would tell another one.

    Examples
    --------
    >>> threshold_text(0.3), threshold_text(0.3051), threshold_text(0.004)
    ('0.30', '0.305', '0.004')

    """
    two = f"{threshold:.2f}"
    return two if abs(float(two) - threshold) < 1e-9 else f"{threshold:.3g}"


def joined(parts: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def lower_first(text: str) -> str:
    """A label inside a sentence; abbreviations ("TI-RADS", "BRAF V600E", "N stage") stay as they are.

    Examples
    --------
    >>> lower_first("Lateral neck metastasis"), lower_first("TI-RADS"), lower_first("N stage")
    ('lateral neck metastasis', 'TI-RADS', 'N stage')

    """
    first = text.split(" ", 1)[0]
    is_abbreviation = len(first) == 1 or not first[1:].islower()
    return text if is_abbreviation else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """A sentence from its words: the first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]
