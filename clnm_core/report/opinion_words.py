"""How sure are the models of one case, and do they agree, in words for a clinician?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from clnm_core.explain.conformal import PredictionSet
from clnm_core.explain.opinion import Disagreement, Opinion, disagreement
from clnm_core.report.wording import (
    DASH,
    LARGE_SAMPLE,
    Unit,
    estimate_text,
    joined,
    lower_first,
    number,
    percent,
    percent_interval,
    upper_first,
)
from clnm_core.stats.uncertainty import Estimate

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_FITS = {"positive": "present", "negative": "absent", "either": "present or absent"}

_OF_TEN = {0.8: "eight of ten", 0.9: "nine of ten", 0.95: "19 of 20"}

THRESHOLD_CAUTION = (
    "A threshold is usually chosen on the cases of which it is said what it finds, which flatters it "
    "a little; the page Performance shows it on others."
)
"""What stands wherever a threshold is explained."""


def sets_caution(level: float) -> str:
    """What stands wherever prediction sets at this level are explained.

    Examples
    --------
    >>> sets_caution(0.95)[:98]
    'At 95 % a set holds the truth for 19 of 20 patients with the outcome and for 19 of 20 without it, '

    """
    share = _OF_TEN.get(level, f"{100 * level:g} of 100")
    return (
        f"At {percent(level)} a set holds the truth for {share} patients with the outcome and for "
        f"{share} without it, if they are like those that it was made from; how it does at other "
        "centres is on the page Performance. It says what fits the model's risk, and not what to "
        "do. At a higher level more outcomes fit, and fewer sets are wrong."
    )


def answer_words(opinions: Sequence[Opinion]) -> str:
    """What the models say of one case, and whether they agree, in one or two sentences."""
    if not opinions:
        return "No model could judge this case."
    if len(opinions) > 1:
        outcome = lower_first(opinions[0].report.outcome_label)
        return disagreement_words(disagreement(opinions), outcome=outcome)
    only = opinions[0]
    report = only.report
    side = "reaches" if report.is_positive else "stays below"
    return (
        f"Risk of {lower_first(report.outcome_label)} "
        f"{estimate_text(only.interval, Unit.SHARE)}, which {side} the threshold of "
        f"{report.model}, {percent(report.threshold)}; no other model has judged this case."
    )


def disagreement_words(found: Disagreement, *, outcome: str = "") -> str:
    """Whether several models agree on one case, and how far they are apart.

    Parameters
    ----------
    found : Disagreement
        Of two models or more.
    outcome : str
        In words, where it should be named.

    Examples
    --------
    >>> disagreement_words(Disagreement(("cli-dlr", "clinical"), ("llnm-net",),
    ...                                 ("llnm-net", 0.42), ("cli-dlr", 0.73)))
    'Two of three models reach their threshold: cli-dlr and clinical; llnm-net does not. Their risks differ by 0.31: 42 % (llnm-net) to 73 % (cli-dlr).'

    """
    parts = [_sides(found), _range(found, outcome), _opposed(found)]
    return " ".join(part for part in parts if part)


def fits_words(found: PredictionSet | None) -> str:
    """What a prediction set leaves, in a word: "present", "absent", "present or absent".

    Examples
    --------
    >>> fits_words(None)
    'not known'

    """
    return "not known" if found is None else _FITS[found.answer]


def class_words(opinion: Opinion) -> str:
    """The risk class with what it rests on: "high: at 90 % only “present” fits"."""
    found = opinion.prediction_set
    if found is None:
        return f"not known: too few cases with a known outcome for {percent(opinion.level)}"
    level = percent(found.level)
    why = {
        "positive": f"at {level} only “present” fits",
        "negative": f"at {level} only “absent” fits",
        "either": f"at {level} both “present” and “absent” fit",
    }[found.answer]
    return f"{opinion.risk_class}: {why}"


def set_words(opinion: Opinion) -> str:
    """Why a prediction set is what it is: how usual the risk is with and without the outcome.

    Empty without a set.
    """
    found = opinion.prediction_set
    if found is None:
        return ""
    outcome = lower_first(opinion.report.outcome_label)
    cut = 1 - found.level
    said = (
        f"Of {found.n_positive:,} patients with {outcome} about {_usual(found.p_positive, cut)} had "
        f"a risk this low, and of {found.n_negative:,} without it about "
        f"{_usual(found.p_negative, cut)} a risk this high; what is so for more than "
        f"{percent(cut)} fits ({found.split} cases)."
    )
    if found.is_filled:
        said += " Neither is usual, so the likelier one is given."
    return said


def threshold_words(opinion: Opinion) -> str:
    """What the model's threshold is worth on cases that did not teach it; empty without any."""
    found = opinion.at_threshold
    if not found:
        return ""
    outcome = lower_first(opinion.report.outcome_label)
    call = "positive" if opinion.report.is_positive else "negative"
    right = found["ppv" if opinion.report.is_positive else "npv"]
    state = "have" if opinion.report.is_positive else "do not have"
    parts = [
        f"of 100 cases with {outcome} the threshold of {percent(opinion.report.threshold)} finds "
        f"{_of_100(found['sensitivity'])}",
        f"of 100 without it {_of_100(found['specificity'])} stay below",
    ]
    said = f"{upper_first(joined(parts))}."
    if not right.is_estimable:
        return said
    return f"{said} Of 100 cases called {call}, like this one, {_of_100(right)} {state} it."


def interval_words(interval: Estimate) -> str:
    """Of what an interval speaks: the model's own coefficients, or how its risks came true."""
    if math.isnan(interval.low):
        return upper_first(f"{interval.method}.")
    if interval.method.startswith("calibration on"):
        return (
            f"{percent(interval.level)} interval from {interval.method}: of cases with a risk like "
            "this, how many had the outcome. How another training would differ is not in it."
        )
    return f"{percent(interval.level)} interval: {interval.method}. The model's own."


def _sides(found: Disagreement) -> str:
    reached, total = len(found.reached), found.models
    who = "their threshold"
    if reached == total:
        every = "Both" if total == 2 else f"All {_count(total)}"
        return f"{every} models reach {who}."
    if not reached:
        none = (
            "Neither model reaches" if total == 2 else f"None of the {_count(total)} models reaches"
        )
        return f"{none} its threshold."
    verb, whose = ("reaches", "its threshold") if reached == 1 else ("reach", who)
    does = "does not" if total - reached == 1 else "do not"
    return (
        f"{upper_first(_count(reached))} of {_count(total)} models {verb} {whose}: "
        f"{joined(list(found.reached))}; {joined(list(found.not_reached))} {does}."
    )


def _range(found: Disagreement, outcome: str) -> str:
    (low_model, low), (high_model, high) = found.lowest, found.highest
    what = f"Their risks of {outcome}" if outcome else "Their risks"
    if percent(low) == percent(high):
        return f"{what} agree: {percent(low)}."
    return (
        f"{what} differ by {number(found.range)}: {percent(low)} ({low_model}) to "
        f"{percent(high)} ({high_model})."
    )


def _opposed(found: Disagreement) -> str:
    if not found.is_opposed:
        return ""
    return (
        f"Their prediction sets contradict each other: only “present” fits for "
        f"{joined(list(found.sets['positive']))}, only “absent” for "
        f"{joined(list(found.sets['negative']))}; at least one of them is wrong."
    )


def _count(n: int) -> str:
    return _COUNTS[n] if n < len(_COUNTS) else f"{n:,}"


def _usual(p: float, cut: float) -> str:
    """A p-value in per cent; with a decimal where it would read like the line that it lies beside."""
    return percent(p, LARGE_SAMPLE) if percent(p) == percent(cut) else percent(p)


def _of_100(rate: Estimate) -> str:
    if not rate.is_estimable:
        return DASH
    value = f"{100 * rate.value:.0f}"
    return f"{value} ({percent_interval(rate.low, rate.high)})"
