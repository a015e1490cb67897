"""A picture is read and measured once, however many questions are asked of it, and not kept on."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.features.choice import Recipe, of_the_picture_itself, recipe_of
from clnm_core.features.items import Features, Item
from clnm_core.systems.case import CASE, one_case
from clnm_core.systems.cases import Cases, View, measured_here, remembering
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import SMALL, ct_cases
from tests.unit.systems.llnm_net_cases import TINY, some_cases

READS = Inputs((BUILT_IN["age_years"],), views=("any",), modality="US", structures=("lesion",))
QUESTIONS = ("risk", "case_risk", "doubts", "explain", "attributions", "embedding")
MEASURED: list[int] = []


class Sums:
    """Measures the sum of a picture, and says how many it was given."""

    kind, settings, names = "radiomics", {}, ("original_sum",)

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        MEASURED.append(len(items))
        values = np.array([[one.grey.sum()] for one in items]).reshape(len(items), 1)
        return Features(self.names, values, ("",) * len(items))


def sums() -> Sums:
    return Sums()


RECIPE = Recipe("radiomics", f"{__name__}:sums", "{}")


def counted(view: View) -> tuple[View, list[str]]:
    """The view, and a list that gets its name whenever it is read."""
    reads: list[str] = []

    def read() -> Item:
        reads.append(view.image_id)
        return view.read()

    return replace(view, read=read), reads


def drawn(name: str, level: float) -> View:
    grey = np.full((4, 4), level, np.float32)
    return View(name, "", "US", True, False, lambda: Item(grey, grey > 0))


def test_two_models_that_are_given_the_same_views_measure_them_once() -> None:
    MEASURED.clear()
    first, reads = counted(drawn("a", 1.0))
    views = (remembering(first), remembering(drawn("b", 2.0)))
    cases = [one_case(READS, {}, views=views), one_case(READS, {"age_years": 40}, views=views)]
    assert [one.features(RECIPE)["original_sum"].tolist() for one in cases] == [[24.0], [24.0]]
    assert MEASURED == [2, 0]
    assert reads == ["a"]


def test_one_case_remembers_views_that_do_not() -> None:
    MEASURED.clear()
    case = one_case(READS, {}, views=(drawn("a", 1.0),))
    for _ in range(3):
        case.features(RECIPE)
    assert MEASURED == [1, 0, 0]


def test_pictures_of_a_cohort_are_measured_anew_and_kept_nowhere() -> None:
    MEASURED.clear()
    view = drawn("a", 1.0)
    cases = replace(one_case(READS, {}), views={CASE: (view,)})
    measured_here(RECIPE, cases)
    measured_here(RECIPE, cases)
    assert MEASURED == [1, 1]
    assert view.memory is None


def test_a_picture_that_stands_in_many_rows_is_measured_once() -> None:
    MEASURED.clear()
    view = drawn("a", 1.0)
    frame = one_case(READS, {}).frame.loc[[0, 0, 0]].reset_index(drop=True)
    frame["case_id"] = ["x", "y", "z"]
    cases = Cases(frame, BUILT_IN.only(frame.columns), dict.fromkeys("xyz", (view,)))
    assert cases.features(RECIPE)["original_sum"].tolist() == [16.0, 16.0, 16.0]
    assert MEASURED == [1]


def test_what_was_kept_goes_with_the_view() -> None:
    grey = np.ones((4, 4), np.float32)
    gone = weakref.ref(grey)
    view = remembering(View("a", "", "US", True, False, lambda grey=grey: Item(grey, grey > 0)))
    case = one_case(READS, {}, views=(view,))
    case.features(RECIPE)
    del grey, view, case
    gc.collect()
    assert gone() is None


def test_filtered_copies_are_measured_by_a_store_alone() -> None:
    asked = []
    recipe = recipe_of("radiomics")
    case = one_case(READS, {}, views=(textured(),))
    whole = case.features(recipe)
    few = case.features(recipe, enough=of_the_picture_itself(recipe))
    assert len(few.columns) < len(whole.columns) / 3
    np.testing.assert_array_equal(few.to_numpy(), whole[few.columns].to_numpy())
    stored = replace(
        case, measure=lambda one, cases: asked.append(one) or measured_here(one, cases)
    )
    stored.features(recipe, enough=of_the_picture_itself(recipe))
    assert asked == [recipe]


def textured() -> View:
    grey = np.random.default_rng(0).uniform(0, 255, (24, 24)).astype(np.float32)
    lesion = np.zeros((24, 24), dtype=bool)
    lesion[4:20, 4:20] = True
    return View("t", "", "US", True, False, lambda: Item(grey, lesion, None, (0.2, 0.2)))


@pytest.mark.parametrize("system", ["llnm-net", "ct-cad"])
def test_a_network_reads_each_picture_once_for_all_its_answers(system) -> None:
    if system == "llnm-net":
        cases, chosen, config = some_cases(16), LLNM_NET, {**TINY, "epochs": 1}
        outcome = "lateral"
    else:
        cases, chosen, config = ct_cases(12), system_of("ct-cad"), SMALL
        outcome = "metastatic"
    settings = {**chosen.defaults, **config}
    model = chosen.fit(cases, cases, outcome=outcome, config=settings, seed=0, run=Run()).model
    name = str(cases.frame["case_id"].iloc[3])
    pairs = [counted(one) for one in cases.views_of(name)]
    kept = tuple(remembering(view) for view, _ in pairs)
    case = replace(cases.only([3]), views={name: kept})
    answers = [getattr(model, asked)(case) for asked in QUESTIONS]
    assert [len(reads) for _, reads in pairs] == [1] * len(pairs)
    plain = cases.only([3])
    assert answers[0] == model.risk(plain)
    np.testing.assert_array_equal(answers[-1], model.embedding(plain))
    for one, other in zip(answers[3].maps, model.explain(plain).maps, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
