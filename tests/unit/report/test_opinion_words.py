"""What is said of how sure the models are is what was computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clnm_core.explain.conformal import PredictionSet
from clnm_core.explain.opinion import Disagreement, Opinion, disagreement, opinion
from clnm_core.explain.standing import Standing
from clnm_core.report.opinion_words import (
    answer_words,
    class_words,
    disagreement_words,
    fits_words,
    interval_words,
    set_words,
    sets_caution,
    threshold_words,
)
from clnm_core.stats.uncertainty import Estimate, not_estimable, wilson
from clnm_core.systems.case import CaseReport


def report(model: str = "clinical", risk: float = 0.7, threshold: float = 0.5) -> CaseReport:
    own = Estimate(risk, float("nan"), float("nan"), 0.95, "no interval: one network")
    return CaseReport(
        model, "demo", "lateral", "Lateral neck metastasis", own, threshold, (), (),
        pd.DataFrame(), "",
    )  # fmt: skip


def held(model: str, risk: float, answer: str, threshold: float = 0.5) -> Opinion:
    found = PredictionSet(answer, 0.9, 0.4, 0.04, 81, 71, "validation")  # type: ignore[arg-type]
    return Opinion(report(model, risk, threshold), not_estimable("", level=0.95), found, {},
                   {"positive": "high", "negative": "low"}.get(answer, "unclear"))  # type: ignore[arg-type]  # fmt: skip


def test_a_split_says_who_reaches_the_threshold_and_how_far_risks_are_apart() -> None:
    found = disagreement(
        [
            held("cli-dlr", 0.73, "positive"),
            held("llnm-net", 0.42, "either"),
            held("clinical", 0.55, "either"),
        ]
    )
    assert disagreement_words(found) == (
        "Two of three models reach their threshold: cli-dlr and clinical; llnm-net does not. "
        "Their risks differ by 0.31: 42 % (llnm-net) to 73 % (cli-dlr)."
    )


def test_each_model_is_held_to_its_own_threshold() -> None:
    found = disagreement([held("a", 0.3, "either", 0.2), held("b", 0.6, "either", 0.7)])
    assert disagreement_words(found).startswith(
        "One of two models reaches its threshold: a; b does not."
    )


@pytest.mark.parametrize(
    ("risks", "words"),
    [
        ([0.8, 0.7], "Both models reach their threshold."),
        ([0.8, 0.7, 0.9], "All three models reach their threshold."),
        ([0.1, 0.2], "Neither model reaches its threshold."),
        ([0.1, 0.2, 0.3, 0.4], "None of the four models reaches its threshold."),
        ([0.1, 0.2, 0.3, 0.9], "One of four models reaches its threshold: m3; m0, m1 and m2 do not."),
        ([0.701, 0.699], "Both models reach their threshold. Their risks agree: 70 %."),
    ],
)  # fmt: skip
def test_models_on_one_side_are_said_to_be(risks: list[float], words: str) -> None:
    opinions = [held(f"m{place}", risk, "either") for place, risk in enumerate(risks)]
    assert disagreement_words(disagreement(opinions)).startswith(words)


def test_sets_that_contradict_each_other_are_called_that() -> None:
    found = disagreement([held("a", 0.9, "positive"), held("b", 0.1, "negative")])
    assert "only “present” fits for a, only “absent” for b" in disagreement_words(found)
    alike = disagreement([held("a", 0.9, "positive"), held("b", 0.1, "either")])
    assert "contradict" not in disagreement_words(alike)


@pytest.mark.parametrize(("risk", "side"), [(0.6, "reaches"), (0.4, "stays below")])
def test_one_model_alone_is_said_with_its_interval_and_confirmed_by_none(
    risk: float, side: str
) -> None:
    one = replace(
        held("clinical", risk, "either"), interval=Estimate(risk, 0.3, 0.75, 0.95, "Wald")
    )
    assert answer_words([one]) == (
        f"Risk of lateral neck metastasis {100 * risk:.0f} % (30–75), which {side} the threshold "
        "of clinical, 50 %; no other model has judged this case."
    )


def test_several_models_are_compared_and_none_is_said_to_be_none() -> None:
    said = answer_words([held("a", 0.8, "either"), held("b", 0.6, "either")])
    assert said == (
        "Both models reach their threshold. Their risks of lateral neck metastasis differ by 0.20: "
        "60 % (b) to 80 % (a)."
    )
    assert answer_words([]) == "No model could judge this case."


def test_more_models_than_words_are_counted_in_digits() -> None:
    many = Disagreement(tuple(f"m{n}" for n in range(12)), (), ("m0", 0.5), ("m1", 0.9))
    assert disagreement_words(many).startswith("All 12 models reach")


@pytest.mark.parametrize(
    ("answer", "fits", "words"),
    [
        ("positive", "present", "high: at 90 % only “present” fits"),
        ("negative", "absent", "low: at 90 % only “absent” fits"),
        ("either", "present or absent", "unclear: at 90 % both “present” and “absent” fit"),
    ],
)
def test_a_class_says_what_fits(answer: str, fits: str, words: str) -> None:
    one = held("a", 0.5, answer)
    assert fits_words(one.prediction_set) == fits
    assert class_words(one) == words


def test_a_set_is_explained_by_how_usual_the_risk_is() -> None:
    assert set_words(held("clinical", 0.8, "positive")) == (
        "Of 81 patients with lateral neck metastasis about 40 % had a risk this low, and of 71 "
        "without it about 4 % a risk this high; what is so for more than 10 % fits (validation "
        "cases)."
    )


def test_a_share_beside_the_line_shows_on_which_side_it_lies() -> None:
    one = held("clinical", 0.8, "positive")
    assert one.prediction_set is not None
    near = replace(one, prediction_set=replace(one.prediction_set, p_negative=7 / 72))
    assert "about 9.7 % a risk this high" in set_words(near)


def test_without_a_set_nothing_is_claimed() -> None:
    one = opinion(report(), Standing.empty("clinical"))
    assert fits_words(one.prediction_set) == "not known"
    assert class_words(one) == "not known: too few cases with a known outcome for 90 %"
    assert class_words(replace(one, level=0.95)).endswith("for 95 %")
    assert set_words(one) == threshold_words(one) == ""
    assert interval_words(one.interval) == ("No interval: no cases that did not teach the model.")


@pytest.mark.parametrize(
    ("risk", "last"),
    [
        (0.7, "Of 100 cases called positive, like this one, 80 (71–87) have it."),
        (0.2, "Of 100 cases called negative, like this one, 90 (83–94) do not have it."),
    ],
)
def test_a_threshold_is_said_in_hundreds_and_by_the_call_of_this_case(
    risk: float, last: str
) -> None:
    at = {
        "sensitivity": wilson(89, 100), "specificity": wilson(82, 100),
        "ppv": wilson(80, 100), "npv": wilson(90, 100),
    }  # fmt: skip
    one = Opinion(report(risk=risk), not_estimable("", level=0.95), None, at, "not known")
    assert threshold_words(one) == (
        "Of 100 cases with lateral neck metastasis the threshold of 50 % finds 89 "
        f"(81–94) and of 100 without it 82 (73–88) stay below. {last}"
    )


def test_an_interval_of_the_calibration_is_not_sold_as_the_models_own() -> None:
    generator = np.random.default_rng(0)
    y = np.repeat([True, False], 40)
    known = Standing("clinical", "validation", y, np.clip(generator.normal(0.3 + 0.3 * y, 0.2), 0.01, 0.99),
                     np.arange(80).astype(object))  # fmt: skip
    said = interval_words(opinion(report(), known).interval)
    assert "calibration on 80 validation cases (Wald, log-odds)" in said
    assert "another training" in said
    own = Estimate(0.7, 0.6, 0.8, 0.95, "Wald on the log-odds, ridge logistic")
    assert interval_words(own).endswith("The model's own.")


@pytest.mark.parametrize(
    ("level", "share"),
    [(0.8, "eight of ten"), (0.9, "nine of ten"), (0.95, "19 of 20"), (0.85, "85 of 100")],
)
def test_what_a_set_promises_is_that_of_its_level(level: float, share: str) -> None:
    said = sets_caution(level)
    assert said.startswith(f"At {100 * level:.0f} % a set holds the truth for {share} patients")
    assert said.count(share) == 2
