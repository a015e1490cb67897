"""Does ct-cad learn, judge, explain and come back, and refuse what it cannot read?"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save
from sklearn.metrics import roc_auc_score

from clnm_core.errors import MissingOutcomeError, ModelError, TrainingError, UnfitCaseError
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import SIDE, SMALL, ct_cases, disc

OUTCOME = "metastatic"
SYSTEM = system_of("ct-cad")


def config(**other):
    return {**SYSTEM.defaults, **SMALL, **other}


def fitted(training, validation, *, seed=1, run=None, **other):
    return SYSTEM.fit(
        training, validation, outcome=OUTCOME, config=config(**other), seed=seed, run=run or Run()
    )


@pytest.fixture(scope="module")
def parts():
    cases = ct_cases(40)
    patient = cases.patient
    return (
        cases.only(patient < 25),
        cases.only((patient >= 25) & (patient < 35)),
        cases.only(patient >= 35),
    )


@pytest.fixture(scope="module")
def found(parts):
    return fitted(*parts[:2], epochs=5)


def test_what_brightness_tells_is_learned(found, parts):
    test = parts[2]
    assert roc_auc_score(test.outcome(OUTCOME), found.model.risk(test)) > 0.9
    assert [epoch.number for epoch in found.history] == list(range(1, 6))
    assert found.held_out is None


def test_all_networks_are_reported_and_the_best_on_validation_is_the_model(parts):
    training, validation, test = parts
    names = ["densenet121", "resnet50"]
    both = fitted(training, validation, networks=names, epochs=1)
    assert [one.name for one in both.candidates] == names
    aucs = [one.facts["validation_auc"]["value"] for one in both.candidates]
    winner = both.candidates[int(np.argmax(aucs))]
    assert np.array_equal(both.model.risk(test), winner.risk(test))
    assert any("is the best of 2 networks on validation" in note for note in both.notes)
    assert any("no pretrained weights" in note for note in both.notes)


def test_the_same_seed_gives_the_same_risks(parts):
    one, two = (fitted(*parts[:2]).model.risk(parts[2]) for _ in range(2))
    assert np.array_equal(one, two)


def test_a_risk_does_not_depend_on_the_cases_beside_it(found, parts):
    test = parts[2]
    together = found.model.risk(test)
    order = np.random.default_rng(0).permutation(len(test))
    assert np.array_equal(found.model.risk(test.only(order)), together[order])
    alone = [found.model.risk(test.only([row]))[0] for row in range(len(test))]
    assert np.array_equal(alone, together)


def test_a_model_that_was_written_down_gives_the_same_risks(found, parts):
    state = found.model.state()
    again = SYSTEM.restore(State(load(save(state.tensors)), state.facts))
    assert np.array_equal(again.risk(parts[2]), found.model.risk(parts[2]))
    assert again.state().facts == state.facts
    kinds = {value.dtype.name for value in state.tensors.values() if value.ndim > 1}
    assert kinds == {"float16"}


def test_files_that_hold_something_else_are_refused(found):
    state = found.model.state()
    with pytest.raises(ModelError, match="no model of ct-cad"):
        SYSTEM.restore(State(state.tensors, state.facts | {"system": "clinical"}))
    with pytest.raises(ModelError, match="do not fit ResNet50"):
        SYSTEM.restore(State(state.tensors, state.facts | {"kind": "resnet50"}))
    with pytest.raises(ModelError, match="do not fit DenseNet121"):
        SYSTEM.restore(State(state.tensors, {k: v for k, v in state.facts.items() if k != "size"}))


def test_without_validation_cases_patients_are_kept_apart_for_it(parts):
    training = parts[0]
    alone = fitted(training, None, epochs=1)
    assert any("a fifth of the training patients was kept apart" in note for note in alone.notes)


def test_maps_lie_on_the_picture_and_in_0_to_1(found, parts):
    case = parts[2].only([0])
    explained = found.model.explain(case)
    (found_map,) = explained.maps
    assert found_map.image_id == f"{case.frame['case_id'][0]}-axial"
    assert found_map.kind == "hiding"
    assert (found_map.most > 0) == found_map.values.any()
    drawn = found_map.values
    assert drawn.shape == (SIDE, SIDE)
    assert drawn.dtype == np.float32
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert any("too small for a class activation map" in note for note in explained.notes)


def test_the_map_of_a_bright_node_lies_on_the_node(found, parts):
    test = parts[2]
    row = int(np.argmax(found.model.risk(test)))
    (only_map,) = found.model.explain(test.only([row])).maps
    drawn = only_map.values
    inside = disc(9)
    assert drawn[inside].mean() > drawn[~inside].mean()


def test_an_embedding_is_what_the_last_layer_gets_and_depends_on_the_case_alone(found, parts):
    model, test = found.model, parts[2]
    rows = model.embedding(test)
    assert rows.shape == (len(test), 1024)
    assert rows.dtype == np.float32
    assert np.array_equal(model.embedding(test.only([4]))[0], rows[4])
    layer = model.network.net.get_classifier()
    log_odds = rows @ layer.weight.numpy()[0] + float(layer.bias[0])
    np.testing.assert_allclose(
        model.calibrator.risk(1 / (1 + np.exp(-log_odds))), model.risk(test), atol=1e-4
    )
    assert model.attributions(test) is None


def test_one_case_gets_a_risk_without_an_interval(found, parts):
    estimate = found.model.case_risk(parts[2].only([0]))
    assert estimate.value == found.model.risk(parts[2])[0]
    assert np.isnan(estimate.low)
    assert estimate.method == "no interval: one network"


def test_what_is_unlike_training_is_said(found, parts):
    def dark(is_metastatic, random):
        return Item(random.uniform(0, 3, (SIDE, SIDE)).astype(np.float32), disc(), None, (0.5, 0.5))

    assert found.model.doubts(parts[0].only([0])) == ()
    assert any("darker" in doubt for doubt in found.model.doubts(ct_cases(1, draw=dark).only([0])))


def black(is_metastatic, random):
    return Item(np.zeros((SIDE, SIDE), np.float32), disc(), None, (0.5, 0.5))


def test_a_black_picture_is_not_judged_and_said_so(found):
    case = ct_cases(1, draw=black).only([0])
    assert "single grey" in found.model.doubts(case)[0]
    with pytest.raises(UnfitCaseError, match="single grey around the node"):
        found.model.case_risk(case)


def test_black_pictures_in_training_are_counted():
    drawn = fitted(ct_cases(14, draw=black), ct_cases(12, first=100), epochs=1)
    assert any("28 of 28 training pictures have a single grey" in note for note in drawn.notes)
    assert np.isfinite(drawn.model.risk(ct_cases(2))).all()


def unknown_spacing(is_metastatic, random):
    return Item(random.uniform(0, 255, (SIDE, SIDE)).astype(np.float32), disc(), None, None)


def test_a_picture_of_unknown_spacing_is_taken_whole_and_doubted(found):
    case = ct_cases(1, draw=unknown_spacing).only([0])
    assert "size of its pixels is not known" in found.model.doubts(case)[0]
    assert np.isfinite(found.model.risk(case)).all()


def without_outline(is_metastatic, random):
    return Item(np.zeros((SIDE, SIDE), np.float32), None, None, (0.5, 0.5))


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (ct_cases(12, modality="US"), "24 cases have no CT picture, only others"),
        (replace(ct_cases(12), views={}), "24 cases have no picture;"),
        (ct_cases(12, draw=without_outline), "24 cases have no outline of the node"),
    ],
    ids=["ultrasound", "no picture", "no outline"],
)
def test_cases_without_an_outlined_ct_picture_are_refused(found, cases, words):
    with pytest.raises(UnfitCaseError, match=words):
        SYSTEM.require(cases, outcome=OUTCOME, config=config())
    with pytest.raises(UnfitCaseError):
        found.model.risk(cases)
    for ask in (found.model.doubts, found.model.explain, found.model.case_risk):
        with pytest.raises(UnfitCaseError):
            ask(cases.only([0]))


def test_an_empty_outline_is_refused_in_a_sentence(found):
    def empty(is_metastatic, random):
        return Item(np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), bool))

    with pytest.raises(UnfitCaseError, match="outline of a node is empty"):
        found.model.risk(ct_cases(1, draw=empty))


def one_class(cases: Cases) -> Cases:
    return replace(cases, frame=cases.frame.assign(metastatic=True))


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (one_class(ct_cases(12)), "there are 24 with and 0 without"),
        (ct_cases(12).only(np.arange(12)), "at least 10 nodes with and without"),
        (ct_cases(40).only(ct_cases(40).patient < 0), "there are 0 with and 0 without"),
    ],
    ids=["one class", "12 nodes", "none"],
)
def test_too_few_cases_are_refused(cases, words):
    with pytest.raises(MissingOutcomeError, match=words):
        SYSTEM.require(cases, outcome=OUTCOME, config=config())


def test_nodes_of_few_patients_are_refused():
    cases = ct_cases(20)
    few = replace(cases, frame=cases.frame.assign(patient_id=[f"P{n % 9}" for n in range(40)]))
    with pytest.raises(MissingOutcomeError, match="at least 10 patients"):
        SYSTEM.require(few, outcome=OUTCOME, config=config())


def test_twelve_patients_are_enough_to_try():
    cases = ct_cases(12, seed=5)
    SYSTEM.require(cases, outcome=OUTCOME, config=config())
    tried = fitted(cases, None, epochs=1)
    assert np.isfinite(tried.model.risk(cases)).all()
    assert any("not calibrated" in note for note in tried.notes)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"networks": ["alexnet"]}, "no network 'alexnet'"),
        ({"networks": ["resnet50", "resnet50"]}, "named twice"),
        ({"networks": ["inception_v3"], "size": 64}, "75 to 1,024 pixels"),
        ({"split": "node"}, "'split' of ct-cad must be patient or image"),
        ({"pretrained": "yes"}, "'pretrained'"),
        ({"kept_as": "int8"}, "'kept_as'"),
        ({"field_mm": 0.0}, "'field_mm' of ct-cad must be from 5 to 500"),
        ({"epochs": 0}, "epochs must be at least 1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_settings_that_cannot_be_used_are_refused(wrong, words):
    with pytest.raises(TrainingError, match=words):
        SYSTEM.require(ct_cases(12), outcome=OUTCOME, config=config(**wrong))


def test_cases_that_are_not_shown_change_nothing(parts):
    training, validation, test = parts
    before = fitted(training, validation, epochs=1).model.risk(test)
    turned = replace(test, frame=test.frame.assign(metastatic=~test.frame["metastatic"]))
    after = fitted(training, validation, epochs=1).model.risk(turned)
    assert np.array_equal(before, after)


def test_whoever_only_asks_what_it_needs_does_not_load_torch():
    asked = (
        "import sys\n"
        "from clnm_core.systems.catalogue import system_of\n"
        "from tests.unit.systems.ct_node_cases import ct_cases\n"
        "system = system_of('ct-cad')\n"
        "system.require(ct_cases(40), outcome='metastatic', config=system.defaults)\n"
        "assert 'torch' not in sys.modules and 'timm' not in sys.modules\n"
    )
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", asked], cwd=root, check=False, capture_output=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr.decode()
