"""A system with LLNM-Net's settings that learns in a moment, and cases whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.systems.cases import Cases
from clnm_core.systems.llnm_net.config import DEFAULTS, resolved
from clnm_core.systems.protocol import Fitted, Inputs
from clnm_core.systems.run import Run

REGISTRY = BUILT_IN.only(
    ("case_id", "patient_id", "split", "age_years", "max_diameter_mm", "capsule_distance_mm",
     "central", "lateral")
)  # fmt: skip


def columns_of(config: Mapping[str, Any]) -> list[str]:
    """What stands in for each input: distance for location, size for morphology, age."""
    read = resolved(config)
    used = []
    if read.location != "none":
        used.append("capsule_distance_mm")
    if read.morphology:
        used.append("max_diameter_mm")
    if read.demographics:
        used.append("age_years")
    return used


@dataclass
class Learned:
    """A logistic model of some columns."""

    columns: list[str]
    fit: LogisticRegression
    system: str = "llnm-net"
    outcome: str = "lateral"
    inputs: Inputs = field(default_factory=lambda: Inputs(()))

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        return self.fit.predict_proba(cases.frame[self.columns].to_numpy())[:, 1]


@dataclass
class QuickNet:
    """Counts how often it was trained, and with what."""

    trained: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    name: str = "llnm-net"
    is_cross_validated: bool = False
    defaults: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS)

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

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
        run.say(0.5, "Epoch 1 of 2")
        columns = columns_of(config)
        self.trained.append((tuple(columns), seed))
        rows = np.random.default_rng(seed).integers(len(training), size=len(training))
        drawn = training.frame.iloc[rows]
        fit = LogisticRegression().fit(drawn[columns].to_numpy(), drawn[outcome].astype(bool))
        return Fitted(Learned(columns, fit))


def cases(n: int = 600, *, splits: bool = True, seed: int = 100) -> Cases:
    """Distance matters most, then size, then age."""
    rng = np.random.default_rng(seed)
    distance, size, age = rng.normal(size=(3, n))
    risk = 1 / (1 + np.exp(2.0 * distance - 1.0 * size + 0.3 * age))
    frame = pd.DataFrame(
        {
            "case_id": [f"c{i:04d}" for i in range(n)],
            "patient_id": [f"p{i:04d}" for i in range(n)],
            "age_years": 45 + age,
            "max_diameter_mm": 12 + size,
            "capsule_distance_mm": 5 + distance,
            "central": pd.Series(rng.random(n) < 0.5, dtype="boolean"),
            "lateral": pd.Series(rng.random(n) < risk, dtype="boolean"),
        }
    )
    frame.loc[frame.index % 37 == 5, "lateral"] = pd.NA
    if splits:
        frame["split"] = np.array(["train", "train", "validation", "external"])[np.arange(n) % 4]
    return Cases(frame, REGISTRY)
