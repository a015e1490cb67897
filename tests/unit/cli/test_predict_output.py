"""``predict`` and what it writes: the page, the structured report, the JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from clnm_core.cli import main
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.rendering import png_bytes
from tests.small_store import build_small_store, train_clinical
from tests.unit.report.dicom_checker import faults
from tests.us_file import calibrated_ultrasound

SHAPE = (120, 160)
OUTLINES = ("--nodule", "nodule.png", "--gland", "gland.png")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("output") / "store"
    build_small_store(root)
    train_clinical(root)
    return root


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Muster_Erika.dcm").write_bytes(calibrated_ultrasound())
    grey = np.random.default_rng(0).integers(0, 255, SHAPE, dtype=np.uint8)
    Path("Muster_Erika.png").write_bytes(png_bytes(grey))
    Path("nodule.png").write_bytes(png_bytes(ellipse_mask((60, 36), (8, 8), 0, SHAPE)))
    Path("gland.png").write_bytes(png_bytes(ellipse_mask((60, 80), (60, 40), 0, SHAPE)))


def predict(
    root: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    code = main(["predict", "--model", "clinical", "--store", str(root), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_json_is_that_of_the_page_beside_what_was_said_before(root, capsys) -> None:
    code, out, _ = predict(root, capsys, "Muster_Erika.dcm", *OUTLINES, "--json", "-")
    assert code == 0
    said = json.loads(out)
    assert said["format"] == "clnm-case/1"
    (held,) = said["opinions"]
    assert held["risk"] == said["risk"]
    assert held["model"] == said["shown"] == said["model"] == "clinical"
    assert held["at_threshold"].keys() == {"sensitivity", "specificity", "ppv", "npv"}
    assert held["interval"]["low"] <= held["risk"]["value"] <= held["interval"]["high"]
    assert {one["column"] for one in said["readings"]} >= {"capsule_distance_mm"}
    assert said["versions"]["models"][0]["digest"]
    pages = {key: value for key, value in said.items() if key != "images"}
    assert "Muster" not in json.dumps(pages)


def test_the_structured_report_says_the_same_risk_and_nobody_s_name(root, capsys) -> None:
    code, out, _ = predict(
        root, capsys, "Muster_Erika.dcm", *OUTLINES, "--json", "-", "--dicom", "case.dcm",
        "--html", "case.html",
    )  # fmt: skip
    assert code == 0
    data = Path("case.dcm").read_bytes()
    assert b"Muster" not in data
    assert "Muster" not in Path("case.html").read_text(encoding="utf-8")
    found = pydicom.dcmread(io.BytesIO(data))
    assert faults(found) == []
    text = str(found)
    assert f"{json.loads(out)['risk']['value']}" in text


def test_what_the_form_says_in_place_of_the_outline_stands_beside_it(root, capsys) -> None:
    Path("form.toml").write_text("capsule_distance_mm = 30.0\n", encoding="utf-8")
    _, out, _ = predict(
        root, capsys, "Muster_Erika.dcm", *OUTLINES, "--form", "form.toml", "--json", "-"
    )
    (distance,) = [
        one for one in json.loads(out)["readings"] if one["column"] == "capsule_distance_mm"
    ]
    assert distance["measured"] == pytest.approx(2.0, abs=0.2)
    assert (distance["used"], distance["is_overridden"]) == (30.0, True)


def test_a_picture_without_a_scale_is_measured_with_the_one_that_is_given(root, capsys) -> None:
    _, bare, _ = predict(root, capsys, "Muster_Erika.png", *OUTLINES, "--json", "-")
    assert "capsule_distance_mm" not in json.loads(bare)["measured"]
    _, out, _ = predict(
        root, capsys, "Muster_Erika.png", *OUTLINES, "--spacing", "0.5", "--json", "-"
    )
    said = json.loads(out)
    assert said["measured"]["capsule_distance_mm"] == pytest.approx(4.0, abs=0.3)
    assert said["images"][0]["spacing_mm"] == [0.5, 0.5]
    assert any("entered by hand" in note for note in said["images"][0]["notes"])


def test_the_file_s_own_scale_is_never_replaced(root, capsys) -> None:
    _, out, _ = predict(root, capsys, "Muster_Erika.dcm", "--spacing", "0.5", "--json", "-")
    assert json.loads(out)["images"][0]["spacing_mm"] == [0.25, 0.25]


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "1000"])
def test_a_scale_that_is_none_is_refused_in_words(root, capsys, given) -> None:
    code, _, err = predict(root, capsys, "Muster_Erika.png", f"--spacing={given}")
    assert code == 2
    assert "--spacing must lie between 0 and 100 mm" in err


def test_a_place_that_cannot_be_written_is_refused_in_words(root, capsys) -> None:
    code, _, err = predict(root, capsys, "--dicom", "no/such/folder/case.dcm")
    assert code == 2
    assert "cannot be written" in err


def test_lines_for_people_say_which_outcomes_fit(root, capsys) -> None:
    code, out, _ = predict(root, capsys)
    assert code == 0
    assert "fits this case, at a level of 90%" in out
