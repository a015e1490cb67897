"""Do the sentences about another value say what the curve says, and where it says nothing?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.explain.what_if import DISTANCE, WhatIf
from clnm_core.explain.what_if_values import Seen
from clnm_core.report.what_if_words import (
    answer_words,
    beyond_words,
    change_words,
    range_words,
    unreached_words,
    value_words,
)

CURVE = WhatIf(
    column=DISTANCE,
    values=(0.0, 1.25, 4.0, 20.0),
    risks=np.array([0.8, 0.7, 0.4, 0.1]),
    own_value=1.25,
    own_risk=0.7,
    threshold=0.5,
    is_seen=(False, True, True, False),
    seen=Seen(0.3, 14.2),
)
LEVELS = WhatIf(
    column=BUILT_IN["sex"],
    values=("female", "male", None),
    risks=np.array([0.2, 0.6, 0.3]),
    own_value="female",
    own_risk=0.2,
    threshold=0.5,
    is_seen=(True, False, False),
    seen=Seen(levels=("female",)),
)


def test_the_case_as_it_is_and_another_value_are_told_apart() -> None:
    assert answer_words(CURVE, 1, "Clinical") == (
        "Clinical gives 70 % for the case as it is: capsule distance 1.2 mm."
    )
    assert answer_words(CURVE, 2, "Clinical") == (
        "With capsule distance 4.0 mm Clinical would give 40 % in place of 70 %, on the other side "
        "of its threshold of 50 %."
    )
    assert "on the same side of its threshold" in answer_words(CURVE, 0, "Clinical")


def test_a_risk_at_the_threshold_is_on_its_upper_side() -> None:
    at = replace(CURVE, risks=np.array([0.8, 0.7, 0.5, 0.1]))
    assert "on the same side" in answer_words(at, 2, "Clinical")
    assert change_words(at) == "The side of its threshold changes between 4.0–20.0 mm."


def test_where_the_side_changes_is_said_or_that_it_does_not() -> None:
    assert change_words(CURVE) == "The side of its threshold changes between 1.2–4.0 mm."
    never = replace(CURVE, threshold=0.05)
    assert change_words(never) == (
        "No capsule distance that was tried takes it to the other side of its threshold."
    )
    assert change_words(LEVELS) == "On the other side of its threshold: sex male."
    assert change_words(replace(LEVELS, threshold=0.9)) == (
        "No sex would take it to the other side of its threshold."
    )


def test_outside_the_training_cases_is_said_per_value() -> None:
    assert beyond_words(CURVE, 3) == (
        "Capsule distance 20.0 mm is beyond 0.3–14.2 mm, where no training case lies."
    )
    assert beyond_words(CURVE, 1) == ""
    assert beyond_words(LEVELS, 1) == "No training case had sex male."
    assert beyond_words(LEVELS, 2).startswith("Sex was known for every training case")
    assert beyond_words(replace(CURVE, seen=None), 3) == ""


def test_distances_that_no_outline_gives_are_said() -> None:
    assert unreached_words(CURVE) == ""
    assert unreached_words(replace(CURVE, unreached=(25.0,))).startswith("Beyond 20.0 mm the moved")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("age_years", 45.0, "45 years"),
        ("lymphocyte_monocyte_ratio", 3.25, "3.25"),
        ("multifocal", True, "yes"),
        ("margin", "ill_defined", "ill-defined"),
        ("max_diameter_mm", None, "unknown"),
    ],
)
def test_a_value_reads_as_on_the_form(name: str, value: object, words: str) -> None:
    assert value_words(BUILT_IN[name], value) == words


def test_a_range_names_its_unit_once() -> None:
    assert range_words(BUILT_IN["age_years"], 18.0, 88.0) == "18–88 years"
