"""Features, opened as a visitor would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.cohort import CohortQuery, OneOf
from clnm_core.jobs import queue
from clnm_core.store.feature_files import write_table
from clnm_core.store.feature_sets import FeatureSet, put_feature_set
from clnm_core.store.selection import cases, first_images
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import OpenApp, words
from tests.small_store import CLINIC, NECK, build_small_store

FEATURES = ("original_glcm_Contrast", "original_firstorder_Mean", "original_shape2D_Elongation")


def measured(root: Path, name: str, kind: str, settings: dict, features: tuple[str, ...]) -> None:
    """Publish a set of features of the 40 pictured cases; the first one follows the outcome."""
    with Warehouse.open(root) as warehouse:
        query = CohortQuery(NECK, "lateral")
        table = cases(warehouse, query, ["lateral"]).set_index("case_id")
        first = first_images(warehouse, NECK, table.index.tolist())
    images = first[["image_id", "case_id"]].assign(view="transverse")
    lateral = table.loc[images["case_id"], "lateral"]
    has = lateral.map({True: 1.0, False: 0.0}).fillna(0.5).to_numpy()
    rng = np.random.default_rng(4)
    values = rng.normal(size=(len(images), len(features)))
    values[:, 0] += 3 * has
    values[:4, 1] = np.nan
    digest = write_table(root, images, features, values)
    detail = {"set_aside": [{"image": "image-x", "reason": "It is black."}], "reasons": {}}
    found = FeatureSet(
        NECK, name, kind, settings, digest, len(images), len(features), detail, "2026-01-01"
    )
    publish(root, lambda con: put_feature_set(con, found), action="extract", detail={})


@pytest.fixture(scope="module")
def measured_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("measured") / "store"
    build_small_store(root)
    measured(root, "radiomics", "radiomics", {"bin_width": 8.0}, FEATURES)
    weights = {"backbone": "resnet18", "weights": "random, seed 0: no pretrained weights"}
    measured(root, "resnet18", "deep", weights, ("resnet18_0000", "resnet18_0001"))
    return root


@pytest.fixture
def open_measured(
    measured_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> OpenApp:
    monkeypatch.setenv("CLNM_STORE", str(measured_store))
    return open_app


@pytest.fixture
def own_store(tmp_path: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that a test may write to, in which no worker starts by itself."""
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    for module in ("clnm_core.ui.extract_form", "clnm_core.ui.job_cards"):
        monkeypatch.setattr(f"{module}.ensure_worker", lambda root: None)
    return root


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_a_cohort_that_was_not_measured_says_so_and_offers_to(
    own_store: Path, open_app: OpenApp
) -> None:
    app = open_app("features.py", cohort=NECK)
    assert not app.exception
    assert "Nothing has been measured yet on the 40 images" in words(app)
    assert "40 of them have an outline of the lesion" in words(app)
    assert app.button(key="extract_start").label == "Start"


def test_a_cohort_without_images_offers_nothing(own_store: Path, open_app: OpenApp) -> None:
    app = open_app("features.py", cohort=CLINIC)
    assert not app.exception
    assert "This cohort has no images" in words(app)
    assert not [button for button in app.button if button.key == "extract_start"]


def test_start_puts_one_job_into_the_queue_however_often_it_is_pressed(
    own_store: Path, open_app: OpenApp
) -> None:
    app = open_app("features.py", cohort=NECK)
    app.selectbox(key="extract_kind").set_value("deep").run()
    app.selectbox(key="extract_device").set_value("cpu").run()
    app.button(key="extract_start").click().run()
    app.button(key="extract_start").click().run()
    assert not app.exception
    (job,) = queue.jobs(own_store)
    assert job.kind == "extract"
    assert job.parameters == {
        "cohort": NECK, "features": "deep", "device": "cpu", "backbone": "resnet18"
    }  # fmt: skip
    assert "Waits for its turn" in str(app.get("progress")[0].proto.text)
    app.button(key=f"cancel_{job.id}").click().run()
    assert queue.job(own_store, job.id).state == "cancelled"
    app.button(key=f"resume_{job.id}").click().run()
    assert queue.job(own_store, job.id).state == "queued"


def test_jobs_of_another_cohort_are_not_listed(own_store: Path, open_app: OpenApp) -> None:
    queue.submit(own_store, "extract", {"cohort": CLINIC, "features": "deep"}, title="Elsewhere")
    app = open_app("features.py", cohort=NECK)
    assert "Elsewhere" not in words(app)


def test_the_answer_names_the_feature_that_separates_best(open_measured: OpenApp) -> None:
    app = open_measured("features.py", cohort=NECK)
    assert not app.exception
    said = words(app)
    assert "Radiomics: 3 features of 40 images" in said
    assert "40 selected cases have any" in said
    assert "1 image could not be used" in said
    assert "original_glcm_Contrast separates best alone" in said
    assert "higher in cases with the outcome" in said
    assert charts(app) == 2


def test_a_filter_changes_whose_features_are_seen(
    open_measured: OpenApp, measured_store: Path
) -> None:
    app = open_measured("features.py", cohort=NECK, filters="sex", sex="male")
    query = CohortQuery(NECK, "lateral").keeping(OneOf("sex", ("male",)))
    with Warehouse.open(measured_store) as warehouse:
        men = set(cases(warehouse, query, ())["case_id"])
    pictured = {f"case-{i:04d}" for i in range(40)}
    assert f"{len(men & pictured)} selected cases have any" in words(app)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ("Correlation", "Rank correlation of every pair"),
        ("Repeatability", "has not been judged for this set yet"),
        ("Extract", "Finished parts are kept"),
    ],
)
def test_every_part_of_the_page_opens(open_measured: OpenApp, look: str, expected: str) -> None:
    app = open_measured("features.py", cohort=NECK, look=look)
    assert not app.exception
    assert expected in words(app)


@pytest.mark.parametrize("column", ["", "age_years", "centre"])
def test_the_map_is_coloured_by_any_column(open_measured: OpenApp, column: str) -> None:
    params = {"map_by": column} if column else {}
    app = open_measured("features.py", cohort=NECK, look="Map of cases", **params)
    assert not app.exception
    assert charts(app) == 1


def test_features_of_a_random_network_say_so(open_measured: OpenApp) -> None:
    app = open_measured("features.py", cohort=NECK, feature_set="resnet18")
    assert not app.exception
    assert any("no pretrained weights" in str(one.value) for one in app.warning)


def test_a_link_to_features_that_are_not_there_shows_the_first(open_measured: OpenApp) -> None:
    app = open_measured(
        "features.py", cohort=NECK, feature_set="gone", look="nonsense", feature="x"
    )
    assert not app.exception
    assert "Radiomics: 3 features" in words(app)


def test_nobody_is_an_answer_too(open_measured: OpenApp) -> None:
    app = open_measured("features.py", cohort=NECK, filters="age_years", age_years=["18", "18.01"])
    assert not app.exception


def test_a_table_that_is_gone_from_the_disk_is_said(own_store: Path, open_app: OpenApp) -> None:
    measured(own_store, "radiomics", "radiomics", {}, FEATURES)
    for path in (own_store / "features").glob("*.parquet"):
        path.unlink()
    app = open_app("features.py", cohort=NECK)
    assert not app.exception
    assert any("missing from the store" in str(one.value) for one in app.error)
