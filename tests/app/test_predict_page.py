"""The Predict page: a form from the registry, an image, an answer with its doubts."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from streamlit.testing.v1 import AppTest

from clnm_core.store.modelling import train_in_store
from clnm_core.ui import cached_models
from tests.app.conftest import ROOT, words
from tests.app.fake_system import publish_seeing
from tests.small_store import NECK, build_small_store


@pytest.fixture
def predict_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))

    def open_it(*, is_trained: bool) -> AppTest:
        if is_trained:
            train_in_store(root, NECK, name="clinical", outcome="lateral")
        app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
        app.query_params["cohort"] = NECK
        app.query_params["outcome"] = "lateral"
        app.run()
        app.switch_page(str(ROOT / "pages" / "predict.py")).run()
        assert not app.exception
        return app

    return open_it


def submit(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label == "Predict").click().run()
    assert not app.exception
    return app


def png(shape: tuple[int, int] = (40, 60)) -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)).save(
        stream, "PNG"
    )
    return stream.getvalue()


def test_a_cohort_without_a_model_offers_to_train_one(predict_page) -> None:
    app = predict_page(is_trained=False)
    app.button(key="train_clinical").click().run()
    assert not app.exception
    submit(app)
    assert "%" in words(app)


def test_filled_in_findings_move_the_risk(predict_page) -> None:
    app = predict_page(is_trained=True)
    answers = []
    for distance in (0.5, 20.0):
        app.number_input(key=f"form_{NECK}_capsule_distance_mm").set_value(distance)
        answers.append(submit(app).metric[0].value)
    near, far = (float(answer.strip("< \u00a0%")) for answer in answers)
    assert near > far


def test_a_value_outside_training_is_flagged_in_words(predict_page) -> None:
    app = predict_page(is_trained=True)
    app.number_input(key=f"form_{NECK}_age_years").set_value(119.0)
    submit(app)
    assert any("outside the training range" in warning.value for warning in app.warning)


def test_an_image_is_shown_and_its_unknown_spacing_said(predict_page) -> None:
    app = predict_page(is_trained=True)
    app.file_uploader(key="case_image").upload("neck.png", png()).run()
    assert not app.exception
    assert not app.error
    assert "60 × 40 pixels" in words(app)


@pytest.fixture
def seeing_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    """The page with one model, which reads two views, the report and two findings."""
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    model = publish_seeing(root)
    monkeypatch.setattr(cached_models, "can_predict", lambda record: record.name == "seeing")
    monkeypatch.setattr(cached_models, "load_model", lambda *_, **__: (model, None))

    def open_it() -> AppTest:
        app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
        app.query_params["cohort"] = NECK
        app.query_params["outcome"] = "lateral"
        app.run()
        app.switch_page(str(ROOT / "pages" / "predict.py")).run()
        assert not app.exception
        return app

    return open_it


def outlined(app: AppTest, suffix: str = "") -> AppTest:
    """Upload a picture to one place and draw an ellipse around a nodule, by numbers."""
    app.file_uploader(key=f"case_image{suffix}").upload("neck.png", png()).run()
    app.button(key=f"upload_outline{suffix}_open").click().run()
    fields = [field for field in app.number_input if field.key.startswith("ellipse_")]
    fields.sort(key=lambda field: field.key)
    for field, number in zip(fields, (30.0, 20.0, 8.0, 5.0, 0.0), strict=True):
        field.set_value(number)
    next(button for button in app.button if button.label == "Set the ellipse").click().run()
    app.button(key=f"upload_outline{suffix}_done").click().run()
    assert not app.exception
    return app


def test_a_model_that_sees_says_what_it_reads_and_asks_for_each_view(seeing_page) -> None:
    app = seeing_page()
    said = words(app)
    assert "It reads the findings below, the wording of the report and up to 2 ultrasound" in said
    assert "One of the views is enough. On each, outline the lesion" in said
    labels = [uploader.label for uploader in app.file_uploader]
    assert [label.split(":")[0] for label in labels] == ["Transverse view", "Longitudinal view"]


def test_a_case_without_a_picture_is_told_what_to_do(seeing_page) -> None:
    app = submit(seeing_page())
    assert not app.metric
    (said,) = [one.value.replace("\\", "") for one in app.warning]
    assert "It has no ultrasound picture" in said
    assert "Add a picture beside the form" in said


def test_a_picture_without_its_outline_is_told_to_be_outlined(seeing_page) -> None:
    app = seeing_page()
    app.file_uploader(key="case_image").upload("neck.png", png()).run()
    submit(app)
    assert any("Draw the outlines" in one.value for one in app.warning)


def test_the_risk_comes_with_what_the_network_looked_at_and_without_an_interval(
    seeing_page,
) -> None:
    app = submit(outlined(seeing_page()))
    assert app.metric[0].value.replace("\N{NO-BREAK SPACE}", " ") == "40 %"
    said = words(app)
    assert "40 % (no interval), below the model's threshold of 50 %" in said
    assert "Two views are averaged" in said
    assert "Where the network looked" in said
    assert any("One view only" in one.value for one in app.warning)
    assert app.slider(key="map_opacity").value == 0.5
    assert len(app.get("plotly_chart")) == 1


def test_a_second_view_and_the_report_are_read_too(seeing_page) -> None:
    app = outlined(outlined(seeing_page()), "_2")
    app.text_area(key=f"form_{NECK}_report").set_value("Enlarged lymph <b>nodes</b> 🙂")
    submit(app)
    assert app.metric[0].value.replace("\N{NO-BREAK SPACE}", " ") == "90 %"
    html = "\n".join(str(element.proto.body) for element in app.get("html"))
    assert "&lt;b&gt;nodes&lt;/b&gt;" in html
    assert not [one for one in app.warning if "One view only" in one.value]


def test_the_report_enters_neither_the_address_nor_another_visit(seeing_page) -> None:
    app = seeing_page()
    app.text_area(key=f"form_{NECK}_report").set_value("A secret wording")
    submit(app)
    assert "secret" not in str(dict(app.query_params))
    app.switch_page(str(ROOT / "pages" / "methods.py")).run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    assert app.text_area(key=f"form_{NECK}_report").value == ""


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
    app = predict_page(is_trained=True)
    app.file_uploader(key="case_image").upload(name, data).run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.count("\n") == 0
    submit(app)
    assert app.metric
