"""Which threshold does a rule choose on one split, and what does it give on the others?

A threshold that is judged on the cases it was chosen on looks better than it is; so it is
chosen on one split and carried to the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import CallCounts
from clnm_core.stats.thresholds import measures_of, operating_point

RuleName = Literal["youden", "sensitivity", "specificity", "cost"]

CARRIED = ("sensitivity", "specificity", "ppv", "npv", "flag_rate")
"""What a carried threshold is judged by."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Rule:
    """How a threshold is chosen.

    Parameters
    ----------
    name : {"youden", "sensitivity", "specificity", "cost"}
        Largest sum of sensitivity and specificity; the highest threshold that keeps the
        sensitivity, or the lowest that reaches the specificity; or from costs alone.
    target : float
        The rate to reach, in [0, 1]; for ``cost`` how many false alarms weigh as much as one
        missed case, above 0; not used for ``youden``.

    Raises
    ------
    ValueError
        If the target is out of its range.

    """

    name: RuleName
    target: float = 0.9

    def __post_init__(self) -> None:
        if self.name not in ("youden", "sensitivity", "specificity", "cost"):
            raise ValueError(f"name must be one of the rules; got {self.name!r}.")
        if self.name == "cost" and not 0 < self.target < math.inf:
            raise ValueError(f"target of a cost rule must be above 0; got {self.target!r}.")
        if self.name in ("sensitivity", "specificity") and not 0 <= self.target <= 1:
            raise ValueError(f"target must lie in [0, 1]; got {self.target!r}.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A threshold; NaN where the rule finds none, and then why."""

    threshold: float
    reason: str = ""

    @property
    def is_found(self) -> bool:
        """Whether there is a threshold."""
        return not math.isnan(self.threshold)


def chosen_threshold(counts: CallCounts, rule: Rule) -> Chosen:
    """The threshold that a rule chooses, among those of the grid strictly inside 0 and 1.

    A case is flagged when ``risk >= threshold``. Of several equally good thresholds Youden's
    is the highest. A cost ratio needs no cases, only risks that can be believed: flagging is
    worth while from a risk of ``1 / (1 + target)`` on; the nearest of the grid is taken.

    Parameters
    ----------
    counts : CallCounts
        Calls of the split on which the threshold is chosen.
    rule : Rule

    References
    ----------
    .. [1] Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.
       doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3
    .. [2] Pauker SG, Kassirer JP. Therapeutic decision making: a cost-benefit analysis.
       N Engl J Med 1975;293:229-234. doi:10.1056/NEJM197507312930505

    Examples
    --------
    >>> from clnm_core.stats.call_counts import call_counts
    >>> counts = call_counts(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1]))
    >>> chosen_threshold(counts, Rule("sensitivity", 1.0)).threshold
    0.4
    >>> chosen_threshold(counts, Rule("specificity", 0.5)).threshold
    0.11
    >>> chosen_threshold(counts, Rule("cost", 4)).threshold
    0.2

    """
    rates = counts.rates()
    rates = rates[(rates["threshold"] > 0) & (rates["threshold"] < 1)]
    grid = rates["threshold"].to_numpy()
    if rule.name == "cost":
        asked = 1 / (1 + rule.target)
        return Chosen(float(grid[np.abs(grid - asked).argmin()]))
    needed = {"youden": ("sensitivity", "specificity")}.get(rule.name, (rule.name,))
    for name, cases, words in (
        ("sensitivity", counts.events, "no case has the outcome"),
        ("specificity", counts.others, "no case is without the outcome"),
    ):
        if name in needed and cases == 0:
            return Chosen(math.nan, words)
    if rule.name == "youden":
        index = (rates["sensitivity"] + rates["specificity"]).to_numpy()
        return Chosen(float(grid[np.flatnonzero(index >= index.max() - _ROUNDING)[-1]]))
    reached = np.flatnonzero(rates[rule.name].to_numpy() >= rule.target - _ROUNDING)
    if not len(reached):
        return Chosen(math.nan, f"no threshold from {grid[0]:g} to {grid[-1]:g} reaches it")
    return Chosen(float(grid[reached[-1 if rule.name == "sensitivity" else 0]]))


def carried(
    splits: Mapping[str, CallCounts | Predictions],
    threshold: float,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """What one threshold gives on every split.

    Parameters
    ----------
    splits : mapping of str to CallCounts or Predictions
        By name; predictions where patients have several cases, else counts do.
    threshold : float
        In [0, 1], and on the grid of the counts.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per split, in order: ``split``, ``n``, ``events``, and for each of
        :data:`CARRIED` its value under its own name, with ``_low`` and ``_high``; NaN where
        it is not estimable.

    """
    rows: list[dict[str, object]] = []
    for name, cases in splits.items():
        if isinstance(cases, CallCounts):
            n, events = cases.n, cases.events
            found = measures_of(cases.at(threshold), level=level)
        else:
            n, events = len(cases), cases.events
            found = operating_point(cases, threshold, level=level)
        row: dict[str, object] = {"split": name, "n": n, "events": events}
        for measure in CARRIED:
            estimate = found[measure]
            row[measure] = estimate.value
            row[f"{measure}_low"], row[f"{measure}_high"] = estimate.low, estimate.high
        rows.append(row)
    names = [name for measure in CARRIED for name in (measure, f"{measure}_low", f"{measure}_high")]
    return pd.DataFrame(rows, columns=["split", "n", "events", *names])
