"""Which model is better, and by how much, in one sentence?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clnm_core.report.wording import (
    NOT_ESTIMABLE,
    count_text,
    decimals_for,
    estimate_text,
    interval,
    joined,
    number,
    p_text,
    percent,
    reason,
    threshold_text,
    upper_first,
)
from clnm_core.stats.comparison import Difference, cases_needed, verdict
from clnm_core.stats.gaps import NO_GAP, NOT_ENOUGH
from clnm_core.stats.optimism import WinnersOptimism
from clnm_core.stats.uncertainty import Estimate

NRI_CAUTION = (
    "NRI and IDI can favour a model only because its risks are badly calibrated (Hilden 2014): "
    "read them beside calibration and net benefit, and never alone."
)
"""What stands wherever either is shown."""

HARDLY_LUCK = 0.99
"""A model that wins in more resamples than this was hardly picked by luck."""

FEWEST_FOR_DELONG = 30
"""Events, and non-events, below which intervals of AUC differences may be too narrow."""


def compare_answer(
    difference: Difference, labels: Mapping[str, str], *, n: int, margin: float
) -> str:
    """Which of two models separates better, with the interval; or that these cases cannot say.

    Parameters
    ----------
    difference : Difference
        In the area under the ROC curve, first model minus second.
    labels : mapping of str to str
        What a reader sees for the name of a model.
    n : int
        Cases that both judged.
    margin : float
        Differences up to this size do not matter.

    Examples
    --------
    >>> found = Difference("a", "b", Estimate(0.08, 0.05, 0.11, 0.95, "paired DeLong"), 1e-7)
    >>> compare_answer(found, {"a": "Combined", "b": "the clinical model"}, n=1204, margin=0.05)
    'Combined exceeds the clinical model by 0.08 AUC (0.05–0.11, paired DeLong, p < 0.001) on the same 1,204 cases.'

    """
    first, second = labels[difference.first], labels[difference.second]
    estimate = difference.estimate
    same = f"the same {count_text(n, 'case')}"
    if not estimate.is_estimable:
        why = reason(estimate)
        for name, label in labels.items():
            why = why.replace(
                f"{NOT_ESTIMABLE}: AUC of {name}: ", f"the AUC of {label} is {NOT_ESTIMABLE}, "
            )
        return upper_first(f"{first} and {second} cannot be compared on {same}: {why}.")
    found = verdict(estimate, margin)
    if found == NOT_ENOUGH:
        needed = cases_needed(estimate, n, margin)
        return upper_first(
            f"whether {first} or {second} separates better cannot be said from {same}: their "
            f"AUCs differ by {_inside(difference)}. About {rounded_up(needed):,} cases like these "
            "would be needed to tell."
        )
    if found == NO_GAP and not estimate.excludes(0):
        return upper_first(
            f"{first} and {second} separate equally well, within the margin of {margin:g} AUC, on "
            f"{same}: they differ by {_inside(difference)}."
        )
    verb = "exceeds" if estimate.value > 0 else "falls short of"
    sentence = f"{first} {verb} {second} by {_inside(difference, unit=' AUC')} on {same}"
    if found == NO_GAP:
        sentence += f", which is less than the margin of {margin:g} that would matter"
    return upper_first(f"{sentence}.")


def winner_answer(found: WinnersOptimism, labels: Mapping[str, str]) -> str:
    """What the choice of the best model on its own test cases adds to its figure.

    Empty where no area could be estimated.
    """
    if not found.winner or not found.corrected.is_estimable:
        return ""
    best, k = labels[found.winner], len(found.wins)
    share = found.wins[found.winner]
    apparent = number(found.apparent.value)
    if found.optimism < 0.005 and share > HARDLY_LUCK:
        return (
            f"{upper_first(best)} is the best of {k} in {percent(share)} of the resamples too, so "
            f"that being picked on these very cases hardly flatters its AUC of {apparent}."
        )
    return (
        f"Picked as the best of {k} on these very cases, {best} is best in {percent(share)} of the "
        f"resamples: corrected for the picking, its AUC of {apparent} becomes "
        f"{estimate_text(found.corrected)}."
    )


def points_text(difference: Estimate, n: int) -> tuple[str, str]:
    """A difference of two shares in points of a hundred, and its interval.

    Parameters
    ----------
    difference : Estimate
        In [-1, 1].
    n : int
        Cases behind it; decides the decimals.

    Examples
    --------
    >>> points_text(Estimate(0.042, -0.013, 0.097, 0.95, "Tango"), 257)
    ('+4 points', '−1 to 10')

    """
    decimals = decimals_for(n)
    value = number(100 * difference.value, decimals)
    is_up = difference.value > 0 and any(digit in value for digit in "123456789")
    ends = interval(100 * difference.low, 100 * difference.high, decimals=decimals)
    return f"{'+' if is_up else ''}{value} points", ends


def coverage_words(
    coverage: pd.DataFrame, labels: Mapping[str, str], *, n: int, unknown: int
) -> str:
    """On which cases models are compared, and which were left out and why.

    Parameters
    ----------
    coverage : pandas.DataFrame
        ``model``, ``judged``, ``left_out``, as
        :class:`~clnm_core.store.paired.Judged` has it.
    labels : mapping of str to str
        What a reader sees for the name of a model.
    n : int
        Cases that all models judged, with a known outcome.
    unknown : int
        Cases that all judged and whose outcome is unknown.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["a", "b"], "judged": [12, 10], "left_out": [2, 0]})
    >>> coverage_words(table, {"a": "A", "b": "B"}, n=10, unknown=1)
    'Compared on the 10 cases that every model judged. Left out: 2 that A judged and not all others did, because a model that is spared hard cases looks better than it is; 1 whose outcome is unknown.'

    """
    parts = [
        f"{row['left_out']:,} that {labels[row['model']]} judged and not all others did"
        for row in coverage.to_dict("records")
        if row["left_out"]
    ]
    left_out = []
    if parts:
        left_out.append(
            f"{joined(parts)}, because a model that is spared hard cases looks better than it is"
        )
    if unknown:
        left_out.append(f"{unknown:,} whose outcome is unknown")
    first = f"Compared on the {count_text(n, 'case')} that every model judged."
    return f"{first} Left out: {'; '.join(left_out)}." if left_out else first


def few_words(events: int, n: int) -> str:
    """A caution where one outcome is too rare for the nominal confidence; else empty.

    Simulated with 20 events, areas of 0.94 and 0.87 and 200 cases, nominal 95 % intervals
    of the paired difference cover 92 %.
    """
    fewer, which = min((events, "with"), (n - events, "without"))
    if not 2 <= fewer < FEWEST_FOR_DELONG:
        return ""
    return (
        f"Only {count_text(fewer, 'case')} {which} the outcome: intervals of AUC differences may "
        "then be a little too narrow."
    )


def learned_words(split: str) -> str:
    """A caution where models may be judged on cases that they learned from; else empty."""
    if split == "train":
        return (
            "Models may have learned from these training cases, and then look better than they "
            "are. Judge them on another split."
        )
    if not split:
        return (
            "All splits are taken together, among them cases that models may have learned from. "
            "Choose one split to judge them fairly."
        )
    return ""


def compare_methods(
    *,
    threshold: float,
    pairs: int,
    is_clustered: bool,
    winner_method: str,
    seed: int,
    level: float = 0.95,
) -> str:
    """How the Compare page was made, with every method by author and year.

    Parameters
    ----------
    threshold : float
        A case is positive when its risk is at or above it.
    pairs : int
        Comparisons over which p is adjusted.
    is_clustered : bool
        Whether any patient has several cases.
    winner_method : str
        How the winner's area was corrected; empty where there was none.
    seed : int
        Start of its random numbers.
    level : float
        Confidence of the intervals, between 0 and 1.

    """
    clustered = " at the effective number of cases (Korn 1998)" if is_clustered else ""
    test = "Yang 2010, clustered by patient" if is_clustered else "McNemar 1947, mid-p"
    if not is_clustered:
        test += " (Fagerland 2013)"
    parts = [
        "only cases that every model judged",
        "AUC: Obuchowski 1997, clustered by patient, with covariance"
        if is_clustered
        else "AUC: DeLong 1988, with covariance",
        f"p adjusted over {count_text(pairs, 'pair')} (Benjamini 1995)",
        f"sensitivity, specificity and accuracy: Tango 1998{clustered}, p by {test}",
        "net benefit: Vickers 2008, pointwise band from paired cases",
        "NRI: Pencina 2008, Pencina 2011, "
        + ("sums by patient" if is_clustered else "parts by Tango 1998, total by Zou 2008"),
        "IDI: Pencina 2008, paired means" + (", by patient" if is_clustered else ", Welch"),
        "no p for NRI and IDI (Hilden 2014)",
        *(
            [f"winner's AUC: {winner_method}, seed {seed} (after Tsamardinos 2018)"]
            * bool(winner_method)
        ),
        f"{percent(level)} intervals; a case is positive when its risk is at or above "
        f"{threshold_text(threshold)}",
    ]
    return upper_first("; ".join(parts)) + "."


def rounded_up(n: int) -> int:
    """A number of cases to two figures, never fewer.

    Examples
    --------
    >>> rounded_up(1834), rounded_up(87)
    (1900, 87)

    """
    step: int = 10 ** max(len(str(n)) - 2, 0)
    return -(-n // step) * step


def _inside(difference: Difference, *, unit: str = "") -> str:
    """Size, interval, method and p: "0.08 AUC (0.05–0.11, paired DeLong, p < 0.001)"."""
    estimate = difference.estimate
    is_lower = estimate.value < 0
    low, high = (-estimate.high, -estimate.low) if is_lower else (estimate.low, estimate.high)
    decimals = 2 if max(abs(low), abs(high)) >= 0.02 else 3
    method = estimate.method.partition(",")[0]
    p = "" if difference.p != difference.p else f", {p_text(difference.p)}"
    return (
        f"{number(abs(estimate.value), decimals)}{unit} "
        f"({interval(low, high, decimals=decimals)}, {method}{p})"
    )
