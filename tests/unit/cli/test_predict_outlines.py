"""``predict`` with outlines: what is measured on them fills in what the form leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clnm_core.cli import main
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.rendering import png_bytes
from tests.small_store import build_small_store, train_clinical
from tests.us_file import calibrated_ultrasound

SHAPE = (120, 160)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("predict") / "store"
    build_small_store(root)
    train_clinical(root)
    return root


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("neck.dcm").write_bytes(calibrated_ultrasound())
    Path("gland.png").write_bytes(png_bytes(ellipse_mask((60, 80), (60, 40), 0, SHAPE)))
    for name, column in (("near", 36), ("far", 80)):
        Path(f"{name}.png").write_bytes(png_bytes(ellipse_mask((60, column), (8, 8), 0, SHAPE)))
    return tmp_path


def predict(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    code = main(["predict", "--model", "clinical", "--store", str(root), "--json", "-", *arguments])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


def test_outlines_fill_in_what_the_form_leaves_open(trained, files, capsys) -> None:
    given = ("neck.dcm", "--gland", "gland.png")
    near = predict(trained, capsys, *given, "--nodule", "near.png")
    far = predict(trained, capsys, *given, "--nodule", "far.png")
    # The gland's left end is at column 20; 0.25 mm a pixel.
    assert near["measured"]["capsule_distance_mm"] == pytest.approx(2.0, abs=0.15)
    assert far["measured"]["max_diameter_mm"] == pytest.approx(4.0, abs=0.15)
    assert near["risk"]["value"] > far["risk"]["value"]
    Path("form.toml").write_text("capsule_distance_mm = 30.0\n")
    said = predict(trained, capsys, *given, "--nodule", "near.png", "--form", "form.toml")
    assert "capsule_distance_mm" not in said["measured"]
    assert said["values"]["Capsule distance"].startswith("30")


def test_without_outlines_nothing_is_measured(trained, files, capsys) -> None:
    assert predict(trained, capsys, "neck.dcm")["measured"] == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--nodule", "near.png"),
        ("neck.dcm", "--nodule", "small.png"),
        ("neck.dcm", "--nodule", "missing.png"),
        ("neck.dcm", "--nodule", "words.png"),
    ],
)
def test_an_outline_that_fits_no_picture_is_refused_in_words(
    trained, files, capsys, arguments
) -> None:
    Path("small.png").write_bytes(png_bytes(np.ones((5, 5), dtype=bool)))
    Path("words.png").write_bytes(b"no picture")
    code = main(["predict", "--model", "clinical", "--store", str(trained), *arguments])
    _, err = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in err
    assert err.strip().endswith(".")
