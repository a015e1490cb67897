"""Does the curve of a model say what the model says, and of nothing but the one input?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import UnfitCaseError
from clnm_core.explain.moved_outline import CANNOT_MOVE, moved_gland, moved_outlines
from clnm_core.explain.what_if import (
    DISTANCE,
    variables_of,
    what_if,
)
from clnm_core.explain.what_if_values import MOST_POINTS, Seen, values_of
from clnm_core.features.choice import recipe_of
from clnm_core.features.items import Item
from clnm_core.imaging.geometry import capsule_distance_mm
from clnm_core.systems.case import one_case
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.clinical_system import CLINICAL, Baseline
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.run import Run

NAMES = ("age_years", "sex", "capsule_distance_mm", "multifocal")
MM = 0.25
OUTLINES = Inputs((BUILT_IN["sex"],), ("any",), "US", ("lesion", "gland"))


def drawn(*, lesion_row: int = 50, spacing: float | None = MM) -> Item:
    rows, columns = np.indices((120, 140))
    gland = ((rows - 60) / 40) ** 2 + ((columns - 70) / 50) ** 2 < 1
    lesion = ((rows - lesion_row) / 9) ** 2 + ((columns - 64) / 12) ** 2 < 1
    grey = (60 + 40 * gland - 20 * lesion).astype(np.float32)
    return Item(grey, lesion, gland, (spacing, spacing) if spacing else None)


def view_of(item: Item, name: str = "picture-1") -> View:
    return View(
        name, "transverse", "US", item.lesion is not None, item.gland is not None, lambda: item
    )


@pytest.fixture(scope="module")
def clinical() -> Baseline:
    rng = np.random.default_rng(100)
    n = 300
    frame = pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(n)],
            "patient_id": [f"p{i}" for i in range(n)],
            "age_years": np.where(rng.random(n) < 0.1, np.nan, rng.normal(45, 12, n)),
            "sex": rng.choice(["female", "male"], n),
            "capsule_distance_mm": rng.gamma(2, 3, n),
            "multifocal": pd.Series(rng.random(n) < 0.4, dtype=object),
        }
    )
    frame["lateral"] = pd.array(rng.random(n) < expit(1 - 0.3 * frame["capsule_distance_mm"]))
    cases = Cases(frame, BUILT_IN.only([*frame.columns]))
    config = {"predictors": list(NAMES)}
    fitted = CLINICAL.fit(cases, None, outcome="lateral", config=config, seed=100, run=Run())
    return fitted.model


@dataclass(eq=False)
class Distances:
    """A model whose risk falls with the distance that it measures itself on every picture."""

    inputs: Inputs = OUTLINES
    system: str = "seeing"
    outcome: str = "lateral"
    seen: list[list[float]] = field(default_factory=list)

    def risk(self, cases: Cases) -> np.ndarray:
        self.seen = [
            [capsule_distance_mm(i.lesion, i.gland, i.spacing_mm) for i in items]
            for items in (
                [view.read() for view in cases.views_of(name)] for name in cases.frame["case_id"]
            )
        ]
        return expit(2 - np.array([np.mean(found) for found in self.seen]))


def case(model: Baseline | Distances, *views: View, **values: object) -> Cases:
    return one_case(model.inputs, values, views=views)


def test_every_point_is_what_the_model_says_of_that_case(clinical: Baseline) -> None:
    given = {"age_years": 50, "sex": "male", "capsule_distance_mm": 3.3, "multifocal": "yes"}
    found = what_if(
        clinical, case(clinical, **given), DISTANCE, threshold=0.5, seen=Seen(0.0, 20.0)
    )
    alone = [
        clinical.risk(case(clinical, **{**given, "capsule_distance_mm": value}))[0]
        for value in found.values
    ]
    np.testing.assert_allclose(found.risks, alone, rtol=1e-12)
    assert found.values[found.place] == 3.3
    assert found.own_risk == pytest.approx(clinical.risk(case(clinical, **given))[0], rel=1e-12)
    assert found.risks[found.place] == pytest.approx(found.own_risk, rel=1e-12)
    assert list(found.values) == sorted(found.values)
    assert len(found.values) <= MOST_POINTS + 1


def test_the_side_changes_between_the_two_values_that_are_named(clinical: Baseline) -> None:
    one = case(clinical, capsule_distance_mm=1.0, sex="male", age_years=50, multifocal="yes")
    found = what_if(clinical, one, DISTANCE, threshold=0.5, seen=Seen(0.0, 20.0))
    ((before, after),) = found.changes
    risk = dict(zip(found.values, found.risks, strict=True))
    assert risk[before] >= 0.5 > risk[after]
    assert found.values.index(after) == found.values.index(before) + 1
    assert what_if(clinical, one, DISTANCE, threshold=1.0).changes == ()


@pytest.mark.parametrize(
    ("name", "tried"),
    [("multifocal", (False, True, None)), ("sex", ("female", "male", None))],
)
def test_every_level_is_tried_and_unknown_too(
    clinical: Baseline, name: str, tried: tuple[object, ...]
) -> None:
    column = BUILT_IN[name]
    seen = Seen.of(pd.Series([tried[0]], dtype=object), column)
    found = what_if(clinical, case(clinical), column, threshold=0.5, seen=seen)
    assert found.values == tried
    assert found.is_seen == (True, False, False)
    assert found.own_value is None
    assert found.place == 2
    assert found.changes == ()
    assert found.risks[2] == pytest.approx(found.own_risk, rel=1e-12)


def test_an_unknown_number_stands_nowhere_on_the_curve(clinical: Baseline) -> None:
    found = what_if(clinical, case(clinical), DISTANCE, threshold=0.5, seen=Seen(1.0, 9.0))
    assert found.place is None
    assert found.own_risk == pytest.approx(clinical.risk(case(clinical))[0], rel=1e-12)
    assert None not in found.values


def test_what_no_training_case_had_is_marked(clinical: Baseline) -> None:
    one = case(clinical, capsule_distance_mm=30)
    found = what_if(clinical, one, DISTANCE, threshold=0.5, seen=Seen(2.0, 12.0))
    marked = {v for v, is_seen in zip(found.values, found.is_seen, strict=True) if not is_seen}
    assert marked == {v for v in found.values if not 2 <= v <= 12}
    assert {30.0, found.values[0]} <= marked


def test_values_never_leave_what_the_registry_allows() -> None:
    age = BUILT_IN["age_years"]
    tried = values_of(age, 119.0, Seen(1.0, 118.0))
    assert min(tried) == 0
    assert max(tried) == 120
    assert values_of(DISTANCE, None, None)[-1] == 60


def test_a_number_of_which_nothing_is_known_is_refused_in_words() -> None:
    own = Column("ratio", "Ratio", Kind.NUMBER)
    with pytest.raises(UnfitCaseError, match="in which range ratio may lie"):
        values_of(own, None, None)
    assert values_of(own, 4.0, None)[0] == 0.0


def test_training_values_that_are_all_missing_say_nothing() -> None:
    seen = Seen.of(pd.Series([np.nan, np.nan]), DISTANCE)
    assert seen.had_unknown
    assert math.isnan(seen.low)
    assert seen.has(55.0)


def test_a_picture_is_read_and_measured_once_for_all_altered_cases() -> None:
    item, reads = drawn(), []

    def read() -> Item:
        reads.append(1)
        return item

    class Measuring(Distances):
        def risk(self, cases: Cases) -> np.ndarray:
            table = cases.features(recipe_of("morphology"))
            return expit(table.mean(axis=1) / 100 - cases.frame["capsule_distance_mm"]).to_numpy()

    model = Measuring(Inputs((DISTANCE,), ("any",), "US", ("lesion",)))
    one = case(model, replace(view_of(item), read=read), capsule_distance_mm=2)
    found = what_if(model, one, DISTANCE, threshold=0.5, seen=Seen(0.0, 10.0))
    assert len(reads) == 1
    assert len(found.values) > 10
    assert (np.diff(found.risks) < 0).all()
    assert found.risks[found.place] == found.own_risk == model.risk(one)[0]


def test_a_moved_picture_forgets_what_was_made_of_the_other() -> None:
    class Remembering(Distances):
        def risk(self, cases: Cases) -> np.ndarray:
            return expit(
                -np.array([self.distance(cases.views_of(n)[0]) for n in cases.frame["case_id"]])
            )

        def distance(self, view: View) -> float:
            return view.made(
                "distance", lambda i: capsule_distance_mm(i.lesion, i.gland, i.spacing_mm)
            )

    model = Remembering()
    found = what_if(model, case(model, view_of(drawn())), DISTANCE, threshold=0.5)
    np.testing.assert_allclose(-np.log(1 / found.risks - 1), -np.array(found.values), atol=MM)


@pytest.mark.parametrize("asked", [0.0, 1.0, 2.0, 5.0, 7.5])
@pytest.mark.parametrize("row", [36, 50, 60])
def test_a_moved_outline_lies_where_it_was_asked_for(asked: float, row: int) -> None:
    item = drawn(lesion_row=row)
    gland = moved_gland(item, asked)
    assert gland is not None
    assert abs(capsule_distance_mm(item.lesion, gland, item.spacing_mm) - asked) <= MM
    assert (gland & item.lesion).any()


def test_an_outline_that_would_leave_the_picture_is_none() -> None:
    assert moved_gland(drawn(), 40.0) is None


def test_models_that_read_outlines_are_asked_by_moving_them() -> None:
    model = Distances()
    assert variables_of(model.inputs)[0] is DISTANCE
    second = drawn(lesion_row=60)
    one = case(model, view_of(second), view_of(drawn(), "picture-2"), sex="male")
    found = what_if(model, one, DISTANCE, threshold=0.5, seen=Seen(0.0, 30.0))
    assert found.is_outline_moved
    own = [capsule_distance_mm(i.lesion, i.gland, i.spacing_mm) for i in (second, drawn())]
    assert found.own_value == min(own) == own[1]
    assert found.own_risk == found.risks[found.place] == expit(2 - np.mean(own))
    assert found.unreached
    for value, seen in zip(found.values, model.seen[1:], strict=True):
        expected = [max(one + value - own[1], 0) for one in own]
        np.testing.assert_allclose(seen, expected, atol=MM)
    assert (np.diff(found.risks) < 0).all()


def test_pictures_are_not_changed_by_asking() -> None:
    model, item = Distances(), drawn()
    before = [item.gland.copy(), item.lesion.copy(), item.grey.copy()]
    what_if(model, case(model, view_of(item)), DISTANCE, threshold=0.5)
    for array, kept in zip((item.gland, item.lesion, item.grey), before, strict=True):
        np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: replace(item, spacing_mm=None),
        lambda item: replace(item, gland=None),
        lambda item: replace(item, gland=np.ones_like(item.gland)),
        lambda item: replace(item, gland=np.zeros_like(item.gland)),
        lambda item: replace(item, lesion=np.zeros_like(item.lesion)),
        lambda item: replace(item, gland=~item.gland & (np.indices(item.grey.shape)[0] < 3)),
    ],
)
def test_outlines_that_cannot_be_moved_are_refused_in_words(spoil: Callable[[Item], Item]) -> None:
    model = Distances()
    one = case(model, view_of(spoil(drawn())))
    with pytest.raises(UnfitCaseError) as caught:
        what_if(model, one, DISTANCE, threshold=0.5)
    assert str(caught.value) == CANNOT_MOVE


def test_a_picture_that_cannot_be_measured_stays_as_it_is() -> None:
    without = view_of(replace(drawn(), spacing_mm=None))
    found = moved_outlines((without, view_of(drawn(), "picture-2")), lambda own: [own + 1])
    assert found.own_mm == capsule_distance_mm(drawn().lesion, drawn().gland, (MM, MM))
    assert [views[0] for views in found.views] == [without, without]
    assert found.views[0][1].read().gland.sum() < found.views[1][1].read().gland.sum()


def test_a_column_that_the_model_does_not_read_is_a_mistake(clinical: Baseline) -> None:
    with pytest.raises(ValueError, match="margin"):
        what_if(clinical, case(clinical), BUILT_IN["margin"], threshold=0.5)
    two = replace(case(clinical), frame=pd.concat([case(clinical).frame] * 2))
    with pytest.raises(ValueError, match="one case"):
        what_if(clinical, two, DISTANCE, threshold=0.5)
