"""Is this case unlike the training cases, and how did those most like it end, in words?"""

from __future__ import annotations

from collections.abc import Sequence

from clnm_core.report.wording import count_text, lower_first, upper_first

SIMILAR_CAUTION = (
    "Similar cases show what lies near this one in the cohort. Eight are too few to be a risk: "
    "the model's risk rests on all cases that taught it."
)
"""What stands wherever similar cases are shown."""

BY_MODEL = (
    "To the model: by Euclidean distance between what it makes of each case before its answer."
)
BY_TABLE = (
    "By findings: by Gower's distance between what is recorded before surgery; what is unknown of "
    "either case does not count (Gower 1971, doi:10.2307/2528823)."
)

NO_REFERENCE = (
    "What this model makes of its cohort has not been worked out, so this case cannot be compared "
    "with its training cases."
)
"""Where a model has no reference yet."""

EARLIER_RELEASE = (
    "What this model makes of its cohort was worked out by another release of this program, so "
    "this case cannot be compared with it. Have it made again."
)
"""Where the numbers of a reference are not those of today."""


def unlike_sentence(unusual: int, usual: int) -> str:
    """How many things are unlike the training cases, and how many checks found nothing.

    Parameters
    ----------
    unusual : int
        Sentences that warn, the model's own doubts among them.
    usual : int
        Checks that found nothing unusual.

    Examples
    --------
    >>> unlike_sentence(0, 11)
    'Nothing makes this case unlike the training cases: 11 checks found nothing unusual.'
    >>> unlike_sentence(1, 10)
    'One thing makes this case unlike the training cases; 10 checks found nothing unusual.'

    """
    checked = f"{count_text(usual, 'check')} found nothing unusual" if usual else ""
    if not unusual:
        rest = f": {checked}" if checked else ", as far as the model looks"
        return f"Nothing makes this case unlike the training cases{rest}."
    things = "One thing makes" if unusual == 1 else f"{unusual} things make"
    rest = f"; {checked}" if checked else ""
    return f"{things} this case unlike the training cases{rest}."


def similar_sentence(by_model: Sequence[bool], by_table: Sequence[bool], outcome: str) -> str:
    """How many of the most similar cases had the outcome.

    Parameters
    ----------
    by_model, by_table : sequence of bool
        Outcome of each case that is near to the model, and near by findings; empty where they
        could not be compared.
    outcome : str
        Its label.

    Examples
    --------
    >>> similar_sentence([True] * 5 + [False] * 3, [True] * 6 + [False] * 2, "Lateral metastasis")
    'To the eye of the model, 5 of the 8 most similar cases had lateral metastasis; by findings, 6 of 8.'
    >>> similar_sentence([], [True], "Lateral metastasis")
    'By findings, the most similar case had lateral metastasis.'

    """
    parts = [
        (found, how)
        for found, how in ((by_model, "to the eye of the model"), (by_table, "by findings"))
        if found
    ]
    if not parts:
        return "No case of the cohort can be compared with this one."
    (first, how), what = parts[0], lower_first(outcome)
    if len(first) == 1:
        said = f"the most similar case {'had' if first[0] else 'did not have'} {what}"
    else:
        said = f"{sum(first)} of the {len(first)} most similar cases had {what}"
    further = [f"{how}, {sum(found)} of {len(found)}" for found, how in parts[1:]]
    return f"{upper_first('; '.join([f'{how}, {said}', *further]))}."


def taught_sentence(splits: Sequence[str]) -> str:
    """How many of some cases the model has learned from: near ones flatter it."""
    taught = sum(word in ("train", "cross-validated") for word in splits)
    if not splits or not taught:
        return ""
    number = "All of them" if taught == len(splits) else f"{taught} of these {len(splits)} cases"
    return f"{number} taught the model." if taught > 1 else "One of these cases taught the model."


def gone_sentence(gone: int) -> str:
    """How many cases the cohort does not have any more as they were; empty for none."""
    if not gone:
        return ""
    verb, were = ("is", "was") if gone == 1 else ("are", "were")
    return (
        f"{count_text(gone, 'case')} that the model was compared with {verb} no longer in the "
        f"cohort as {'it' if gone == 1 else 'they'} {were}, and {verb} left out."
    )
