"""One case on a sheet, made for the tests of everything that leaves the page."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image
from clnm_core.explain.conformal import PredictionSet
from clnm_core.explain.opinion import Opinion
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.rendering import Ruler
from clnm_core.report.case_sheet import AlikeRow, CaseSheet, Reading, SheetPicture
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.case import CaseReport
from clnm_core.systems.explanation import Explanation, SaliencyMap

HOSTILE = "<script>alert(1)</script>"
NAN = float("nan")


@dataclasses.dataclass(frozen=True)
class Looked:
    """A check as :mod:`clnm_core.explain.unlike` gives it."""

    name: str = "spacing"
    label: str = "Spacing"
    value: str = "0.4 mm"
    usual: str = "0.05–0.12 mm"
    is_unusual: bool = True
    sentence: str = "The pixels lie 0.4 mm apart, and 0.05 to 0.12 mm in training."


def report(**changes: Any) -> CaseReport:
    usual = CaseReport(
        model="clinical",
        cohort="demo",
        outcome="lateral",
        outcome_label="Lateral neck metastasis",
        risk=Estimate(0.74, 0.61, 0.85, 0.95, "Wald on the log-odds"),
        threshold=0.3,
        values=(("Age", "62 years"), ("Sex", "unknown")),
        doubts=(),
        contributions=pd.DataFrame(
            {
                "column": ["age_years", "sex"],
                "label": ["Age", "Sex"],
                "value": ["62 years", "unknown"],
                "effect": [0.8, -0.2],
            }
        ),
        trained_on="900 training cases of demo, store version 3",
        explanation=Explanation(baseline=-0.7),
    )
    return dataclasses.replace(usual, **changes)


def opinion(given: CaseReport | None = None, **changes: Any) -> Opinion:
    said = given or report()
    usual = Opinion(
        report=said,
        interval=said.risk,
        prediction_set=PredictionSet("positive", 0.9, 0.42, 0.03, 61, 80, "validation"),
        at_threshold={
            "sensitivity": Estimate(0.84, 0.75, 0.91, 0.95, "Wilson"),
            "specificity": Estimate(0.71, 0.6, 0.8, 0.95, "Wilson"),
            "ppv": Estimate(0.66, 0.55, 0.75, 0.95, "Wilson"),
            "npv": Estimate(0.88, 0.8, 0.93, 0.95, "Wilson"),
        },
        risk_class="high",
    )
    return dataclasses.replace(usual, **changes)


def picture(**changes: Any) -> Image:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60), dtype=np.uint8)
    return Image(**({"pixels": pixels, "spacing_mm": (0.2, 0.1), "source": "PNG"} | changes))


def shown(**changes: Any) -> SheetPicture:
    return SheetPicture(**({"title": "transverse view", "image": picture()} | changes))


def sheet_of(said: CaseReport | None = None, **changes: Any) -> CaseSheet:
    first = opinion(said)
    usual: dict[str, Any] = {"opinions": (first,), "shown": first, "store_version": 7}
    return CaseSheet(**(usual | changes))


def usual_sheet(*, shape: tuple[int, int] = (480, 640)) -> CaseSheet:
    """The usual case: two pictures with outlines and maps, five models, everything known."""
    rng = np.random.default_rng(1)
    explanation = Explanation(
        baseline=-0.7,
        shares={"images": 0.55, "report": 0.25, "findings": 0.2},
        words=(("hypoechoic", 0.4), ("微小钙化", 0.3), ("nodule", 0.2), ("left", 0.1)),
    )
    names = ("capsule_distance_mm", "max_diameter_mm", "age_years", "sex", "lobe", "third")
    names += ("margin", "echogenicity", "composition", "calcification", "multifocal", "hashimoto")
    table = pd.DataFrame(
        {
            "column": list(names),
            "label": [BUILT_IN[name].label for name in names],
            "value": "3.2 mm;11 mm;62 years;female;left;upper;irregular;hypoechoic;solid;micro;no;unknown".split(
                ";"
            ),
            "effect": [0.9, 0.5, -0.4, -0.3, 0.25, 0.2, 0.15, 0.1, 0.08, -0.06, -0.03, 0.0],
        }
    )
    values = tuple(zip(table["label"], table["value"], strict=True))
    doubts = ("Hashimoto thyroiditis is unknown here but always known in training.",)
    main = report(
        model="llnm-net", contributions=table, values=values, doubts=doubts, explanation=explanation
    )
    held = [opinion(main)]
    for place, name in enumerate(("clinical", "cli-dlr", "score-model", "ct-cad")):
        other = report(model=name, risk=Estimate(0.2 + 0.15 * place, 0.1, 0.9, 0.95, "Wald"))
        held.append(opinion(other))
    pictures = []
    for view, seed in (("transverse", 1), ("longitudinal", 2)):
        pixels = np.random.default_rng(seed).gamma(3.0, 20.0, shape).clip(0, 255).astype(np.uint8)
        down, across = shape
        gland = ellipse_mask((down / 2, across / 2), (across / 3, down / 3), 0, shape)
        nodule = ellipse_mask((down / 2, across / 3), (across / 12, down / 14), 0, shape)
        heat = (nodule * rng.random(shape)).astype(np.float32)
        pictures.append(
            SheetPicture(
                f"{view.capitalize()} view",
                Image(pixels, (0.08, 0.08), source="DICOM, uncompressed"),
                {"nodule": nodule, "gland": gland},
                Ruler((down / 2, across / 4), (down / 2, across / 6), "3.2 mm"),
                SaliencyMap(view, "hiding", heat, 0.31),
                view,
            )
        )
    return CaseSheet(
        opinions=tuple(held),
        shown=held[0],
        pictures=tuple(pictures),
        readings=(
            Reading(BUILT_IN["capsule_distance_mm"], 3.21, 3.21),
            Reading(BUILT_IN["max_diameter_mm"], 10.62, 12.0, "Measured again on the console"),
        ),
        checks=(Looked(), Looked("modality", "Modality", "US", "US", False, "")),  # type: ignore[arg-type]
        alike=tuple(
            AlikeRow(rank, "lateral metastasis" if rank % 2 else "none found", "", "By the picture")
            for rank in range(1, 9)
        ),
        versions=tuple((one.report.model, "0123456789abcdef" * 4) for one in held),
        store_version=7,
        is_synthetic=True,
        made=datetime(2026, 11, 21, 9, 5, tzinfo=UTC),
        uid=uuid.UUID(int=12345),
    )
