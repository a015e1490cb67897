"""Patients with small drawn pictures, as tests of LLNM-Net need them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View

TINY = {
    "width": 8,
    "heads": 2,
    "cross_blocks": 1,
    "self_blocks": 1,
    "members": 1,
    "epochs": 2,
    "batch": 12,
    "patience": 0,
    "warmup_epochs": 0,
    "report_length": 12,
}

COLUMNS = ("case_id", "patient_id", "age_years", "sex", "report_text", "lateral", "risk_stage")


def picture(seed: int, *, shape: tuple[int, int] = (48, 56), depth: float = 8.0) -> Item:
    """An elliptic gland with a nodule that lies ``depth`` pixels under its upper edge."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    gland = ((rows - 24) / 20) ** 2 + ((columns - 28) / 25) ** 2 <= 1
    nodule = ((rows - 8 - depth) / 7) ** 2 + ((columns - 28) / 8) ** 2 <= 1
    grey = 120 + 25 * random.standard_normal(shape) - 50 * nodule
    return Item(np.clip(grey, 0, 255).astype(np.float32), nodule, gland, (0.4, 0.4))


def view(name: str, which: str, item: Item) -> View:
    return View(
        f"{name}-{which}",
        which,
        "US",
        item.lesion is not None,
        item.gland is not None,
        lambda: item,
    )


def some_cases(n: int = 24, *, seed: int = 0) -> Cases:
    """Cases whose outcome depends on the depth of the nodule and on a word of the report."""
    random = np.random.default_rng([seed, n])
    depth = random.uniform(1, 14, n)
    has_nodes = random.random(n) < 0.5
    outcome = np.arange(n) % 2 == 0
    depth[outcome] *= 0.4
    names = [f"C{seed}-{number:03d}" for number in range(n)]
    frame = pd.DataFrame(
        {
            "case_id": names,
            "patient_id": names,
            "age_years": random.integers(20, 80, n).astype(float),
            "sex": np.where(random.random(n) < 0.7, "female", "male"),
            "report_text": [
                f"Solid nodule of {size} mm. {'Suspicious' if has else 'No suspicious'} nodes."
                for size, has in zip(random.integers(4, 30, n), has_nodes, strict=True)
            ],
            "lateral": pd.Series(outcome, dtype="boolean"),
            "risk_stage": np.where(outcome, random.choice(["medium", "high"], n), "low"),
        }
    )
    views = {
        name: tuple(
            view(name, which, picture(100 * number + place + seed, depth=float(depth[number])))
            for place, which in enumerate(("transverse", "longitudinal"))
        )
        for number, name in enumerate(names)
    }
    return Cases(frame, BUILT_IN.only(COLUMNS), views)
