"""A card says what is known, says "not recorded" of the rest, and names what was not tested."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import EmptyCohortError, ModelError, UnknownModelError
from clnm_core.report.model_card import card_html, card_json
from clnm_core.report.model_card_facts import model_card
from clnm_core.report.model_card_limits import limits
from clnm_core.report.model_card_tables import (
    centres_table,
    files_table,
    groups_table,
    results_table,
    tried_table,
)
from clnm_core.report.model_card_training import making, training, weights
from clnm_core.report.model_card_words import about, card_answer, input_words, outcome, reads
from clnm_core.report.model_compare import compare_answer, compare_table, compare_versions
from clnm_core.report.model_list import list_answer, listed_models
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.store.model_versions import model_versions
from clnm_core.store.paired import judged_by_all
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.retiring import retire
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.selection import cases
from clnm_core.store.snapshots import publish
from clnm_core.store.verified_models import problems
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth.fresh import best_auc
from clnm_core.systems.catalogue import SYSTEMS
from tests.small_store import CLINIC, NECK, build_small_store, train_clinical

HOSTILE = '"><script>alert(1)</script>'
DIGEST = "ab" * 32


def trained_manifest() -> dict:
    """What a trained network's manifest says."""
    return {
        "digest": DIGEST,
        "cohort": NECK,
        "inputs": [BUILT_IN["age_years"].to_dict()],
        "pictures": {
            **{"views": ["transverse"], "modality": "US"},
            **{"structures": ["lesion"], "reads_report": False},
        },
        "config": {"epochs": 5, "networks": ["vgg16", "densenet121"], "inner": {"rate": 0.1}},
        "seed": 3,
        "threshold": 0.4,
        "threshold_from": "validation",
        "training_cases": 150,
        "training_patients": 148,
        "training_events": 70,
        "validation_cases": 0,
        "set_aside_reasons": [{"reason": "Its picture is all black.", "cases": 2}],
        "device": "cpu",
        "seconds": 12.0,
        "notes": [f"Calibrated on validation. {HOSTILE}"],
        "files": {"weights.safetensors": {"bytes": 1200, "sha256": "cd" * 32}},
        "libraries": {"torch": "2.15"},
        "candidates": [{"name": "vgg16", "facts": {"weights": "random: no pretrained weights"}}],
        "centres_left_out": [
            {"centre": "centre 1", "n": 80, "events": 30, "learned_from": 160}
            | {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}}
            | {"o_e_ratio": {"value": None, "method": "not estimable: no events"}}
        ],
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store with a trained baseline in two versions, and a network with one part."""
    root = tmp_path_factory.mktemp("cards") / "store"
    build_small_store(root)
    train_clinical(root, name="baseline")
    train_clinical(root, name="baseline", seed=1, predictors=["sex"])

    def build(con) -> None:
        part = {"part_of": "net", "label": HOSTILE, "candidate": "vgg16", "facts": {"depth": 16}}
        for name, manifest in (("net", trained_manifest()), ("net-vgg16", part)):
            put_model(
                con, ModelRecord(name, NECK, "lateral", "ct-cad", "1", "2026-01-01", manifest)
            )
            rows = con.table(f'"{NECK}".cases').df()[["case_id", "split", "lateral", "true_risk"]]
            happened = rows["lateral"].map({True: 0.2, False: 0.4}).fillna(0.3)
            upside_down = happened + 0.5 * rows["true_risk"]
            replace_predictions(con, NECK, name, rows.assign(risk=upside_down))
        put_model(con, ModelRecord("elsewhere", CLINIC, "any", "imported", "", "2026-01-02"))
        rows = con.table(f'"{CLINIC}".cases').df()[["case_id"]]
        replace_predictions(con, CLINIC, "elsewhere", rows.assign(split="train", risk=0.3))

    publish(root, build, action="train", detail={}, actor="ana")
    return root


@pytest.fixture
def store(root: Path):
    with Warehouse.open(root) as warehouse:
        yield warehouse


def test_a_trained_baseline_says_all_that_is_known_of_it(store: Warehouse) -> None:
    card = model_card(store, NECK, "baseline")
    said = dict(about(card)) | dict(training(card)) | dict(making(card)) | dict(outcome(card))
    assert said["Version"].endswith("number 2 of 2")
    assert said["Kind"] == "Logistic baseline, which reads recorded findings"
    assert said["Patients"] == "simulated"
    assert said["Pretrained weights"].startswith("None")
    assert said["Excluded before"].startswith("no ultrasound before surgery: 31 patients")
    assert said["Seed"] == "1"
    assert [one.name for one in card.inputs] == ["sex"]
    assert sum(card.inputs[0].shares.values()) == pytest.approx(1)
    older = model_card(store, NECK, "baseline", card.history[1].version)
    assert len(older.inputs) > 1
    assert dict(about(older))["State"] == "Earlier version"


def test_the_way_to_the_best_auc_is_that_of_the_true_risk_of_the_same_cases(
    store: Warehouse,
) -> None:
    card = model_card(store, NECK, "sharp")
    judged = card.judged
    assert judged is not None
    query = CohortQuery(NECK, "lateral", "external")
    truth = cases(store, query, ["true_risk", "lateral"]).dropna(subset="lateral")
    assert judged.best_auc == pytest.approx(best_auc(truth["true_risk"].to_numpy()))
    assert "of the way from 0.5 to the best possible" in card_answer(card)
    rows = {row[0]: row[1:] for row in results_table(card).rows}
    assert rows["Best possible AUC"] == (f"{judged.best_auc:.3f}", "–")


def test_an_imported_model_is_not_credited_with_what_nobody_recorded(store: Warehouse) -> None:
    card = model_card(store, CLINIC, "elsewhere")
    assert card.judged is None
    assert card_answer(card).startswith("Nothing can be said of how well elsewhere predicts")
    said = dict(training(card)) | dict(making(card)) | dict(outcome(card))
    for name in ("Learned from", "Pretrained weights", "Seed", "Threshold", "Calibration"):
        assert said[name] == "not recorded", name
    words = " ".join(limits(card))
    assert "a leak between training and these cases cannot be ruled out" in words
    assert "it was never tested" in words
    assert "simulated" not in words


def test_a_network_says_its_settings_weights_parts_and_left_out_centres(store: Warehouse) -> None:
    card = model_card(store, NECK, "net")
    said = dict(making(card))
    assert said["Setting: networks"] == "vgg16, densenet121"
    assert said["Setting: inner.rate"] == "0.1"
    assert weights(card) == "random: no pretrained weights"
    assert any("began without pretrained weights" in one for one in limits(card))
    assert any("training on a GPU was not tested" in one for one in limits(card))
    assert not any("each of them in turn" in one for one in limits(card))
    assert [row[0] for row in tried_table(card).rows] == ["net (the model)", HOSTILE]
    assert tried_table(card).rows[1][-1] == "depth 16"
    assert centres_table(card).rows == (
        ("centre 1", "80", "30", "0.700 (0.600–0.800)", "not estimable: no events", "not recorded"),
    )
    assert [row[0] for row in files_table(card).rows] == ["manifest.json", "weights.safetensors"]
    assert dict(about(card))["Published"] == "2026-01-01, by ana"
    assert dict(training(card))["Learned from"] == (
        "150 cases of 148 patients, 70 with the outcome (47 %)"
    )
    without = replace(card, manifest={"pictures": {"views": [], "reads_report": False}})
    assert weights(without).startswith("None: it reads no picture")
    part = model_card(store, NECK, "net-vgg16")
    assert part.part_of == "net"
    assert any("cannot judge a new case" in one for one in limits(part))


@pytest.mark.parametrize("system", [one.name for one in SYSTEMS])
def test_every_system_says_what_it_does_to_inputs_gaps_and_risks(
    store: Warehouse, system: str
) -> None:
    card = replace(model_card(store, NECK, "net"), system=system)
    said = dict(making(card)) | dict(outcome(card)) | dict(reads(card))
    for row in ("Preprocessing", "Missing values", "Calibration"):
        assert "not recorded" not in said[row], row
    elsewhere = replace(card, system="imported")
    assert dict(making(elsewhere))["Preprocessing"] == "not recorded"


def test_groups_are_those_of_the_most_telling_split_and_few_stay_few(store: Warehouse) -> None:
    card = model_card(store, NECK, "baseline")
    judged = card.judged
    assert judged is not None
    assert judged.split == "external"
    assert sum(one.n for one in card.groups if one.column == "sex") == judged.cases
    assert not any(one.column == "centre" for one in card.groups)
    small = [one for one in card.groups if not one.is_scored]
    rows = {(row[0], row[1]): row for row in groups_table(card).rows}
    for one in small:
        assert set(rows[card.group_labels[one.column], one.level][4:]) == {"too few"}
    assert any("Not looked at by centre" in one for one in limits(card))


def test_the_file_is_whole_escaped_and_asks_for_nothing(store: Warehouse) -> None:
    page = card_html(model_card(store, NECK, "net"))
    assert "<script" not in page
    assert html.escape(HOSTILE, quote=True) in page
    assert "not a medical device" in page.lower()
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert page.count("<section") == page.count("</section>")
    assert "Content-Security-Policy" in page


@pytest.mark.parametrize("name", ["sharp", "baseline", "net", "net-vgg16"])
def test_the_same_is_there_for_machines(store: Warehouse, name: str) -> None:
    card = model_card(store, NECK, name)
    found = json.loads(json.dumps(card_json(card), allow_nan=False))
    assert found["answer"] == card_answer(card)
    assert found["limits"] == list(limits(card))
    assert found["is_medical_device"] is False


def test_a_retired_version_says_so_first(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "store"
    build_small_store(own)
    retire(own, NECK, "blunt", why="It leaked.", actor="ben")
    with Warehouse.open(own) as warehouse:
        card = model_card(warehouse, NECK, "blunt")
        assert card_answer(card).startswith("It is retired: It leaked. On ")
        assert limits(card)[0].endswith("It leaked.")
        assert dict(about(card))["State"].endswith("by ben: It leaked.")
        one = next(one for one in listed_models(warehouse, NECK) if one.name == "blunt")
        assert (one.is_retired, one.state) == (True, "retired, 1 version")
        assert "1 of the models is retired" in list_answer(
            listed_models(warehouse, NECK), "Neck study"
        )


def test_parts_stand_under_their_model(store: Warehouse) -> None:
    found = {one.name: one for one in listed_models(store, NECK)}
    assert set(found) == {"baseline", "blunt", "sharp", "net"}
    assert found["net"].parts == ("net-vgg16",)
    assert len(found["baseline"].history) == 2
    assert found["sharp"].judged.endswith("external cases")
    clinic = listed_models(store, CLINIC)[0]
    assert (clinic.auc, clinic.judged) == (None, "")


def test_two_versions_are_compared_on_the_same_cases(store: Warehouse) -> None:
    new, old = model_card(store, NECK, "baseline").history
    found = compare_versions(store, NECK, ("baseline", old.version), ("baseline", new.version))
    assert (found.first, found.second) == ("baseline, version 1", "baseline, version 2")
    assert found.split == "external"
    assert compare_answer(found).startswith(
        "baseline, version 1 and baseline, version 2 do not differ clearly on the same"
    )
    assert [row[0] for row in compare_table(found).rows] == [
        *("AUC", "Brier score", "Calibration slope", "Calibration intercept")
    ]


def test_two_models_are_compared_as_the_compare_page_does(store: Warehouse) -> None:
    found = compare_versions(store, NECK, ("sharp", ""), ("blunt", ""))
    together = judged_by_all(store, CohortQuery(NECK, "lateral", "external"), ["sharp", "blunt"])
    expected = auc_difference(areas(together.predictions()), "sharp", "blunt")
    assert found.differences["auc"].estimate == expected.estimate
    assert found.differences["auc"].p == expected.p
    one, other = found.values["brier"]
    assert found.differences["brier"].estimate.value == pytest.approx(one - other)
    json.dumps(found.to_dict(), allow_nan=False)


def test_which_is_better_does_not_hang_on_which_was_named_first(store: Warehouse) -> None:
    one = compare_versions(store, NECK, ("sharp", ""), ("net", ""))
    other = compare_versions(store, NECK, ("net", ""), ("sharp", ""))
    assert compare_answer(one).startswith("sharp exceeds net by 0.")
    assert compare_answer(other) == compare_answer(one)


def test_what_cannot_be_compared_is_said(root: Path, store: Warehouse) -> None:
    with pytest.raises(ModelError, match="same version twice"):
        compare_versions(store, NECK, ("sharp", ""), ("sharp", ""))
    with pytest.raises(UnknownModelError, match="no model 'gone'"):
        compare_versions(store, NECK, ("sharp", ""), ("gone", ""))

    def build(con) -> None:
        put_model(con, ModelRecord("few", NECK, "lateral", "imported"))
        put_model(con, ModelRecord("central", NECK, "central", "imported"))
        frame = pd.DataFrame({"case_id": ["case-0001"], "split": "train", "risk": 0.5})
        replace_predictions(con, NECK, "few", frame)

    publish(root, build, action="predictions", detail={})
    with Warehouse.open(root) as warehouse:
        with pytest.raises(EmptyCohortError, match="no case in common"):
            compare_versions(warehouse, NECK, ("sharp", ""), ("few", ""))
        with pytest.raises(ModelError, match="different outcomes"):
            compare_versions(warehouse, NECK, ("sharp", ""), ("central", ""))


def test_the_files_of_an_earlier_version_are_verified_too(root: Path, store: Warehouse) -> None:
    _, old = model_versions(store, NECK, "baseline")
    weights_of_it = StorePaths(root).models / old.record.manifest["digest"] / "weights.safetensors"
    kept = weights_of_it.read_bytes()
    weights_of_it.write_bytes(kept[:-1] + b"x")
    try:
        (found,) = [one for one in problems(root) if "baseline" in one]
    finally:
        weights_of_it.write_bytes(kept)
    assert f"model baseline, version {old.version}: " in found


def test_no_number_of_training_is_written_without_one(store: Warehouse) -> None:
    card = model_card(store, NECK, "net")
    assert input_words(card.inputs[0]) != "not recorded"
    imported = model_card(store, NECK, "sharp")
    assert imported.inputs == ()
