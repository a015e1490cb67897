"""What a visitor takes along: four files that name nobody, unless asked to."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.report.case_html import case_html
from clnm_core.report.case_sheet import CaseSheet
from clnm_core.report.case_sr import sr_dataset
from clnm_core.ui import answer_output
from tests.app.conftest import ROOT, words
from tests.small_store import NECK, build_small_store, train_clinical
from tests.unit.report.case_sheets import usual_sheet
from tests.unit.report.dicom_checker import faults
from tests.us_file import calibrated_ultrasound


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("output") / "store"
    build_small_store(root)
    train_clinical(root)
    return root


@pytest.fixture
def sheets(store: Path, monkeypatch: pytest.MonkeyPatch) -> list[CaseSheet]:
    """Every sheet that the page has offered, in order."""
    offered: list[CaseSheet] = []
    real = answer_output._buttons  # noqa: SLF001

    def spy(sheet: CaseSheet) -> None:
        offered.append(sheet)
        real(sheet)

    monkeypatch.setattr(answer_output, "_buttons", spy)
    monkeypatch.setenv("CLNM_STORE", str(store))
    return offered


def predicted() -> AppTest:
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=600)
    app.query_params["cohort"], app.query_params["outcome"] = NECK, "lateral"
    app.run()
    app.switch_page(str(ROOT / "pages" / "predict.py")).run()
    app.file_uploader(key="case_image").upload("Muster_Erika.dcm", calibrated_ultrasound()).run()
    app.number_input(key=f"form_{NECK}_age_years").set_value(41.0).run()
    assert not app.exception
    return app


def test_the_answer_can_be_taken_along_in_four_files_that_name_nobody(sheets) -> None:
    app = predicted()
    names = [one.proto.label for one in app.get("download_button")]
    for label in ("Report (HTML)", "Answer (JSON)", "Structured report (DICOM)", "Picture (DICOM)"):
        assert label in names
    sheet = sheets[-1]
    written = json.dumps(sheet.to_dict(), allow_nan=False)
    assert "Muster" not in written + case_html(sheet) + str(sr_dataset(sheet))
    assert faults(sr_dataset(sheet)) == []
    assert sheet.pseudonym == ""
    assert json.loads(written)["opinions"][0]["model"] == "clinical"
    assert dict(sheet.versions)["clinical"]
    capture = pydicom.dcmread(io.BytesIO(answer_output.pictures_file(sheet)))
    assert faults(capture) == []
    assert capture.PatientName == ""
    assert "nobody has verified it" in words(app)


def test_similar_cases_are_numbered_only_where_that_was_asked_for(sheets) -> None:
    app = predicted()
    assert app.toggle(key="output_alike").value is False
    assert sheets[-1].alike
    assert all(one.number == "" for one in sheets[-1].alike)
    before = sheets[-1]
    app.toggle(key="output_alike").set_value(True).run()
    assert not app.exception
    assert all(one.number for one in sheets[-1].alike)
    assert {one.outcome for one in sheets[-1].alike} <= {"present", "absent"}
    # The same answer is the same object of an archive, whatever is shown of others.
    assert (sheets[-1].uid, sheets[-1].made) == (before.uid, before.made)


def test_another_case_is_another_object(sheets) -> None:
    app = predicted()
    first = sheets[-1]
    app.number_input(key=f"form_{NECK}_age_years").set_value(70.0).run()
    assert sheets[-1].uid != first.uid


def test_several_pictures_come_in_one_folder() -> None:
    folder = zipfile.ZipFile(io.BytesIO(answer_output.pictures_file(usual_sheet())))
    assert folder.namelist() == ["case-picture-1.dcm", "case-picture-2.dcm"]
    found = [pydicom.dcmread(io.BytesIO(folder.read(name))) for name in folder.namelist()]
    assert [faults(one) for one in found] == [[], []]
    assert not np.array_equal(found[0].pixel_array, found[1].pixel_array)
