"""The Predict page: a form for all models, pictures, and an answer that follows what is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from streamlit.testing.v1 import AppTest

from clnm_core.ui import asking, cached_models
from tests.app.conftest import ROOT, percent_of, risks, words
from tests.app.fake_system import publish_seeing
from tests.small_store import NECK, build_small_store, train_clinical
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.us_file import calibrated_ultrasound

DISTANCE = f"form_{NECK}_capsule_distance_mm"


def open_page(**params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    app.query_params["cohort"] = NECK
    app.query_params["outcome"] = "lateral"
    for key, value in params.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    assert not app.exception
    app.toggle(key="propose_outlines").set_value(False).run()
    return app


@pytest.fixture
def predict_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))

    def open_it(*names: str) -> AppTest:
        for name in names:
            only = ["age_years"] if name == "age" else None
            train_clinical(root, name=name, predictors=only)
        return open_page()

    return open_it


@pytest.fixture
def seeing_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """The page with one model, which reads two views, the report and two findings."""
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    model = publish_seeing(root)
    monkeypatch.setattr(cached_models, "can_predict", lambda record: record.name == "seeing")
    monkeypatch.setattr(cached_models, "load_model", lambda *_, **__: (model, None))
    return open_page


def fill(app: AppTest, value: float | None, key: str = DISTANCE) -> AppTest:
    app.number_input(key=key).set_value(value).run()
    assert not app.exception
    return app


def upload(app: AppTest, data: bytes, name: str = "neck.dcm", suffix: str = "") -> AppTest:
    app.file_uploader(key=f"case_image{suffix}").upload(name, data).run()
    assert not app.exception
    return app


def png(shape: tuple[int, int] = (40, 60)) -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)).save(
        stream, "PNG"
    )
    return stream.getvalue()


def outlined(app: AppTest, suffix: str = "", data: bytes | None = None) -> AppTest:
    """Upload a picture to one place and draw an ellipse around a nodule, by numbers."""
    upload(app, data or png(), "neck.png" if data is None else "neck.dcm", suffix)
    app.button(key=f"upload_outline{suffix}_open").click().run()
    ellipse(app, 30.0, 20.0, 8.0, 5.0, 0.0)
    app.button(key=f"upload_outline{suffix}_done").click().run()
    assert not app.exception
    return app


def ellipse(app: AppTest, *numbers: float) -> AppTest:
    fields = [field for field in app.number_input if field.key.startswith("ellipse_")]
    fields.sort(key=lambda field: field.key)
    for field, number in zip(fields, numbers, strict=True):
        field.set_value(number)
    next(button for button in app.button if button.label == "Set the ellipse").click().run()
    assert not app.exception
    return app


def warnings(app: AppTest) -> str:
    return "\n".join(one.value.replace("\\", "") for one in app.warning)


def test_a_cohort_without_a_model_offers_to_train_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_small_store(tmp_path / "store")
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "store"))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    app.query_params["cohort"], app.query_params["outcome"] = NECK, "lateral"
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    app.button(key="train_clinical").click().run()
    assert not app.exception
    assert "%" in risks(fill(app, 2.0))["clinical-lateral"]


def test_nothing_is_judged_and_nothing_kept_before_anything_is_known(predict_page) -> None:
    app = predict_page("clinical")
    assert not risks(app)
    said = words(app)
    assert "Fill in what is known or add a picture" in said
    assert "Nothing that you fill in, draw or upload here is kept" in said


def test_the_answer_follows_what_is_filled_in_without_a_button(predict_page) -> None:
    app = predict_page("clinical")
    near, far = (percent_of(risks(fill(app, mm))["clinical"]) for mm in (0.5, 20.0))
    assert near > far
    fill(app, None)
    assert not risks(app)


def test_one_form_asks_what_any_model_reads_and_all_of_them_answer(predict_page) -> None:
    app = predict_page("clinical", "age")
    assert len([one for one in app.number_input if one.key == f"form_{NECK}_age_years"]) == 1
    fill(app, 0.5)
    both = risks(app)
    assert set(both) == {"clinical", "age"}
    fill(app, 20.0)
    assert risks(app)["clinical"] != both["clinical"]
    assert risks(app)["age"] == both["age"]


def test_the_link_and_the_picker_choose_which_model_is_explained(predict_page) -> None:
    app = fill(predict_page("clinical", "age"), 0.5)
    assert "Why age says so" in words(app)
    app.selectbox(key="model").set_value("clinical").run()
    assert "Why clinical says so" in words(app)
    assert set(risks(app)) == {"clinical", "age"}


def test_each_model_is_asked_once_for_every_state_of_what_it_reads(
    predict_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    judge = asking.judge_case

    def counted(model, manifest, case):
        asked.append(manifest["name"])
        return judge(model, manifest, case)

    monkeypatch.setattr(asking, "judge_case", counted)
    app = fill(predict_page("clinical", "age"), 0.5)
    assert sorted(asked) == ["age", "clinical"]
    app.run()
    app.selectbox(key="model").set_value("clinical").run()
    assert len(asked) == 2
    fill(app, 3.0)
    assert asked[2:] == ["clinical"]  # the other does not read it
    fill(app, 0.5)
    assert len(asked) == 3  # remembered


def test_one_visitor_never_sees_what_another_filled_in_or_was_told(predict_page) -> None:
    first = fill(predict_page("clinical"), 0.5)
    assert risks(first)
    second = open_page()
    assert second.number_input(key=DISTANCE).value is None
    assert not risks(second)
    assert "_once_opinions" in first.session_state
    assert "_once_opinions" not in second.session_state


def test_a_value_outside_training_is_flagged_in_words(predict_page) -> None:
    app = fill(predict_page("clinical"), 119.0, f"form_{NECK}_age_years")
    assert "outside the training range" in f"{words(app)}\n{warnings(app)}"


def test_an_image_is_shown_and_its_unknown_spacing_said(predict_page) -> None:
    app = upload(predict_page("clinical"), png(), "neck.png")
    assert not app.error
    assert "60 × 40 pixels" in words(app)


def test_a_model_that_sees_says_what_it_reads_and_asks_for_each_view(seeing_page) -> None:
    app = seeing_page()
    said = words(app)
    assert "It reads the findings below, the wording of the report and up to 2 ultrasound" in said
    assert "One of the views is enough. On each, the lesion must be outlined." in said
    labels = [uploader.label for uploader in app.file_uploader]
    assert [label.split(":")[0] for label in labels] == ["Transverse view", "Longitudinal view"]


def test_a_case_without_a_picture_is_told_what_to_do(seeing_page) -> None:
    app = fill(seeing_page(), 50.0, f"form_{NECK}_age_years")
    assert not risks(app)
    said = warnings(app)
    assert "It has no ultrasound picture" in said
    assert "Add a picture beside the form" in said


def test_a_picture_without_its_outline_is_told_to_be_outlined(seeing_page) -> None:
    app = upload(seeing_page(), png(), "neck.png")
    assert "Draw the outlines" in warnings(app)


def test_a_ct_is_refused_by_a_model_of_ultrasound(seeing_page) -> None:
    picture = dataset_of(np.full((64, 64), 50, dtype=np.int16), modality="CT")
    picture.PixelSpacing = [0.5, 0.5]
    app = upload(seeing_page(), file_of(picture))
    assert "It has no ultrasound picture; what it has is CT." in warnings(app)
    assert not risks(app)


def test_a_picture_file_is_taken_for_what_the_models_read_and_that_is_said(seeing_page) -> None:
    app = upload(seeing_page(), png(), "neck.png")
    assert "it is taken for ultrasound" in words(app)
    app = upload(seeing_page(), file_of(dataset_of(np.zeros((40, 40), np.uint8), modality="OT")))
    assert "taken for" not in words(app)
    assert app.selectbox(key="case_modality").value == "OT"
    assert "It has no ultrasound picture" in warnings(app)


def test_the_risk_comes_with_what_the_network_looked_at_and_without_an_interval(
    seeing_page,
) -> None:
    app = outlined(seeing_page())
    assert risks(app)["seeing"].startswith("40 %")
    said = words(app)
    assert "Two views are averaged" in said
    assert "Where the network looked" in said
    assert "One view only" in f"{said}\n{warnings(app)}"
    assert app.slider(key="map_opacity").value == 0.5
    assert "attention, not cause" in said
    app.slider(key="map_opacity").set_value(0.0).run()
    assert not app.exception


def test_a_second_view_and_the_report_are_read_too(seeing_page) -> None:
    app = outlined(outlined(seeing_page()), "_2")
    app.text_area(key=f"form_{NECK}_report").set_value("Enlarged lymph <b>nodes</b> 🙂").run()
    assert not app.exception
    assert risks(app)["seeing"].startswith("90 %")
    html = "\n".join(str(element.proto.body) for element in app.get("html"))
    assert "&lt;b&gt;nodes&lt;/b&gt;" in html
    assert "One view only" not in f"{words(app)}\n{warnings(app)}"


def test_another_frame_is_another_picture(seeing_page) -> None:
    frames = np.stack([np.full((40, 60, 3), grey, np.uint8) for grey in (10, 200)])
    app = upload(seeing_page(), file_of(dataset_of(frames)))
    app.button(key="upload_outline_open").click().run()
    ellipse(app, 30.0, 20.0, 8.0, 5.0, 0.0)
    assert risks(app)
    app.slider(key="case_frame").set_value(2).run()
    assert not app.exception
    assert not risks(app)  # nothing is outlined on it


def test_the_report_enters_neither_the_address_nor_another_visit(seeing_page) -> None:
    app = seeing_page()
    app.text_area(key=f"form_{NECK}_report").set_value("A secret wording").run()
    assert "secret" not in str(dict(app.query_params))
    app.switch_page(str(ROOT / "pages" / "methods.py")).run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    assert app.text_area(key=f"form_{NECK}_report").value == ""


def test_a_value_entered_over_a_measured_one_asks_why(predict_page) -> None:
    app = upload(predict_page("clinical"), calibrated_ultrasound())
    app.button(key="upload_outline_open").click().run()
    ellipse(app, 20.0, 15.0, 5.0, 5.0, 0.0)
    size = f"form_{NECK}_max_diameter_mm"
    assert app.number_input(key=size).value == pytest.approx(10.0, abs=0.3)
    assert not [one for one in app.text_input if one.key.startswith("override")]
    fill(app, 25.0, size)
    (why,) = [one for one in app.text_input if one.key.startswith("override")]
    assert "entered 25.0 mm. Why?" in why.label.replace("\\", "")
    why.set_value("measured with calipers").run()
    assert not app.exception
    assert risks(app)


def test_what_was_measured_on_one_picture_never_stays_for_the_next(predict_page) -> None:
    app = upload(predict_page("clinical"), calibrated_ultrasound())
    app.button(key="upload_outline_open").click().run()
    ellipse(app, 20.0, 15.0, 5.0, 5.0, 0.0)
    size = f"form_{NECK}_max_diameter_mm"
    first = app.number_input(key=size).value
    app.file_uploader(key="case_image").set_value(None).run()
    assert app.number_input(key=size).value is None
    # The browser had not been told yet, and sends the first measure with the second picture.
    app.number_input(key=size).set_value(first)
    upload(app, calibrated_ultrasound(seed=5))
    assert app.number_input(key=size).value is None
    app.number_input(key=size).set_value(first)
    app.button(key="upload_outline_open").click().run()
    ellipse(app, 20.0, 15.0, 3.0, 3.0, 0.0)
    assert app.number_input(key=size).value == pytest.approx(6.0, abs=0.3)
    assert not [one for one in app.text_input if one.key.startswith("override")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("scan.dcm", b"this is not a picture"),
        ("scan.png", b""),
        ("scan.png", png()[:60]),
        ("scan.jpg", b"PK\x03\x04" + bytes(100)),
        ("<b>x</b>.dcm", b"\x00" * 132 + b"DICM" + b"\xff" * 40),
    ],
)
def test_a_corrupt_image_gets_one_sentence_and_the_form_goes_on(
    predict_page, name: str, data: bytes
) -> None:
    app = upload(predict_page("clinical"), data, name)
    assert len(app.error) == 1
    assert app.error[0].value.count("\n") == 0
    assert risks(fill(app, 2.0))
