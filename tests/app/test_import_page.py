"""The Import page: read, propose, correct, check, store."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store.places import StorePaths
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import ROOT, words
from tests.small_store import build_small_store

GOOD = "Patient;Age;Sex;Tumour size (cm);N\n" + "".join(
    f"p{i};{30 + i};{'F' if i % 2 else 'M'};1,{i % 10};{'N0' if i % 3 else 'N1b'}\n"
    for i in range(40)
)


@pytest.fixture
def import_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60).run()
    app.switch_page(str(ROOT / "pages" / "import_data.py")).run()
    return root, app


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader(key="import_table").upload(name, data).run()
    return app


def test_a_table_is_proposed_checked_and_stored(import_page) -> None:
    root, app = import_page
    upload(app, "clinic 2.csv", GOOD.encode("cp1252"))
    assert not app.exception
    assert "40 rows of 40 patients; 0 cells break a rule" in words(app)
    app.button(key="import_publish").click().run()
    assert not app.exception
    assert not app.error
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort("clinic-2")
        registry = warehouse.registry("clinic-2")
    assert record.patients == 40
    assert {count.name: count.true for count in record.outcomes}["lateral"] == 14
    assert "max_diameter_mm" in registry


def test_a_broken_cell_is_listed_and_nothing_is_stored(import_page) -> None:
    root, app = import_page
    upload(app, "clinic.csv", GOOD.replace("p7;37", "p7;3700").encode())
    assert not app.exception
    assert "1 cell breaks a rule" in words(app)
    tables = [frame.value for frame in app.dataframe if "Rule" in frame.value.columns]
    assert tables[0].loc[0, ["Row", "Column", "Value"]].tolist() == [9, "Age", "3700"]
    assert not [button for button in app.button if button.key == "import_publish"]
    assert len(list(StorePaths(root).snapshots.glob("v*.duckdb"))) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(300)),
        ("page.csv", b"<html><body>no table</body></html>"),
        ("header.csv", b"Age,Sex\n"),
        ("broken.xlsx", b"PK\x03\x04 this is no workbook"),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence(import_page, name: str, data: bytes) -> None:
    _, app = import_page
    upload(app, name, data)
    assert not app.exception
    assert len(app.error) == 1
    assert name in app.error[0].value.replace("\\", "")


def test_an_existing_cohort_is_never_overwritten_unasked(import_page) -> None:
    root, app = import_page
    upload(app, "clinic.csv", GOOD.encode())
    assert app.radio(key="import_how").value.startswith("add")
    with Warehouse.open(root) as warehouse:
        before = warehouse.cohort("clinic").patients
    app.radio(key="import_how").set_value(app.radio(key="import_how").options[1]).run()
    app.button(key="import_publish").click().run()
    assert not app.exception
    with Warehouse.open(root) as warehouse:
        assert warehouse.cohort("clinic").patients == 40 != before


def test_the_uci_workbook_and_text_import_alike(import_page, shared_data: Path) -> None:
    root, app = import_page
    folder = shared_data / "uci_dtc_recurrence"
    for name in ("Thyroid_Diff.xlsx", "Thyroid_Diff_semicolon.csv"):
        upload(app, name, (folder / name).read_bytes())
        assert not app.exception
        assert "383 rows of 383 patients; 0 cells break a rule; 19 rows say the same" in words(app)
        app.button(key="import_publish").click().run()
        assert not app.exception
        app.button(key="import_next").click().run()
    with Warehouse.open(root) as warehouse:
        counts = [
            {
                (one.name, one.true, one.false, one.unknown)
                for one in warehouse.cohort(name).outcomes
            }
            for name in ("thyroid-diff", "thyroid-diff-semicolon")
        ]
    assert counts[0] == counts[1]
    assert ("any", 115, 268, 0) in counts[0]
