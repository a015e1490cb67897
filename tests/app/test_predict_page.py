"""The Predict page: a form from the registry, an image, an answer with its doubts."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from streamlit.testing.v1 import AppTest

from clnm_core.store.modelling import train_in_store
from tests.app.conftest import ROOT, words
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
