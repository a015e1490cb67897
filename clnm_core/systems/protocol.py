"""What must every system be able to do?

A *system* is a way to learn: it says what it needs and fits a *model*. A model judges cases,
says why, and is plain values (:class:`State`) whenever it has to be written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases
from clnm_core.systems.explanation import Attributions, Explanation
from clnm_core.systems.run import Run


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a model reads of a case.

    Parameters
    ----------
    columns : tuple of Column
        Recorded variables, in the order of a form; each may be unknown.
    views : tuple of str
        The pictures that it wants (``transverse``, ``longitudinal``, ``axial``, or ``any``);
        empty where it reads none. One is enough where several are averaged.
    modality : str
        ``US`` or ``CT``; empty where it reads no picture.
    structures : tuple of str
        Outlines that each picture must have: ``lesion``, ``gland``.
    reads_report : bool
        Whether it reads ``report_text``.

    """

    columns: tuple[Column, ...]
    views: tuple[str, ...] = ()
    modality: str = ""
    structures: tuple[str, ...] = ()
    reads_report: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """A model as plain values: what is written down, and all that is needed to rebuild it.

    Parameters
    ----------
    tensors : dict of str to numpy.ndarray
        Kept as safetensors.
    facts : dict
        Kept as JSON.
    files : dict of str to bytes
        Further files by name (letters, digits, dots and hyphens), such as ``svm.skops``.

    """

    tensors: dict[str, NDArray[Any]]
    facts: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)


class Model(Protocol):
    """What was learned. Equal models give equal risks, whatever other cases are beside."""

    @property
    def system(self) -> str:
        """Name of its system."""
        ...

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        ...

    @property
    def inputs(self) -> Inputs:
        """What it reads."""
        ...

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Calibrated probability of the outcome for each case, in [0, 1].

        Raises
        ------
        UnfitCaseError
            If a case lacks a picture or an outline that the model reads.

        """
        ...

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case, with an interval where the model has one."""
        ...

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """Sentences about what makes the one case unlike the training cases."""
        ...

    def explain(self, case: Cases) -> Explanation:
        """Why the one case got its risk."""
        ...

    def attributions(self, cases: Cases) -> Attributions | None:
        """Exact Shapley values of each case; ``None`` for a model that has none to give."""
        ...

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """What the model makes of each case before its answer, shape (cases, numbers).

        Cases that lie near each other here look alike to the model. Scaled so that distances mean
        something: by default each number has about unit variance among training cases.

        Raises
        ------
        UnfitCaseError
            If a case lacks a picture or an outline that the model reads.

        """
        ...

    def state(self) -> State:
        """The model as plain values."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One model that was tried, or one part of the model, judged beside it.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens: ``clinical``, ``svm``, ``densenet121``.
    label : str
        For a reader.
    risk : callable
        Risk of each of some cases.
    held_out : numpy.ndarray of float64, shape (training cases,), or None
        Risk of each training case from a fit that had not seen its patient.
    facts : dict
        Plain values: what was tuned, how many weights, ...

    """

    name: str
    label: str
    risk: Callable[[Cases], NDArray[np.float64]]
    held_out: NDArray[np.float64] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training cases, as it is kept with the model."""

    network: str
    number: int  #: from 1
    loss: float  #: mean over the training cases
    validation_auc: float  #: NaN where it cannot be estimated
    seconds: float


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """A model, and what else came of the training.

    Parameters
    ----------
    model : Model
    held_out : numpy.ndarray of float64, shape (training cases,), or None
        Risk of each training case from a fit that had not seen its patient; ``None`` where
        there was none, and training risks are then those of the model itself.
    candidates : tuple of Candidate
        Everything that was tried, and the parts of a model that has parts.
    history : tuple of Epoch
    notes : tuple of str
        Sentences for the model card: what was set aside, what was not done.

    """

    model: Model
    held_out: NDArray[np.float64] | None = None
    candidates: tuple[Candidate, ...] = ()
    history: tuple[Epoch, ...] = ()
    notes: tuple[str, ...] = ()


class System(Protocol):
    """A way to learn."""

    @property
    def name(self) -> str:
        """As the command line knows it: ``cli-dlr``."""
        ...

    @property
    def is_cross_validated(self) -> bool:
        """Whether ``fit`` gives held-out risks of the training cases (quick learners do).

        A cohort without splits is then cross-validated as a whole; else its patients are divided
        into training, validation and test.
        """
        ...

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every setting with its default, as plain values."""
        ...

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse cases that cannot be learned from, before anything is computed.

        Parameters
        ----------
        cases : Cases
            Training cases, validation cases or both; outcomes known.
        outcome : str
        config : mapping
            Every setting of ``defaults``, some with other values.

        Returns
        -------
        tuple of str
            Sentences about what will be left out.

        Raises
        ------
        ClnmError
            If something is lacking: which, in how many cases, and what to do.

        """
        ...

    def fit(
        self,
        training: Cases,
        validation: Cases | None,
        *,
        outcome: str,
        config: Mapping[str, Any],
        seed: int,
        run: Run,
    ) -> Fitted:
        """Learn. Nothing but these cases is ever seen.

        Parameters
        ----------
        training, validation : Cases
            Outcomes known, no patient in both. Without validation cases what is chosen on them
            (calibration, stopping) is chosen within training, patient by patient.
        outcome : str
        config : mapping
            Every setting of ``defaults``, some with other values.
        seed : int
            Equal seeds, cases and settings give equal models on a CPU.
        run : Run

        Raises
        ------
        TrainingError, PredictorError, MissingOutcomeError
            If nothing can be learned.
        TrainingStopped
            If it was asked to stop.

        """
        ...

    def restore(self, state: State) -> Model:
        """The model of a state.

        Raises
        ------
        ModelError
            If the state is not one of this system's.

        """
        ...
