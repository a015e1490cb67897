"""A cohort of known points and pictures, and a model whose numbers of a case are its columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind, Level, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import UnfitCaseError
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.protocol import Inputs

AGE = Column("age_years", "Age", Kind.NUMBER, unit="years")
SEX = Column("sex", "Sex", Kind.CATEGORY, levels=(Level("f", "female"), Level("m", "male")))
SIDE = 48


@dataclass(frozen=True, eq=False)
class Columns:
    """Gives the age as its only number; refuses those cases that are named."""

    inputs: Inputs
    system: str = "columns"
    outcome: str = "any"
    refused: frozenset[str] = frozenset()
    asked: list[int] = field(default_factory=list)

    def embedding(self, cases):
        self.asked.append(len(cases))
        if self.refused & {*cases.frame["case_id"]}:
            raise UnfitCaseError("Its picture is black.")
        return cases.frame[["age_years"]].to_numpy(dtype=np.float32)


TABULAR = Inputs((AGE, SEX))
PICTURED = Inputs((AGE, SEX), views=("any",), modality="US", structures=("lesion",))


def picture(*, grey=100.0, spread=20.0, spacing=0.1, shape=(SIDE, SIDE), lesion=12, seed=100):
    random = np.random.default_rng(seed)
    values = np.clip(grey + spread * random.standard_normal(shape), 0, 255).astype(np.float32)
    mask = np.zeros(shape, dtype=bool)
    mask[4 : 4 + lesion, 4 : 4 + lesion] = lesion > 0
    return Item(values, mask, None, None if spacing is None else (spacing, spacing))


def view(name, item, *, modality="US", maker="", side="transverse"):
    return View(name, side, modality, True, False, lambda: item, maker)


def cohort(n=60, *, patients=None, pictures=True, seed=100, **columns):
    """Cases with ages at random, all of a split ``train``; one picture each."""
    random = np.random.default_rng(seed)
    names = [f"case-{number:03d}" for number in range(n)]
    frame = pd.DataFrame(
        {
            "case_id": names,
            "patient_id": [f"patient-{one}" for one in (patients or names)],
            "split": "train",
            "any": pd.Series(random.random(n) < 0.5, dtype=object),
            "age_years": random.normal(50, 10, n),
            "sex": random.choice(["f", "m"], n),
            **columns,
        }
    )
    made = {
        name: (
            view(
                f"{name}-1",
                picture(
                    grey=90 + 20 * random.random(), spread=18 + 4 * random.random(), seed=place
                ),
            ),
        )
        for place, name in enumerate(names)
    }
    registry = Registry(
        [*(BUILT_IN[name] for name in ("case_id", "patient_id", "split", "any")), AGE, SEX]
    )
    return Cases(frame, registry, made if pictures else {})


def one(age=50.0, sex="f", *pictures):
    """A case of nobody."""
    frame = pd.DataFrame(
        {
            "case_id": ["this-case"],
            "patient_id": ["this-case"],
            "age_years": [age],
            "sex": pd.Series([sex], dtype=object),
        }
    )
    return Cases(frame, Registry([AGE, SEX]), {"this-case": tuple(pictures)} if pictures else {})
