"""Is it the capsule, and does the model know? What the Location page finds, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clnm_core.report.wording import (
    count_text,
    interval,
    joined,
    lower_first,
    mm,
    number,
    p_text,
    percent,
    percent_interval,
)
from clnm_core.stats.learned_location import FOLLOWS, REFUTED, Learned
from clnm_core.stats.uncertainty import NOT_ESTIMABLE

SMALLEST_LEVEL = 0.02
"""A mean risk nearer to the observed share than this is not called too high or too low."""


def adjusted_answer(curve: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What is left of the capsule effect once other things are equal.

    Parameters
    ----------
    curve : pandas.DataFrame
        From :func:`~clnm_core.stats.adjusted_location.adjusted_curve`.
    labels : mapping of str to str
        What a reader sees for an adjuster.

    """
    facts = curve.attrs
    if curve.empty:
        reason = str(facts["method"]).removeprefix(f"{NOT_ESTIMABLE}: ")
        return f"No adjusted curve: {reason}."
    near, far = (
        curve.iloc[int((curve["distance_mm"] - end).abs().argmin())] for end in facts["ends_mm"]
    )
    n = facts["n"]
    adjusters = joined([lower_first(labels.get(name, name)) for name in facts["adjusters"]])
    shares = [
        f"{percent(row['risk'], n)} ({percent_interval(row['low'], row['high'], n)}) "
        f"at {mm(row['distance_mm'])}"
        for row in (near, far)
    ]
    sentence = (
        f"Adjusted for {adjusters} ({count_text(n, 'complete case')}), the risk "
        f"{_goes(near['risk'], far['risk'], n)} {shares[0]} to {shares[1]}"
    )
    if not np.isnan(near["crude"]):
        sentence += f"; unadjusted, from {percent(near['crude'], n)} to {percent(far['crude'], n)}"
    return f"{sentence}."


def learned_answer(found: Learned) -> str:
    """Whether a model knows the capsule effect: three answers, and what they rest on."""
    scored = found.bands[~found.bands["is_too_few"]]
    if len(scored) < 2:
        return (
            "Not enough data to say whether the model follows the capsule effect: fewer than two "
            "bands of distance have ten cases with a known outcome and a risk."
        )
    near, far = scored.iloc[0], scored.iloc[-1]
    n = found.n
    shares = (
        f"predicted {_goes(near['predicted'], far['predicted'], n)} "
        f"{percent(near['predicted'], n)} to {percent(far['predicted'], n)}, "
        f"observed from {percent(near['observed'], n)} to {percent(far['observed'], n)}"
    )
    is_off = found.level.excludes(0) and abs(found.level.value) >= SMALLEST_LEVEL
    name = "shifted" if is_off else "difference"
    worst = scored.iloc[int(scored[name].abs().to_numpy().argmax())]
    points = f"{_points(worst[name])} ({_ends(worst, name)}), {worst['label']}"
    if is_off:
        way = "high" if found.level.value > 0 else "low"
        largest = (
            f"the risks are {_points(abs(found.level.value))} too {way} on the whole; with that "
            f"put right, the largest difference is {points}"
        )
    else:
        largest = f"largest difference {points}"
    sentence = f"{_VERDICTS.get(found.verdict, _UNDECIDED)}: {shares}; {largest}"
    if found.needed:
        sentence += f"; a verdict needs about {_round_up(found.needed):,} cases, here are {n:,}"
    if not found.effect.excludes(0):
        sentence += "; the observed share itself does not clearly change with distance here"
    return f"{sentence}."


_VERDICTS = {
    FOLLOWS: "The model follows the capsule effect",
    REFUTED: "The model does not follow the capsule effect",
}
_UNDECIDED = "Not enough data to say whether the model follows the capsule effect"


def flat_words(found: Learned) -> str:
    """The test that the model errs equally at every distance, in words."""
    if found.flat.reason:
        return (
            f"Whether the error changes along the distance cannot be tested: {found.flat.reason}."
        )
    return (
        "Test that the error of the log-odds is the same at every distance: "
        f"chi-squared {number(found.flat.statistic, 1)}, {found.flat.dof} degrees of freedom, "
        f"{p_text(found.flat.p)}."
    )


def adjusted_methods(curve: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """How the adjusted curve was made, ready for a methods section."""
    facts = curve.attrs
    names = [lower_first(labels.get(name, name)) for name in facts["adjusters"]]
    parts = [
        f"Adjusted curve: {facts['method']} (Robins 1986; Liang 1986)",
        f"adjusted for {joined(names)}" if names else "no adjuster could be used",
        "numbers as straight lines, words by level",
        f"{count_text(facts['left_out'], 'case')} without the distance, the outcome or an "
        "adjuster left out",
        "no curve below five cases with and five without the outcome per coefficient "
        "(Vittinghoff 2007)",
    ]
    dropped = [lower_first(labels.get(name, name)) for name in facts["dropped"]]
    if dropped and names:
        parts.append(f"{joined(dropped)} has one value only and was not used")
    return f"{'; '.join(parts)}."


def learned_methods(found: Learned) -> str:
    """How predicted was set beside observed, ready for a methods section."""
    parts = [
        "Observed and predicted: the same spline fitted to outcomes and to risks (Papke 1996), "
        "sandwich variance by patient (Liang 1986)",
        "bands and parts of the gland: observed share with its Wilson 1927 interval (clustered by "
        "patient: Korn 1998); the difference takes the same interval, as the mean risk of given "
        "cases is known",
        f"verdict: risks shifted to be right on average; follows where every interval lies within "
        f"{100 * found.margin:g} points; does not follow where a generalised score test (Boos 1992) "
        "of an error that changes along the distance has p < 0.05 and a band differs by more than "
        "that, its interval excluding 0",
        "near against far: Newcombe 1998",
    ]
    if found.left_out:
        parts.append(f"{count_text(found.left_out, 'case')} without a distance left out")
    return f"{'; '.join(parts)}."


def points_interval(low: float, high: float) -> str:
    """An interval of a difference between shares, in points: "−1 to 7".

    Examples
    --------
    >>> points_interval(-0.012, 0.07)
    '−1 to 7'

    """
    return interval(100 * low, 100 * high, decimals=0)


def _ends(row: pd.Series, name: str) -> str:
    return points_interval(row[f"{name}_low"], row[f"{name}_high"])


def _points(difference: float) -> str:
    text = number(100 * difference, 0)
    return f"{text} {'point' if text in ('1', '−1') else 'points'}"


def _goes(near: float, far: float, n: int) -> str:
    if percent(near, n) == percent(far, n):
        return "stays, from"
    return "falls from" if near > far else "rises from"


def _round_up(n: int) -> int:
    step = 10 ** max(len(str(n)) - 2, 0)
    return -(-n // step) * step
