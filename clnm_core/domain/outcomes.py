"""How many have the outcome, how many have not, and for how many is it not known?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """One outcome counted: three states, never two."""

    name: str
    true: int
    false: int
    unknown: int

    @property
    def known(self) -> int:
        """Cases whose outcome is known."""
        return self.true + self.false

    @classmethod
    def of(cls, name: str, values: Iterable[bool | None]) -> OutcomeCount:
        """Count an outcome; ``None`` and NaN are unknown.

        Examples
        --------
        >>> OutcomeCount.of("lateral", [True, False, None, False])
        OutcomeCount(name='lateral', true=1, false=2, unknown=1)

        """
        true = false = unknown = 0
        for value in values:
            if value is None or value != value:
                unknown += 1
            elif value:
                true += 1
            else:
                false += 1
        return cls(name, true, false, unknown)
