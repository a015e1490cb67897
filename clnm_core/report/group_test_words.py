"""Do the groups of a column differ at all, in a sentence or two?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from clnm_core.report.gap_words import column_words
from clnm_core.report.wording import count_text, joined, lower_first, p_text, upper_first
from clnm_core.stats.findings import FALSE_DISCOVERIES
from clnm_core.stats.interaction import AREA, LEVEL, SLOPE, GroupTest

_WORDS = {
    LEVEL: "how far their risks are off",
    SLOPE: "how steeply the outcome follows the risk",
    AREA: "AUC",
}
_MOST_NAMED = 4


def group_tests_text(tests: Sequence[GroupTest], labels: Mapping[str, str]) -> str:
    """Whether the groups of each column differ in calibration or AUC, taken together.

    Parameters
    ----------
    tests : sequence of GroupTest
        Of one or more columns.
    labels : mapping of str to str
        What a reader sees for a column's name.

    Returns
    -------
    str
        One sentence per column, and why a test could not be made.

    """
    sentences = []
    for column in dict.fromkeys(test.column for test in tests):
        words = lower_first(column_words(column, labels))
        sentences.append(_of_column([test for test in tests if test.column == column], words))
    return " ".join(sentences)


def _of_column(tests: Sequence[GroupTest], column: str) -> str:
    made = [test for test in tests if not math.isnan(test.p)]
    missing = [test for test in tests if math.isnan(test.p)]
    parts = []
    differ = [test for test in made if test.p < FALSE_DISCOVERIES]
    alike = [test for test in made if test.p >= FALSE_DISCOVERIES]
    if differ:
        parts.append(f"the groups of {column} differ in {_named(differ)}")
    if alike:
        start = "they are" if differ else f"the groups of {column} are"
        parts.append(f"{start} not shown to differ in {_named(alike)}")
    for reason in dict.fromkeys(_reason(test) for test in missing):
        which = joined([_WORDS[test.of] for test in missing if _reason(test) == reason])
        whose = "" if made else f" by {column}"
        parts.append(f"{which} cannot be compared{whose}: {reason}")
    opening = "taken together, " if made else ""
    return upper_first(opening + "; ".join(parts)) + "." + _left_out(made)


def _named(tests: Iterable[GroupTest]) -> str:
    return joined([f"{_WORDS[test.of]} ({p_text(test.p)})" for test in tests])


def _reason(test: GroupTest) -> str:
    return test.method.split(": ", 1)[1]


def _left_out(tests: Iterable[GroupTest]) -> str:
    names = list(dict.fromkeys(name for test in tests for name in test.left_out))
    if not names:
        return ""
    listed = joined(names) if len(names) <= _MOST_NAMED else count_text(len(names), "group")
    return f" Not in every test, having one class or one risk only: {listed}."
