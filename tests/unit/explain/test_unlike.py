import numpy as np
import pandas as pd
import pytest

from clnm_core.explain.reference import reference_of_cases
from clnm_core.explain.unlike import checks
from tests.unit.explain.known_cohort import (
    PICTURED,
    TABULAR,
    Columns,
    cohort,
    one,
    picture,
    view,
)

NAMES = ["modality", "manufacturer", "views", "spacing", "size", "lesion", "brightness", "contrast"]


@pytest.fixture(scope="module")
def known():
    """Of 60 training cases with a picture each: 0.1 mm a pixel, 48 pixels wide, grey about 100."""
    return reference_of_cases(Columns(PICTURED), cohort(60), np.ones(60, dtype=bool))


def found(case, reference, model=None, **more):
    return {
        check.name: check for check in checks(case, model or Columns(PICTURED), reference, **more)
    }


def unusual(case, reference, model=None, **more):
    return {name for name, one in found(case, reference, model, **more).items() if one.is_unusual}


def test_a_case_like_those_of_training_is_nowhere_unusual(known):
    answers = found(one(50.0, "f", view("a", picture())), known)
    assert [*answers] == [*NAMES, "missing", "distance"]
    assert not any(check.is_unusual for check in answers.values())
    assert not any(check.sentence for check in answers.values())
    assert all(check.value and check.usual for check in answers.values())


@pytest.mark.parametrize(
    ("changed", "name", "words"),
    [
        ({"grey": 5.0}, "brightness", "The picture is darker than 99 of 100 training pictures."),
        ({"grey": 200.0}, "brightness", "brighter than"),
        ({"spread": 60.0}, "contrast", "richer in contrast than 99 of 100"),
        ({"spread": 0.0}, "contrast", "flatter than 99 of 100"),
        ({"spacing": 0.2}, "spacing", "The pixels lie 0.200 mm apart; in training 0.100 mm."),
        ({"spacing": None}, "spacing_unknown", "is not known; it was known of every training"),
        (
            {"shape": (96, 48)},
            "size",
            "The picture has 48 × 96 pixels; training pictures have 48 × 48.",
        ),
        ({"lesion": 40}, "lesion", "mm long; in training"),
    ],
)
def test_each_oddity_of_a_picture_is_found_and_said(known, changed, name, words):
    check = found(one(50.0, "f", view("a", picture(**changed))), known)[name]
    assert check.is_unusual
    assert words in check.sentence


def test_a_black_picture_is_dark_and_flat(known):
    black = one(50.0, "f", view("a", picture(grey=0.0, spread=0.0)))
    assert {"brightness", "contrast"} <= unusual(black, known)


def test_an_inverted_picture_is_found_by_its_brightness(known):
    item = picture(grey=60.0)
    assert "brightness" in unusual(one(50.0, "f", view("a", picture(grey=255 - 60.0))), known)
    assert item.grey.mean() < 100


def test_an_empty_outline_has_no_length_and_is_no_alarm(known):
    check = found(one(50.0, "f", view("a", picture(lesion=0))), known)["lesion"]
    assert (check.value, check.is_unusual) == ("not known", False)


def test_one_odd_picture_of_several_is_enough(known):
    pictures = view("a", picture()), view("b", picture(grey=3.0))
    check = found(one(50.0, "f", *pictures), known)["brightness"]
    assert check.sentence == "A picture of this case is darker than 99 of 100 training pictures."


def test_fewer_pictures_than_every_training_case_had_are_unusual():
    cases = cohort(30)
    views = {name: (*had, view(f"{name}-2", picture())) for name, had in cases.views.items()}
    cases.views.update(views)
    reference = reference_of_cases(Columns(PICTURED), cases, np.ones(30, dtype=bool))
    check = found(one(50.0, "f", view("a", picture())), reference)["views"]
    assert check.sentence == "There is 1 picture of this case; every training case had 2 pictures."
    assert not found(one(50.0, "f", view("a", picture()), view("b", picture())), reference)[
        "views"
    ].is_unusual


def test_a_maker_is_unusual_only_where_those_of_training_are_known(known):
    case = one(50.0, "f", view("a", picture(), maker="Siemens"))
    silent = found(case, known)["manufacturer"]
    assert (silent.value, silent.usual, silent.is_unusual) == ("Siemens", "not recorded", False)
    makers = {f"case-{number:03d}-1": "GE" for number in range(40)}
    told = reference_of_cases(
        Columns(PICTURED), cohort(60), np.ones(60, dtype=bool), manufacturers=makers
    )
    check = found(case, told)["manufacturer"]
    assert check.sentence == (
        "The device was made by Siemens; those of training pictures by GE (recorded for 40 of 60 pictures)."
    )
    unsaid = found(one(50.0, "f", view("a", picture())), told)["manufacturer"]
    assert (unsaid.value, unsaid.is_unusual) == ("not recorded", False)


def test_another_kind_of_picture_is_found_where_the_model_reads_any():
    inputs = type(PICTURED)(PICTURED.columns, views=("any",), structures=("lesion",))
    reference = reference_of_cases(Columns(inputs), cohort(30), np.ones(30, dtype=bool))
    check = found(one(50.0, "f", view("a", picture(), modality="CT")), reference, Columns(inputs))[
        "modality"
    ]
    assert check.sentence == "The picture is CT; all training pictures are ultrasound."


def test_what_was_always_known_is_missed_and_a_model_that_says_so_itself_is_not_repeated(known):
    case = one(50.0, None, view("a", picture()))
    check = found(case, known)["missing"]
    assert check.value == "1 of 2 unknown"
    assert check.sentence == "Sex is unknown here but always known in training."
    says_so = found(case, known, Columns(PICTURED, system="cli-dlr"))["missing"]
    assert (says_so.is_unusual, says_so.sentence) == (True, "")


def test_ct_cad_looks_at_the_grey_itself(known):
    dark = one(50.0, "f", view("a", picture(grey=3.0, spacing=None)))
    answers = found(dark, known, Columns(PICTURED, system="ct-cad"))
    assert {"brightness", "contrast"}.isdisjoint(answers)
    assert answers["spacing_unknown"].is_unusual
    assert answers["spacing_unknown"].sentence == ""


def test_a_case_far_from_all_is_far_and_one_within_is_not(known):
    far = found(one(300.0, "f", view("a", picture())), known)["distance"]
    assert "farther from its training cases than 99 of 100" in far.sentence
    assert not found(one(50.0, "f", view("a", picture())), known)["distance"].is_unusual


def test_about_one_in_a_hundred_of_cases_like_those_of_training_is_called_far():
    cases = cohort(800, pictures=False)
    reference = reference_of_cases(Columns(TABULAR), cases, np.ones(800, dtype=bool))
    ages = np.random.default_rng(103).normal(50, 10, 600)
    far = [unusual(one(age), reference, Columns(TABULAR)) == {"distance"} for age in ages]
    assert 0 < np.mean(far) < 0.03


def test_a_training_case_is_judged_without_its_own_patient(known):
    """Else it lies at distance 0 from itself, and nothing about it could ever be far."""
    cases = cohort(60)
    cases.frame.loc[7, "age_years"] = 400.0
    reference = reference_of_cases(Columns(PICTURED), cases, np.ones(60, dtype=bool))
    case = one(400.0, "f", view("a", picture()))
    near, away = (
        float(found(case, reference, leave_out=out)["distance"].value)
        for out in (set(), {"case-007"})
    )
    assert away > 300 > near


@pytest.mark.parametrize("n", [1, 12])
def test_a_handful_of_training_cases_cannot_tell_what_is_far(n):
    reference = reference_of_cases(Columns(PICTURED), cohort(n), np.ones(n, dtype=bool))
    answers = found(one(1e6, "f", view("a", picture(grey=0.0))), reference)
    assert answers["distance"].value == "cannot be said"
    assert not answers["brightness"].is_unusual


def test_numbers_of_the_case_that_are_none_cannot_be_judged(known):
    check = found(one(np.nan, "f", view("a", picture())), known)["distance"]
    assert (check.value, check.is_unusual) == ("cannot be said", False)


def test_without_a_reference_nothing_is_checked():
    assert checks(one(), Columns(TABULAR), None) == ()


def test_a_model_without_pictures_is_checked_on_its_columns_alone():
    reference = reference_of_cases(
        Columns(TABULAR), cohort(30, pictures=False), np.ones(30, dtype=bool)
    )
    assert [*found(one(), reference, Columns(TABULAR))] == ["missing", "distance"]


def test_pictures_of_test_cases_never_widen_what_is_usual():
    cases = cohort(40)
    for name in cases.frame["case_id"][30:]:
        cases.views[name] = (view(f"{name}-1", picture(grey=3.0, spacing=0.9)),)
    reference = reference_of_cases(Columns(PICTURED), cases, np.arange(40) < 30)
    odd = one(50.0, "f", view("a", picture(grey=3.0, spacing=0.9)))
    assert {"brightness", "spacing"} <= unusual(odd, reference)


def test_a_spacing_that_was_unknown_in_training_too_is_no_alarm():
    cases = cohort(25)
    for name in cases.frame["case_id"]:
        cases.views[name] = (view(f"{name}-1", picture(spacing=None)),)
    reference = reference_of_cases(Columns(PICTURED), cases, np.ones(25, dtype=bool))
    for spacing in (None, 0.1):
        assert not unusual(one(50.0, "f", view("a", picture(spacing=spacing))), reference)


def test_no_word_of_a_file_reaches_a_sentence():
    from clnm_core.imaging.makers import maker_of

    makers = {f"case-{number:03d}-1": "GE" for number in range(60)}
    reference = reference_of_cases(
        Columns(PICTURED), cohort(60), np.ones(60, dtype=bool), manufacturers=makers
    )
    maker = maker_of("<b>Mustermann, Erika</b>")
    check = found(one(50.0, "f", view("a", picture(), maker=maker)), reference)["manufacturer"]
    assert "another maker" in check.sentence
    assert "Mustermann" not in check.sentence


def test_a_missing_column_counts_as_unknown(known):
    case = one(50.0, "f", view("a", picture()))
    frame = case.frame.drop(columns="sex")
    assert isinstance(frame, pd.DataFrame)
    without = type(case)(frame, case.registry, case.views)
    assert found(without, known)["missing"].is_unusual
