"""A store of two cohorts, small enough to be made in a second, for the tests of the app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.imaging.rendering import png_bytes
from clnm_core.jobs.training import train
from clnm_core.store import artifacts
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import (
    add_exclusions,
    create_cohort,
    insert,
    put_model,
    replace_predictions,
)
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.trained import TrainReport

NECK, CLINIC = "neck-study", "clinic"
"""A synthetic cohort with images, splits and models; and an imported one with a few columns."""

CASES = 240

_NECK_COLUMNS = (
    *("case_id", "patient_id", "centre", "split", "age_years", "sex", "max_diameter_mm"),
    *("capsule_distance_mm", "lobe", "third", "margin", "multifocal", "report_text"),
    *("central", "lateral", "true_risk"),
)

STAGE = Column(
    "stage", "Stage", Kind.CATEGORY, levels=(Level("i", "stage I"), Level("ii", "stage II"))
)


def build_small_store(root: Path) -> int:
    """Publish both cohorts as one version and return its number."""
    drawn = _neck(np.random.default_rng(7))
    images, masks = _pictures(root, drawn["case_id"].head(40))

    def build(con: Connection) -> None:
        _build_neck(con, drawn, images, masks)
        _build_clinic(con)

    return publish(root, build, action="demo", detail={"cohorts": [NECK, CLINIC]}, actor="test")


def train_clinical(
    root: Path,
    cohort: str = NECK,
    *,
    name: str = "clinical",
    predictors: Sequence[str] | None = None,
    seed: int = 0,
) -> TrainReport:
    """Train the logistic baseline on lateral metastasis."""
    config = {} if predictors is None else {"predictors": list(predictors)}
    return train(
        root,
        "clinical",
        cohort,
        name=name,
        outcome="lateral",
        config=config,
        seed=seed,
        device="cpu",
    )


def _neck(rng: np.random.Generator) -> pd.DataFrame:
    n = CASES
    distance = rng.gamma(2.0, 2.5, n).round(2)
    age = rng.normal(45, 12, n).clip(18, 88).round()
    risk = 1 / (1 + np.exp(-(0.6 - 0.22 * distance + 0.02 * (45 - age) + rng.normal(0, 0.6, n))))
    lateral = (rng.random(n) < risk).astype(object)
    lateral[::16] = None
    patient = np.minimum(np.arange(n), n - 8)
    centre = rng.choice(["centre 1", "centre 2", "centre 3"], n)
    return pd.DataFrame(
        {
            "case_id": [f"case-{i:04d}" for i in range(n)],
            "patient_id": [f"patient-{i:04d}" for i in patient],
            "centre": centre[patient],
            "split": np.where(centre[patient] == "centre 3", "external", "train"),
            "age_years": np.where(np.arange(n) % 11 == 3, np.nan, age),
            "sex": rng.choice(["female", "male"], n, p=[0.75, 0.25]),
            "max_diameter_mm": rng.gamma(4, 3, n).round(1),
            "capsule_distance_mm": distance,
            "lobe": rng.choice(["left", "right", "isthmus"], n, p=[0.45, 0.45, 0.1]),
            "third": rng.choice(["upper", "middle", "lower"], n),
            "margin": pd.Series(rng.choice(["smooth", "ill_defined", "irregular"], n)).where(
                rng.random(n) > 0.1
            ),
            "multifocal": pd.Series(rng.random(n) < 0.3).astype(object).where(rng.random(n) > 0.05),
            "report_text": "Hypoechoic nodule. *No* calcification.",
            "central": (rng.random(n) < 0.4).astype(object),
            "lateral": lateral,
            "true_risk": risk.round(4),
        }
    )


def _pictures(root: Path, cases: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    rows, columns = 120, 160
    y, x = np.mgrid[:rows, :columns]
    nodule = ((y - 60) / 18) ** 2 + ((x - 90) / 26) ** 2 < 1
    gland = ((y - 62) / 45) ** 2 + ((x - 80) / 70) ** 2 < 1
    nodule_digest = artifacts.put(root, "mask", png_bytes(nodule))
    gland_digest = artifacts.put(root, "mask", png_bytes(gland))
    images, masks = [], []
    for number, case in enumerate(cases):
        speckle = rng.gamma(3.0, 20.0, (rows, columns)) * (0.5 + 0.5 * gland) * (1 - 0.5 * nodule)
        digest = artifacts.put(root, "image", png_bytes(speckle.clip(0, 255).astype(np.uint8)))
        image = f"image-{number:04d}"
        spacing = None if number % 5 == 4 else 0.25
        images.append(
            {
                **{"image_id": image, "case_id": case, "view": "transverse", "digest": digest},
                **{"modality": "US", "rows": rows, "cols": columns, "frames": 1},
                **{"row_spacing_mm": spacing, "col_spacing_mm": spacing, "source": "synthetic"},
            }
        )
        masks += [
            {"image_id": image, "structure": "nodule", "digest": nodule_digest},
            {"image_id": image, "structure": "gland", "digest": gland_digest},
        ]
    return pd.DataFrame(images), pd.DataFrame(masks)


def _build_neck(
    con: Connection, drawn: pd.DataFrame, images: pd.DataFrame, masks: pd.DataFrame
) -> None:
    create_cohort(
        con,
        NECK,
        BUILT_IN.only(_NECK_COLUMNS),
        title="Neck study",
        description="Drawn for the tests.",
        is_synthetic=True,
    )
    insert(con, NECK, "cases", drawn)
    insert(con, NECK, "images", images)
    insert(con, NECK, "masks", masks)
    insert(con, NECK, "reads", _reads(drawn))
    add_exclusions(
        con,
        NECK,
        pd.DataFrame(
            {
                "step": [1, 2],
                "reason": ["No ultrasound before surgery", "Earlier neck surgery"],
                "patients": [31, 12],
                "cases": [31, 12],
            }
        ),
    )
    for name, title, blur in (("sharp", "Sharp model", 0.02), ("blunt", "Blunt model", 0.3)):
        put_model(
            con,
            ModelRecord(name, NECK, "lateral", "imported", manifest={"title": title}),
        )
        noise = np.random.default_rng(len(name)).normal(0, blur, len(drawn))
        risks = (drawn["true_risk"] + noise).clip(0.01, 0.99)
        replace_predictions(con, NECK, name, drawn[["case_id", "split"]].assign(risk=risks))


def _reads(drawn: pd.DataFrame) -> pd.DataFrame:
    """Three readers of the first 50 external cases, each without aid and with it."""
    rng = np.random.default_rng(19)
    read = drawn[drawn["split"] == "external"].head(50)
    log_odds = np.log(read["true_risk"] / (1 - read["true_risk"]))
    parts = []
    for reader in ("R1", "R2", "R3"):
        for is_aided, noise in ((False, 1.5), (True, 0.7)):
            stated = 1 / (1 + np.exp(-(log_odds + rng.normal(0, noise, len(read)))))
            parts.append(
                pd.DataFrame(
                    {
                        **{"reader_id": reader, "case_id": read["case_id"]},
                        **{"probability": stated.round(2), "aided": is_aided},
                        **{"call": stated.round(2) >= 0.5},
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _build_clinic(con: Connection) -> None:
    rng = np.random.default_rng(11)
    names = ("case_id", "patient_id", "age_years", "sex", "any")
    create_cohort(
        con, CLINIC, BUILT_IN.only(names).with_columns([STAGE]), title="Clinic", description=""
    )
    insert(
        con,
        CLINIC,
        "cases",
        pd.DataFrame(
            {
                "case_id": [f"c{i:03d}" for i in range(60)],
                "patient_id": [f"p{i:03d}" for i in range(60)],
                "age_years": rng.integers(30, 71, 60).astype(float),
                "sex": rng.choice(["female", "male"], 60),
                "stage": rng.choice(["i", "ii"], 60),
                "any": rng.random(60) < 0.3,
            }
        ),
    )
