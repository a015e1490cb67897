"""Do prediction sets keep their promise here, and if not, by how much and why, in words?"""

from __future__ import annotations

from clnm_core.explain.conformal import smallest_class
from clnm_core.explain.coverage import CLOSE, Covered, Kept
from clnm_core.report.wording import (
    Unit,
    count_text,
    estimate_text,
    joined,
    lower_first,
    number,
    percent,
    percent_interval,
    upper_first,
)


def coverage_answer(found: Kept, *, outcome_label: str, where: str) -> str:
    """How often the sets hold the truth, against what is promised, and what explains a gap.

    Parameters
    ----------
    found : Kept
    outcome_label : str
        The outcome in words.
    where : str
        What kind of cases are looked at, as an adjective; empty for all.

    """
    level = percent(found.level)
    if not found.covered:
        return _nothing(found)
    outcome = lower_first(outcome_label)
    names = (f"with {outcome}", "without it")
    measured = [
        (name, one, band)
        for name, one, band in zip(names, found.covered[:2], found.ranges, strict=True)
        if one.n
    ]
    shares = joined(
        [f"{estimate_text(one.share, Unit.SHARE, n=one.n)} {name}" for name, one, _ in measured]
    )
    if found.is_own:
        return (
            f"The sets are made from the {found.split} cases themselves. Each judged without its "
            f"own patient, they hold the truth in {shares}: that this is near {level} is so by "
            "construction. Look at test or external cases to see whether it holds elsewhere."
        )
    n = found.covered[2].n
    cases = count_text(n, f"{where} case".strip())
    said = [
        f"Of {cases} the sets hold the truth in {shares}; promised are {level}.",
        *_verdicts(measured, found),
        _single(found.covered[2]),
    ]
    return " ".join(said)


def range_words(band: tuple[float, float]) -> str:
    """The shares that chance alone allows: "82–97 %"; a dash where there are no cases.

    Examples
    --------
    >>> range_words((0.8138, 0.9724)), range_words((float("nan"), float("nan")))
    ('81–97 %', '–')

    """
    return "–" if band[0] != band[0] else f"{percent_interval(*band)} %"


def _nothing(found: Kept) -> str:
    if not found.split:
        return (
            "There are no prediction sets for this model: it has neither risks of validation cases "
            "with a known outcome nor held-out risks of training cases. Bring its risks for a split "
            "named validation."
        )
    with_it, without = found.known
    return (
        f"There are no prediction sets at {percent(found.level)} for this model: they need "
        f"{smallest_class(found.level)} patients with and without the outcome that did not teach "
        f"it, and the {found.split} cases have {with_it} and {without}. Choose a lower level."
    )


def _verdicts(measured: list[tuple[str, Covered, tuple[float, float]]], found: Kept) -> list[str]:
    """What is to be held of each class; those that keep their promise alike are said together."""
    said: list[str] = []
    gaps = [(name, one.share.value - found.level, band) for name, one, band in measured]
    close = [name for name, gap, _ in gaps if abs(gap) <= CLOSE + 1e-9]
    if close:
        who = "Both are" if len(close) == 2 else f"{upper_first(close[0])} that is"
        said.append(f"{who} within {100 * CLOSE:.0f} points of it.")
    more = [name for name, gap, _ in gaps if gap > CLOSE + 1e-9]
    if more:
        said.append(f"{upper_first(joined(more))} they hold it more often than promised.")
    for name, gap, band in gaps:
        if gap >= -CLOSE - 1e-9:
            continue
        short = f"{upper_first(name)} they fall {number(-100 * gap, 0)} points short"
        if found.level + gap >= band[0]:
            said.append(f"{short}, which chance allows ({range_words(band)} with so few patients).")
        else:
            said.append(
                f"{short}, more than chance allows ({range_words(band)} in 95 of 100 studies): these patients, centres "
                f"or devices are not like the {found.split} cases, and a set of "
                f"{percent(found.level)} is worth {percent(found.level + gap)} here."
            )
    return said


def _single(every: Covered) -> str:
    share = every.answers["positive"] + every.answers["negative"]
    said = (
        f"{percent(share, every.n)} of cases get a single answer, the others “present or absent”."
    )
    if every.filled:
        case = "case" if every.filled == 1 else "cases"
        said += f" In {every.filled:,} {case} neither fitted, and the likelier is given."
    return said
