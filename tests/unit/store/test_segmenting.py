"""Do outlines get into the store as proposals, once, and teach nothing?"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import JobError, ModelError, UnknownCohortError, UnknownModelError
from clnm_core.imaging.rendering import png_bytes
from clnm_core.imaging.segmentation.training import Settings
from clnm_core.store import artifacts, ledger, segmenting
from clnm_core.store.mask_pairs import drawn, outlined, pairs_of
from clnm_core.store.outline_scores import overlaps, scores
from clnm_core.store.outliners import outliner_of, trained_outliners
from clnm_core.store.schema import create_cohort, insert
from clnm_core.store.segmenting import outline_cohort, train_outliner
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.warehouse import Warehouse

QUICK = Settings(side=32, widths=(4, 4, 4, 4, 4, 4), epochs=1, batch=4)
SHAPE = (48, 60)


def disc(middle, radius):
    rows, columns = np.indices(SHAPE)
    return np.hypot(rows - middle[0], columns - middle[1]) < radius


def pictures(number):
    random = np.random.default_rng(number)
    masks = {"gland": disc((24, 30), 18), "nodule": disc((24, random.uniform(22, 38)), 6)}
    grey = 60 + 100 * masks["gland"] - 80 * masks["nodule"] + random.normal(0, 10, SHAPE)
    return np.clip(grey, 0, 255).astype(np.uint8), masks


@pytest.fixture
def study(tmp_path):
    """Ten patients: six train, two validate, two external; the last four pictures lack masks."""
    root = tmp_path / "store"
    names = [f"p{number}" for number in range(14)]
    splits = ["train"] * 6 + ["validation"] * 2 + ["external"] * 2 + ["train"] * 4
    images, masks = [], []
    for number, name in enumerate(names):
        grey, structures = pictures(number)
        image_id = f"{name}-transverse"
        images.append(
            {
                "image_id": image_id,
                "case_id": name,
                "view": "transverse",
                "digest": artifacts.put(root, "image", png_bytes(grey)),
                "modality": "CT" if number == 13 else "US",
                "rows": SHAPE[0],
                "cols": SHAPE[1],
                "row_spacing_mm": None if number == 12 else 0.1,
                "col_spacing_mm": 0.1,
                "source": "Simulated",
            }
        )
        kept = structures if number < 10 else {"gland": structures["gland"]} if number == 10 else {}
        for structure, mask in kept.items():
            digest = artifacts.put(root, "mask", png_bytes(mask))
            masks.append({"image_id": image_id, "structure": structure, "digest": digest})

    def build(con):
        registry = BUILT_IN.only(["case_id", "patient_id", "split"])
        create_cohort(con, "study", registry, is_synthetic=True)
        cases = pd.DataFrame({"case_id": names, "patient_id": names, "split": splits})
        insert(con, "study", "cases", cases)
        insert(con, "study", "images", pd.DataFrame(images))
        insert(con, "study", "masks", pd.DataFrame(masks))
        create_cohort(con, "bare", registry)

    publish(root, build, action="import", detail={"cohort": "study"})
    return root


@pytest.fixture
def found(monkeypatch):
    """What the outliner answers: by default a gland and a nodule, always the same."""
    answer = {"gland": disc((24, 30), 15), "nodule": disc((24, 30), 5)}

    def propose(image, outliner):
        return segmenting_proposal(dict(answer), ("The outliner is unsure.",))

    from clnm_core.imaging.segmentation.proposal import Proposal as segmenting_proposal

    monkeypatch.setattr(segmenting, "propose", propose)
    return answer


def frame_of(root):
    with Warehouse.open(root) as warehouse:
        return outlined(warehouse, "study").set_index("image_id", drop=False)


def test_only_pictures_that_lack_an_outline_get_one_and_it_is_noted_as_a_proposal(study, found):
    before = frame_of(study)
    result = outline_cohort(study, "study")
    after = frame_of(study)
    assert result["pictures"] == 3
    assert result["masks"] == {"gland": 2, "nodule": 3}
    assert result["version"] == current_version(study) == 2
    assert result["notes"]["The outliner is unsure."] == 3
    drawn_before = before[["gland", "nodule"]].notna()
    assert (after["gland"][drawn_before["gland"]] == before["gland"][drawn_before["gland"]]).all()
    assert after["nodule_proposed"].sum() == 3
    assert after["gland_proposed"].sum() == 2
    assert not after.loc["p10-transverse", "gland_proposed"]
    kept = artifacts.get(study, after.loc["p11-transverse", "nodule"])
    assert kept == png_bytes(found["nodule"])


def test_the_audit_trail_says_that_no_person_drew_them(study, found):
    result = outline_cohort(study, "study", actor="somebody")
    entry = ledger.entries(study)[0]
    assert (entry.actor, entry.action) == ("somebody", "propose outlines")
    assert entry.detail["source"] == "proposed by a network, not drawn by a person"
    assert entry.detail["outliner"] == result["digest"]
    assert "p11" not in json.dumps(entry.detail)


def test_ct_is_left_alone(study, found):
    result = outline_cohort(study, "study")
    assert any(note.startswith("CT, or a picture of a lymph node") for note in result["notes"])
    assert frame_of(study).loc["p13-transverse", ["gland", "nodule"]].isna().all()


def test_a_second_run_finds_nothing_to_do(study, found):
    outline_cohort(study, "study")
    again = outline_cohort(study, "study")
    assert (again["pictures"], again["version"]) == (0, None)
    assert current_version(study) == 2


def test_where_nothing_is_found_nothing_is_published(study, found):
    found["gland"], found["nodule"] = np.zeros(SHAPE, dtype=bool), np.zeros(SHAPE, dtype=bool)
    assert outline_cohort(study, "study")["version"] is None
    assert current_version(study) == 1


def test_a_cancelled_run_publishes_nothing(study, found):
    asked = []
    with pytest.raises(JobError, match="no outline was published"):
        outline_cohort(study, "study", is_cancelled=lambda: asked.append(1) or len(asked) > 2)
    assert current_version(study) == 1


def test_an_outline_that_somebody_drew_meanwhile_is_kept(study, found, monkeypatch):
    own = artifacts.put(study, "mask", png_bytes(disc((20, 20), 9)))

    def meanwhile(share, step):
        if share == 1:
            row = {"image_id": ["p11-transverse"], "structure": ["nodule"], "digest": [own]}
            publish(
                study,
                lambda con: insert(con, "study", "masks", pd.DataFrame(row)),
                action="outline",
                detail={},
            )

    outline_cohort(study, "study", progress=meanwhile)
    row = frame_of(study).loc["p11-transverse"]
    assert row["nodule"] == own
    assert not row["nodule_proposed"]
    assert row["gland_proposed"]


def test_a_proposal_teaches_nothing_until_a_person_corrects_it(study, found):
    outline_cohort(study, "study")
    frame = frame_of(study)
    assert drawn(frame)["nodule"].notna().sum() == 10
    assert len(pairs_of(study, frame, side=32).pictures) == 11
    corrected = artifacts.put(study, "mask", png_bytes(disc((24, 31), 6)))

    def build(con):
        con.execute(
            "UPDATE study.masks SET digest = ? WHERE image_id = 'p11-transverse' "
            "AND structure = 'nodule'",
            [corrected],
        )

    publish(study, build, action="outline", detail={})
    assert drawn(frame_of(study))["nodule"].notna().sum() == 11


def test_a_trained_outliner_is_kept_scored_per_part_and_found_by_its_name(study):
    steps = []
    result = train_outliner(
        study, "study", name="ours", settings=QUICK, progress=lambda *step: steps.append(step)
    )
    assert set(result["scores"]) == {"train", "validation", "external"}
    external = result["scores"]["external"]["nodule"]
    assert (external["patients"], external["images"]) == (2, 2)
    assert (
        0 <= external["miou"]["low"] <= external["miou"]["value"] <= external["miou"]["high"] <= 1
    )
    assert result["pictures"] == {"train": 7, "validation": 2, "test": 0, "external": 2}
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1

    outliner = outliner_of(study, "ours")
    assert outliner.digest == result["digest"]
    assert outliner.is_synthetic
    assert outliner.manifest["store_version"] == 1
    assert outliner.manifest["scores"] == result["scores"]
    assert ledger.entries(study)[0].action == "train outliner"
    assert outline_cohort(study, "study", model="ours")["digest"] == result["digest"]


def test_of_two_trainings_under_one_name_the_later_one_is_meant(study):
    first = train_outliner(study, "study", name="ours", settings=QUICK)
    later = train_outliner(study, "study", name="ours", settings=replace(QUICK, seed=3))
    manifests = trained_outliners(study)
    assert {each["digest"] for each in manifests} == {first["digest"], later["digest"]}
    assert outliner_of(study, "ours").digest == manifests[-1]["digest"]


def test_training_goes_on_from_an_outliner_and_says_from_which(study):
    first = train_outliner(study, "study", name="ours", settings=QUICK)
    idle = replace(QUICK, rate=0.0)
    further = train_outliner(study, "study", name="further", settings=idle, start="ours")
    kept, origin = outliner_of(study, "further"), outliner_of(study, "ours")
    assert kept.manifest["start"] == first["digest"]
    assert (kept.side, kept.widths) == (origin.side, origin.widths)
    assert further["scores"] == first["scores"]
    for name, values in kept.weights.items():
        assert np.array_equal(values, origin.weights[name])


def test_what_a_killed_training_left_is_no_outliner(study):
    place = study / "models" / "outliners" / ("0" * 64)
    place.mkdir(parents=True)
    assert trained_outliners(study) == []
    (place / "manifest.json").write_text('{"name": "ours"', encoding="utf-8")
    assert trained_outliners(study) == []
    with pytest.raises(UnknownModelError, match="shipped"):
        outliner_of(study, "ours")


def test_scores_count_patients_and_agree_with_a_hand_count():
    table = pd.DataFrame(
        {
            "part": "external",
            "patient_id": ["a", "a", "b", "c"],
            "view": "transverse",
            "structure": "gland",
            "iou": [0.4, 0.6, 0.8, 0.9],
            "dice": [0.5, 0.7, 0.9, 0.95],
        }
    )
    found = scores(table, bootstrap=500)["external"]["gland"]
    assert found["miou"]["value"] == pytest.approx((0.5 + 0.8 + 0.9) / 3)
    assert (found["patients"], found["images"]) == (3, 4)
    assert 0.5 <= found["miou"]["low"] < found["miou"]["value"] < found["miou"]["high"] <= 0.9
    one = scores(table[table["patient_id"] == "b"])["external"]["gland"]
    assert one["miou"]["value"] is None
    assert "fewer than two patients" in one["miou"]["method"]


def test_a_perfect_outliner_scores_one(study, monkeypatch):
    from clnm_core.imaging.segmentation.proposal import Proposal
    from clnm_core.store import outline_scores

    def exact(image, outliner):
        number = next(n for n in range(14) if np.array_equal(pictures(n)[0], image.pixels))
        return Proposal(pictures(number)[1], ())

    monkeypatch.setattr(outline_scores, "propose", exact)
    table = overlaps(study, frame_of(study), outliner_of(study, None))
    assert len(table) == 21
    assert (table["iou"] == 1).all()


def test_a_cohort_without_pictures_or_outlines_or_name_is_said(study):
    with pytest.raises(UnknownCohortError, match="Choose one"):
        outline_cohort(study, "other")
    for act in (
        lambda: outline_cohort(study, "bare"),
        lambda: train_outliner(study, "bare", name="x"),
    ):
        with pytest.raises(ModelError, match="has no pictures"):
            act()
    publish(study, lambda con: con.execute("DELETE FROM study.masks"), action="test", detail={})
    with pytest.raises(ModelError, match="No picture of this cohort has an outline"):
        train_outliner(study, "study", name="x", settings=QUICK)


@pytest.mark.parametrize("name", ["", "../x", "a b", "shipped", "x" * 61, "é"])
def test_a_name_that_cannot_be_used_is_refused(study, name):
    with pytest.raises(ModelError, match=r"name must be|comes with the program"):
        train_outliner(study, "study", name=name, settings=QUICK)


def test_a_mask_of_another_size_is_said(study):
    odd = artifacts.put(study, "mask", png_bytes(np.ones((5, 5), dtype=bool)))
    publish(
        study,
        lambda con: con.execute("UPDATE study.masks SET digest = ?", [odd]),
        action="test",
        detail={},
    )
    with pytest.raises(ModelError, match="does not have the size of its picture"):
        train_outliner(study, "study", name="x", settings=QUICK)
