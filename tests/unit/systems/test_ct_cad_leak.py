"""Is the leak of divided images found where there is one, and only there?"""

from __future__ import annotations

import json

import numpy as np
import pytest

from clnm_core.systems.catalogue import system_of
from clnm_core.systems.ct_cad.leak import measured_leak
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
    return (
        measured_leak(nearest(x, y_true, seen), y_true, patient, seed=0, run=Run()),
        seen,
        patient,
    )


def test_where_patients_can_be_recognised_divided_images_promise_too_much():
    leak, _, _ = leak_of(is_recognisable=True)
    assert leak.by_image.excess.low > 0
    assert not leak.by_patient.excess.excludes(0)
    assert leak.by_image.promised.value > leak.by_patient.promised.value + 0.1


def test_where_they_cannot_both_promise_what_they_find():
    leak, _, _ = leak_of(is_recognisable=False)
    assert not leak.by_image.excess.excludes(0)
    assert not leak.by_patient.excess.excludes(0)


def test_both_learn_from_about_as_many_and_never_from_new_patients():
    leak, seen, patient = leak_of(is_recognisable=True)
    (_, by_image), (_, by_patient) = seen
    assert abs(leak.by_image.learned_from - leak.by_patient.learned_from) <= 1
    assert leak.by_image.held_out == leak.by_patient.held_out
    learned = set(patient[by_image]) | set(patient[by_patient])
    assert len(learned) + leak.new_patients == PATIENTS


def test_divided_patients_are_never_on_both_sides_and_divided_images_are():
    _, seen, patient = leak_of(is_recognisable=True)
    (_, by_image), (_, by_patient) = seen
    left_out = set(patient[by_image]) - set(patient[by_patient])
    assert left_out
    whole = set(by_image) | set(by_patient)
    held = np.array(sorted(whole - set(by_patient)))
    assert not set(patient[held]) & set(patient[by_patient])
    held = np.array(sorted(whole - set(by_image)))
    assert set(patient[held]) & set(patient[by_image])


def test_the_words_say_both_differences_and_are_plain_json():
    leak, _, _ = leak_of(is_recognisable=True)
    assert "dividing images promised an AUROC of 0." in leak.sentence
    assert "dividing patients promised" in leak.sentence
    assert json.loads(json.dumps(leak.to_dict()))["sentence"] == leak.sentence


def test_too_few_to_tell_is_said_and_no_number_is_made_up():
    y_true = np.array([True] + [False] * 11)
    leak = measured_leak(
        nearest(np.zeros((12, 5)), y_true, []), y_true, np.arange(12), seed=0, run=Run()
    )
    assert "cannot be estimated" in leak.sentence
    json.dumps(leak.to_dict(), allow_nan=False)


@pytest.mark.parametrize("split", ["patient", "image"])
def test_only_who_asks_for_the_leak_gets_it(split):
    system = system_of("ct-cad")
    config = {**system.defaults, **SMALL, "epochs": 1, "split": split}
    cases = ct_cases(30)
    found = system.fit(
        cases,
        ct_cases(15, first=100, seed=1),
        outcome="metastatic",
        config=config,
        seed=0,
        run=Run(),
    )
    assert ("leak" in found.model.state().facts["training"]) == (split == "image")
    assert any("dividing images" in note for note in found.notes) == (split == "image")
