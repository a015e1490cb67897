"""What does one check say: found, clear, or not checked?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from clnm_core.stats.findings import Finding, Severity

State = Literal["found", "clear", "not checked"]

FAMILY_ERROR = 0.01
"""Chance of any false alarm that a check based on tests allows itself, all its tests together."""


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """The outcome of one check.

    Parameters
    ----------
    code : str
        ``C01`` to ``C19``; stable.
    state : {"found", "clear", "not checked"}
        ``not checked`` where the data that it needs are not there; never read as clear.
    severity : {"error", "warning", "info"}
        Of what was found; ``info`` where nothing was.
    told : str
        What was found, with the numbers, or that nothing was; no full stop.
    advice : str
        What to do about it; empty where nothing was found.
    rows : pandas.DataFrame
        What was found, one row each; empty where nothing was.

    """

    code: str
    state: State
    severity: Severity
    told: str
    advice: str
    rows: pd.DataFrame

    @property
    def message(self) -> str:
        """The whole of it as sentences."""
        return f"{self.told}. {self.advice}".rstrip()

    @property
    def finding(self) -> Finding | None:
        """What was found, as an audit reports it; ``None`` where nothing was."""
        if self.state != "found":
            return None
        return Finding(self.code, self.severity, self.message)


def found(code: str, severity: Severity, told: str, advice: str, rows: pd.DataFrame) -> Check:
    """A check that found something."""
    return Check(code, "found", severity, told, advice, rows.reset_index(drop=True))


def clear(code: str, told: str) -> Check:
    """A check that looked and found nothing."""
    return Check(code, "clear", "info", told.rstrip("."), "", pd.DataFrame())


def not_checked(code: str, told: str) -> Check:
    """A check that could not look; the sentence says what it would need."""
    return Check(code, "not checked", "info", told.rstrip("."), "", pd.DataFrame())


def several(n: int, noun: str, plural: str = "") -> str:
    """A count with its noun.

    Examples
    --------
    >>> several(1, "patient"), several(1204, "case")
    ('1 patient', '1,204 cases')

    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def holm(p: list[float]) -> list[float]:
    """P values adjusted for their number, so that the chance of any false alarm is held.

    References
    ----------
    .. [1] Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat
       1979;6:65-70. https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]

    """
    order = sorted(range(len(p)), key=lambda place: p[place])
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = highest
    return adjusted
