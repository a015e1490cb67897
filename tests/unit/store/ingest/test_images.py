"""Images that come with a table: what is kept of them, what waits, and that nobody is named."""

from __future__ import annotations

import io
import re
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scipy.ndimage import gaussian_filter

from clnm_core.errors import ClnmError, StoreBusyError, StoreError
from clnm_core.store import artifacts, objects, quarantine
from clnm_core.store.ingest.picture_files import folder_table, pair
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.publishing import ImportRefusedError, import_table
from clnm_core.store.pseudonyms import date_shift_days
from clnm_core.store.snapshots import current_version
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.unit.imaging.placed_files import (
    affine_of,
    contour,
    ct_slice,
    in_body,
    nifti_file,
    nrrd_bytes,
    structure_file,
)
from tests.unit.imaging.planted import DATE, NUMBER, UID, WORD, planted
from tests.unit.store.arrivals import bring, folder_of, stand_in

from .tables import table

ROWS, COLUMNS = 200, 260
REGION = (60, 40, 179, 219)
"""First row and column, last row and column of what the device calls its picture."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    return place


def screen(patient: str) -> np.ndarray:
    """A frame of an ultrasound device: speckle in the middle, the patient's name above."""
    drawn = Pillow.new("L", (COLUMNS, ROWS), 0)
    ImageDraw.Draw(drawn).text((8, 8), f"{patient}  1949-03-01  ST. ELSEWHERE", fill=255)
    pixels = np.array(drawn)
    top, left, bottom, right = REGION
    echoes = np.random.default_rng(4).gamma(3, 15, (bottom - top + 1, right - left + 1))
    smooth = gaussian_filter(echoes, 2)
    pixels[top : bottom + 1, left : right + 1] = smooth.clip(0, 200).astype(np.uint8)
    return pixels


def ultrasound(patient: str, *, has_region: bool) -> Dataset:
    """A file in which every attribute that may tells who the patient is."""
    dataset = dataset_of(screen(patient))
    for element in planted():
        if element.tag not in dataset or element.keyword in ("PatientName",):
            dataset[element.tag] = element
    for keyword in ("BurnedInAnnotation", "PatientIdentityRemoved", "SequenceOfUltrasoundRegions"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.StudyDate = DATE
    dataset.add_new(0x00091001, "LO", f"{WORD} private")
    if has_region:
        region = Dataset()
        top, left, bottom, right = REGION
        region.RegionLocationMinX0, region.RegionLocationMinY0 = left, top
        region.RegionLocationMaxX1, region.RegionLocationMaxY1 = right, bottom
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
        region.PhysicalDeltaX = region.PhysicalDeltaY = 0.01
        region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
        dataset.SequenceOfUltrasoundRegions = Sequence([region])
    return dataset


def two_studies(folder: Path) -> Path:
    for name, has_region in (("MRN-4711", True), ("MRN-4712", False)):
        dataset = ultrasound(f"Muster^{name}", has_region=has_region)
        dataset.PatientID = name
        (folder / f"{name}.dcm").write_bytes(file_of(dataset))
    return folder


STUDIES = "patient,age,any\nMRN-4711,44,yes\nMRN-4712,51,no\n"


def take(root: Path, folder: Path, text: str = STUDIES, **choices: object):
    given = table(text)
    return import_table(root, given, propose(given, "study").mapping, images_dir=folder, **choices)


def kept(root: Path, what: str = "images"):
    with Warehouse.open(root) as warehouse:
        return warehouse.rows(f'SELECT * FROM "study".{what} ORDER BY image_id')  # noqa: S608


def opened(root: Path, digest: str) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(artifacts.get(root, digest))))


def test_an_ultrasound_is_blacked_out_and_kept_and_one_without_a_region_waits(root, folder):
    report = take(root, two_studies(folder))
    assert (report.images, report.waiting, report.refused) == (1, 1, ())
    (image,) = kept(root).to_dict("records")
    top, left, bottom, right = REGION
    outside = np.ones((ROWS, COLUMNS), bool)
    outside[top : bottom + 1, left : right + 1] = False
    shown = opened(root, image["digest"])
    grey = shown if shown.ndim == 2 else shown.max(axis=2)
    assert grey[outside].max() == 0
    assert grey[~outside].mean() > 20
    assert image["row_spacing_mm"] == pytest.approx(0.1)
    dataset = pydicom.dcmread(io.BytesIO(objects.get(root, image["dicom"])))
    assert dataset.PatientID == dataset.PatientName == patient_of(root, image["case_id"])
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.pixel_array[outside].max() == 0

    (waiting,) = quarantine.waiting(root)
    assert waiting.described["row"] == 3
    assert quarantine.release(root, [waiting.id], actor="anna") == 1
    both = kept(root)
    assert len(both) == 2
    released = both[both["image_id"] == waiting.image_id].iloc[0]
    assert (
        opened(root, released["digest"])[:40].max() > 250
    )  # somebody has said that this names nobody
    assert verify(root, read_images=True) == []


def patient_of(root: Path, case: str) -> str:
    with Warehouse.open(root) as warehouse:
        sql = 'SELECT patient_id FROM "study".cases WHERE case_id = ?'
        return str(warehouse.rows(sql, [case])["patient_id"][0])


def test_no_identifier_of_the_files_is_anywhere_in_the_store(root, folder):
    two_studies(folder)
    (folder / "MRN-4712_mask.png").write_bytes(b"broken Muster^MRN-4712")
    report = take(root, folder)
    assert (report.images, report.waiting, len(report.refused)) == (1, 1, 1)
    identifying = [WORD, DATE, UID, NUMBER, "Muster", "MRN-4711", "MRN-4712", "1949-03-01"]
    check_nobody_is_named(root, identifying)
    quarantine.release(root, [one.id for one in quarantine.waiting(root) if one.image_id])
    check_nobody_is_named(root, identifying)


def check_nobody_is_named(root: Path, identifying: list[str]) -> None:
    found = re.compile(b"|".join(re.escape(word.encode()) for word in identifying))
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        assert not found.search(path.read_bytes()), path.name
        assert not found.search(str(path.relative_to(root)).encode())


def test_dates_of_a_patient_move_by_the_days_of_that_patient(root, folder):
    take(root, two_studies(folder))
    (image,) = kept(root).to_dict("records")
    dataset = pydicom.dcmread(io.BytesIO(objects.get(root, image["dicom"])))
    days = date_shift_days(root, "study", patient_of(root, image["case_id"]))
    moved = np.datetime64("1937-09-13") + np.timedelta64(days, "D")
    assert dataset.StudyDate == str(moved).replace("-", "")


def test_the_same_file_comes_out_the_same_and_differs_between_cohorts(root, folder):
    take(root, two_studies(folder))
    first = kept(root)["dicom"].tolist()
    take(root, folder, replace=True)
    assert kept(root)["dicom"].tolist() == first
    given = table(STUDIES)
    import_table(root, given, propose(given, "other").mapping, images_dir=folder)
    with Warehouse.open(root) as warehouse:
        other = warehouse.rows('SELECT dicom FROM "other".images')["dicom"].tolist()
    assert set(other).isdisjoint(first)


def test_looked_at_images_come_in_at_once_and_the_trail_says_so(root, folder):
    report = take(root, two_studies(folder), images_reviewed=True, actor="anna")
    assert (report.images, report.waiting) == (2, 0)
    with Warehouse.open(root) as warehouse:
        (line,) = warehouse.publications().to_dict("records")
    assert line["actor"] == "anna"
    assert '"images_reviewed": true' in line["detail"]


def test_a_dry_run_counts_images_and_leaves_no_trace(root, folder):
    report = take(root, two_studies(folder), dry_run=True)
    assert report.to_dict()["images"] == {"stored": 1, "waiting": 1, "refused": 0}
    assert not root.exists()
    assert not root.with_name("store.key").exists()


def slices(folder: Path) -> Dataset:
    """A CT slice of P1 that lies somewhere in a body."""
    dataset = ct_slice()
    dataset.PatientName = "Muster^Erika"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    (folder / "P1.dcm").write_bytes(file_of(dataset))
    return dataset


ONE = "patient,age,any\nP1,44,yes\n"


def test_outlines_as_volumes_and_contours_become_masks_of_their_structures(root, folder):
    image = slices(folder)
    drawn = np.zeros((60, 40, 1), np.uint8)
    drawn[10:20, 5:15] = 1
    (folder / "P1_mask.nii.gz").write_bytes(nifti_file(drawn, affine_of(image), packed=True))
    (folder / "P1_gland.nrrd").write_bytes(nrrd_bytes(drawn))
    corners = [(4.0, 30.0), (4.0, 50.0), (30.0, 50.0), (30.0, 30.0)]
    outline = [contour(in_body(image, corners), on=image)]
    (folder / "P1_rtstruct.dcm").write_bytes(
        structure_file({"Lymph node level II": outline, "SpinalCord": outline})
    )
    report = take(root, folder, ONE)
    assert report.refused == ()
    masks = kept(root, "masks").set_index("structure")["digest"]
    assert set(masks.index) == {"nodule", "gland", "node"}
    nodule = opened(root, masks["nodule"]) > 0
    assert nodule.shape == (40, 60)
    assert np.array_equal(nodule, drawn[:, :, 0].T > 0)
    assert 400 < (opened(root, masks["node"]) > 0).sum() < 600


def test_masks_that_do_not_fit_are_kept_apart_and_the_picture_comes(root, folder):
    slices(folder)
    other = ct_slice(position=(-30.0, -12.5, 400.0))
    outline = [contour(in_body(other, [(4.0, 30.0), (4.0, 50.0), (30.0, 50.0)]), on=other)]
    (folder / "P1_rtstruct.dcm").write_bytes(structure_file({"GTV": outline}))
    Pillow.fromarray(np.ones((7, 9), np.uint8)).save(folder / "P1_mask.png")
    two = np.zeros((60, 40, 1), np.uint8)
    two[5], two[9] = 1, 2
    (folder / "P1_seg.nii").write_bytes(nifti_file(two))
    report = take(root, folder, ONE)
    assert (report.images, report.waiting) == (1, 0)
    assert [one.value for one in report.refused] == ["P1_mask.png", "P1_rtstruct.dcm", "P1_seg.nii"]
    reasons = " ".join(one.rule for one in report.refused)
    assert "7 x 9 pixels" in reasons
    assert "outlines 2 structures, and none of their labels says nodule" in reasons
    assert kept(root, "masks").empty
    assert quarantine.counts(root) == quarantine.Counts(0, 3)


def test_a_segmentation_belongs_to_the_picture_that_it_names(root, folder):
    from tests.unit.imaging.test_dicom_seg import drawn, segmentation, stack

    ours, other = stack(), stack()
    pixels = drawn()
    for case, image in (("P1", ours[1]), ("P2", ours[2])):
        image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        (folder / f"{case}.dcm").write_bytes(file_of(image))
    (folder / "P1_seg.dcm").write_bytes(file_of(segmentation(ours, pixels)))
    (folder / "P2_seg.dcm").write_bytes(file_of(segmentation(other, pixels)))
    report = take(root, folder, "patient,age,any\nP1,44,yes\nP2,51,no\n")
    assert report.images == 2
    assert [(one.row, one.value) for one in report.refused] == [(3, "P2_seg.dcm")]
    masks = kept(root, "masks").set_index("structure")["digest"]
    assert set(masks.index) == {"gland", "nodule"}
    for number, structure in enumerate(("gland", "nodule")):
        mask = opened(root, masks[structure]) > 0
        assert np.array_equal(mask, pixels[1, ..., number] > 0)


def test_a_broken_file_among_good_ones_stops_only_a_table_that_names_it(
    root, tmp_path, monkeypatch
):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {"P1.dcm": "fine", "P2.dcm": "broken", "P3.dcm": "fine"})
    named = "image,age,any\nP1.dcm,44,yes\nP2.dcm,51,no\nP3.dcm,60,no\n"
    with pytest.raises(ImportRefusedError, match=r"Row 3, column 'image' 'P2\.dcm'"):
        take(root, place, named)
    assert current_version(root) == 0
    assert quarantine.counts(root) == quarantine.Counts(0, 1)
    report = take(root, place, named, skip_refused=True)
    assert (report.rows, report.images, len(report.refused)) == (3, 2, 1)
    report = bring(root, place, 3, cohort="by-case")
    assert (report.images, [one.row for one in report.refused]) == (2, [3])


def test_that_refused_files_cannot_be_kept_does_not_hide_the_report(root, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {"P1.dcm": "broken"})
    with quarantine.sole_change(root), pytest.raises(ImportRefusedError) as caught:
        take(root, place, "image,age\nP1.dcm,44\n")
    assert [issue.row for issue in caught.value.report.issues] == [2]
    assert "could not be kept for a look: Another import" in caught.value.report.notes[-1]


def test_a_file_too_large_or_closed_is_named_and_left_where_it_is(root, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {"P1.dcm": "fine", "P2.dcm": "fine"})
    with (place / "P2.dcm").open("wb") as file:
        file.truncate(200 * 2**20)
    report = bring(root, place, 2)
    assert report.images == 1
    assert "more than 128 MB" in report.refused[0].rule
    assert quarantine.counts(root) == quarantine.Counts(0, 0)


def test_no_room_to_lay_images_down_gets_a_sentence(root, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {"P1.dcm": "fine"})

    def full(*values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match=r"cannot be laid down in .*No space left"):
        bring(root, place, 1)
    assert current_version(root) == 0


def test_links_in_a_folder_are_not_followed(root, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {"P1.png": "fine"})
    elsewhere = folder_of(tmp_path / "elsewhere", {"P2.png": "fine"})
    (place / "P2.png").symlink_to(elsewhere / "P2.png")
    (place / "more").symlink_to(elsewhere)
    (place / "circle").symlink_to(place)
    (place / "gone.png").symlink_to(tmp_path / "nowhere.png")
    report = bring(root, place, 2)
    assert report.images == 1
    assert "4 links in the folder were not followed." in report.notes


def test_ten_thousand_files_find_their_rows(tmp_path):
    place = folder_of(tmp_path / "p", {f"P{i}.png": "" for i in range(10_000)})
    for i in range(100):
        (place / f"P{i}_mask.nii.gz").write_bytes(b"")
    cases = pd.Series([f"P{i}" for i in range(10_000)])
    began = time.process_time()
    found = pair(place, cases, None, "").pairs
    assert time.process_time() - began < 5
    assert [one.path.stem for one in found] == cases.tolist()
    assert sum(len(one.masks) for one in found) == 100


def test_files_without_ending_and_numbered_ones_are_known_by_what_they_hold(folder):
    data = file_of(dataset_of(np.zeros((4, 5), np.uint8)))
    for name in ("IM0001", "IM.0002", "1.2.840.5"):
        (folder / name).write_bytes(data)
    (folder / "notes").write_bytes(b"no picture")
    (folder / "lonely_mask.nii.gz").write_bytes(b"")
    assert sorted(folder_table(folder).frame["image"]) == ["1.2.840.5", "IM.0002", "IM0001"]


def test_of_two_imports_at_once_each_is_whole_or_refused(root, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    place = folder_of(tmp_path / "p", {f"P{i}.png": "doubt" for i in range(1, 5)})
    outcomes: list[object] = []

    def work(cohort: str) -> None:
        try:
            outcomes.append(bring(root, place, cohort=cohort).waiting)
        except ClnmError as error:
            outcomes.append(error)

    workers = [threading.Thread(target=work, args=(f"c{i}",)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done = sum(outcome == 4 for outcome in outcomes)
    assert done >= 1
    assert all(outcome == 4 or isinstance(outcome, StoreBusyError) for outcome in outcomes)
    assert current_version(root) == done
    assert quarantine.counts(root).doubtful == 4 * done
