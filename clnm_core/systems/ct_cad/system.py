"""The system ct-cad: eight networks on CT of single nodes (Lee 2019).

The paper divides images at random; here patients are divided. It pretrains on ImageNet; here that
is done where weights are given or asked for, and where they are not the model says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from clnm_core.errors import MissingOutcomeError
from clnm_core.systems.cases import Cases
from clnm_core.systems.ct_cad.kinds import NAME
from clnm_core.systems.ct_cad.pictures import require_pictures
from clnm_core.systems.ct_cad.settings import DEFAULTS, chosen
from clnm_core.systems.protocol import Fitted, Model, State
from clnm_core.systems.run import Run

FEWEST_PER_CLASS = 10
"""Cases with and without the outcome below which nothing is trained."""

FEWEST_PATIENTS = 10
"""Patients below which training and validation cannot both have some."""


class CtCad:
    """Trains networks on CT of nodes; see :class:`~clnm_core.systems.protocol.System`."""

    @property
    def name(self) -> str:
        """As the command line knows it."""
        return NAME

    @property
    def is_cross_validated(self) -> bool:
        """Networks take too long to be trained for every fold."""
        return False

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every setting with its default."""
        return DEFAULTS

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse cases that cannot be learned from.

        Raises
        ------
        UnfitCaseError
            If a case has no CT picture with the node outlined.
        MissingOutcomeError
            If there are too few cases or patients.
        TrainingError
            If a setting cannot be used.

        """
        settings = chosen(config, device="cpu")
        require_pictures(cases)
        y_true = cases.outcome(outcome)
        events = int(y_true.sum())
        if min(events, len(cases) - events) < FEWEST_PER_CLASS:
            raise MissingOutcomeError(
                f"ct-cad needs at least {FEWEST_PER_CLASS} nodes with and without the outcome; "
                f"there are {events} with and {len(cases) - events} without. Choose another "
                "outcome or a larger cohort."
            )
        patients = len(np.unique(cases.patient))
        if patients < FEWEST_PATIENTS:
            raise MissingOutcomeError(
                f"ct-cad needs nodes of at least {FEWEST_PATIENTS} patients, so that some can be "
                f"kept apart for validation; there are {patients}. Choose a larger cohort."
            )
        if settings.is_from_hub or all(settings.checkpoints.values()):
            return ()
        return (
            "Networks without a file of weights begin with random ones (no pretrained weights).",
        )

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
        """Train the networks; the best on validation is the model."""
        from clnm_core.systems.ct_cad.trials import fitted  # with it come torch and timm

        return fitted(training, validation, outcome=outcome, config=config, seed=seed, run=run)

    def restore(self, state: State) -> Model:
        """The model of a state.

        Raises
        ------
        ModelError
            If the state is not one of this system's.

        """
        from clnm_core.systems.ct_cad.model import restored  # with it come torch and timm

        return restored(state)


CT_CAD = CtCad()
