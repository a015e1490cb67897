"""One case comes into a cohort only when somebody says so: whole, as a new patient, or not at all."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.image import Modality
from clnm_core.errors import CohortError, FormError, ImageError, InputError, StoreError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.windows import SOFT_TISSUE
from clnm_core.jobs.store_cases import cases_of
from clnm_core.store import artifacts, ledger, selection, snapshots
from clnm_core.store.feature_inputs import feature_inputs, item_of
from clnm_core.store.ingest import entering, one_case, publishing
from clnm_core.store.ingest.given_case import LONGEST_REPORT, GivenCase, GivenPicture
from clnm_core.store.ingest.one_case import KeptCase, keep_case
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.kept_cases import Overridden, kept_note, saying_the_same, take_back
from clnm_core.store.mask_pairs import outlined
from clnm_core.store.outlines import correct_outlines, stored_mask
from clnm_core.store.pseudonyms import pseudonym
from clnm_core.store.schema import replace_predictions
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.case import picture_view
from clnm_core.systems.ct_cad.pictures import crop
from clnm_core.systems.splitting import divided
from tests.small_store import CLINIC, NECK, build_small_store
from tests.unit.imaging.dicom_files import PATIENT, dataset_of, file_of
from tests.unit.store.arrivals import stand_in
from tests.unit.store.dying import Killed, killed_at
from tests.us_file import calibrated_ultrasound, ultrasound_of

from .tables import table

VALUES = {"age_years": 61.0, "sex": "female", "multifocal": True, "margin": None}
NODULE = np.zeros((120, 160), dtype=bool)
NODULE[50:70, 60:90] = True
GLAND = np.zeros((120, 160), dtype=bool)
GLAND[20:110, 10:150] = True


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("keeping") / "store"
    build_small_store(root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    place = tmp_path / "store"
    shutil.copytree(made, place)
    return place


def given(name: str = "mine", **other: object) -> GivenCase:
    return GivenCase(name, **{"values": VALUES, **other})  # type: ignore[arg-type]


def keep(root: Path, case: GivenCase, cohort: str = NECK, *, names_nobody: bool = True) -> KeptCase:
    return keep_case(root, cohort, case, names_nobody=names_nobody, actor="anna")


def picture(seed: int = 3, **other: object) -> GivenPicture:
    said = {"masks": {"nodule": NODULE, "gland": GLAND}, "view": "transverse", **other}
    return GivenPicture(calibrated_ultrasound(seed), **said)  # type: ignore[arg-type]


def record(root: Path, kept: KeptCase):
    with Warehouse.open(root) as warehouse:
        return selection.case(warehouse, kept.cohort, kept.case_id)


def test_what_was_filled_in_stands_in_the_cohort_and_what_was_not_stays_unknown(root):
    kept = keep(root, given(report_text=" One *nodule*. "))
    found = record(root, kept)
    assert kept.version == current_version(root) == 2
    known = {name: value for name, value in found.values.items() if value is not None}
    assert known == {
        "case_id": kept.case_id,
        "patient_id": kept.case_id,
        "age_years": 61.0,
        "sex": "female",
        "multifocal": True,
        "report_text": "One *nodule*.",
    }
    assert found.images.empty
    assert found.predictions.empty
    assert verify(root, read_images=True) == []


def test_the_name_becomes_a_pseudonym_and_is_written_nowhere(root):
    kept = keep(root, given("Musterfrau 4711"))
    assert kept.case_id == pseudonym(root, NECK, "Musterfrau 4711")
    assert not any(b"Musterfrau" in path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_only_an_outcome_that_is_known_is_kept_and_only_that_one(root):
    unknown = keep(root, given())
    known = keep(root, given("other", outcome="lateral", happened=False))
    assert record(root, unknown).values["lateral"] is None
    values = record(root, known).values
    assert values["lateral"] is False
    assert values["central"] is None


def test_the_picture_is_kept_without_its_patient_and_with_the_outlines_as_drawn(root):
    kept = keep(root, given(pictures=[picture()]))
    found = record(root, kept)
    (image,) = found.images.to_dict("records")
    assert (image["view"], image["modality"]) == ("transverse", "US")
    assert (image["row_spacing_mm"], image["col_spacing_mm"]) == (0.25, 0.25)
    masks = dict(zip(found.masks["structure"], found.masks["digest"], strict=True))
    assert np.array_equal(stored_mask(root, masks["nodule"]), NODULE)
    assert np.array_equal(stored_mask(root, masks["gland"]), GLAND)
    assert not any(
        PATIENT.split("^")[0].encode() in path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    )
    assert verify(root, read_images=True) == []


def test_the_frame_that_was_judged_is_the_one_that_is_kept(root):
    rng = np.random.default_rng(5)
    film = rng.integers(0, 256, (3, 120, 160), dtype=np.uint8)
    case = given(pictures=[GivenPicture(ultrasound_of(film, (0.25, 0.25)), frame=2)])
    image = record(root, keep(root, case)).images.to_dict("records")[0]
    stored = artifacts.get(root, image["digest"])
    alone = given("alone", pictures=[GivenPicture(ultrasound_of(film, (0.25, 0.25)), frame=0)])
    first = record(root, keep(root, alone)).images.to_dict("records")[0]
    assert artifacts.get(root, first["digest"]) != stored
    assert image["frames"] == 3


@pytest.mark.parametrize("frames", [1, 3])
def test_a_ct_reaches_models_from_the_store_as_it_reached_them_on_upload(root, frames):
    units = np.random.default_rng(2).normal(40, 60, (frames, 64, 64)).round().astype(np.int16)
    units[:, :6], units[:, -6:] = -1000, 900
    dataset = dataset_of(units[..., None] if frames > 1 else units[0], modality="CT")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    if frames > 1:
        del dataset.PlanarConfiguration
    dataset.PixelSpacing = [0.5, 0.5]
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.WindowCenter, dataset.WindowWidth = 400, 1800
    data, node = file_of(dataset), np.zeros((64, 64), dtype=bool)
    node[20:40, 24:44] = True
    judged = read_untrusted(data, "ct.dcm", frame=frames - 1, window=SOFT_TISSUE)
    one = GivenPicture(data, frames - 1, {"node": node}, pixels=judged.pixels, view="axial")
    kept = keep(root, given(pictures=[one]))
    with Warehouse.open(root) as warehouse:
        found = feature_inputs(warehouse, NECK).inputs
    (source,) = [one.source for one in found if one.case_id == kept.case_id]
    uploaded = picture_view("p", judged, {"node": node}).read()
    both = (crop(item, field_mm=20.0, size=32) for item in (uploaded, item_of(root, source)))
    first, second = (item.astype(int) for item in both)
    assert np.abs(first - second).max() <= 1
    (image,) = record(root, kept).images.to_dict("records")
    assert np.array_equal(pixels_of(artifacts.get(root, image["digest"])), judged.pixels)
    assert verify(root, read_images=True) == []


def pixels_of(png: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(png)))


def test_what_was_said_of_a_picture_file_is_kept_where_the_file_does_not_say_it(root):
    from clnm_core.imaging.rendering import png_bytes

    data = png_bytes(np.random.default_rng(1).integers(0, 256, (40, 60), dtype=np.uint8))
    one = GivenPicture(
        data, spacing_mm=(0.2, 0.2), modality=Modality.ULTRASOUND, view="longitudinal"
    )
    (image,) = record(root, keep(root, given(pictures=[one]))).images.to_dict("records")
    assert (image["modality"], image["view"], image["row_spacing_mm"]) == (
        "US",
        "longitudinal",
        0.2,
    )


def test_a_proposal_stays_a_proposal_until_somebody_corrects_it(root):
    kept = keep(root, given(pictures=[picture(proposed={"gland": "a" * 64})]))
    image_id = f"{kept.case_id}-1"
    with Warehouse.open(root) as warehouse:
        row = outlined(warehouse, NECK).set_index("image_id").loc[image_id]
    assert (row["gland_proposed"], row["nodule_proposed"]) == (True, False)
    correct_outlines(root, NECK, image_id, {"gland": NODULE | GLAND})
    corrected = GLAND.copy()
    corrected[0] = True
    correct_outlines(root, NECK, image_id, {"gland": corrected})
    with Warehouse.open(root) as warehouse:
        row = outlined(warehouse, NECK).set_index("image_id").loc[image_id]
    assert not row["gland_proposed"]


def test_a_measure_that_was_overridden_keeps_its_note(root):
    said = {"capsule_distance_mm": Overridden(2.3, "calipers 🩺")}
    values = {**VALUES, "capsule_distance_mm": 1.2}
    kept = keep(root, given(values=values, overridden=said))
    with Warehouse.open(root) as warehouse:
        note = kept_note(warehouse, NECK, kept.case_id)
        assert kept_note(warehouse, NECK, "case-0001") is None
        assert kept_note(warehouse, CLINIC, kept.case_id) is None
    assert note is not None
    assert (note.who, note.overridden) == ("anna", said)


def test_the_audit_trail_says_who_kept_it_and_that_they_answered_for_it(root):
    kept = keep(root, given(pictures=[picture()]))
    entry = ledger.entries(root)[0]
    assert (entry.actor, entry.action) == ("anna", "keep case")
    assert entry.detail == {
        "cohort": NECK,
        "case": kept.case_id,
        "images": 1,
        "images_reviewed": True,
        "overridden": [],
        "version": 2,
    }


def test_nothing_is_kept_without_a_word_of_consent(root):
    with pytest.raises(InputError, match="Say first that you may keep it"):
        keep(root, given(), names_nobody=False)
    assert current_version(root) == 1


def test_a_kept_case_teaches_no_training_of_a_cohort_with_splits(root):
    before = cases_of(root, NECK)
    keep(root, given(outcome="lateral", happened=True))
    after = cases_of(root, NECK)
    taught = []
    for cases in (before, after):
        known = cases.frame["lateral"].notna().to_numpy()
        y_true = cases.frame["lateral"].eq(other=True).to_numpy(dtype=bool)
        made = divided(cases, y_true, known, is_cross_validated=False, seed=0)
        names = cases.frame["case_id"].to_numpy()
        taught.append(set(names[made.is_training | made.is_validation]))
    assert len(after) == len(before) + 1
    assert taught[0] == taught[1]


def test_a_cohort_without_splits_gets_none_by_a_kept_case(root):
    kept = keep(root, given(values={"age_years": 50.0}), CLINIC)
    with Warehouse.open(root) as warehouse:
        splits = selection.cases(warehouse, CohortQuery(CLINIC, ""), ["split"])["split"]
    assert splits.isna().all()
    assert record(root, kept).values["stage"] is None


def test_a_case_of_a_name_that_is_there_is_refused_also_where_a_patient_has_it(root):
    keep(root, given())
    with pytest.raises(CohortError, match="has a case or a patient of this name already"):
        keep(root, given(" mine "))
    listed = table("patient,case,age\nP17,P17-1,40\nP17,P17-2,40\n")
    publishing.import_table(root, listed, propose(listed, "listed").mapping)
    with pytest.raises(CohortError, match="give the case another name"):
        keep(root, given("P17", values={"age_years": 40.0}), "listed")
    assert current_version(root) == 3


def test_a_picture_that_the_cohort_has_makes_no_second_patient(root):
    first = keep(root, given(pictures=[picture()]))
    with pytest.raises(CohortError, match=f"has this picture already, in case {first.case_id}"):
        keep(root, given("another", pictures=[picture(masks={})]))
    assert current_version(root) == 2
    keep(root, given("another", pictures=[picture(4)]))


def test_a_later_import_under_the_same_number_is_refused(root):
    keep(root, given("P9", values={"age_years": 40.0}), CLINIC)
    listed = table("patient,age\nP9,40\n")
    with pytest.raises(publishing.ImportRefusedError, match="has a case of this name already"):
        publishing.import_table(root, listed, propose(listed, CLINIC).mapping, append=True)


def test_it_is_said_which_case_says_the_same(root):
    kept = keep(root, given())
    with Warehouse.open(root) as warehouse:
        assert saying_the_same(warehouse, NECK, VALUES) == kept.case_id
        assert saying_the_same(warehouse, NECK, {**VALUES, "margin": "smooth"}) == ""
        assert saying_the_same(warehouse, NECK, {"age_years": None}) == ""


@pytest.mark.parametrize(
    ("case", "error", "said"),
    [
        (given(" \t"), InputError, "has no name"),
        (given("x" * 81), InputError, "has 81 characters; 80 is the most"),
        (given(values={"age_years": 400.0}), FormError, "Age .years. must lie between 0 and 120"),
        (given(values={"age_years": float("inf")}), FormError, "must be a number"),
        (given(values={"sex": "<script>"}), FormError, "Sex must be one of"),
        (given(values={"shoe": 40}), FormError, "has no column 'shoe'"),
        (given(values={"sex": None}), InputError, "there is nothing to keep"),
        (given(report_text="x" * (LONGEST_REPORT + 1)), InputError, "report has 20,001 characters"),
        (given(pictures=[GivenPicture(b"")]), ImageError, "Picture 1: The file is empty"),
        (given(pictures=[picture(), GivenPicture(b"no picture")]), ImageError, "Picture 2: "),
        (given(pictures=[picture(frame=7)]), ImageError, "Picture 1: "),
        (given(pictures=[picture(masks={"gland": GLAND[1:]})]), ImageError, "does not fit it"),
        (given(pictures=[picture(masks={"gland": GLAND & ~GLAND})]), ImageError, "is empty"),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else None,
)
def test_whatever_cannot_be_kept_is_a_sentence_and_keeps_nothing(root, case, error, said):
    with pytest.raises(error, match=said):
        keep(root, case)
    assert current_version(root) == 1
    assert verify(root, read_images=True) == []


def test_values_that_are_known_only_afterwards_cannot_come_in_by_the_form(root):
    with pytest.raises(ValueError, match="known before surgery"):
        keep(root, given(values={"true_risk": 0.5}))
    with pytest.raises(ValueError, match="outcome must be one"):
        keep(root, given(outcome="age_years"))


def test_words_stay_words_whatever_they_hold(root):
    report = "Rob\"'); DROP TABLE cases;-- <b>κ</b> 🩻 \x00 end"
    kept = keep(root, given("🩺'; --", report_text=report))
    assert record(root, kept).values["report_text"] == report


def test_a_cohort_that_was_changed_meanwhile_gets_nothing(root, monkeypatch):
    real = one_case.read_pictures

    def slow(*values):
        listed = table("patient,age,grip\nQ1,40,3.5\n")
        publishing.import_table(root, listed, propose(listed, CLINIC).mapping, append=True)
        return real(*values)

    monkeypatch.setattr(one_case, "read_pictures", slow)
    with pytest.raises(StoreError, match="changed the cohort clinic meanwhile"):
        keep(root, given(values={"age_years": 40.0}), CLINIC)
    assert current_version(root) == 2


STEPS = [
    (one_case, "read_pictures"),
    (entering, "keep_pictures"),
    (artifacts, "put"),
    (entering, "insert"),
    (one_case, "note_proposals"),
    (one_case, "note_kept"),
    (snapshots, "_sign"),
    (snapshots, "_point"),
    (snapshots, "_record"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=lambda one: getattr(one, "__name__", one))
def test_who_dies_on_the_way_leaves_the_store_as_it_was_or_with_the_whole_case(
    root, monkeypatch, place, name, after
):
    stand_in(monkeypatch)
    mask = np.ones((12, 16), dtype=bool)
    one = GivenPicture(b"dicom 1", masks={"gland": mask}, proposed={"gland": "b" * 64})
    case = given(pictures=[one])
    with monkeypatch.context() as patch:
        killed_at(patch, place, name, after=after)
        with pytest.raises(Killed):
            keep(root, case)
    if current_version(root) == 1:
        with Warehouse.open(root) as warehouse:
            assert warehouse.cohort(NECK).cases == 240
        keep(root, case)
    publish(root, lambda con: None, action="note", detail={})
    with Warehouse.open(root) as warehouse:
        assert warehouse.cohort(NECK).cases == 241
        found = selection.case(warehouse, NECK, pseudonym(root, NECK, "mine"))
        assert kept_note(warehouse, NECK, pseudonym(root, NECK, "mine")) is not None
    assert len(found.images) == len(found.masks) == 1
    assert verify(root, read_images=True) == []


def test_a_case_that_is_taken_back_leaves_nothing_in_any_table(root):
    with Warehouse.open(root) as warehouse:
        before = counted(warehouse)
    kept = keep(root, given(pictures=[picture(proposed={"gland": "a" * 64})]))
    with Warehouse.open(root) as warehouse:
        assert counted(warehouse) != before
    assert take_back(root, NECK, kept.case_id, actor="bert") == 3
    with Warehouse.open(root) as warehouse:
        after = counted(warehouse)
        assert {name: n for name, n in after.items() if n} == before
    assert ledger.entries(root)[0].actor == "bert"
    assert verify(root, read_images=True) == []
    assert keep(root, given(pictures=[picture()])).case_id == kept.case_id


def counted(warehouse: Warehouse) -> dict[str, int]:
    names = warehouse.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY 1", [NECK]
    )["table_name"]
    return {
        name: len(warehouse.rows(f'SELECT 1 FROM "{NECK}"."{name}"'))  # noqa: S608
        for name in names
    }


def test_a_case_that_was_judged_since_or_never_kept_cannot_be_taken_back(root):
    kept = keep(root, given())
    with pytest.raises(StoreError, match="has no case 'case-0001' that was kept"):
        take_back(root, NECK, "case-0001")

    def judge(con):
        risks = pd.DataFrame([{"case_id": kept.case_id, "split": None, "risk": 0.5}])
        replace_predictions(con, NECK, "sharp", risks)

    publish(root, judge, action="note", detail={})
    with pytest.raises(StoreError, match="has been judged since it was kept"):
        take_back(root, NECK, kept.case_id)
    assert current_version(root) == 3
