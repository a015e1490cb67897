import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from clnm_core.imaging.rendering import png_bytes
from clnm_core.store import artifacts, ledger, quarantine, schema
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import publish
from clnm_core.store.verification import verify

from .arrivals import bring, folder_of, stand_in


@pytest.fixture
def root(tmp_path, build_cohort):
    """Two versions; the second has two pictures and a mask."""
    root = tmp_path / "store"
    publish(root, build_cohort(n=20), action="demo", detail={})

    def pictures(con):
        digests = [
            artifacts.put(root, "image", png_bytes(np.full((4, 5), grey, np.uint8)))
            for grey in (1, 2)
        ]
        outline = artifacts.put(root, "mask", png_bytes(np.ones((4, 5), bool)))
        images = {"image_id": ["i1", "i2"], "case_id": ["c0001", "c0002"], "digest": digests}
        masks = {"image_id": ["i1"], "structure": ["gland"], "digest": [outline]}
        schema.insert(con, "demo", "images", pd.DataFrame(images))
        schema.insert(con, "demo", "masks", pd.DataFrame(masks))

    publish(root, pictures, action="import", detail={})
    return root


def pictures(root):
    return sorted(StorePaths(root).images.rglob("*.png"))


def test_a_whole_store_has_no_problems(root):
    assert verify(root) == []
    assert verify(root, read_images=True) == []


def test_a_store_that_is_not_there_has_none_either(tmp_path):
    assert verify(tmp_path / "nowhere") == []


def test_missing_pictures_are_counted(root):
    first = pictures(root)[0]
    first.unlink()
    assert verify(root) == [
        f"Cohort demo: 1 of 3 pictures are missing or altered, the first is {first.stem[:12]}."
    ]


def test_altered_pictures_are_found_by_reading_them(root):
    pictures(root)[1].write_bytes(b"something else")
    assert verify(root) == []
    assert "1 of 3 pictures" in verify(root, read_images=True)[0]


def test_a_changed_audit_trail_is_found(root):
    with closing(sqlite3.connect(StorePaths(root).ledger)) as con:
        con.executescript("DROP TRIGGER entries_stay; UPDATE entries SET actor='eve' WHERE id=2")
    assert verify(root) == ["Entry 2 of the audit trail was changed."]


def test_an_audit_trail_that_was_written_anew_is_found_by_what_the_snapshot_kept(root):
    for suffix in ("", "-wal", "-shm"):
        path = StorePaths(root).ledger
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    ledger.record(root, "eve", "demo", {"version": 1})
    ledger.record(root, "eve", "import", {"version": 2})
    assert ledger.verify(root).is_intact
    assert verify(root) == [
        "Entry 1 of the audit trail is not the one that version 2 was built after."
    ]


def test_a_lost_audit_trail_is_found(root):
    for suffix in ("", "-wal", "-shm"):
        path = StorePaths(root).ledger
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    problems = verify(root)
    assert "Version 1 has no entry in the audit trail." in problems
    assert "Version 2 has no entry in the audit trail." in problems


def test_a_damaged_trail_is_said_once_and_the_pictures_are_still_looked_at(root):
    StorePaths(root).ledger.write_bytes(b"no database" * 1000)
    pictures(root)[0].unlink()
    first, second = verify(root)
    assert "The audit trail" in first
    assert "1 of 3 pictures" in second


def test_a_damaged_trail_and_a_lost_snapshot_are_both_said(root):
    StorePaths(root).ledger.write_bytes(b"no database" * 1000)
    StorePaths(root).snapshot(2).unlink()
    first, second = verify(root)
    assert "The audit trail" in first
    assert "Snapshot v2" in second


def test_dicom_objects_and_sealed_files_are_looked_at_too(tmp_path, monkeypatch):
    stand_in(monkeypatch)
    said = {"P1.dcm": "dicom", "P2.dcm": "dicom doubt", "P3.dcm": "broken"}
    root = tmp_path / "store"
    bring(root, folder_of(tmp_path / "pictures", said))
    assert verify(root, read_images=True) == []
    (kept,) = StorePaths(root).dicom.rglob("*.dcm")
    sealed = StorePaths(root).quarantine / quarantine.waiting(root)[0].digest
    kept.write_bytes(kept.read_bytes() + b"x")
    sealed.write_bytes(sealed.read_bytes() + b"x")
    assert verify(root) == []
    assert verify(root, read_images=True) == [
        f"Cohort study: 1 of 1 DICOM objects are missing or altered, the first is {kept.stem[:12]}.",
        f"Quarantine: 1 of 2 files are missing or altered, the first is {sealed.name[:12]}.",
    ]
    kept.unlink()
    sealed.unlink()
    assert len(verify(root)) == 2
