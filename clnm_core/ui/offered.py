"""What does the current store offer to a link and to the widgets of the cohort bar?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.domain.columns import Registry
from clnm_core.ui import cached


class Offered:
    """The current store, as a link sees it."""

    def cohorts(self) -> Mapping[str, str]:
        """Name and title of each cohort, in order."""
        return {record.name: record.title for record in cached.cohorts()}

    def registry(self, cohort: str) -> Registry:
        """The columns of a cohort."""
        return cached.registry(cohort)

    def outcomes(self, cohort: str) -> Sequence[str]:
        """In reading order; the one that most models judge leads, as it is the default."""
        judged = [model.outcome for model in cached.models(cohort)]
        names = [count.name for count in cached.cohort(cohort).outcomes]
        first = max(names, key=judged.count, default="")
        return sorted(names, key=lambda name: name != first)

    def splits(self, cohort: str) -> Sequence[str]:
        """The splits that cases of a cohort are in."""
        return [value for value in self.values(cohort, "split") if value != UNKNOWN]

    def values(self, cohort: str, column: str) -> Sequence[str]:
        """The stored words that the widget of a category or flag offers."""
        return cached.values(cohort, column)

    def number_range(self, cohort: str, column: str) -> tuple[float, float]:
        """The ends of the slider of a number."""
        low, high, _ = slider_scale(*cached.number_range(cohort, column))
        return low, high


def slider_scale(low: float, high: float) -> tuple[float, float, float]:
    """Ends and step of a slider for values from ``low`` to ``high``.

    The step is a round number of which at least fifty fit; the ends are multiples of it.

    Examples
    --------
    >>> slider_scale(18.0, 88.0), slider_scale(0.03, 14.21)
    ((18.0, 88.0, 1.0), (0.0, 14.4, 0.2))

    """
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return low, high, 0.0
    power = 10.0 ** math.floor(math.log10(span / 50))
    step = next(power * unit for unit in (10.0, 5.0, 2.0, 1.0) if power * unit <= span / 50)
    digits = max(0, -math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return round(first * step, digits), round(last * step, digits), round(step, digits)
