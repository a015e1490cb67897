"""Claims about the value that everything about one case is written from."""

import json
from pathlib import Path

import numpy as np
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.report.case_dict import FORMAT
from clnm_core.report.case_sheet import Reading, reading_words, readings_of
from clnm_core.report.case_words import ATTENTION_CAUTION
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.explanation import Explanation
from tests.unit.report.case_sheets import NAN, opinion, report, sheet_of, shown, usual_sheet

NAMES = {
    "format", "use", "is_synthetic", "made", "pseudonym", "outcome", "outcome_label", "answer",
    "shown", "opinions", "refusals", "readings", "pictures", "checks", "alike", "all_doubts",
    "limits", "versions",
}  # fmt: skip


def test_json_has_the_documented_names_and_nothing_that_json_cannot_carry():
    said = usual_sheet().to_dict()
    assert set(said) == NAMES
    assert said["format"] == FORMAT
    again = json.loads(json.dumps(said, allow_nan=False))
    assert again == said
    assert again["shown"] == "llnm-net"
    assert [one["model"] for one in again["opinions"]][1:] == [
        "clinical", "cli-dlr", "score-model", "ct-cad",
    ]  # fmt: skip
    assert again["opinions"][0]["prediction_set"]["answer"] == "positive"
    assert again["opinions"][0]["at_threshold"]["npv"]["low"] == 0.8
    assert again["pictures"][0]["outlines"] == ["gland", "nodule"]
    assert again["pictures"][0]["map"] == "hiding"
    assert again["readings"][1] == {
        "column": "max_diameter_mm", "label": "Largest diameter", "unit": "mm", "measured": 10.62,
        "used": 12.0, "is_overridden": True, "note": "Measured again on the console",
    }  # fmt: skip
    assert again["alike"][0]["number"] is None
    assert len(again["alike"]) == 8


def test_what_is_not_a_number_is_null_in_json():
    table = report().contributions.assign(effect=[NAN, np.inf])
    said = report(
        risk=Estimate(NAN, NAN, NAN, 0.95, "not estimable: x"),
        contributions=table,
        explanation=Explanation(),
    )
    written = json.dumps(
        sheet_of(said, readings=(Reading(BUILT_IN["max_diameter_mm"], NAN, np.float32(3)),)).to_dict(),
        allow_nan=False,
    )  # fmt: skip
    again = json.loads(written)
    assert again["opinions"][0]["risk"]["value"] is None
    assert [row["effect"] for row in again["opinions"][0]["contributions"]] == [None, None]
    assert again["opinions"][0]["baseline"] is None
    assert again["readings"][0]["measured"] is None
    assert again["readings"][0]["used"] == 3.0


def test_readings_follow_the_reader_s_order_and_keep_the_note():
    columns = [BUILT_IN[name] for name in ("max_diameter_mm", "lobe", "capsule_distance_mm")]
    found = readings_of(
        {"capsule_distance_mm": 2.0, "max_diameter_mm": 9.0, "lobe": None, "width_mm": 3.0},
        {"capsule_distance_mm": 4.0, "max_diameter_mm": 1.0},
        {"capsule_distance_mm": "Wrong side"},
        columns,
    )
    assert [(one.column.name, one.used, one.is_overridden) for one in found] == [
        ("max_diameter_mm", 9.0, False),
        ("capsule_distance_mm", 4.0, True),
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_diameter_mm", 10.62, "10.6 mm"),
        ("max_diameter_mm", None, "unknown"),
        ("taller_than_wide", np.True_, "yes"),
        ("third", "upper", "upper"),
        ("age_years", 62.0, "62 years"),
    ],
)
def test_a_measured_value_is_said_as_a_reader_says_it(name, value, words):
    assert reading_words(BUILT_IN[name], value) == words


def test_limits_follow_from_what_is_on_the_sheet():
    bare = sheet_of(report(contributions=report().contributions[:0]))
    assert len(bare.limits) == 1
    without = opinion(interval=Estimate(0.7, NAN, NAN, 0.95, "x"), notes=("Few cases.",))
    full = sheet_of(
        opinions=(without,),
        shown=without,
        pictures=(shown(image=shown().image.__class__(np.zeros((4, 4), dtype=np.uint8))),),
        readings=(Reading(BUILT_IN["max_diameter_mm"], 1.0, 1.0),),
        is_synthetic=True,
    ).limits
    assert "No interval is known for clinical." in full
    assert "Few cases." in full
    assert any("spacing is unknown" in line for line in full)
    assert any("Lengths hold for the outlines" in line for line in full)
    assert ATTENTION_CAUTION not in full
    seen = sheet_of(report(explanation=Explanation(shares={"images": 1.0})))
    assert ATTENTION_CAUTION in seen.limits


def test_doubts_are_the_model_s_and_the_checks_once_each():
    assert usual_sheet().doubts == (
        "Hashimoto thyroiditis is unknown here but always known in training.",
        "The pixels lie 0.4 mm apart, and 0.05 to 0.12 mm in training.",
    )


def test_every_name_of_the_json_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "case.md").read_text(encoding="utf-8")
    said = usual_sheet().to_dict()

    def names(value):
        if isinstance(value, dict):
            yield from value
            for key, inner in value.items():
                if key not in ("values", "attention"):  # whose names are labels
                    yield from names(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from names(inner)

    lacking = {name for name in names(said) if f"`{name}`" not in text}
    assert lacking <= {"weight", "word", "image", "kind"}
    assert f"`{FORMAT}`" in text
