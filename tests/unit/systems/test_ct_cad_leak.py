"""Is the leak of divided images found where there is one, and only there?"""

from __future__ import annotations

import json

import numpy as np
import pytest

from clnm_core.systems.catalogue import system_of
from clnm_core.systems.ct_cad.leak import measured_leak
from clnm_core.systems.ct_cad.leaked import THROWN_AWAY, Leak, leaks_of
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import SMALL, ct_cases

PATIENTS, EACH = 120, 6


def material(*, is_recognisable: bool):
    """Nodes whose outcome is their patient's, who looks like nobody else or like everybody."""
    random = np.random.default_rng(4)
    patient = np.repeat(np.arange(PATIENTS), EACH)
    trait = random.normal(size=PATIENTS)
    looks = random.normal(size=(PATIENTS, 5))[patient]
    y_true = trait[patient] + random.normal(size=len(patient)) > 0
    own = looks if is_recognisable else random.normal(size=looks.shape)
    x = own + 0.1 * random.normal(size=looks.shape)
    return x, y_true, patient


def nearest(x, y_true, seen):
    """Learns by heart: the mean outcome of the five nearest."""

    def learn(rows, name, run):
        seen.append((name, rows))

        def log_odds(others):
            away = ((x[others][:, None] - x[rows][None]) ** 2).sum(axis=2)
            near = np.argsort(away, axis=1, kind="stable")[:, :5]
            return y_true[rows][near].mean(axis=1)

        return log_odds

    return learn


def leak_of(*, is_recognisable):
    x, y_true, patient = material(is_recognisable=is_recognisable)
    seen = []
    learn = nearest(x, y_true, seen)
    leak = measured_leak(learn, y_true, patient, network="By heart", seed=0, run=Run())
    return leak, seen, patient


def test_where_patients_can_be_recognised_divided_images_promise_too_much():
    leak, _, _ = leak_of(is_recognisable=True)
    assert leak.held_out.difference.low > 0.1
    assert not leak.new.difference.excludes(0)
    assert "Dividing images flatters this network here." in leak.sentence


def test_where_they_cannot_both_promise_alike():
    leak, _, _ = leak_of(is_recognisable=False)
    assert not leak.held_out.difference.excludes(0)
    assert "No leak is shown here; one of up to +0." in leak.sentence


def test_both_ways_judge_the_same_cases_after_learning_from_as_many_and_never_from_new_patients():
    leak, seen, patient = leak_of(is_recognisable=True)
    assert [name for name, _ in seen] == [
        "by-image-1",
        "by-image-2",
        "by-patient-1",
        "by-patient-2",
    ]
    one, other, third, fourth = (rows for _, rows in seen)
    assert (len(one), len(other)) == (len(third), len(fourth))
    assert set(one) | set(other) == set(third) | set(fourth)
    assert not set(one) & set(other)
    assert not set(third) & set(fourth)
    assert len(one) + len(other) == leak.held_out.cases == len(patient) - leak.new.cases
    assert len(set(patient[[*one, *other]])) + leak.new.patients == PATIENTS


def test_divided_patients_are_never_on_both_sides_and_divided_images_are():
    _, seen, patient = leak_of(is_recognisable=True)
    one, other, third, fourth = (set(patient[rows]) for _, rows in seen)
    assert not third & fourth
    assert len(one & other) > 0.9 * len(one | other)


def test_the_difference_is_that_of_the_two_areas_and_its_interval_is_by_patient_and_paired():
    both = leak_of(is_recognisable=True)[0].held_out
    assert both.difference.value == pytest.approx(both.by_image.value - both.by_patient.value)
    assert both.difference.method == "paired Obuchowski, patient-clustered"


def test_a_network_that_answers_on_another_scale_in_one_half_is_judged_as_well():
    x, y_true, patient = material(is_recognisable=True)
    plain, shifted = (
        measured_leak(learn, y_true, patient, network="", seed=0, run=Run())
        for learn in (nearest(x, y_true, []), on_another_scale(nearest(x, y_true, [])))
    )
    assert shifted.held_out.by_patient == plain.held_out.by_patient


def on_another_scale(learn):
    def learn_shifted(rows, name, run):
        log_odds = learn(rows, name, run)
        return lambda others: log_odds(others) * 3 + 50 * name.endswith("2")

    return learn_shifted


def test_the_words_say_both_ways_and_the_honest_one_is_what_was_kept():
    leak, _, _ = leak_of(is_recognisable=True)
    assert leak.sentence.startswith("By heart: dividing images would have promised an AUROC of 0.")
    assert "; dividing patients promises 0." in leak.sentence
    assert leak.sentence.endswith(THROWN_AWAY)


def test_plain_json_gives_the_figures_back():
    leak, _, _ = leak_of(is_recognisable=True)
    said = json.loads(json.dumps(leak.to_dict(), allow_nan=False))
    assert Leak.from_dict(said) == leak
    manifest = {"candidates": [{"facts": {"leak": said}}, {"facts": {"weights": 3}}, {}]}
    assert leaks_of(manifest) == (leak,)


def test_too_few_to_tell_is_said_and_nothing_is_trained_for_it():
    y_true = np.array([True] + [False] * 11)
    seen = []
    learn = nearest(np.zeros((12, 5)), y_true, seen)
    leak = measured_leak(learn, y_true, np.arange(12) // 2, network="By heart", seed=0, run=Run())
    assert leak.finding.endswith(
        "cannot be estimated: a half of the patients has a single outcome."
    )
    assert not seen
    json.dumps(leak.to_dict(), allow_nan=False)


def fitted_with(split, *, is_alone=False):
    system = system_of("ct-cad")
    training, validation = ct_cases(16), ct_cases(8, first=100, seed=1)
    if is_alone:
        for cases in (training, validation):
            cases.frame["patient_id"] = cases.frame["case_id"]
    return system.fit(
        training,
        validation,
        outcome="metastatic",
        config={**system.defaults, **SMALL, "epochs": 1, "split": split},
        seed=0,
        run=Run(),
    )


def test_who_asks_for_the_leak_gets_the_same_honest_model_and_the_leak_in_words_beside_it():
    honest, shown = fitted_with("patient"), fitted_with("image")
    kept, same = honest.model.state(), shown.model.state()
    assert kept.tensors.keys() == same.tensors.keys()
    assert all(np.array_equal(kept.tensors[name], same.tensors[name]) for name in kept.tensors)
    assert kept.facts["calibrator"] == same.facts["calibrator"]
    assert "leak" not in kept.facts["training"]
    assert "leak" not in honest.candidates[0].facts
    (leak,) = leaks_of({"candidates": [{"facts": one.facts} for one in shown.candidates]})
    assert leak.network == "DenseNet121"
    assert leak.sentence in shown.notes
    assert not any("dividing images" in note for note in honest.notes)


def test_where_no_patient_has_two_cases_there_is_no_leak_and_that_is_said():
    found = fitted_with("image", is_alone=True)
    assert any("there is no leak to show" in note for note in found.notes)
    assert "leak" not in found.model.state().facts["training"]
