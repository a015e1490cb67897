"""Claims about what is said of systems, trainings and what was tried."""

import pytest

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report.system_settings import SETTINGS, setting_of
from clnm_core.report.systems_words import (
    Fit,
    Held,
    centres_words,
    epochs_answer,
    fit_of,
    result_answer,
    systems_answer,
)
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.holdings import Holdings
from clnm_core.systems.catalogue import SYSTEMS, system_of
from clnm_core.systems.left_out import CentresLeftOut, LeftOut

FULL = Holdings(400, 200, ("US",), ("transverse",), 400, {"gland": 400, "nodule": 400}, 0, 0, 0)
NOTHING = Holdings(0, 0, (), (), 0, {}, 0, 0, 0)
MANY = OutcomeCount("lateral", 80, 120, 5)
AREA = Estimate(0.88, 0.85, 0.91, 0.95, "DeLong 1988")


def held(*, known=MANY, findings=9, has_report=True, holdings=FULL) -> Held:
    return Held(known, findings, has_report, holdings)


@pytest.mark.parametrize("system", [one.name for one in SYSTEMS])
@pytest.mark.parametrize(("true", "false"), [(9, 500), (500, 9), (0, 0)])
def test_no_system_learns_from_nine_of_a_kind(system: str, true: int, false: int) -> None:
    fit = fit_of(system, held(known=OutcomeCount("lateral", true, false, 0)))
    assert not fit.is_fit
    assert f"{true} with the outcome and {false} without" in fit.words


@pytest.mark.parametrize(
    ("system", "have", "lacks"),
    [
        ("clinical", held(findings=0), "findings"),
        ("cli-dlr", held(findings=0), "findings"),
        ("llnm-net", held(holdings=NOTHING), "ultrasound"),
        (
            "llnm-net",
            held(holdings=Holdings(4, 4, ("US",), (), 4, {"nodule": 4}, 0, 0, 0)),
            "outlines of the gland",
        ),
        ("ct-cad", held(), "CT pictures"),
    ],
)
def test_what_is_lacking_is_named(system: str, have: Held, lacks: str) -> None:
    fit = fit_of(system, have)
    assert not fit.is_fit
    assert lacks in fit.words


def test_outlines_on_ct_are_no_ultrasound() -> None:
    node = Holdings(9, 9, ("CT",), ("axial",), 9, {"node": 9}, 0, 0, 0)
    assert fit_of("ct-cad", held(holdings=node)).is_fit
    assert not fit_of("llnm-net", held(holdings=node)).is_fit
    assert "only the parts that read findings" in fit_of("score-model", held(holdings=node)).words


def test_a_cohort_from_which_nothing_is_learned_is_told_where_to_go_on() -> None:
    said = systems_answer(
        {"A": Fit(False, ""), "B": Fit(False, "")},
        OutcomeCount("any", 3, 4, 90),
        outcome_label="Any metastasis",
        trained=0,
    )
    assert "Nothing can be learned about any metastasis from 7 cases" in said
    assert "90 more unknown" in said
    assert "Choose another outcome or cohort" in said


def test_a_model_whose_auc_is_unknown_says_why() -> None:
    nobody = not_estimable("no case with the outcome", level=0.95)
    said = result_answer("score", nobody, n=12, events=0, where="", tried=0)
    assert said.startswith("On 12 cases, 0 with the outcome, the AUC of score is not estimable")


def test_networks_without_a_known_validation_auc_are_not_said_to_have_been_chosen() -> None:
    assert epochs_answer([]) == ""


def test_centres_are_ranked_and_those_too_small_passed_over() -> None:
    none = not_estimable("fewer than 10 cases", level=0.95)
    found = CentresLeftOut(
        (
            LeftOut("north", 50, 20, 150, AREA, none, none),
            LeftOut("south", 5, 1, 0, none, none, none),
        ),
        is_sample=False,
    )
    assert "0.88 (0.85–0.91) at north to 0.88 (0.85–0.91) at north" in centres_words(found)
    assert "No centre could be left out" in centres_words(CentresLeftOut((), is_sample=False))


@pytest.mark.parametrize("system", list(SETTINGS))
def test_every_setting_with_words_is_one_of_its_system(system: str) -> None:
    defaults = system_of(system).defaults
    assert SETTINGS[system].keys() <= defaults.keys()
    for name, default in defaults.items():
        choices = setting_of(system, name).choices
        chosen = [default] if isinstance(default, str) else default
        assert not choices or set(chosen) <= choices.keys(), name


def test_a_setting_without_words_is_said_by_its_name() -> None:
    assert setting_of("nothing", "label_smoothing").label == "Label smoothing"
