"""``predict`` with a model that reads pictures and a report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clnm_core.cli import main
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.rendering import png_bytes
from clnm_core.jobs.training import train
from clnm_core.systems import catalogue
from tests import tiny_system
from tests.small_store import NECK, build_small_store
from tests.us_file import calibrated_ultrasound

SHAPE = (120, 160)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("pictures") / "store"
    build_small_store(root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *tiny_system.LISTED))
        for name, reads in (("seeing", True), ("plain", False)):
            config = {"reads_pictures": reads}
            train(root, "tiny", NECK, name=name, outcome="lateral", config=config, device="cpu")
    return root


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systems = (*catalogue.SYSTEMS, *tiny_system.LISTED)
    monkeypatch.setattr(catalogue, "SYSTEMS", systems)
    monkeypatch.setattr("clnm_core.store.modelling.SYSTEMS", systems)
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(("across.dcm", "along.dcm")):
        Path(name).write_bytes(calibrated_ultrasound(seed))
    Path("nodule.png").write_bytes(png_bytes(ellipse_mask((60, 36), (8, 8), 0, SHAPE)))
    Path("gland.png").write_bytes(png_bytes(ellipse_mask((60, 80), (60, 40), 0, SHAPE)))
    Path("report.txt").write_text("Hypoechoic nodule 😀 低回声结节", encoding="utf-8")
    Path("long.txt").write_text("nodule " * 150_000, encoding="utf-8")
    Path("bytes.txt").write_bytes(b"\xff\xfe\x00nodule")


def predict(root, capsys, *arguments: str, model: str = "seeing") -> tuple[int, str, str]:
    code = main(["predict", "--model", model, "--store", str(root), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_two_pictures_with_their_views_and_outlines_are_judged(root, capsys) -> None:
    code, out, err = predict(
        root, capsys, "across.dcm", "along.dcm", "--view", "transverse", "--view", "longitudinal",
        "--nodule", "nodule.png", "--nodule", "nodule.png", "--gland", "gland.png", "--json", "-",
    )  # fmt: skip
    assert code == 0, err
    said = json.loads(out)
    assert 0 < said["risk"]["value"] < 1
    assert said["risk"]["low"] is None
    assert [one["view"] for one in said["images"]] == ["transverse", "longitudinal"]
    assert [one["outlines"] for one in said["images"]] == [["gland", "nodule"], ["nodule"]]
    maps = [{"image": f"picture-{number}", "kind": "attention"} for number in (1, 2)]
    assert said["maps"] == maps
    assert said["attention"] == {"column": 1.0}
    assert said["measured"]["capsule_distance_mm"] == pytest.approx(2.0, abs=0.15)
    assert said["contributions"] == []
    assert "dcm" not in json.dumps({key: said[key] for key in said if key != "images"})


def test_a_report_in_html_and_lines_for_people_are_made_without_an_interval(root, capsys) -> None:
    code, out, _ = predict(
        root, capsys, "across.dcm", "--nodule", "nodule.png", "--html", "case.html"
    )
    assert code == 0
    assert "Lateral neck metastasis: " in out
    assert "attention, which is no cause: column 100%" in out
    assert "nan" not in out.lower()
    assert "It is a line." in Path("case.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "seeing cannot judge this case. It has no ultrasound picture."),
        (("across.dcm",), "None of its pictures has the lesion outlined"),
        (("across.dcm", "--nodule", "none"), "has the lesion outlined"),
        (("across.dcm", "--nodule", "nodule.png", "--nodule", "nodule.png"), "2 times for 1"),
        (("--view", "transverse"), "Give the FILE"),
        (("across.dcm", "--report", "report.txt"), "does not read reports"),
    ],
)
def test_a_case_that_lacks_something_is_refused_in_words(root, capsys, arguments, words) -> None:
    code, out, err = predict(root, capsys, *arguments)
    assert code == 2
    assert words in err
    assert out == ""


@pytest.mark.parametrize(
    ("file", "words"),
    [("long.txt", "at most 100,000"), ("bytes.txt", "UTF-8"), ("no.txt", "cannot be read")],
)
def test_a_report_that_is_none_is_refused_in_words(root, capsys, monkeypatch, file, words) -> None:
    picture = {**tiny_system._PICTURES, "reads_report": True}  # noqa: SLF001
    monkeypatch.setattr(tiny_system, "_PICTURES", picture)
    given = ("across.dcm", "--nodule", "nodule.png")
    assert predict(root, capsys, *given, "--report", "report.txt")[0] == 0
    code, _, err = predict(root, capsys, *given, "--report", file)
    assert code == 2
    assert words in err


def test_a_model_that_reads_no_pictures_is_asked_without_any(root, capsys) -> None:
    code, out, _ = predict(root, capsys, "--json", "-", model="plain")
    assert code == 0
    assert json.loads(out)["doubts"] == ["Its column is unknown."]
    code, _, err = predict(root, capsys, model="plain-shifted")
    assert code == 2
    assert "was tried in the training of 'plain'" in err


def test_a_mask_of_another_shape_is_refused(root, capsys) -> None:
    Path("small.png").write_bytes(png_bytes(np.ones((5, 5), dtype=bool)))
    assert predict(root, capsys, "across.dcm", "--nodule", "small.png")[0] == 2
