"""The editor of outlines on the Case and Predict pages, without a browser: by numbers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.segmentation import proposal
from clnm_core.imaging.segmentation.proposal import Proposal
from clnm_core.store import outlines
from clnm_core.store.mask_pairs import outlined as outlined_pictures
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import ROOT, percent_of, press, risks, words
from tests.small_store import NECK
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.us_file import calibrated_ultrasound

START = 2
"""The store's version once it has a model."""

CASE, IMAGE, UNCALIBRATED = "case-0003", "image-0003", "case-0004"


@pytest.fixture
def store(asked_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(asked_store, tmp_path / "store"))
    monkeypatch.setenv("CLNM_STORE", str(root))
    return root


def open_page(file: str, **params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    app.query_params["cohort"] = NECK
    app.query_params["outcome"] = "lateral"
    for key, value in params.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    return app


def open_editor(case: str = CASE) -> AppTest:
    app = open_page("case.py", case=case)
    return click(app, f"correct/{NECK}/image-{case[-4:]}")


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def set_ellipse(app: AppTest, *numbers: float) -> AppTest:
    fields = [field for field in app.number_input if field.key.startswith("ellipse_")]
    fields.sort(key=lambda field: field.key)
    assert len(fields) == 5
    for field, number in zip(fields, numbers, strict=True):
        field.set_value(number)
    return press(app, "Set the ellipse")


def tables(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def outline(app: AppTest, structure: str) -> AppTest:
    choice = next(group for group in app.button_group if group.label == "Outline of")
    choice.set_value(structure).run()
    assert not app.exception
    return app


def test_the_case_page_says_what_the_outline_measures_beside_the_record(store: Path) -> None:
    said = words(open_page("case.py", case=CASE))
    assert "Capsule distance: recorded " in said
    assert "measured on the outline 6.0 mm" in said


def test_a_correction_by_numbers_is_saved_and_every_page_sees_it(store: Path) -> None:
    app = open_editor()
    assert app.button(key="case_outline_save").disabled
    set_ellipse(app, 20.0, 15.5, 3.0, 2.0, 0.0)
    assert "6.0 mm" in tables(app)  # twice the half axis
    click(app, "case_outline_save")
    assert current_version(store) == START + 1
    assert f"store version {START + 1}" in "\n".join(str(one.value) for one in app.success)
    entry = outlines.history(store, NECK, IMAGE)[0]
    expected = ellipse_mask((61.5, 79.5), (3, 2), 0, (120, 160), spacing=(0.25, 0.25))
    assert np.array_equal(outlines.stored_mask(store, entry.new), expected)
    fresh = words(open_page("case.py", case=CASE))
    assert "Largest diameter: recorded" in fresh
    assert "measured on the outline 6.0 mm" in fresh or "measured on the outline 5.9 mm" in fresh


def test_an_earlier_outline_is_a_click_away(store: Path) -> None:
    app = set_ellipse(open_editor(), 20.0, 15.5, 3.0, 2.0, 0.0)
    click(app, "case_outline_save")
    click(app, f"correct/{NECK}/{IMAGE}")
    app.session_state["case_outline_earlier"] = True
    app.run()
    press(app, "Restore the one before")
    assert current_version(store) == START + 2
    assert "measured on the outline 6.0 mm" in words(app)


def test_a_proposal_is_said_to_be_one_and_can_be_undone(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"nodule": ellipse_mask((60, 80), (20, 9), 0, (120, 160))}
    note = "The outliner is unsure."
    monkeypatch.setattr(proposal, "propose", lambda image, outliner: Proposal(found, (note,)))
    app = click(open_editor(), "case_outline_propose")
    assert note in "\n".join(str(one.value) for one in app.info)
    assert "The nodule is as the network proposed it" in words(app)
    click(app, "case_outline_undo")
    assert app.button(key="case_outline_save").disabled
    click(app, "case_outline_propose")
    click(app, "case_outline_save")
    assert current_version(store) == START + 1
    with Warehouse.open(store) as warehouse:
        pictures = outlined_pictures(warehouse, NECK)
    assert pictures.set_index("image_id").loc[IMAGE, "nodule_proposed"]


def test_closing_keeps_nothing(store: Path) -> None:
    app = set_ellipse(open_editor(), 20.0, 15.5, 3.0, 2.0, 0.0)
    click(app, "case_outline_close")
    assert current_version(store) == START
    click(app, f"correct/{NECK}/{IMAGE}")
    assert app.button(key="case_outline_save").disabled


def test_undo_grow_and_move_work_without_a_pen(store: Path) -> None:
    app = open_editor()
    before = tables(app)
    click(app, "case_outline_grow")
    assert tables(app) != before
    click(app, "case_outline_undo")
    assert tables(app) == before
    for key in ("shrink", "left", "up", "right", "down"):
        click(app, f"case_outline_{key}")
    assert not app.button(key="case_outline_save").disabled


def test_a_stored_outline_is_replaced_but_not_taken_away(store: Path) -> None:
    app = click(open_editor(), "case_outline_clear")
    assert app.button(key="case_outline_save").disabled
    assert "draw the nodule again" in words(app)


def test_of_two_visitors_the_second_is_told_and_keeps_the_drawing(store: Path) -> None:
    app = set_ellipse(open_editor(), 20.0, 15.5, 3.0, 2.0, 0.0)
    other = ellipse_mask((60, 80), (9, 9), 0, (120, 160))
    outlines.correct_outline(store, NECK, IMAGE, "nodule", other, actor="dr-b")
    click(app, "case_outline_save")
    assert current_version(store) == START + 1
    assert "Somebody else" in "\n".join(str(one.value) for one in app.warning)
    click(app, "case_outline_save")
    assert current_version(store) == START + 2
    assert len(outlines.history(store, NECK, IMAGE)) == 2


def test_numbers_that_are_no_ellipse_are_said(store: Path) -> None:
    app = set_ellipse(open_editor(), 1e9, 15.0, 3.0, 2.0, 0.0)
    assert "ellipse" in "\n".join(str(one.value) for one in app.warning)
    set_ellipse(app, -80.0, -80.0, 3.0, 2.0, 0.0)
    assert "no pixel" in "\n".join(str(one.value) for one in app.warning)
    assert app.button(key="case_outline_save").disabled


def test_without_spacing_millimetres_say_why_until_somebody_enters_it(store: Path) -> None:
    app = open_editor(UNCALIBRATED)
    assert "It is not known how far apart the pixels lie" in tables(app)
    app.number_input(key="case_outline_spacing_mm").set_value(0.5).run()
    assert not app.exception
    assert "Millimetres are measured with the spacing that you entered" in words(app)
    assert "17.5 × 25.5 mm" in tables(app)  # 35 rows and 51 columns
    assert current_version(store) == START


@pytest.fixture
def predict(store: Path) -> AppTest:
    app = open_page("predict.py")
    app.toggle(key="propose_outlines").set_value(False).run()
    return app


def upload(app: AppTest, data: bytes, name: str = "neck.dcm") -> AppTest:
    app.file_uploader(key="case_image").upload(name, data).run()
    assert not app.exception
    assert not app.error
    return app


def outlined(app: AppTest, distance_mm: float) -> AppTest:
    """Gland 30 mm wide and a nodule of 4 mm that far from its left end, on level ground."""
    outline(app, "gland")
    set_ellipse(app, 20.0, 15.0, 15.0, 9.0, 0.0)
    outline(app, "nodule")
    return set_ellipse(app, 5.0 + distance_mm + 2.0, 15.0, 2.0, 2.0, 0.0)


def distance_in_form(app: AppTest) -> float | None:
    value = app.number_input(key=f"form_{NECK}_capsule_distance_mm").value
    return None if value is None else float(value)


def test_measured_values_fill_the_form_and_the_risk_follows_the_outline(predict: AppTest) -> None:
    app = click(upload(predict, calibrated_ultrasound()), "upload_outline_open")
    outlined(app, 1.0)
    assert distance_in_form(app) == pytest.approx(1.0, abs=0.2)
    near = percent_of(risks(app)["clinical"])
    set_ellipse(app, 20.0, 15.0, 2.0, 2.0, 0.0)
    assert distance_in_form(app) == pytest.approx(7.0, abs=0.2)
    assert near > percent_of(risks(app)["clinical"])


def test_what_the_visitor_changes_no_longer_follows(predict: AppTest) -> None:
    app = click(upload(predict, calibrated_ultrasound()), "upload_outline_open")
    outlined(app, 1.0)
    app.number_input(key=f"form_{NECK}_capsule_distance_mm").set_value(9.0).run()
    set_ellipse(app, 20.0, 15.0, 3.0, 3.0, 0.0)
    assert distance_in_form(app) == 9.0
    assert app.number_input(key=f"form_{NECK}_max_diameter_mm").value == pytest.approx(6, abs=0.2)


def test_another_picture_takes_its_values_out_of_the_form(predict: AppTest) -> None:
    app = click(upload(predict, calibrated_ultrasound()), "upload_outline_open")
    outlined(app, 1.0)
    assert distance_in_form(app) is not None
    app.file_uploader(key="case_image").upload("other.dcm", calibrated_ultrasound(seed=5)).run()
    assert not app.exception
    assert distance_in_form(app) is None


def test_outlines_are_proposed_at_once_measured_and_said_to_be_unseen(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {
        "gland": ellipse_mask((60, 80), (60, 36), 0, (120, 160)),
        "nodule": ellipse_mask((60, 40), (8, 8), 0, (120, 160)),
    }
    asked = []

    def proposed(image, outliner):
        asked.append(image)
        return Proposal(found, ("The outliner is unsure.",))

    monkeypatch.setattr(proposal, "propose", proposed)
    app = upload(open_page("predict.py"), calibrated_ultrasound())
    said = words(app)
    assert "A network proposed the outlines, and nobody has looked at them." in said
    assert "The outliner is unsure." in said
    assert distance_in_form(app) is not None
    assert risks(app)
    click(app, "upload_outline_right")
    assert "a person looked at them and left them as they are" in words(app)
    click(app, "upload_outline_open")
    click(app, "upload_outline_clear")
    assert len(asked) == 1  # what was cleared stays cleared


def test_a_measurement_beyond_what_the_form_takes_stays_out_of_it(predict: AppTest) -> None:
    plain = file_of(dataset_of(np.full((120, 160), 90, dtype=np.uint8)))
    app = click(upload(predict, plain), "upload_outline_open")
    app.number_input(key="upload_outline_spacing_mm").set_value(10.0).run()
    set_ellipse(app, 800.0, 600.0, 300.0, 200.0, 0.0)
    assert "600" in tables(app)
    assert app.number_input(key=f"form_{NECK}_max_diameter_mm").value is None


def test_ct_is_not_proposed_on_and_a_node_can_be_outlined(predict: AppTest) -> None:
    picture = dataset_of(np.full((64, 64), 50, dtype=np.int16), modality="CT")
    picture.PixelSpacing = [0.5, 0.5]
    app = upload(predict, file_of(picture))
    app.selectbox(key="case_window").set_value("bone").run()
    assert not app.exception
    click(app, "upload_outline_open")
    assert "Propose" not in {button.label for button in app.button}
    set_ellipse(app, 16.0, 16.0, 5.0, 3.0, 0.0)
    assert "Largest diameter" in tables(app)
    app.selectbox(key="case_window").set_value("lung").run()
    assert "10.0 mm" in tables(app)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (30, 40)])
def test_a_black_or_tiny_picture_can_be_outlined(predict: AppTest, shape: tuple[int, int]) -> None:
    app = upload(predict, file_of(dataset_of(np.zeros(shape, dtype=np.uint8))))
    click(app, "upload_outline_open")
    set_ellipse(app, 0.5, 0.5, 1.0, 1.0, 0.0)
    assert not [one for one in app.warning if "llipse" in one.value]
    click(app, "upload_outline_done")
    assert not app.exception
    assert "Correct the outlines" in {button.label for button in app.button}
