"""``score``: many cases from a table, from pictures or from both."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from clnm_core.cli import main
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.rendering import png_bytes
from clnm_core.jobs.training import train
from clnm_core.store.modelling import load_model
from clnm_core.systems import catalogue
from clnm_core.systems.case import one_case
from tests import tiny_system
from tests.small_store import NECK, build_small_store, train_clinical
from tests.us_file import calibrated_ultrasound

TABLE = """case no;age;Gender;Distance to capsule (cm)
a;45;F;0,3
b;450;F;0,3
=c;50;M;1,25
a;45;F;0,3
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("score") / "store"
    build_small_store(root)
    names = ["age_years", "sex", "capsule_distance_mm"]
    train_clinical(root, name="plain", predictors=names)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue, "SYSTEMS", (*catalogue.SYSTEMS, *tiny_system.LISTED))
        config = {"reads_pictures": True}
        train(root, "tiny", NECK, name="seeing", outcome="lateral", config=config, device="cpu")
    return root


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systems = (*catalogue.SYSTEMS, *tiny_system.LISTED)
    monkeypatch.setattr(catalogue, "SYSTEMS", systems)
    monkeypatch.setattr("clnm_core.store.modelling.SYSTEMS", systems)
    monkeypatch.chdir(tmp_path)
    Path("cases.csv").write_text(TABLE, encoding="utf-8")


def run(root: Path, capsys, *arguments: str, model: str = "plain") -> tuple[int, str, str]:
    code = main(["score", "--model", model, "--store", str(root), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_every_row_gets_its_risk_and_bad_ones_their_reason(root: Path, capsys) -> None:
    code, out, err = run(root, capsys, "cases.csv", "--json", "-")
    assert code == 0, err
    said = json.loads(out)
    model, record = load_model(root, "plain")
    alone = one_case(model.inputs, {"age_years": 45, "sex": "female", "capsule_distance_mm": 3})
    assert [one["case_id"] for one in said["cases"]] == ["a", "=c"]
    assert said["cases"][0]["plain_risk"] == pytest.approx(model.risk(alone)[0], rel=1e-9)
    assert said["cases"][0]["row"] == 2
    assert said["models"] == [{"name": "plain", "threshold": record.manifest["threshold"]}]
    assert [(one["row"], one["column"], one["value"]) for one in said["set_aside"]] == [
        (3, "age", "450"),
        (5, "case no", "a"),
    ]
    assert said["judged"] == {"plain": 2}


def test_the_table_of_risks_is_safe_for_a_spreadsheet(root: Path, capsys) -> None:
    code, out, err = run(root, capsys, "cases.csv", "--out", "-")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["case_id"] for row in rows] == ["a", "'=c"]
    assert "set aside: row 3, age, '450'" in err
    code, out, _ = run(root, capsys, "cases.csv", "--out", "risks.csv")
    assert Path("risks.csv").read_text(encoding="utf-8").count("\n") == 3
    assert "plain: 2 of 2 cases judged" in out


def test_pictures_are_matched_by_name_and_a_broken_one_costs_its_case_alone(
    root: Path, capsys
) -> None:
    folder = Path("pictures")
    folder.mkdir()
    picture = calibrated_ultrasound(1)
    (folder / "a_transverse.dcm").write_bytes(picture)
    (folder / "e.dcm").write_bytes(picture)
    nodule = png_bytes(ellipse_mask((60, 60), (8, 8), 0, (120, 160)))
    for case in "ae":
        (folder / f"{case}_nodule.png").write_bytes(nodule)
    (folder / "d.dcm").write_bytes(picture[: len(picture) // 2])
    (folder / "readme.txt").write_text("no picture")
    code, out, err = run(
        root, capsys, "cases.csv", "--images", "pictures", "--json", "-", model="seeing"
    )
    assert code == 0, err
    said = json.loads(out)
    cases = {one["case_id"]: one for one in said["cases"]}
    assert list(cases) == ["a", "b", "=c", "d", "e"]  # this model reads no age
    assert cases["a"]["outlines"] == "given"
    assert 0 < cases["a"]["seeing_risk"] < 1
    assert cases["=c"]["seeing_why_not"] == "It has no ultrasound picture."
    assert cases["d"]["seeing_risk"] is None
    assert cases["d"]["seeing_why_not"] == cases["d"]["notes"]
    assert cases["e"]["seeing_risk"] is not None
    assert said["notes"][-1] == "1 file is no picture by its ending and was left out."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "score needs a TABLE, --images DIR or both"),
        (("nowhere.csv",), "nowhere.csv cannot be read"),
        (("empty.csv",), "empty.csv"),
        (("shoes.csv",), "shoes.csv has no column that these models read: age, sex"),
        (("old.csv",), "No row of the table can be judged: 1 is set aside."),
        (("--images", "nowhere"), "There is no folder 'nowhere'"),
        (("--images", "."), "These models read no pictures."),
    ],
)
def test_what_can_be_mended_is_a_sentence_and_code_two(
    root: Path, capsys, arguments: tuple[str, ...], said: str
) -> None:
    Path("empty.csv").write_text("", encoding="utf-8")
    Path("shoes.csv").write_text("shoe\n44\n", encoding="utf-8")
    Path("old.csv").write_text("case,age\na,450\n", encoding="utf-8")
    Path("a.png").write_bytes(b"x")
    code, out, err = run(root, capsys, *arguments)
    assert code == 2
    assert said in err
    assert not out


def test_a_model_that_is_not_there_is_named(root: Path, capsys) -> None:
    code, _, err = run(root, capsys, "cases.csv", model="none")
    assert code == 2
    assert "There is no model 'none'" in err
