"""Claims about how the table of variants is said, and how long it takes."""

from __future__ import annotations

import pytest

from clnm_core.report.ablation_words import (
    TRAININGS,
    ablation_answer,
    ablation_methods,
    duration_words,
    printed,
)
from clnm_core.systems.llnm_net.ablations import VARIANTS
from clnm_core.systems.llnm_net.config import resolved
from tests.unit.report.variant_rows import FACTS, NAN, ROWS


def test_the_answer_names_the_largest_loss_and_every_clear_difference():
    assert ablation_answer(ROWS) == (
        "On 257 external cases, 145 with the outcome, the full LLNM-Net has an AUC of 0.850 "
        "(0.800–0.900). It loses most without the location map: −0.100 (−0.120 to −0.080; "
        "p < 0.001). 1 of 3 variants differs clearly from it: without the location map."
    )


def test_a_variant_that_does_better_is_no_loss():
    better = ROWS[ROWS["name"].isin(["full", "no-demographics"])]
    assert "No variant does worse. None of 1 variant differs clearly" in ablation_answer(better)
    assert ablation_answer(ROWS[:1]).endswith("No other variant was trained.")


def test_what_cannot_be_compared_is_said():
    none = ROWS.assign(auc=NAN, difference=NAN, method="not estimable: one class only")
    assert "cannot be compared: not estimable: one class only" in ablation_answer(none)
    assert printed(none).rows[1][2] == "not estimable: one class only"


def test_the_full_model_comes_first_then_the_largest_loss_and_equal_settings_are_no_difference():
    table = printed(ROWS)
    assert [one[0] for one in table.rows] == [
        *("Full model", "Without the location map", "Without the report"),
        *("4 cross-attention blocks", "Without age and sex"),
    ]
    assert table.rows[0][1:] == ("0.850 (0.800–0.900)", "–", "–", "0.948")
    assert table.rows[1][2:] == ("−0.100 (−0.120 to −0.080)", "< 0.001", "0.729")
    assert table.rows[3][2] == "the settings of: full model"
    assert table.rows[4][2] == "+0.010 (−0.010 to 0.030)"


def test_single_seeds_are_shown_where_there_are_several():
    several = ROWS.assign(seeds_lowest=0.7, seeds_highest=0.8)
    table = printed(several)
    assert table.head[4] == "Single seeds"
    assert {one[4] for one in table.rows} == {"0.700–0.800"}


def test_the_methods_say_what_was_changed_and_who_was_left_out():
    said = ablation_methods(ROWS, FACTS)
    assert "settings: epochs 3" in said
    assert "3 cases lack what some variant reads" in said
    assert "paired DeLong" in said
    assert "Made 2026-11-22 on store version 4" in said


def test_as_many_trainings_are_announced_as_there_are_settings():
    settings = [resolved(one.config).to_dict() for one in VARIANTS]
    assert TRAININGS == sum(one not in settings[:place] for place, one in enumerate(settings))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(90.0, "about 16 minutes"), (5.0, "about 55 seconds"), (900.0, "about 2.8 hours")],
)
def test_the_whole_takes_as_long_as_all_its_trainings(seconds: float, words: str) -> None:
    assert words in duration_words(seconds, "the model net, on cpu", 1)


def test_without_a_training_to_go_by_no_time_is_made_up():
    assert "is not known" in duration_words(None, "", 3)
    assert "about 33 times as long" in duration_words(None, "", 3)
