"""What was found in one group of cases?"""

from __future__ import annotations

from dataclasses import dataclass

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.stats.uncertainty import Estimate

FEWEST = 10
"""Groups with fewer cases are listed, and not scored, where no other number is asked for."""

TOO_FEW = "too few"
FEW_EVENTS = "few events"
FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """How the model does in one group.

    Parameters
    ----------
    column, level : str
        Which column, and which group of it.
    n, events : int
        Cases, and cases with the outcome.
    flags : tuple of str
        ``too few`` (fewer cases than are scored), ``few events`` (fewer events or
        non-events than that), ``folded`` (stands for several small groups).
    metrics : dict of str to Estimate
        Every measure of :data:`~clnm_core.stats.metrics.METRICS`.

    """

    column: str
    level: str
    n: int
    events: int
    flags: tuple[str, ...]
    metrics: dict[str, Estimate]

    @property
    def is_scored(self) -> bool:
        """Whether the group has enough cases to be scored."""
        return TOO_FEW not in self.flags

    @property
    def may_be_reference(self) -> bool:
        """Whether others may be compared with it: scored, known, and one group."""
        return self.is_scored and self.level != UNKNOWN and FOLDED not in self.flags
