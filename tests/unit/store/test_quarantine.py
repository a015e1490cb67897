"""What waits for a look is neither lost, nor published twice, nor readable by others."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from clnm_core.errors import StoreBusyError, StoreError
from clnm_core.store import (
    artifacts,
    ledger,
    objects,
    quarantine,
    quarantine_book,
    quarantine_files,
    snapshots,
)
from clnm_core.store.places import StorePaths
from clnm_core.store.pseudonyms import pseudonym
from clnm_core.store.snapshots import current_version
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse

from .arrivals import BROKEN, DOUBT, bring, folder_of, mask_at, stand_in
from .dying import Killed, killed_at

FILES = {"P1.png": "fine", "P2.dcm": "doubt dicom", "P3.png": "doubt", "P4.dcm": "broken"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "pictures", FILES)
    mask_at(place / "P2_mask.png")
    return place


@pytest.fixture
def held(root: Path, folder: Path) -> list[quarantine_book.Held]:
    """Two doubtful pictures and a refused file; one picture is in the cohort."""
    bring(root, folder)
    return quarantine.waiting(root)


def images(root: Path, cohort: str = "study"):
    with Warehouse.open(root) as warehouse:
        return warehouse.rows(f'SELECT * FROM "{cohort}".images ORDER BY image_id')  # noqa: S608


def masks(root: Path):
    with Warehouse.open(root) as warehouse:
        return warehouse.rows('SELECT * FROM "study".masks')


def ids(held: list[quarantine_book.Held], kind: str = "doubtful") -> list[int]:
    return [one.id for one in held if one.kind == kind]


def files(root: Path) -> set[str]:
    return {path.name for path in StorePaths(root).quarantine.iterdir()} - {"lock"}


def test_the_case_is_imported_and_its_doubtful_picture_waits(root, folder):
    report = bring(root, folder)
    assert (report.images, report.waiting, len(report.refused)) == (1, 2, 1)
    assert (report.refused[0].row, report.refused[0].rule) == (5, BROKEN)
    with Warehouse.open(root) as warehouse:
        assert warehouse.cohort("study").cases == 4
    assert len(images(root)) == 1
    found = quarantine.waiting(root)
    assert [(one.kind, one.reason) for one in found] == [
        ("doubtful", DOUBT),
        ("doubtful", DOUBT),
        ("refused", BROKEN),
    ]
    assert quarantine.counts(root) == quarantine.Counts(doubtful=2, refused=1)
    assert quarantine.counts(root, "other") == quarantine.Counts(0, 0)
    assert found[0].described["masks"] == ["nodule"]
    assert len(list(StorePaths(root).images.rglob("*.png"))) == 1
    assert not StorePaths(root).dicom.exists()


def test_what_is_released_is_in_the_cohort_with_its_masks_as_one_version(root, held):
    before = current_version(root)
    assert quarantine.release(root, ids(held), actor="anna") == 2
    assert current_version(root) == before + 1
    shown = images(root)
    assert len(shown) == 3
    assert {one.image_id for one in held if one.image_id} < set(shown["image_id"])
    released = shown[shown["image_id"] == held[0].image_id].iloc[0]
    assert objects.get(root, released["dicom"]).endswith(held[0].case_id.encode()[-12:])
    assert artifacts.is_kept(root, released["digest"])
    assert masks(root)["image_id"].tolist() == [held[0].image_id]
    assert quarantine.counts(root) == quarantine.Counts(0, 1)
    assert len(files(root)) == 1
    assert verify(root, read_images=True) == []


def test_the_audit_trail_counts_and_names_nobody(root, held):
    quarantine.release(root, ids(held)[:1], actor="anna")
    quarantine.dismiss(root, ids(held)[1:], actor="bert")
    quarantine.dismiss(root, ids(held, "refused"), actor="bert")
    trail = [(one.actor, one.action, one.detail) for one in ledger.entries(root)]
    assert trail[:3] == [
        ("bert", "dismiss", {"cohorts": ["study"], "images": 0, "refused": 1}),
        ("bert", "dismiss", {"cohorts": ["study"], "images": 1, "refused": 0}),
        ("anna", "release", {"cohorts": ["study"], "images": 1, "refused": 0, "version": 2}),
    ]
    assert (trail[3][2]["waiting"], trail[3][2]["refused"]) == (2, 1)
    decided = {
        (one.state, one.decided_by)
        for state in ("released", "dismissed")
        for one in quarantine_book.entries(root, state=state)
    }
    assert decided == {("released", "anna"), ("dismissed", "bert")}


def test_what_is_dismissed_leaves_its_entry_and_no_file(root, held):
    assert quarantine.dismiss(root, [one.id for one in held]) == 3
    assert files(root) == set()
    assert quarantine.waiting(root) == []
    assert len(quarantine_book.entries(root, state="dismissed")) == 3
    assert len(images(root)) == 1


def test_what_was_decided_is_not_decided_again(root, held):
    quarantine.release(root, ids(held))
    version = current_version(root)
    assert quarantine.release(root, ids(held)) == 0
    assert quarantine.dismiss(root, ids(held)) == 0
    assert quarantine.release(root, [999]) == 0
    assert current_version(root) == version
    assert len(images(root)) == 3


def test_a_refused_file_cannot_be_released(root, held):
    with pytest.raises(ValueError, match="has no picture"):
        quarantine.release(root, [one.id for one in held])
    assert quarantine.counts(root) == quarantine.Counts(2, 1)


def test_the_folder_is_its_owners_and_no_file_can_be_read_without_the_key(root, folder):
    (folder / "P4.dcm").write_bytes(b"broken Muster^Erika 1949-03-01")
    bring(root, folder)
    place = StorePaths(root).quarantine
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for path in place.iterdir():
        if path.name != "lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert len(path.name) == 64
            assert b"Muster" not in path.read_bytes()
            assert b"PNG" not in path.read_bytes()[:64]
    refused = next(one for one in quarantine.waiting(root) if one.kind == "refused")
    assert quarantine_files.opened(root, refused.digest)["file"].endswith(b"1949-03-01")
    everything = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert b"Muster" not in everything
    assert b"P4.dcm" not in everything


def test_an_empty_folder_of_the_quarantine_is_made_for_its_owner_at_once(root, folder):
    bring(root, folder_of(folder.with_name("sound"), {"P1.png": "fine"}))
    assert not StorePaths(root).quarantine.exists()
    with quarantine.sole_change(root):
        assert stat.S_IMODE(StorePaths(root).quarantine.stat().st_mode) == 0o700


def test_a_file_that_was_altered_or_lost_is_not_released(root, held):
    path = StorePaths(root).quarantine / held[0].digest
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"was altered on disk .* Remove the entry"):
        quarantine.release(root, ids(held))
    path.unlink()
    with pytest.raises(StoreError, match="is missing from the quarantine"):
        quarantine.release(root, ids(held))
    assert len(images(root)) == 1
    assert quarantine.dismiss(root, [held[0].id]) == 1
    assert quarantine.release(root, ids(held)) == 1


def test_replacing_a_cohort_dismisses_what_waited_for_the_old_one(root, folder, held):
    bring(root, folder, replace=True, actor="anna")
    found = quarantine.waiting(root)
    assert len(found) == 3
    assert {one.id for one in found} & {one.id for one in held} == set()
    old = quarantine_book.entries(root, state="dismissed")
    assert {one.id for one in old} >= set(ids(held))
    assert {one.decided_by for one in old} == {"anna"}
    assert files(root) == {one.digest for one in found}


def test_rows_that_join_leave_what_waits_and_bring_their_own(root, folder, held, tmp_path):
    more = folder_of(tmp_path / "more", {"P5.png": "doubt"})
    bring(root, more, 1, first=5, append=True)
    assert quarantine.counts(root) == quarantine.Counts(3, 1)
    assert quarantine.release(root, [one.id for one in quarantine.waiting(root)][:2]) == 2


def test_a_cohort_that_is_gone_takes_what_waited_with_it(root, held, build_cohort):
    def drop(con):
        build_cohort("study", 3)(con)

    snapshots.publish(root, drop, action="demo", detail={"cohorts": ["study"]})
    assert [one.kind for one in quarantine.waiting(root)] == ["refused"]
    assert quarantine.release(root, ids(held)) == 0
    assert len(quarantine_book.entries(root, state="dismissed")) == 2


def test_two_cohorts_are_released_as_one_version(root, folder, held):
    bring(root, folder, cohort="other")
    before = current_version(root)
    assert quarantine.release(root, ids(quarantine.waiting(root))) == 4
    assert current_version(root) == before + 1
    assert len(images(root)) == len(images(root, "other")) == 3


def test_a_refused_file_that_comes_again_waits_once(root, folder):
    for way in ({}, {"replace": True}, {"replace": True}):
        bring(root, folder, **way)
    assert quarantine.counts(root) == quarantine.Counts(2, 1)
    assert len(files(root)) == 3


def test_without_an_import_nothing_waits(root):
    assert quarantine.waiting(root) == []
    assert quarantine.dismiss(root, [1]) == 0
    assert quarantine.release(root, [1]) == 0


STEPS = [
    (quarantine_files, "write_whole"),
    (quarantine_book, "add"),
    (artifacts, "write_whole"),
    (snapshots, "_point"),
    (snapshots, "_record"),
    (quarantine, "settle"),
]
RELEASE_STEPS = [
    (artifacts, "write_whole"),
    (objects, "write_whole"),
    (quarantine_book, "begin"),
    (snapshots, "_point"),
    (snapshots, "_record"),
    (quarantine_book, "finish"),
    (quarantine_files, "remove"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("place", "name"), RELEASE_STEPS, ids=lambda one: getattr(one, "__name__", one)
)
def test_a_release_that_is_killed_loses_nothing_and_publishes_nothing_twice(
    root, held, monkeypatch, place, name, after
):
    with monkeypatch.context() as patch:
        killed_at(patch, place, name, after=after)
        with pytest.raises(Killed):
            quarantine.release(root, ids(held), actor="anna")
    shown, still = len(images(root)), quarantine.counts(root).doubtful
    assert (shown, still) in ((1, 2), (3, 0))
    assert quarantine.release(root, ids(held), actor="anna") == still
    assert len(images(root)) == 3
    assert len(masks(root)) == 1
    done = quarantine_book.entries(root, state="released")
    assert [one.decided_by for one in done] == ["anna", "anna"]
    assert files(root) == {one.digest for one in quarantine.waiting(root)}
    snapshots.publish(root, lambda con: None, action="note", detail={})
    assert verify(root, read_images=True) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=lambda one: getattr(one, "__name__", one))
def test_an_import_that_is_killed_leaves_all_of_its_pictures_or_none(
    root, folder, monkeypatch, place, name, after
):
    with monkeypatch.context() as patch:
        killed_at(patch, place, name, after=after)
        with pytest.raises(Killed):
            bring(root, folder)
    if current_version(root):
        assert len(images(root)) == 1
        assert quarantine.counts(root).doubtful == 2
    else:
        assert quarantine.counts(root).doubtful == 0
        bring(root, folder)
    assert quarantine.release(root, ids(quarantine.waiting(root))) == 2
    assert len(images(root)) == 3
    assert quarantine.counts(root) == quarantine.Counts(0, 1)
    assert len(files(root)) == 1
    assert verify(root, read_images=True) == []


def test_a_replacement_that_is_killed_leaves_the_old_cohort_and_what_waits_for_it(
    root, folder, held, monkeypatch
):
    with monkeypatch.context() as patch:
        killed_at(patch, quarantine_book, "add", after=True)
        with pytest.raises(Killed):
            bring(root, folder, replace=True)
    assert ids(quarantine.waiting(root)) == ids(held)
    assert quarantine.release(root, ids(quarantine.waiting(root))) == 2
    assert len(images(root)) == 3
    assert quarantine.counts(root) == quarantine.Counts(0, 1)
    assert verify(root, read_images=True) == []


def test_a_full_disk_while_holding_publishes_nothing(root, folder, monkeypatch):
    def full(*values, **named):
        raise OSError(28, "No space left on device")

    pseudonym(root, "study", "P2")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match=r"The file for the quarantine .*No space left"):
            bring(root, folder, 2, first=2)
    assert current_version(root) == 0
    assert quarantine.waiting(root) == []
    assert files(root) == set()


def test_a_key_that_is_missing_stops_the_import_and_the_release(root, folder, held):
    key = StorePaths(root).key
    text = key.read_text()
    key.unlink()
    for act in (
        lambda: quarantine.release(root, ids(held)),
        lambda: bring(root, folder, replace=True),
    ):
        with pytest.raises(StoreError, match="is missing, and a new one would"):
            act()
    assert quarantine.counts(root) == quarantine.Counts(2, 1)
    key.write_text(text)
    key.chmod(0o600)
    assert quarantine.release(root, ids(held)) == 2


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_folder_that_cannot_be_used_gets_a_sentence(root, folder, is_folder):
    place = StorePaths(root).quarantine
    if is_folder:
        (place / "lock").mkdir(parents=True)
    else:
        root.mkdir()
        place.write_text("")
    with pytest.raises(StoreError, match=r"folder of the quarantine, .* cannot be used"):
        bring(root, folder)
    assert current_version(root) == 0


def test_only_one_at_a_time_changes_the_quarantine(root, folder, held):
    with quarantine.sole_change(root):
        for act in (
            lambda: bring(root, folder, replace=True),
            lambda: quarantine.release(root, ids(held)),
            lambda: quarantine.dismiss(root, ids(held)),
        ):
            with pytest.raises(StoreBusyError, match="is under way"):
                act()
    assert current_version(root) == 1
    assert quarantine.release(root, ids(held)) == 2


def test_an_entry_in_a_state_that_is_none_is_refused(root, held):
    with closing(sqlite3.connect(StorePaths(root).ledger)) as con:
        with pytest.raises(sqlite3.IntegrityError):
            con.execute("UPDATE quarantine SET state = 'lost'")


def test_two_thousand_wait_and_are_counted_quickly(root, held):
    many = [
        quarantine_book.Held(
            cohort="study",
            case_id=held[0].case_id,
            image_id=f"x-{i}",
            kind="doubtful",
            reason=DOUBT,
            digest=f"{i:064x}",
            arrival=held[0].arrival,
            base=held[0].base,
        )
        for i in range(2000)
    ]
    quarantine_book.add(root, many)
    assert quarantine.counts(root).doubtful == 2002
