"""A few simulated nodes on CT: metastatic ones are bright."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View

REGISTRY = Registry(
    (
        Column("case_id", "Case", Kind.TEXT, Role.IDENTIFIER),
        Column("patient_id", "Patient", Kind.TEXT, Role.IDENTIFIER),
        Column("split", "Split", Kind.CATEGORY, Role.DESIGN),
        Column("metastatic", "Metastatic node", Kind.FLAG, Role.OUTCOME),
    )
)
SIDE, SPACING = 64, 0.5

SMALL = {
    "networks": ["densenet121"],
    "size": 32,
    "epochs": 1,
    "batch": 16,
    "warmup_epochs": 0,
    "field_mm": 24.0,
    "learning_rate": 1e-3,
}


def disc(radius: float = 8.0) -> np.ndarray:
    rows, columns = np.indices((SIDE, SIDE)) - SIDE / 2 + 0.5
    return rows**2 + columns**2 <= radius**2


def node(is_metastatic: bool, random: np.random.Generator) -> Item:
    lesion = disc(random.uniform(6, 10))
    grey = random.normal(60, 12, (SIDE, SIDE)) + lesion * (110 if is_metastatic else 40)
    return Item(np.clip(grey, 0, 255).astype(np.float32), lesion, None, (SPACING, SPACING))


def ct_cases(
    patients: int = 30,
    *,
    seed: int = 0,
    modality: str = "CT",
    draw: Callable[[bool, np.random.Generator], Item] = node,
    first: int = 0,
) -> Cases:
    """Two nodes per patient, one in three metastatic."""
    random = np.random.default_rng([seed, 8])
    rows, views = [], {}
    for number in range(2 * patients):
        name = f"N-{first + number:03d}"
        truth = bool(random.random() < 1 / 3) if number > 3 else number < 2
        rows.append((name, f"P-{(first + number) // 2:03d}", truth))
        item = draw(truth, random)
        views[name] = (
            View(
                f"{name}-axial",
                "axial",
                modality,
                item.lesion is not None,
                False,
                lambda item=item: item,
            ),
        )
    frame = pd.DataFrame(rows, columns=["case_id", "patient_id", "metastatic"])
    frame["metastatic"] = frame["metastatic"].astype("boolean")
    return Cases(frame, REGISTRY, views)
