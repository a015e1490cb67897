"""Location, with a model and without, with adjusters and without, with few cases."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC

THIRDS = ("upper", "middle", "lower")
SIDES = ("right", "left", *THIRDS)


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_a_model_is_set_beside_what_happened(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral", model="Sharp model", evaluated="all splits")
    assert not app.exception
    text = words(app)
    assert "Has “Sharp model” learned it?" in text
    assert "the capsule effect: predicted falls from" in text
    assert "On 225 cases." in text
    table = app.dataframe[-1].value
    assert table["place"].tolist()[0] == "within 2.5 mm"
    assert table["place"].tolist()[-1] == "isthmus"
    assert table["n"].head(5).sum() == 225
    assert charts(app) == 3
    assert "score test" in app.code[-1].value


def test_every_part_of_the_gland_has_its_interval(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral", model="none: observed only")
    table = app.dataframe[0].value.set_index("place")
    parts = [f"{lobe} {third}" for lobe in ("right", "left") for third in THIRDS]
    assert list(table.index[5:]) == [*parts, "isthmus", *(f"all {side}" for side in SIDES)]
    assert table.loc[parts, "n"].sum() + table.loc["isthmus", "n"] == 225
    left = table.loc[[f"left {third}" for third in THIRDS], "n"].sum()
    assert table.loc["all left", "n"] == left
    assert table["interval"].str.contains("–").all()


def test_without_a_model_only_observed_shares_are_shown(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral", model="none: observed only")
    assert not app.exception
    assert charts(app) == 1
    assert "learned it?" not in words(app)
    central = open_app("location.py", outcome="central")
    assert not central.exception
    assert charts(central) == 1


def test_the_curve_is_adjusted_for_what_is_chosen(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral")
    text = words(app)
    assert "Adjusted for age, sex, largest diameter and multifocal" in text
    assert "unadjusted, from" in text
    app.multiselect(key="adjusted").set_value(["sex"]).run()
    assert "Adjusted for sex (225 complete cases)" in words(app)
    app.multiselect(key="adjusted").set_value([]).run()
    assert "Adjusted for" not in words(app)
    linked = open_app("location.py", outcome="lateral", adjusted=["Centre"])
    assert "Adjusted for centre" in words(linked)


def test_an_adjuster_is_known_before_the_outcome(open_app: OpenApp) -> None:
    app = open_app("location.py", outcome="lateral")
    options = set(app.multiselect(key="adjusted").options)
    assert {"Age", "Centre", "Margin", "Lobe"} <= options
    assert not {"Capsule distance", "True risk", "Report", "Central neck metastasis"} & options


def test_a_handful_of_cases_is_an_answer(open_app: OpenApp) -> None:
    app = open_app(
        "location.py",
        outcome="lateral",
        evaluated="all splits",
        filters="max_diameter_mm",
        max_diameter_mm=["0", "4"],
    )
    assert not app.exception
    text = words(app)
    assert "No adjusted curve: " in text
    assert "Not enough data to say whether the model follows the capsule effect" in text
    assert "nan" not in text.lower().split()


def test_a_cohort_without_places_asks_for_no_adjuster(open_app: OpenApp) -> None:
    app = open_app("location.py", cohort=CLINIC)
    assert not app.exception
    assert "Nothing is recorded about the place" in words(app)
    assert "learned it?" not in words(app)
    assert not [box for box in app.multiselect if box.key == "adjusted"]
