"""The Predict page keeps a case when somebody says so, and every page goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.jobs.training import train
from clnm_core.store import ledger, selection
from clnm_core.store.outlines import stored_mask
from clnm_core.store.snapshots import current_version
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached_models
from tests.app.conftest import ROOT, press, risks, words
from tests.app.fake_system import publish_seeing
from tests.small_store import CLINIC, NECK, build_small_store, train_clinical
from tests.us_file import calibrated_ultrasound

AGE, DISTANCE, MULTIFOCAL = (
    f"form_{NECK}_{name}" for name in ("age_years", "capsule_distance_mm", "multifocal")
)
OPEN = "keep_case_open"
VISITOR = "test@example.com"
"""The login of a test of the app."""


def open_page(file: str, cohort: str = NECK, **params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    for key, value in {"cohort": cohort, "outcome": "lateral", **params}.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    return app


@pytest.fixture
def asked(store: Path) -> AppTest:
    """The Predict page, with an answer of the clinical model."""
    train_clinical(store)
    app = open_page("predict.py")
    return fill(fill(app, AGE, 61.0), DISTANCE, 2.5)


@pytest.fixture
def seeing(store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    model = publish_seeing(store)
    monkeypatch.setattr(cached_models, "can_predict", lambda record: record.name == "seeing")
    monkeypatch.setattr(cached_models, "load_model", lambda *_, **__: (model, None))

    def open_it() -> AppTest:
        app = open_page("predict.py")
        app.toggle(key="propose_outlines").set_value(False).run()
        return app

    return open_it


def fill(app: AppTest, key: str, value: float | None) -> AppTest:
    app.number_input(key=key).set_value(value).run()
    assert not app.exception
    return app


def outlined(app: AppTest, suffix: str = "", seed: int = 3) -> AppTest:
    app.file_uploader(key=f"case_image{suffix}").upload("x.dcm", calibrated_ultrasound(seed)).run()
    app.button(key=f"upload_outline{suffix}_open").click().run()
    fields = [field for field in app.number_input if field.key.startswith("ellipse_")]
    for field, number in zip(
        sorted(fields, key=lambda one: one.key), (20.0, 15.0, 4.0, 3.0, 0.0), strict=True
    ):
        field.set_value(number)
    press(app, "Set the ellipse")
    app.button(key=f"upload_outline{suffix}_done").click().run()
    assert not app.exception
    return app


def opened(app: AppTest) -> AppTest:
    app.session_state[OPEN] = True
    app.run()
    assert not app.exception
    return app


def field(app: AppTest, kind: str, word: str):
    return next(one for one in getattr(app, kind) if one.key.startswith(f"keep_{word}_"))


def keep(app: AppTest, *, name: str = "", outcome: str = "", is_said: bool = True) -> AppTest:
    opened(app)
    if name:
        field(app, "text_input", "name").set_value(name)
    if outcome:
        field(app, "selectbox", "outcome").set_value(outcome)
    field(app, "checkbox", "consent").set_value(is_said)
    return press(app, "Keep this case")


def said(app: AppTest) -> str:
    boxes = [*app.success, *app.info, *app.warning, *app.error]
    return "\n".join(str(one.value) for one in boxes).replace("\\", "")


def kept_cases(root: Path, cohort: str = NECK) -> list[str]:
    with Warehouse.open(root) as warehouse:
        names = warehouse.rows(f'SELECT case_id FROM "{cohort}".cases')["case_id"]  # noqa: S608
    return [name for name in names if not name.startswith(("case-", "c0"))]


def test_the_page_says_that_nothing_is_kept_unless_the_visitor_says_so(store, asked) -> None:
    version = current_version(store)
    assert "is kept unless you say so, below the answer" in words(asked)
    opened(asked)
    told = words(asked)
    assert "8 findings, 2 of them known" in told
    assert "a case of a new patient" in told
    assert "It gets no split" in told
    assert "The patients of this cohort are simulated" in told
    assert field(asked, "selectbox", "outcome").value == "not known yet"
    assert not field(asked, "checkbox", "consent").value
    assert current_version(store) == version


def test_a_kept_case_is_named_and_a_click_away(store, asked) -> None:
    before = risks(asked)
    keep(asked)
    (case,) = kept_cases(store)
    assert f"Kept as case {case} in Neck study: store version {current_version(store)}" in said(
        asked
    )
    link = next(one for one in asked.get("page_link") if case in one.proto.label)
    assert f"case={case}" in link.proto.query_string
    assert risks(asked) == before
    entry = ledger.entries(store)[0]
    assert (entry.action, entry.actor, entry.detail["case"]) == ("keep case", VISITOR, case)
    assert verify(store, read_images=True) == []


def test_the_case_page_gives_the_risks_that_the_predict_page_gave(store, asked) -> None:
    before = risks(asked)
    keep(asked)
    (case,) = kept_cases(store)
    app = open_page("case.py", case=case)
    assert "No model has judged this case" in words(app)
    assert f"Kept on Predict by {VISITOR} on" in words(app)
    app.toggle(key="ask_models_now").set_value(True).run()
    assert not app.exception
    assert risks(app) == before


def test_nothing_is_kept_without_the_tick(store, asked) -> None:
    version = current_version(store)
    keep(asked, is_said=False)
    assert "The case was not kept. Say first that you may keep it" in said(asked)
    assert current_version(store) == version


def test_whatever_changes_the_case_asks_for_the_tick_anew(store, asked) -> None:
    opened(asked)
    field(asked, "checkbox", "consent").set_value(True)
    fill(asked, DISTANCE, 3.0)
    assert not field(asked, "checkbox", "consent").value
    keep(asked)
    fill(asked, DISTANCE, 2.5)
    assert "Kept as" not in said(asked)


@pytest.mark.parametrize(
    ("name", "told"),
    [(" ", "has no name"), ("x" * 80, "Kept as"), ("<b>'; DROP--🩺", "Kept as")],
    ids=["empty", "long", "strange"],
)
def test_any_name_is_kept_as_a_pseudonym_or_refused_in_a_sentence(store, asked, name, told) -> None:
    keep(asked, name=name)
    assert told in said(asked)
    assert name.strip() == "" or name not in said(asked)


def test_the_outcome_is_kept_where_it_is_known(store, asked) -> None:
    keep(asked, outcome="absent")
    (case,) = kept_cases(store)
    with Warehouse.open(store) as warehouse:
        assert selection.case(warehouse, NECK, case).values["lateral"] is False


def test_a_kept_case_can_be_taken_back_and_kept_again(store, asked) -> None:
    keep(asked)
    first = kept_cases(store)
    asked.button(key=f"take_back/{NECK}/{first[0]}").click().run()
    assert not asked.exception
    assert f"Case {first[0]} was taken back" in said(asked)
    assert kept_cases(store) == []
    keep(asked)
    assert len(kept_cases(store)) == 1


def test_the_case_page_takes_a_kept_case_back_and_shows_another(store, asked) -> None:
    keep(asked)
    (case,) = kept_cases(store)
    app = open_page("case.py", case=case)
    app.button(key=f"take_back/{NECK}/{case}").click().run()
    assert not app.exception
    assert f"Case {case} was taken back" in said(app)
    assert kept_cases(store) == []
    assert app.text_input(key="case").value == ""
    assert "Take it back" not in [
        one.label for one in open_page("case.py", case="case-0003").button
    ]


def test_a_case_that_was_judged_since_is_not_taken_back_and_that_is_said(store, asked) -> None:
    from clnm_core.store.schema import replace_predictions
    from clnm_core.store.snapshots import publish

    keep(asked)
    (case,) = kept_cases(store)
    risk = pd.DataFrame([{"case_id": case, "split": None, "risk": 0.5}])
    publish(
        store,
        lambda con: replace_predictions(con, NECK, "sharp", risk),
        action="note",
        detail={},
    )
    asked.button(key=f"take_back/{NECK}/{case}").click().run()
    assert not asked.exception
    assert "has been judged since it was kept" in said(asked)
    assert kept_cases(store) == [case]


def test_a_case_that_somebody_else_took_back_is_no_longer_said_to_be_kept(store, asked) -> None:
    from clnm_core.store.kept_cases import take_back

    keep(asked)
    take_back(store, NECK, kept_cases(store)[0])
    asked.run()
    assert not asked.exception
    assert "Kept as" not in said(asked)


def test_the_same_findings_are_told_before_they_are_kept_twice(store, asked) -> None:
    keep(asked)
    (case,) = kept_cases(store)
    app = fill(fill(open_page("predict.py"), AGE, 61.0), DISTANCE, 2.5)
    opened(app)
    assert f"Case {case} of the cohort says the same in every finding" in said(app)


def test_pictures_outlines_report_and_notes_go_along(store, seeing) -> None:
    app = outlined(outlined(seeing()), "_2", seed=4)
    app.text_area[0].set_value("A lymph node of level IV.").run()
    opened(app)
    told = words(app)
    assert "2 pictures, de-identified (transverse, with nodule as outlined; longitudinal" in told
    assert "The wording of the report." in told
    before = risks(app)
    keep(app)
    (case,) = kept_cases(store)
    with Warehouse.open(store) as warehouse:
        found = selection.case(warehouse, NECK, case)
    assert found.values["report_text"] == "A lymph node of level IV."
    assert found.images["view"].tolist() == ["transverse", "longitudinal"]
    assert found.images["row_spacing_mm"].tolist() == [0.25, 0.25]
    areas = [stored_mask(store, digest).sum() * 0.25**2 for digest in found.masks["digest"]]
    assert np.allclose(areas, np.pi * 12, rtol=0.05)
    page = open_page("case.py", case=case)
    page.toggle(key="ask_models_now").set_value(True).run()
    assert not page.exception
    assert risks(page) == before


def test_why_a_measure_was_overridden_is_read_on_the_case_page(store, asked) -> None:
    asked.toggle(key="propose_outlines").set_value(False).run()
    fill(outlined(asked), f"form_{NECK}_max_diameter_mm", 9.5)
    asked.text_input(key=f"override_{NECK}_max_diameter_mm").set_value(
        "calipers *on* the probe"
    ).run()
    opened(asked)
    assert "Largest diameter as entered, with what was measured and your note" in words(asked)
    keep(asked)
    (case,) = kept_cases(store)
    app = open_page("case.py", case=case)
    told = "Largest diameter: entered by hand, measured 8.0 mm (“calipers *on* the probe”)."
    assert told in words(app)


def test_the_same_picture_makes_no_second_patient(store, seeing) -> None:
    keep(outlined(seeing()))
    (case,) = kept_cases(store)
    app = outlined(seeing())
    fill(app, AGE, 44.0)
    keep(app)
    assert f"The cohort has this picture already, in case {case}" in said(app)
    assert kept_cases(store) == [case]


def test_a_store_that_cannot_be_written_is_a_sentence(store, asked, monkeypatch) -> None:
    import shutil

    def full(*values, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    keep(asked)
    assert "cannot be written (No space left on device)" in said(asked)
    assert kept_cases(store) == []


def test_an_imported_cohort_without_splits_says_what_may_learn_from_the_case(store) -> None:
    train(store, "clinical", CLINIC, name="clinical", outcome="any", seed=0, device="cpu")
    app = open_page("predict.py", CLINIC, outcome="any")
    fill(app, f"form_{CLINIC}_age_years", 50.0)
    opened(app)
    assert "a model that is trained later may learn from it" in words(app)
    assert "simulated" not in words(app)
    keep(app)
    assert len(kept_cases(store, CLINIC)) == 1


PAGES = [
    *("overview.py", "cases.py", "case.py", "performance.py", "compare.py", "subgroups.py"),
    *("slices.py", "location.py", "readers.py", "failures.py", "checks.py", "explanations.py"),
    *("features.py", "systems.py", "models.py", "predict.py", "checklists.py"),
]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose cohort has one case without outcome, split, centre and risks."""
    from clnm_core.store.ingest.given_case import GivenCase, GivenPicture
    from clnm_core.store.ingest.one_case import keep_case

    root = tmp_path_factory.mktemp("grown") / "store"
    build_small_store(root)
    train_clinical(root)
    picture = GivenPicture(calibrated_ultrasound())
    case = GivenCase("one", {"age_years": 50.0, "sex": None}, pictures=[picture])
    keep_case(root, NECK, case, names_nobody=True)
    return root


@pytest.mark.parametrize("file", PAGES)
def test_every_page_goes_on_with_a_case_that_no_model_judged(grown, monkeypatch, file) -> None:
    monkeypatch.setenv("CLNM_STORE", str(grown))
    (case,) = kept_cases(grown)
    app = open_page(file, **({"case": case} if file == "case.py" else {}))
    assert not app.error
    assert "241" in words(app) or file != "overview.py"


def test_published_figures_stay_what_they_were(grown, small_store, monkeypatch) -> None:
    told = []
    for root in (small_store, grown):
        monkeypatch.setenv("CLNM_STORE", str(root))
        app = open_page("performance.py", model="sharp")
        told.append([one.value for one in app.markdown if "AUC is" in one.value])
    assert told[0] == told[1] != []
