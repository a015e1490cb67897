"""What did dividing images promise of a network, and how much of it was a leak?

Plain figures and the sentence about them. The networks that gave them are thrown away: no model is
ever one of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clnm_core.stats.uncertainty import Estimate

_ESTIMATES = ("by_image", "by_patient", "difference")


@dataclass(frozen=True, slots=True)
class Both:
    """Two ways to divide, judged on the same cases.

    Parameters
    ----------
    cases, patients : int
    by_image, by_patient : Estimate
        AUROC of the networks that learned with images and with patients divided.
    difference : Estimate
        The first minus the second, paired.

    """

    cases: int
    patients: int
    by_image: Estimate
    by_patient: Estimate
    difference: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "cases": self.cases,
            "patients": self.patients,
            **{name: getattr(self, name).to_dict() for name in _ESTIMATES},
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Both:
        """What :meth:`to_dict` wrote."""
        estimates = {name: Estimate.from_dict(values[name]) for name in _ESTIMATES}
        return cls(int(values["cases"]), int(values["patients"]), **estimates)


@dataclass(frozen=True, slots=True)
class Leak:
    """What one network promised with images divided, and with patients divided.

    Parameters
    ----------
    network : str
        For a reader: ``DenseNet121``.
    held_out : Both
        Every case, judged by the networks that did not learn from it: with images divided they
        may have learned from other cases of its patient.
    new : Both
        Patients from whom no network learned.

    """

    network: str
    held_out: Both
    new: Both

    @property
    def sentence(self) -> str:
        """The difference in words, and whose figures these are not."""
        return f"{self.finding} {THROWN_AWAY}"

    @property
    def finding(self) -> str:
        """The difference in words."""
        held, new = self.held_out, self.new
        if not held.difference.is_estimable:
            return (
                f"{self.network}: what dividing images instead of patients would promise cannot be "
                f"estimated: {held.difference.method.partition(': ')[2]}."
            )
        said = (
            f"{self.network}: dividing images would have promised an AUROC of "
            f"{_area(held.by_image)}; dividing patients promises {_area(held.by_patient)} on the "
            f"same {held.cases:,} cases of {held.patients:,} patients: {_difference(held)}."
        )
        if new.difference.is_estimable:
            said += (
                f" On {new.cases:,} cases of {new.patients:,} patients who were new to both they "
                f"reach {new.by_image.value:.3f} and {new.by_patient.value:.3f} "
                f"({_difference(new)})."
            )
        return f"{said} {self._verdict}"

    @property
    def _verdict(self) -> str:
        leak, chance = self.held_out.difference, self.new.difference
        if leak.low > 0 and chance.is_estimable and not _is_above(leak, chance):
            return (
                "Patients who were new gain so much too that this is not shown to be a leak: two "
                "networks also differ by chance."
            )
        if leak.low > 0:
            return "Dividing images flatters this network here."
        if leak.high < 0:
            return "Dividing images does not flatter this network here."
        return (
            f"No leak is shown here; one of up to {leak.high:+.3f} would still agree with these "
            "cases."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "network": self.network,
            "held_out": self.held_out.to_dict(),
            "new": self.new.to_dict(),
            "sentence": self.sentence,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Leak:
        """What :meth:`to_dict` wrote."""
        return cls(
            str(values["network"]),
            Both.from_dict(values["held_out"]),
            Both.from_dict(values["new"]),
        )


THROWN_AWAY = (
    "The networks that learned with images divided were thrown away: the model was trained and "
    "chosen with patients divided."
)


def leaks_of(manifest: Mapping[str, Any]) -> tuple[Leak, ...]:
    """The leak of every network that a manifest tells of; of most models there is none.

    Parameters
    ----------
    manifest : mapping
        Of a model with what was tried beside it, or of one that was tried.

    Examples
    --------
    >>> leaks_of({"candidates": [{"name": "densenet121", "facts": {}}]})
    ()

    """
    each = [one.get("facts", {}).get("leak") for one in manifest.get("candidates", (manifest,))]
    return tuple(Leak.from_dict(said) for said in each if said)


def _is_above(one: Estimate, other: Estimate) -> bool:
    """Whether one difference is clearly above that of other patients, at the level of both."""
    half = math.hypot(one.value - one.low, other.high - other.value)
    return one.value - other.value > half


def _area(one: Estimate) -> str:
    return f"{one.value:.3f} ({one.low:.3f}–{one.high:.3f})"


def _difference(both: Both) -> str:
    one = both.difference
    value, low, high = (
        f"{number:+.3f}".replace("-", "\N{MINUS SIGN}") for number in (one.value, one.low, one.high)
    )
    return f"difference {value}, {100 * one.level:g} % CI {low} to {high}"
