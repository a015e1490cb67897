"""Each finding fires on what it names, and not on a sound audit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import audit
from clnm_core.stats.findings import Finding, findings
from clnm_core.stats.gaps import Gap


def sound(n: int = 400, *, bend: float = 1.0, shift: float = 0.0) -> Predictions:
    generator = np.random.default_rng(2)
    log_odds = generator.normal(-0.3, 1.3, n)
    return Predictions.of(generator.random(n) < expit(shift + bend * log_odds), expit(log_odds))


def found(predictions: Predictions, **options: object) -> dict[str, Finding]:
    options.setdefault("split", "test")
    report = audit(predictions, bootstrap=20, **options)
    return {finding.code: finding for finding in report.findings}


def test_a_sound_audit_has_no_findings() -> None:
    assert found(sound()) == {}


def test_a01_names_the_groups_that_are_too_small() -> None:
    words = ["A"] * 300 + ["B"] * 95 + ["C"] * 5
    finding = found(sound(), groups=pd.DataFrame({"centre": words}))["A01"]
    assert finding.severity == "warning"
    assert finding.message == "Too few cases to score in centre: C."


def test_a01_keeps_a_long_list_short() -> None:
    words = ["big"] * 393 + list("abcdefg")
    finding = found(sound(), groups=pd.DataFrame({"centre": words}))["A01"]
    assert finding.message == "Too few cases to score in centre: a, b, c, d, e and 2 more."


@pytest.mark.parametrize(
    ("events", "severity", "message"),
    [
        (0, "error", "None of the 40 cases has the outcome."),
        (40, "error", "All of the 40 cases have the outcome."),
        (1, "warning", "Only 1 of 40 cases has the outcome: estimates are unsteady."),
        (9, "warning", "Only 9 of 40 cases have the outcome: estimates are unsteady."),
        (39, "warning", "Only 1 of 40 cases is without the outcome: estimates are unsteady."),
        (35, "warning", "Only 5 of 40 cases are without the outcome: estimates are unsteady."),
    ],
)
def test_a02_counts_events_and_non_events(events: int, severity: str, message: str) -> None:
    predictions = Predictions.of(np.arange(40) < events, np.linspace(0.05, 0.95, 40))
    finding = found(predictions)["A02"]
    assert (finding.severity, finding.message) == (severity, message)


def test_a02_is_silent_at_ten_of_each() -> None:
    assert "A02" not in found(Predictions.of([1, 0] * 10, np.linspace(0.1, 0.9, 20)))


def test_a03_says_that_every_case_has_the_same_risk() -> None:
    finding = found(Predictions.of([1, 0] * 20, [0.3] * 40))
    assert finding["A03"].severity == "error"
    assert "the same risk, 0.3:" in finding["A03"].message
    assert "A04" not in finding
    assert "A07" not in finding


def test_a04_says_that_risks_take_few_values() -> None:
    risk = sound().risk.round(1)
    finding = found(Predictions.of(sound().y_true, risk))["A04"]
    assert finding.severity == "info"
    assert finding.message == "The risks take only 11 different values in 400 cases."


def test_a04_says_that_risks_are_rounded() -> None:
    finding = found(Predictions.of(sound().y_true, sound().risk.round(2)))["A04"]
    assert finding.message == "All risks are rounded to two decimals: ties count half in the AUC."


def test_a04_is_silent_where_few_cases_can_have_few_risks() -> None:
    assert "A04" not in found(Predictions.of([1, 0] * 12, np.arange(24) % 12 / 12))


def test_a05_says_that_cases_are_treated_as_independent() -> None:
    assert found(sound(), split=None)["A05"].severity == "info"
    clustered = Predictions.of(sound().y_true, sound().risk, np.arange(400) // 2)
    assert "A05" not in found(clustered, split=None)


@pytest.mark.parametrize(
    ("bend", "shift", "words"),
    [
        (0.4, 0.0, "too extreme (slope 0."),
        (2.5, 0.0, "too timid (slope 2."),
        (1.0, 1.5, "on the whole risks are too low (observed per expected 1."),
        (1.0, -1.5, "on the whole risks are too high (observed per expected 0."),
    ],
)
def test_a06_says_which_way_risks_are_wrong(bend: float, shift: float, words: str) -> None:
    finding = found(sound(1500, bend=bend, shift=shift))["A06"]
    assert finding.severity == "warning"
    assert words in finding.message


def test_a07_says_that_the_ranking_cannot_be_told_from_chance() -> None:
    generator = np.random.default_rng(0)
    finding = found(Predictions.of(generator.random(200) < 0.4, generator.random(200)))["A07"]
    assert finding.severity == "warning"
    assert "cannot be told from chance" in finding.message


def test_a08_counts_training_cases() -> None:
    split = np.where(np.arange(400) < 100, "Train", "test")
    finding = found(sound(), split=split)["A08"]
    assert finding.message.startswith("100 of 400 cases are training cases")
    assert "A08" not in found(sound(), split=np.where(np.arange(400) < 100, "external", "test"))


def grouped(*, planted: bool, n: int = 3000, seed: int = 0) -> dict[str, Finding]:
    """Six centres; where planted, risks at centre 4 are noise, at centre 5 far too low."""
    rng = np.random.default_rng(seed)
    centre = rng.integers(1, 7, n)
    log_odds = rng.normal(-0.3, 1.3, n)
    truth = log_odds.copy()
    if planted:
        truth[centre == 4] = rng.permutation(truth[centre == 4])
        truth[centre == 5] += 1.2
    predictions = Predictions.of(rng.random(n) < expit(truth), expit(log_odds))
    words = pd.DataFrame({"centre": [f"centre {number}" for number in centre]})
    return found(predictions, groups=words)


def test_a09_names_the_gaps_that_remain_after_adjusting() -> None:
    finding = grouped(planted=True)["A09"]
    assert finding.severity == "warning"
    assert finding.message.startswith("Groups of centre differ from centre ")
    assert "AUC lower in centre 4 by 0." in finding.message
    assert "observed per expected higher in centre 5 by 0." in finding.message


def test_a10_names_the_groups_whose_risks_are_wrong() -> None:
    finding = grouped(planted=True)["A10"]
    assert finding.severity == "warning"
    assert finding.message.startswith("Miscalibrated in groups of centre: ")
    assert "centre 4 (slope " in finding.message
    assert "centre 5 (observed per expected 1." in finding.message
    assert "centre 1" not in finding.message


def test_a09_and_a10_are_rare_where_nothing_was_planted() -> None:
    clean = [grouped(planted=False, n=900, seed=seed) for seed in range(20)]
    assert sum("A09" in codes for codes in clean) <= 4
    assert sum("A10" in codes for codes in clean) <= 4


def test_a_gap_that_does_not_survive_adjusting_is_no_finding() -> None:
    gap = Gap("sex", "auc", "f", "m", -0.1, -0.19, -0.01, "gap", p=0.03, p_adjusted=0.2)
    overall = audit(sound(), bootstrap=0).overall
    assert [f.code for f in findings(sound(), overall, (), None, [gap])] == ["A05"]
    shown = replace(gap, p_adjusted=0.04)
    assert [f.code for f in findings(sound(), overall, (), None, [shown])] == ["A05", "A09"]
