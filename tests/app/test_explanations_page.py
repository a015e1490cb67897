"""What drives the model, opened as a visitor would."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.features.choice import recipe_of
from clnm_core.jobs import kinds, queue
from clnm_core.jobs.training import train
from clnm_core.store import modelling
from clnm_core.systems import catalogue
from clnm_core.systems.explanation import Attributions
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC, NECK, build_small_store, train_clinical
from tests.tiny_system import LISTED, TinyModel

SYSTEMS = (*catalogue.SYSTEMS, *LISTED)


@pytest.fixture(scope="module")
def explained_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logistic model, and one that reads pictures and looks everywhere alike."""
    root = tmp_path_factory.mktemp("explained") / "store"
    build_small_store(root)
    train_clinical(root)
    with pytest.MonkeyPatch.context() as patch:
        for place in (catalogue, modelling):
            patch.setattr(place, "SYSTEMS", SYSTEMS)
        train(root, "tiny", NECK, name="seer", outcome="lateral", config={"reads_pictures": True})
        kinds.run(
            "saliency",
            root,
            {"cohort": NECK, "model": "seer", "split": "", "most": 200},
            actor="test",
            progress=lambda share, step: None,
            is_cancelled=lambda: False,
        )
    return root


@pytest.fixture
def open_explained(
    explained_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> OpenApp:
    monkeypatch.setenv("CLNM_STORE", str(explained_store))
    for place in (catalogue, modelling):
        monkeypatch.setattr(place, "SYSTEMS", SYSTEMS)
    for module in ("explanations_jobs", "job_cards"):
        monkeypatch.setattr(f"clnm_core.ui.{module}.ensure_worker", lambda root: None)
    link = {"cohort": NECK, "outcome": "lateral", "evaluated": "all splits"}
    return lambda **params: open_app("explanations.py", **(link | params))


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def cases_explained(app: AppTest) -> int:
    return int(next(one.value for one in app.metric if one.label == "Cases explained"))


def test_what_moves_the_risk_most_is_named_drawn_and_linked(open_explained: OpenApp) -> None:
    app = open_explained(model="clinical")
    assert not app.exception
    said = words(app)
    assert "On 225 cases the risk of lateral neck metastasis is moved most by" in said
    assert charts(app) == 3
    assert len(app.metric) == 5
    assert cases_explained(app) == 225
    tables = "".join(str(one.proto.body) for one in app.get("html"))
    assert "href='case?" in tables
    assert "Breiman 2001" in app.code[-1].value
    assert "Does the map look" not in said


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("Capsule distance", "The effect runs from"),
        ("Age", "The effect runs from"),
        ("Margin", "adds most"),
        ("Multifocal", "adds most"),
    ],
)
def test_every_kind_of_variable_is_drawn_against_its_values(
    open_explained: OpenApp, column: str, said: str
) -> None:
    app = open_explained(model="clinical", effect_of=column)
    assert not app.exception
    assert said in words(app)
    assert f"Effect of {column.lower()} by its value" in words(app)


def test_filters_and_splits_choose_whose_effects_are_seen(open_explained: OpenApp) -> None:
    everyone = cases_explained(open_explained(model="clinical"))
    women = cases_explained(open_explained(model="clinical", filters="sex", sex="female"))
    assert 0 < women < everyone
    external = open_explained(model="clinical", evaluated="external")
    assert "external cases the risk" in words(external)
    assert cases_explained(external) < everyone


def test_a_handful_of_cases_and_nobody_are_answers(open_explained: OpenApp) -> None:
    few = open_explained(model="clinical", filters="max_diameter_mm", max_diameter_mm=["0", "3"])
    assert not few.exception
    assert "nan" not in words(few).lower().split()
    nobody = open_explained(
        model="clinical",
        filters=["age_years", "lobe", "third", "sex"],
        **{"age_years": ["18", "18.01"], "lobe": "isthmus", "third": "lower", "sex": "male"},
    )
    assert not nobody.exception
    assert "No case is left" in "".join(str(one.value) for one in nobody.error) + words(nobody)
    assert charts(nobody) == 0


def test_models_of_which_only_risks_are_kept_say_so(open_explained: OpenApp) -> None:
    imported = open_explained(model="Sharp model")
    assert not imported.exception
    assert "came to the store as a table of risks" in words(imported)
    options = imported.selectbox(key="model").options
    part = open_explained(model=next(one for one in options if "shifted" in one))
    assert "was tried in the training of seer" in words(part)
    assert charts(imported) == charts(part) == 0


def test_a_model_that_is_here_is_shown_first(open_explained: OpenApp) -> None:
    app = open_explained()
    options = app.selectbox(key="model").options
    assert set(options[:2]) == {"clinical", "seer"}
    assert not app.exception


def test_where_maps_lie_is_said_and_drawn(open_explained: OpenApp) -> None:
    app = open_explained(model="seer")
    assert not app.exception
    said = words(app)
    assert "no Shapley values" in said
    assert "Where the nodule lies within 2.5 mm of the capsule" in said
    assert "pictures: it is not known how far apart its pixels lie" in said
    assert charts(app) == 2
    assert "attention" in app.code[-1].value
    some = open_explained(model="seer", filters="sex", sex="male")
    assert charts(some) == 2
    assert words(some) != said


def test_maps_of_a_split_that_was_not_measured_are_offered_as_one_job(
    open_explained: OpenApp, explained_store: Path
) -> None:
    app = open_explained(model="seer", evaluated="external")
    assert "have not been measured yet" in words(app)
    app.button(key="maps_start").click().run()
    app.button(key="maps_start").click().run()
    assert not app.exception
    (job,) = [one for one in queue.jobs(explained_store) if one.kind == "saliency"]
    assert job.parameters == {"cohort": NECK, "model": "seer", "split": "external", "most": 200}
    assert "Waits for its turn" in str(app.get("progress")[0].proto.text)
    app.button(key=f"cancel_{job.id}").click().run()
    assert queue.job(explained_store, job.id).state == "cancelled"


def test_a_model_that_reads_what_is_not_measured_offers_to_measure_it(
    open_explained: OpenApp,
    explained_store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reading(self, cases):
        found = cases.features(recipe_of("morphology"))
        return Attributions((), np.zeros((len(found), 0)), found, 0.0)

    own = tmp_path / "store"
    shutil.copytree(explained_store, own)
    monkeypatch.setenv("CLNM_STORE", str(own))
    monkeypatch.setattr(TinyModel, "attributions", reading)
    app = open_explained(model="seer")
    assert "reads features of pictures that are not measured yet" in words(app)
    app.button(key="measure_start").click().run()
    assert not app.exception
    (job,) = [one for one in queue.jobs(own) if one.kind == "attributions"]
    assert job.parameters == {"cohort": NECK, "model": "seer"}


def test_a_cohort_without_a_model_says_what_is_missing(open_app: OpenApp) -> None:
    app = open_app("explanations.py", cohort=CLINIC)
    assert not app.exception
    assert "No model has judged these cases" in words(app)
