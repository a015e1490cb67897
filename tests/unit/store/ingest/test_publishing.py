"""A table is published whole, with pseudonyms, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from clnm_core.errors import CohortError, MappingError, ModelError, StoreError, TableError
from clnm_core.store import ledger
from clnm_core.store.artifacts import get, thumbnail
from clnm_core.store.ingest.picture_files import folder_table
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.publishing import (
    ImportRefusedError,
    ImportReport,
    import_predictions,
    import_table,
)
from clnm_core.store.ingest.reading import Table
from clnm_core.store.quarantine import release, waiting
from clnm_core.store.snapshots import current_version
from clnm_core.store.warehouse import Warehouse

from .tables import STUDY, shared_table, table


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def bring(root: Path, given: Table, cohort: str = "study", **choices: object) -> ImportReport:
    modality = str(choices.pop("modality", ""))
    return import_table(root, given, propose(given, cohort, modality=modality).mapping, **choices)


def test_a_sound_table_becomes_a_cohort_without_identifiers(root):
    steps: list[tuple[float, str]] = []
    report = bring(root, table(STUDY), progress=lambda share, step: steps.append((share, step)))
    assert report.version == current_version(root) == 1
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort("study")
        cases = warehouse.rows('SELECT * FROM "study".cases')
    assert (record.patients, record.cases) == (4, 4)
    assert {one.name: one.true for one in record.outcomes} == {"any": 2, "central": 1, "lateral": 1}
    assert not cases.isin(["P1", "P2", "P3", "P4"]).to_numpy().any()
    assert steps[0][0] == 0
    assert steps[-1][0] == 1
    assert [share for share, _ in steps] == sorted(share for share, _ in steps)


def test_the_report_is_the_contract_of_the_command_line(root):
    found = bring(root, table(STUDY)).to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["cohort"], found["rows"], found["patients"]) == ("study", 4, 4)
    assert found["outcomes"]["any"] == {"true": 2, "false": 1, "unknown": 1}
    assert found["issues"] == []


def test_the_audit_trail_names_the_cohort_and_nobody(root):
    bring(root, table(STUDY))
    entry = ledger.entries(root)[0]
    assert (entry.action, entry.detail["cohort"], entry.detail["rows"]) == ("import", "study", 4)
    assert "P1" not in json.dumps(entry.detail)


def test_a_bad_cell_publishes_nothing(root):
    bring(root, table(STUDY))
    with pytest.raises(ImportRefusedError) as caught:
        bring(root, table(STUDY.replace(",44,", ",440,")), replace=True)
    assert current_version(root) == 1
    assert str(caught.value) == (
        "study.csv: 1 cell breaks a rule, and nothing was published. "
        "Row 2, column 'age' '440': Age must be from 0 to 120 years."
    )
    assert caught.value.rows == (2,)
    assert caught.value.report.to_dict()["issues"][0]["value"] == "440"


def test_a_dry_run_reports_and_changes_nothing(root):
    report = bring(root, table(STUDY.replace(",44,", ",440,")), dry_run=True)
    assert [issue.row for issue in report.issues] == [2]
    assert report.version == 0
    assert not root.exists()
    assert not root.with_name("store.key").exists()


def test_a_cohort_is_replaced_only_when_asked(root):
    bring(root, table(STUDY))
    with pytest.raises(CohortError, match="There is a cohort 'study' already"):
        bring(root, table(STUDY))
    assert bring(root, table(STUDY), replace=True).version == 2
    with pytest.raises(StoreError, match="name must be"):
        bring(root, table(STUDY), "Not A Name")


def test_rows_join_a_cohort_and_keep_what_each_table_says(root):
    bring(root, table(STUDY))
    more = "patient,centre,split,age,sex,smoker,any\nQ1,C,external,60,M,yes,yes\n"
    bring(root, table(more, "second.csv"), append=True)
    with Warehouse.open(root) as warehouse:
        cases = warehouse.rows('SELECT centre, smoker, max_diameter_mm FROM "study".cases')
        registry = warehouse.registry("study")
    assert len(cases) == 5
    assert cases["smoker"].notna().sum() == 1
    assert registry.names[-3:] == ("any", "central", "lateral")
    assert "smoker" in registry


def test_a_case_cannot_join_twice(root):
    bring(root, table(STUDY))
    with pytest.raises(ImportRefusedError, match="has a case of this name already"):
        bring(root, table(STUDY), append=True)
    with pytest.raises(CohortError, match="no cohort 'other'"):
        bring(root, table(STUDY), "other", append=True)


def test_rows_without_names_join_as_new_patients(root):
    bring(root, table("age,any\n44,yes\n51,no\n", "one.csv"))
    report = bring(root, table("age,any\n44,yes\n51,no\n", "two.csv"), append=True)
    with Warehouse.open(root) as warehouse:
        assert warehouse.cohort("study").patients == 4
    assert report.rows == 2


def test_a_column_that_changes_its_kind_is_a_sentence(root):
    bring(root, table("id,grip\n1,3.5\n2,4\n"))
    with pytest.raises(MappingError, match="Grip has the kind 'number' in the cohort"):
        bring(root, table("id,grip\n3,weak\n4,strong\n"), append=True)


def test_both_files_of_the_recurrence_table_publish_the_same(root, shared_data):
    for cohort, name in (("a", "Thyroid_Diff_semicolon.csv"), ("b", "Thyroid_Diff.xlsx")):
        report = bring(root, shared_table(shared_data, f"uci_dtc_recurrence/{name}"), cohort)
        assert (report.patients, len(report.duplicates)) == (383, 19)
    with Warehouse.open(root) as warehouse:
        a = warehouse.rows('SELECT * EXCLUDE (case_id, patient_id) FROM "a".cases ORDER BY ALL')
        b = warehouse.rows('SELECT * EXCLUDE (case_id, patient_id) FROM "b".cases ORDER BY ALL')
        assert len(warehouse.issues("a")) == 19
    assert a.equals(b)
    assert int(a["any"].sum()) == 115


def test_two_centres_share_a_cohort_by_one_definition(root, shared_data):
    tables = [
        shared_table(shared_data, f"lydata_hnscc_nodal/2021-{name}-oropharynx/data.csv")
        for name in ("clb", "usz")
    ]
    bring(root, tables[0], "nodes")
    with pytest.raises(MappingError, match="defined otherwise in the cohort"):
        bring(root, tables[1], "nodes", append=True)
    bring(root, tables[0], "nodes", replace=True, modality="max-likelihood")
    bring(root, tables[1], "nodes", append=True, modality="max-likelihood")
    with Warehouse.open(root) as warehouse:
        centres = warehouse.rows('SELECT centre, count(*) AS n FROM "nodes".cases GROUP BY 1')
        contra_vii = {one.name: one for one in warehouse.cohort("nodes").outcomes}["contra_vii"]
    assert dict(zip(centres["centre"], centres["n"], strict=True)) == {
        "Centre Léon Bérard": 263,
        "University Hospital Zurich": 287,
    }
    assert contra_vii.unknown == 263


def test_images_and_masks_come_with_their_table(root, shared_data):
    folder = shared_data / "busi_breast_us_dev"
    report = bring(root, folder_table(folder), "breast", images_dir=folder)
    # Some of these pictures carry the marks of the device, which may be text: they wait.
    assert report.images + report.waiting == 16
    assert release(root, [one.id for one in waiting(root)]) == report.waiting
    with Warehouse.open(root) as warehouse:
        images = warehouse.rows('SELECT * FROM "breast".images')
        masks = warehouse.rows('SELECT * FROM "breast".masks')
    assert set(masks["structure"]) == {"nodule"}
    assert len(masks) == 16
    assert images["row_spacing_mm"].isna().all()
    original = Pillow.open(folder / "benign (1).png")
    kept = [Pillow.open(_bytes(get(root, digest))) for digest in images["digest"]]
    same = [one for one in kept if one.size == original.size]
    assert any(np.array_equal(np.asarray(o.convert("RGB")), np.asarray(original)) for o in same)
    assert thumbnail(root, images["digest"][0]).startswith(b"\x89PNG")


def _bytes(data: bytes):
    import io

    return io.BytesIO(data)


def picture(path: Path, shape: tuple[int, int] = (12, 16)) -> None:
    grey = np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)
    Pillow.fromarray(grey).save(path)


def test_pictures_are_found_by_case_where_no_column_names_them(root, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("P1.png", "P2_transverse.png", "P2_sagittal.png", "other.png"):
        picture(folder / name)
    report = bring(root, table(STUDY), images_dir=folder, images_reviewed=True)
    assert report.images == 3
    assert "2 of 4 rows have no image." in report.notes
    assert "1 images of the folder belong to no row and were left out." in report.notes


def test_an_unreadable_or_missing_image_is_an_issue_that_names_it(root, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    picture(folder / "a.png")
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    picture(folder / "d.png")
    picture(folder / "d_mask.png", (3, 3))
    given = table("image,age\na.png,44\nb.png,51\n../../c.png,60\nd.png,61\n")
    with pytest.raises(ImportRefusedError) as caught:
        bring(root, given, images_dir=folder)
    found = {
        issue.row: (issue.column, issue.value, issue.rule) for issue in caught.value.report.issues
    }
    assert set(found) == {3, 4, 5}
    assert found[3][:2] == ("image", "b.png")
    assert found[4] == ("image", "../../c.png", "The image is not in the folder pictures.")
    assert found[5][1] == "d_mask.png"
    assert current_version(root) == 0
    assert not (root / "images").exists()
    kept = "The files that cannot be read are kept, with the reason, on the Import page."
    assert kept in caught.value.report.notes
    assert {one.described["row"] for one in waiting(root)} == {3, 5}


def test_an_empty_or_missing_image_folder_is_a_sentence(root, tmp_path):
    with pytest.raises(TableError, match="There is no folder"):
        bring(root, table(STUDY), images_dir=tmp_path / "nowhere")
    with pytest.raises(TableError, match="There is no image in the folder"):
        bring(root, table(STUDY), images_dir=tmp_path)


def risks(root: Path, text: str, **choices: object):
    given = {"cohort": "study", "model": "elsewhere", "case_column": "patient", "risk_column": "p"}
    return import_predictions(root, table(text, "risks.csv"), **{**given, **choices})


def test_risks_of_another_model_join_by_case(root):
    bring(root, table(STUDY))
    report = risks(root, "patient,p\nP1,0.9\nP2,0.2\nP3,0.5\n")
    assert report.to_dict() == {
        "cohort": "study",
        "model": "elsewhere",
        "outcome": "any",
        "rows": 3,
        "without": 1,
        "version": 2,
    }
    with Warehouse.open(root) as warehouse:
        found = warehouse.rows('SELECT split, risk FROM "study".predictions ORDER BY risk')
        assert warehouse.model("study", "elsewhere").system == "imported"
    assert found["split"].tolist() == ["train", "test", "train"]


def test_risks_join_by_row_number_where_nobody_was_named(root):
    bring(root, table("age,any\n44,yes\n51,no\n"))
    assert risks(root, "patient,p\n2,0.9\n3,0.2\n").rows == 2


def test_each_bad_risk_is_named_and_nothing_published(root):
    bring(root, table(STUDY))
    with pytest.raises(TableError) as caught:
        risks(root, "patient,p\nP1,0.9\nP1,0.8\nP2,1.7\nP9,0.3\nP3,\n")
    assert str(caught.value).startswith(
        "risks.csv: row 3 has a case that an earlier row has too; row 4 has a risk of '1.7', which "
        "is not a number from 0 to 1; row 5 names case 'P9', which the cohort does not have; row 6 "
        "has no risk."
    )
    assert current_version(root) == 1
    with pytest.raises(ModelError, match="must be letters"):
        risks(root, "patient,p\nP1,0.9\n", model="no/slash")
    with pytest.raises(CohortError, match="no outcome 'death'"):
        risks(root, "patient,p\nP1,0.9\n", outcome="death")
