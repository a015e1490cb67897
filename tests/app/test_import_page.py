"""The Import page: read, propose, correct, check, store."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store import ledger
from clnm_core.store.places import StorePaths
from clnm_core.store.quarantine import Counts, counts, release, waiting
from clnm_core.store.warehouse import Warehouse
from tests.app.conftest import ROOT, words
from tests.small_store import build_small_store
from tests.unit.store.arrivals import BROKEN, DOUBT, bring, folder_of, stand_in

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


@pytest.fixture
def with_images(import_page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The page, with 14 doubtful pictures and two files that could not be read."""
    root, app = import_page
    stand_in(monkeypatch)
    said = {f"P{i}.png": "doubt" for i in range(1, 15)} | {"P15.dcm": "broken", "P16.dcm": "broken"}
    bring(root, folder_of(tmp_path / "pictures", said), 16)
    return root, app.run()


def stored(root: Path) -> int:
    with Warehouse.open(root) as warehouse:
        return warehouse.cohort("study").images


def test_without_images_nothing_waits(import_page) -> None:
    _, app = import_page
    assert "No picture waits for a look." in words(app)
    assert not [button for button in app.button if button.key.startswith("quarantine")]


def test_pictures_wait_twelve_at_a_time_with_their_reason(with_images) -> None:
    _, app = with_images
    assert not app.exception
    assert "14 pictures of cohort study may show text that names a patient" in words(app)
    assert "1 to 12 of 14" in words(app)
    assert words(app).count(DOUBT) == 12
    assert len(app.checkbox) == 12
    assert app.button(key="quarantine_release").disabled


def test_what_somebody_looked_at_joins_the_cohort_after_a_second_click(with_images) -> None:
    root, app = with_images
    app.button(key="quarantine_tick_shown").click().run()
    app.checkbox[0].uncheck().run()
    release = app.button(key="quarantine_release")
    assert release.label == "No patient is named: add 11 pictures to the cohort"
    release.click().run()
    assert stored(root) == 0
    assert "you have looked at 11 pictures" in app.warning[0].value
    app.button(key="quarantine_release_sure").click().run()
    assert not app.exception
    assert not app.error
    assert app.success[0].value == "11 pictures were added to the cohort."
    assert stored(root) == 11
    assert len(app.checkbox) == 3
    assert not any(box.value for box in app.checkbox)


def test_to_go_back_or_to_tick_others_decides_nothing(with_images) -> None:
    root, app = with_images
    app.checkbox[3].check().run()
    app.button(key="quarantine_dismiss").click().run()
    app.button(key="quarantine_dismiss_back").click().run()
    assert not app.warning
    app.button(key="quarantine_dismiss").click().run()
    app.checkbox[4].check().run()
    assert not app.warning
    assert counts(root) == Counts(14, 2)


def test_ticked_pictures_are_removed_and_their_cases_stay(with_images) -> None:
    root, app = with_images
    app.checkbox[0].check().run()
    app.button(key="quarantine_dismiss").click().run()
    app.button(key="quarantine_dismiss_sure").click().run()
    assert app.success[0].value == "1 picture was removed."
    assert counts(root) == Counts(13, 2)
    with Warehouse.open(root) as warehouse:
        assert warehouse.cohort("study").cases == 16


def test_files_that_could_not_be_read_are_listed_and_removed(with_images) -> None:
    root, app = with_images
    (table,) = [one.value for one in app.dataframe if "Reason" in one.value.columns]
    assert table["Reason"].tolist() == [BROKEN, BROKEN]
    assert table["Row"].tolist() == [16, 17]
    app.button(key="quarantine_discard").click().run()
    app.button(key="quarantine_discard_sure").click().run()
    assert app.success[0].value == "2 files were removed."
    assert counts(root) == Counts(14, 0)


def test_a_picture_whose_file_is_lost_is_said_in_its_place(
    import_page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, app = import_page
    stand_in(monkeypatch)
    bring(root, folder_of(tmp_path / "pictures", {"P1.png": "doubt", "P2.png": "doubt"}))
    (StorePaths(root).quarantine / waiting(root)[0].digest).unlink()
    app.run()
    assert not app.exception
    assert len(app.checkbox) == 2
    assert "missing from the quarantine" in app.error[0].value


def test_what_another_visitor_decided_meanwhile_is_not_decided_twice(with_images) -> None:
    root, app = with_images
    app.button(key="quarantine_tick_shown").click().run()
    app.button(key="quarantine_release").click().run()
    release(root, [one.id for one in waiting(root) if one.kind == "doubtful"][:5])
    app.button(key="quarantine_release_sure").click().run()
    assert app.success[0].value == "7 pictures were added to the cohort."
    assert stored(root) == 12


def upload_images(app: AppTest, said: dict[str, str]) -> AppTest:
    files = [(name, f"{words} {name}".encode(), "image/png") for name, words in said.items()]
    app.file_uploader(key="import_images").set_value(files).run()
    return app


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_images_come_with_a_table_and_wait_unless_somebody_looked(
    import_page, monkeypatch: pytest.MonkeyPatch, is_looked_at: bool
) -> None:
    root, app = import_page
    stand_in(monkeypatch)
    upload(app, "study.csv", b"patient,age,any\nP1,44,yes\nP2,51,no\n")
    upload_images(app, {"P1.png": "doubt", "P2.png": "fine"})
    assert not app.exception
    app.toggle(key="import_images_reviewed").set_value(is_looked_at).run()
    app.button(key="import_publish").click().run()
    assert not app.exception
    assert (stored(root), counts(root).doubtful) == ((2, 0) if is_looked_at else (1, 1))
    entry = next(one for one in ledger.entries(root) if one.action == "import")
    assert (entry.actor, entry.detail["images_reviewed"]) == ("test@example.com", is_looked_at)


def test_an_image_that_cannot_be_read_stops_the_import_until_somebody_goes_on(
    import_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, app = import_page
    stand_in(monkeypatch)
    upload(app, "study.csv", b"image,age,any\nP1.png,44,yes\nP2.png,51,no\n")
    upload_images(app, {"P1.png": "broken", "P2.png": "fine"})
    app.button(key="import_publish").click().run()
    assert not app.exception
    assert "1 cell must be corrected" in app.error[0].value
    assert "are kept, with the reason, on the Import page" in words(app)
    app.toggle(key="import_skip_refused").set_value(True).run()
    app.button(key="import_publish").click().run()
    assert not app.exception
    assert (stored(root), counts(root)) == (1, Counts(0, 1))
    assert "1 image file could not be read and was left out." in app.warning[0].value


def test_the_case_page_says_that_a_picture_waits_and_where(with_images) -> None:
    root, _ = with_images
    entry = waiting(root, "study")[0]
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60)
    app.query_params["cohort"] = "study"
    app.query_params["case"] = entry.case_id
    app.run().switch_page(str(ROOT / "pages" / "case.py")).run()
    assert not app.exception
    assert "1 file of this case waits for a person's look" in words(app)
    release(root, [entry.id])
    app.run()
    assert "waits for a person's look" not in words(app)
