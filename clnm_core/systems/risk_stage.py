"""How far have the nodes gone, as a model that was taught risk stages puts it, and is that to be believed?

Such a model learned the stages beside its outcome. What it says of them is another answer than the
risk: nothing calibrates it, and no threshold was chosen for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.uncertainty import Estimate, wilson
from clnm_core.systems.cases import Cases


@dataclass(frozen=True, slots=True)
class TaughtStages:
    """What a model was taught of stages, and how it did with those of validation cases.

    Parameters
    ----------
    stages : tuple of str
        The stages, the mildest first.
    training : tuple of int
        Training cases of each.
    validation : tuple of tuple of int
        Validation cases by true stage (rows) and by the likeliest one (columns).

    """

    stages: tuple[str, ...]
    training: tuple[int, ...]
    validation: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        n = len(self.stages)
        rows = [self.training, *self.validation]
        if n < 2 or len(rows) != n + 1 or any(len(row) != n or min(row) < 0 for row in rows):
            raise ValueError("training and validation must count each of two stages or more.")

    @property
    def judged(self) -> int:
        """Validation cases of known stage."""
        return sum(map(sum, self.validation))

    @property
    def right(self) -> Estimate:
        """Share of the validation cases whose likeliest stage was the true one."""
        return wilson(sum(row[at] for at, row in enumerate(self.validation)), self.judged)

    @property
    def commonest(self) -> tuple[str, float]:
        """The commonest stage of the validation cases and its share: what one may always say.

        NaN without validation cases. At a tie the milder one.
        """
        counts = [sum(row) for row in self.validation]
        most = max(counts)
        share = most / self.judged if self.judged else float("nan")
        return self.stages[counts.index(most)], share

    @property
    def never_said(self) -> tuple[tuple[str, int], ...]:
        """Stages that validation cases had and that were never the likeliest, with those cases."""
        return tuple(
            (stage, sum(self.validation[at]))
            for at, stage in enumerate(self.stages)
            if self.validation[at] != (0,) * len(self.stages)
            and not any(row[at] for row in self.validation)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "stages": list(self.stages),
            "training": list(self.training),
            "validation": [list(row) for row in self.validation],
        }

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> TaughtStages:
        """What :meth:`to_dict` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is something else.

        """
        return cls(
            tuple(str(one) for one in facts["stages"]),
            tuple(int(one) for one in facts["training"]),
            tuple(tuple(int(one) for one in row) for row in facts["validation"]),
        )


@dataclass(frozen=True, slots=True)
class RiskStage:
    """What a model says of the stage of one case.

    Parameters
    ----------
    shares : tuple of float
        Of each stage, in the order of ``taught.stages``; they add up to 1 and are not calibrated.
    taught : TaughtStages
        Why it should be doubted.

    """

    shares: tuple[float, ...]
    taught: TaughtStages

    @property
    def likeliest(self) -> str:
        """The stage with the largest share; of several, the gravest."""
        last = len(self.shares) - 1 - int(np.argmax(self.shares[::-1]))
        return self.taught.stages[last]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        stages = self.taught.stages
        return {
            "likeliest": self.likeliest,
            "probabilities": dict(zip(stages, self.shares, strict=True)),
            "is_calibrated": False,
            "training_cases": dict(zip(stages, self.taught.training, strict=True)),
            "validation_cases": self.taught.judged,
            "validation_right": self.taught.right.to_dict(),
        }


@runtime_checkable
class SaysStage(Protocol):
    """A model that says more of a case than every model must: its stage. Others know nothing of it."""

    def stage(self, case: Cases) -> RiskStage | None:
        """The stage of the one case; ``None`` where the model was not taught any."""
        ...


def taught_stages(
    stages: Sequence[str], training: ArrayLike, truth: ArrayLike, shares: ArrayLike
) -> TaughtStages | None:
    """What a model was taught, and how it did; ``None`` where fewer than two stages were taught.

    Parameters
    ----------
    stages : sequence of str
        The mildest first.
    training : array-like of int, shape (training cases,)
        Place of each training case's stage; negative where it is not known.
    truth : array-like of int, shape (validation cases,)
        The same of validation cases.
    shares : array-like of float, shape (validation cases, stages)
        What the model gives each stage; of equal ones the gravest counts as said.

    Examples
    --------
    >>> taught_stages(("low", "high"), [0, 0, 1, -1], [0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    TaughtStages(stages=('low', 'high'), training=(2, 1), validation=((1, 0), (1, 1)))

    """
    places = np.asarray(training, dtype=np.int64)
    counted = _counted(places[places >= 0], len(stages))
    if np.count_nonzero(counted) < 2:
        return None
    true, given = np.asarray(truth, dtype=np.int64), np.asarray(shares, dtype=np.float64)
    said = len(stages) - 1 - given.reshape(-1, len(stages))[:, ::-1].argmax(axis=1)
    table = [tuple(_counted(said[true == at], len(stages)).tolist()) for at in range(len(stages))]
    return TaughtStages(tuple(stages), tuple(counted.tolist()), tuple(table))


def _counted(places: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    return np.bincount(places, minlength=n)
