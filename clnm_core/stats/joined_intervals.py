"""How do the intervals of two groups make the interval of their difference, and of their ratio?"""

from __future__ import annotations

import math

from clnm_core.stats.group_result import GroupResult
from clnm_core.stats.uncertainty import Estimate, critical_value, logit_interval


def difference_interval(a: Estimate, b: Estimate) -> tuple[float, float]:
    """The interval of ``a - b`` from those of two independent numbers (MOVER).

    References
    ----------
    .. [1] Zou GY, Donner A. Construction of confidence limits about effect measures: a
       general approach. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095

    """
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    return low, value + math.hypot(a.high - a.value, b.value - b.low)


def ratio_interval(a: Estimate, b: Estimate) -> tuple[float, float]:
    """The interval of ``a / b`` from the intervals of two independent positive numbers.

    MOVER-R: the values of the ratio at which the interval of ``a - ratio * b`` touches zero.
    The upper end is infinite where the interval of ``b`` reaches 0.

    References
    ----------
    .. [1] Donner A, Zou GY. Closed-form confidence intervals for functions of the normal mean
       and standard deviation. Stat Methods Med Res 2012;21:347-359.
       doi:10.1177/0962280210383082

    """
    if not b.value > 0 or math.isnan(a.low) or math.isnan(b.low):
        return math.nan, math.nan
    product = a.value * b.value

    def root(end_a: float, end_b: float) -> float:
        inside = end_a * (2 * a.value - end_a) * end_b * (2 * b.value - end_b)
        return math.sqrt(max(product * product - inside, 0.0))

    below, above = product + root(a.low, b.high), b.low * (2 * b.value - b.low)
    low = a.low * (2 * a.value - a.low) / below if below > 0 else 0.0
    high = (product + root(a.high, b.low)) / above if above > 0 else math.inf
    ratio = a.value / b.value
    return min(max(low, 0.0), ratio), max(high, ratio)


def joinable(group: GroupResult, metric: str) -> Estimate:
    """The estimate whose interval enters a difference: of an AUC, symmetric in log-odds.

    Near 1, and in small groups, the symmetric interval is too short to be compared with
    another (Qin and Hotilovac 2008, doi:10.1177/0962280207087173).
    """
    found = group.metrics[metric]
    fewer = min(group.events, group.n - group.events)
    is_wald = found.method.startswith(("DeLong", "Obuchowski")) and "logit" not in found.method
    if metric != "auc" or not is_wald or not 0 < found.value < 1 or fewer < 2:
        return found
    # An end that was cut at 0 or 1 is the nearer one; the other tells the standard error.
    reach = max(found.high - found.value, found.value - found.low)
    error = reach / critical_value(found.level)
    method = f"{found.method}, logit"
    return logit_interval(found.value, error, level=found.level, method=method, freedom=fewer - 1)
