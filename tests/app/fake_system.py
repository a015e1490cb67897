"""A system that needs no torch, and models of it in a store, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import TrainingError, UnfitCaseError
from clnm_core.features.items import Item
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.selection import cases
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.explanation import Attributions, Explanation, SaliencyMap
from clnm_core.systems.protocol import Inputs, State
from tests.small_store import NECK

SEEING = Inputs(
    BUILT_IN.only(("age_years", "sex")).predictors(),
    views=("transverse", "longitudinal"),
    modality="US",
    structures=("lesion",),
    reads_report=True,
)

LEARNERS = {"svm": "Support vector machine", "forest": "Random forest", "knn": "k neighbours"}


class FakeSystem:
    """What the pages ask of a system before anything is trained."""

    name = "score-model"
    is_cross_validated = True

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.defaults: Mapping[str, Any] = {
            "epochs": 20,
            "learning_rate": 0.001,
            "is_balanced": True,
            "size": "small",
            "learners": ["svm", "forest"],
            "nested": {"not": "in a form"},
        }

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        if self.refusal:
            raise TrainingError(self.refusal)
        return (f"{len(cases)} cases have {outcome} known; nothing is left out.",)


def publish_trained(
    root: Path, name: str = "score", system: str = "score-model", **said: Any
) -> None:
    """Publish a model with three others that were tried beside it, and two networks' epochs.

    ``said``: what its manifest should say besides, or else.
    """
    with Warehouse.open(root) as warehouse:
        drawn = cases(warehouse, CohortQuery(NECK, "lateral"), ["split", "true_risk"])
    history = [
        {
            "network": network,
            "number": epoch,
            "loss": 1.0 / epoch,
            "validation_auc": 0.9 - 0.01 * abs(epoch - best),
            "seconds": 1.0,
        }
        for network, best in (("small", 3), ("large", 5))
        for epoch in range(1, 8)
    ]
    whole = {
        "digest": "a" * 64,
        "threshold": 0.4,
        "threshold_from": "validation",
        "training_cases": 160,
        "outcome_label": "Lateral neck metastasis",
        "history": history,
        "notes": ["No report was read."],
    } | said

    def build(con: Connection) -> None:
        for place, (part, label) in enumerate({"": "", **LEARNERS}.items()):
            one = f"{name}-{part}" if part else name
            facts = {"part_of": name, "candidate": part, "label": label, "threshold": 0.5}
            put_model(
                con,
                ModelRecord(one, NECK, "lateral", system, manifest=facts if part else whole),
            )
            noise = np.random.default_rng(place).normal(0, 0.1 + 0.1 * place, len(drawn))
            risk = (drawn["true_risk"] + noise).clip(0.01, 0.99)
            replace_predictions(con, NECK, one, drawn[["case_id", "split"]].assign(risk=risk))

    publish(root, build, action="train", detail={"cohort": NECK, "model": name})


class SeeingModel:
    """A model that reads two views with the lesion outlined, and the report."""

    system, outcome = "llnm-net", "lateral"
    inputs = SEEING

    def risk(self, cases: Cases) -> np.ndarray:
        return np.full(len(cases), self.case_risk(cases).value)

    def case_risk(self, case: Cases) -> Estimate:
        seen = self._seen(case)
        read = "lymph" in str(case.frame["report_text"].iloc[0])
        return Estimate(0.2 + 0.2 * len(seen) + 0.3 * read, np.nan, np.nan, 0.95, "")

    def doubts(self, case: Cases) -> tuple[str, ...]:
        return (
            ("One view only; the model was trained on two.",) if len(self._seen(case)) < 2 else ()
        )

    def explain(self, case: Cases) -> Explanation:
        report = case.frame["report_text"].iloc[0]
        return Explanation(
            maps=tuple(
                SaliencyMap(view.image_id, "attention", self._map(view.read()))
                for view in self._seen(case)
            ),
            shares={"images": 0.6, "location": 0.3, "report": 0.1},
            words=tuple((word, 0.5) for word in str(report).split()) if report else (),
            notes=("Two views are averaged.",),
        )

    def attributions(self, cases: Cases) -> Attributions | None:
        return None

    def embedding(self, cases: Cases) -> np.ndarray:
        return self.risk(cases)[:, None].astype(np.float32)

    def state(self) -> State:
        return State({}, {})

    def _seen(self, case: Cases) -> tuple[View, ...]:
        views = [view for view in case.views_of(case.frame["case_id"].iloc[0]) if view.has_lesion]
        if not views:
            raise UnfitCaseError("None of its pictures has the lesion outlined.")
        return tuple(views)

    @staticmethod
    def _map(item: Item) -> np.ndarray:
        return np.zeros(item.grey.shape, dtype=np.float32) + item.lesion


def publish_seeing(root: Path) -> SeeingModel:
    """Publish the record of a model that reads pictures; its files are the test's to replace."""
    pictures = {
        "views": list(SEEING.views),
        "modality": SEEING.modality,
        "structures": list(SEEING.structures),
        "reads_report": SEEING.reads_report,
    }
    manifest = {
        **{"digest": "b" * 64, "name": "seeing", "cohort": NECK, "threshold": 0.5},
        **{"threshold_from": "validation", "training_cases": 160, "store_version": 1},
        **{"outcome_label": "Lateral neck metastasis", "pictures": pictures, "system": "llnm-net"},
        "inputs": [column.to_dict() for column in SEEING.columns],
    }

    def build(con: Connection) -> None:
        put_model(con, ModelRecord("seeing", NECK, "lateral", "llnm-net", manifest=manifest))

    publish(root, build, action="train", detail={"cohort": NECK, "model": "seeing"})
    return SeeingModel()
