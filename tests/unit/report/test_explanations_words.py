"""What drives a model and where its maps lie, said in sentences; also when there is little to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.report import explanations_words, map_words
from clnm_core.report.explanations_words import (
    dependence_answer,
    importance_answer,
    importance_methods,
    no_attributions,
    no_model,
    not_measured,
)
from clnm_core.report.map_words import (
    maps_answer,
    maps_methods,
    node_maps_answer,
    set_aside_words,
)
from clnm_core.stats.uncertainty import Estimate, not_estimable

NAN = float("nan")


def ranked(*rows: tuple[str, float, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **{"column": label.lower(), "label": label, "value": value},
                **{"low": value - 0.05, "high": value + 0.06, "rank": place},
                **{"rank_low": low, "rank_high": high, "n": 240},
            }
            for place, (label, value, low, high) in enumerate(rows, start=1)
        ]
    )


def answer(table: pd.DataFrame, **more: object) -> str:
    given = {"scale": "log-odds", "outcome_label": "Lateral neck metastasis", "cases": 240}
    return importance_answer(table, **(given | more))


def test_the_variable_that_moves_most_is_named_with_its_interval() -> None:
    table = ranked(("Capsule distance", 0.62, 1, 1), ("Size", 0.3, 2, 3), ("Age", 0.28, 2, 3))
    assert answer(table, where="external") == (
        "On 240 external cases the risk of lateral neck metastasis is moved most by capsule distance "
        "(mean 0.62 log-odds, 0.57–0.68), then by size and age."
    )


def test_a_lead_that_is_not_certain_is_said() -> None:
    table = ranked(("TI-RADS", 0.32, 1, 2), ("Size", 0.3, 1, 2))
    assert answer(table).endswith("then by size; its lead over size is not certain.")
    assert "TI-RADS" in answer(table)


def test_forests_speak_in_percentage_points() -> None:
    table = ranked(("Size", 0.08, 1, 1))
    assert "(mean 8.0 percentage points, 3.0–14.0)" in answer(table, scale="probability")


def test_without_an_interval_none_is_said() -> None:
    table = ranked(("Size", 0.3, 1, 1)).assign(low=NAN, high=NAN)
    assert answer(table, cases=1) == (
        "On 1 case the risk of lateral neck metastasis is moved most by size (mean 0.30 log-odds)."
    )


@pytest.mark.parametrize(
    ("table", "cases", "said"),
    [
        (ranked().reindex(columns=["label", "value"]), 0, "None of the selected cases"),
        (ranked(("Size", 0.0, 1, 1)), 9, "no variable moves the risk"),
    ],
    ids=["nobody", "nothing"],
)
def test_nothing_to_say_is_said(table: pd.DataFrame, cases: int, said: str) -> None:
    assert said in answer(table, cases=cases)


def test_a_model_that_cannot_say_is_honest_about_it() -> None:
    assert "no Shapley values" in no_attributions("LLNM-Net")
    assert "table of risks" in no_model("Old model", "")
    assert "Choose Cli-DLR" in no_model("SVM", "Cli-DLR")
    assert "not measured yet" in not_measured("Cli-DLR")


def line(*ends: float) -> pd.DataFrame:
    return pd.DataFrame({"value": [0.5, 14.25], "effect": ends, "low": ends, "high": ends})


def test_an_effect_is_said_from_end_to_end() -> None:
    none = pd.DataFrame()
    assert dependence_answer(line(0.9, -0.8), none, scale="log-odds", unit="mm") == (
        "The effect runs from +0.90 at 0.5 mm to −0.80 at 14.2 mm (log-odds)."
    )
    points = dependence_answer(line(0.02, -0.1), none, scale="probability", unit="")
    assert points == "The effect runs from +2.0 at 0.5 to −10.0 at 14.2 (percentage points)."


def test_levels_are_said_by_their_ends_and_unknown_is_no_level() -> None:
    levels = pd.DataFrame(
        {
            "level": ["no", "yes", "unknown"],
            "label": ["no", "yes", "unknown"],
            "effect": [-0.5, 1.25, 3.0],
        }
    )
    said = dependence_answer(pd.DataFrame(), levels, scale="log-odds", unit="")
    assert said == "“yes” adds most (+1.25), “no” least (−0.50 log-odds)."
    few = dependence_answer(pd.DataFrame(), levels.head(1), scale="log-odds", unit="")
    assert "too few different values" in few


def near(value: float = 0.41) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 0.95, "bootstrap")


def maps(**more: object) -> str:
    given = {
        **{"near": near(), "rho": Estimate(-0.52, -0.62, -0.4, 0.95, ""), "even": 0.18},
        **{"covered": 0.3, "cases": 200, "near_cases": 80, "kind": "activation"},
    }
    return maps_answer(**(given | more))


def test_a_map_near_the_capsule_is_held_against_its_area() -> None:
    assert maps() == (
        "Where the nodule lies within 2.5 mm of the capsule, 41 % (36–46) of the map lies within 2 mm "
        "of it (80 cases); by area alone it would be 18 %, and 30 % spread over what the map covers, "
        "so it lies there more than its reach alone would give. The share falls with the distance (Spearman −0.52, −0.62 to −0.40)."
    )


def test_a_share_that_does_not_follow_the_distance_is_said() -> None:
    assert "does not follow the distance" in maps(rho=Estimate(0.1, -0.1, 0.3, 0.95, ""))
    assert "rises with the distance" in maps(rho=Estimate(0.4, 0.1, 0.6, 0.95, ""))
    assert "Spearman" not in maps(rho=not_estimable("too few", level=0.95))


def test_a_map_that_only_lies_where_it_can_reach_is_not_sold_as_a_look_at_the_capsule() -> None:
    assert "cannot be told from a map that is even wherever it reaches" in maps(covered=0.38)
    assert "less than its reach alone would give" in maps(covered=0.6)
    nothing = maps(near=Estimate(0.4, NAN, NAN, 0.95, ""))
    assert nothing.partition(" The share")[0].endswith("spread over what the map covers.")


def test_attention_is_never_sold_as_a_cause() -> None:
    assert "not why" in maps(kind="attention")
    assert "no cause" in maps_methods("attention", cases=9, store_version=1, has_gland=True)


def test_no_nodule_near_the_capsule_and_no_map_are_answers() -> None:
    assert maps(near_cases=0).startswith("No nodule with a map lies within 2.5 mm")
    assert "(200 cases)" in maps(near_cases=0)
    assert "None of the selected cases has a map" in maps(cases=0)
    alone = maps(near=Estimate(0.4, NAN, NAN, 0.95, ""), near_cases=1)
    assert "40 % of the map" in alone
    assert "nan" not in alone


def test_a_node_is_held_against_its_area() -> None:
    table = pd.DataFrame(
        {
            **{"zone": ["node", "margin", "outside"], "value": [0.4, 0.2, 0.4]},
            **{"low": [0.3, 0.1, 0.3], "high": [0.5, 0.3, 0.5], "area": [0.02, 0.01, 0.97]},
            "covered": [0.2, 0.15, 0.65],
        }
    )
    assert node_maps_answer(table, cases=90) == (
        "On 90 cases 40 % (30–50) of the map lies on the node and 20 % (10–30) within 2 mm around it; "
        "by area alone it would be 2 % and 1 %, and 20 % and 15 % spread over what the map covers."
    )
    assert "None of the selected" in node_maps_answer(table.head(0), cases=0)


def test_pictures_without_a_share_are_counted_by_reason() -> None:
    assert set_aside_words({}, 0) == ""
    assert set_aside_words({"It is black.": 1, "It has no gland.": 3}, 0) == (
        "3 pictures: it has no gland. 1 picture: it is black."
    )


def test_methods_name_what_was_done() -> None:
    plain = importance_methods("log-odds", is_shuffled=False)
    assert "AUC" not in plain
    assert "Lundberg 2020" in importance_methods("probability", is_shuffled=True)
    assert "not of DLR score" in importance_methods(
        "log-odds", is_shuffled=True, left_out=["DLR score"]
    )
    node = maps_methods("gradient", cases=9, store_version=2, has_gland=False)
    assert "whole picture" in node
    assert "Spearman" not in node
    gland = maps_methods("gradient", cases=9, store_version=2, has_gland=True)
    assert "Spearman 1904" in gland
    assert "Harrell 2015" in gland


def test_every_zone_and_kind_has_its_words() -> None:
    from clnm_core.explain.map_zones import GLAND_ZONES, NODE_ZONES

    assert {*GLAND_ZONES, *NODE_ZONES} == set(map_words.ZONE_WORDS)
    assert set(map_words.KIND_WORDS) == {"activation", "gradient", "hiding", "attention"}
    assert explanations_words.in_unit(0.1, "probability") == pytest.approx(10)
    assert np.isnan(explanations_words.in_unit(NAN, "log-odds"))
