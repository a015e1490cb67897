"""A stage is said with its shares, what it is not, and how often it is right; or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clnm_core.report.case_html import case_html
from clnm_core.report.case_sr import case_sr, sr_dataset
from clnm_core.report.stage_words import (
    definition_words,
    likeliest_words,
    shares_words,
    stage_caution,
    stage_words,
)
from clnm_core.systems.risk_stage import RiskStage, TaughtStages
from tests.unit.report.case_sheets import opinion, report, sheet_of
from tests.unit.report.dicom_checker import faults

TAUGHT = TaughtStages(
    ("low", "medium", "high"), (307, 288, 25), ((40, 24, 0), (23, 50, 0), (3, 9, 0))
)
STAGE = RiskStage((0.25, 0.7, 0.05), TAUGHT)


def test_the_likeliest_stage_and_every_share_are_said() -> None:
    said = stage_words(report(model="llnm-net", stage=STAGE))
    assert said == (
        "Nodal risk stage by llnm-net: most likely medium (low 25 %, medium 70 %, high 5 %)."
    )
    assert stage_words(report()) == ""


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.4, 0.4, 0.2), "low or medium, as likely as each other"),
        ((0.449, 0.451, 0.1), "low or medium, as likely as each other"),
        ((0.444, 0.456, 0.1), "most likely medium"),
        ((1 / 3, 1 / 3, 1 / 3), "low or medium or high, as likely as each other"),
        ((0.002, 0.003, 0.995), "most likely high"),
    ],
)
def test_shares_that_read_alike_are_called_that(
    shares: tuple[float, float, float], words: str
) -> None:
    assert likeliest_words(RiskStage(shares, TAUGHT)) == words


def test_it_is_called_what_it_is_and_held_against_what_one_may_always_say() -> None:
    said = stage_caution(STAGE)
    assert "second output of the network" in said
    assert "not calibrated" in said
    assert "(307 low, 288 medium and 25 high)" in said
    assert "not the risk class" in said
    assert "In 149 validation cases the likeliest stage was right for 60 % (52–68)" in said
    assert "always saying “medium” would be right for 49 %" in said
    assert "never called one “high”, which 12 of them were" in said
    assert "2 mm" in definition_words()


def test_what_was_called_once_is_not_said_to_be_never_called() -> None:
    taught = replace(TAUGHT, validation=((40, 24, 0), (23, 49, 1), (3, 9, 0)))
    assert "never called" not in stage_caution(RiskStage(STAGE.shares, taught))


def test_without_validation_cases_it_is_not_known_how_often_it_is_right() -> None:
    taught = replace(TAUGHT, validation=((0, 0, 0),) * 3)
    assert "How often it is right is not known" in stage_caution(RiskStage(STAGE.shares, taught))


def test_every_file_has_the_stage_of_the_model_that_says_one_and_no_other() -> None:
    one, other = opinion(report(model="llnm-net", stage=STAGE)), opinion()
    sheet = sheet_of(opinions=(other, one), shown=one)
    html = case_html(sheet)
    assert html.count("Nodal risk stage by") == 1
    assert shares_words(STAGE) in html
    assert "not calibrated" in html
    held = {row["model"]: row for row in sheet.to_dict()["opinions"]}
    assert held["clinical"]["risk_stage"] is None
    assert held["llnm-net"]["risk_stage"]["likeliest"] == "medium"
    assert held["llnm-net"]["risk_stage"]["probabilities"]["high"] == 0.05
    assert held["llnm-net"]["risk_stage"]["validation_right"]["value"] == pytest.approx(90 / 149)
    assert case_sr(sheet).count(b"most likely medium") == 1
    assert faults(sr_dataset(sheet)) == []
    silent = sheet_of()
    assert "Nodal risk stage" not in case_html(silent)
    assert b"Nodal risk stage" not in case_sr(silent)
