"""What the page on what drives a model computes of a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery, OneOf
from clnm_core.explain.map_zones import GLAND_ZONES, NODE_ZONES
from clnm_core.store.saliency_tables import Asked, SaliencyTable, write_saliency
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import explanations_facts, explanations_map_facts
from clnm_core.ui.explanations_map_facts import Maps
from tests.small_store import NECK, build_small_store, train_clinical

QUERY = CohortQuery(NECK, "lateral")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("facts") / "store"
    build_small_store(root)
    train_clinical(root)
    return root


@pytest.fixture
def opened(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLNM_STORE", str(root))
    with Warehouse.open(root) as warehouse:
        digest = warehouse.model(NECK, "clinical").manifest["digest"]
        yield warehouse, digest


def test_importance_is_that_of_the_selected_cases(opened) -> None:
    warehouse, digest = opened
    everyone = explanations_facts.driven(warehouse, QUERY, "clinical", digest)
    women = QUERY.keeping(OneOf("sex", ("female",)))
    found = explanations_facts.driven(warehouse, women, "clinical", digest)
    assert everyone.cases == 225
    assert found.cases == len(evaluation(warehouse, women, "clinical"))
    said = explanations_facts.said_of_all(warehouse, QUERY, "clinical", digest)
    chosen = said.cases.frame["case_id"].isin(evaluation(warehouse, women, "clinical")["case_id"])
    names = [one.name for one in said.attributions.columns]
    expected = np.abs(said.attributions.effects[chosen.to_numpy()]).mean(axis=0)
    table = found.table.set_index("column")
    np.testing.assert_allclose(table.loc[names, "value"], expected)
    assert table.loc["capsule_distance_mm", "label"] == "Capsule distance"


def test_each_point_is_the_effect_of_its_own_case(opened) -> None:
    warehouse, digest = opened
    found, owners = explanations_facts.dependence_of(
        warehouse, QUERY, "clinical", digest, "capsule_distance_mm"
    )
    rows = evaluation(warehouse, QUERY, "clinical", ["capsule_distance_mm"]).set_index("case_id")
    for place in (0, 17, 200):
        row = rows.loc[owners["case_id"][place]]
        assert found.points["value"][place] == row["capsule_distance_mm"]
        assert owners["y_true"][place] == row["y_true"]
    # The model is a line of the distance, so its effect is one too.
    slope = np.diff(found.curve["effect"]) / np.diff(found.curve["value"])
    np.testing.assert_allclose(slope, slope[0], rtol=1e-6)
    top = explanations_facts.strongest(found, owners)
    assert len(top) == 8
    assert top["effect"].is_monotonic_decreasing
    assert top["effect"].iloc[0] == found.points["effect"].max()
    few = explanations_facts.strongest(replace(found, points=found.points.head(3)), owners.head(3))
    assert len(few) == 3


def test_every_recorded_column_is_dealt_out_anew(opened) -> None:
    warehouse, digest = opened
    loss = explanations_facts.shuffled(warehouse, QUERY, "clinical", digest)
    assert loss["value"].is_monotonic_decreasing
    assert loss.attrs["left_out"] == ()
    assert loss["column"].iloc[0] in {"capsule_distance_mm", "age_years"}
    assert (loss["n"] == 225).all()


def put(root: Path, digest: str, zones: tuple[str, ...], cases: pd.DataFrame) -> str:
    """A table of maps of these cases, two pictures each; the first of all shows nothing."""
    rng = np.random.default_rng(0)
    rows = []
    for row in cases.to_dict("records"):
        for picture in range(2):
            share = rng.dirichlet(np.ones(len(zones)))
            values = {}
            for place, zone in enumerate(zones):
                is_nothing = not rows
                values[f"share_{zone}"] = np.nan if is_nothing else share[place]
                values[f"area_{zone}"] = values[f"covered_{zone}"] = 1 / len(zones)
            if zones == GLAND_ZONES:
                values["near"] = values["share_capsule_inside"] + values["share_capsule_outside"]
                values["near_even"], values["near_covered"] = 0.4, 0.3
            rows.append(
                {
                    **{"case_id": row["case_id"], "patient_id": row["patient_id"]},
                    **{"image_id": f"{row['case_id']}-{picture}", "view": "", "kind": "hiding"},
                    **{"y_true": bool(row["y_true"]), "distance_mm": row["capsule_distance_mm"]},
                    **{"distance_from": "recorded", **values},
                }
            )
    facts = {
        **{"cases": "0" * 64, "store_version": 2, "zones": list(zones), "kind": "hiding"},
        **{"done": cases["case_id"].tolist(), "set_aside": {}, "most": 200, "created": zones[0]},
    }
    write_saliency(root, Asked(NECK, digest, "", 200), SaliencyTable(facts, pd.DataFrame(rows)))
    return zones[0]


def measured(opened, zones: tuple[str, ...], query: CohortQuery = QUERY) -> Maps:
    warehouse, digest = opened
    cases = evaluation(warehouse, QUERY, "clinical", ["capsule_distance_mm"])
    created = put(warehouse.root, digest, zones, cases)
    return explanations_map_facts.maps_of(warehouse, query, "clinical", digest, created)


def test_pictures_of_a_case_are_averaged_and_empty_maps_counted(opened) -> None:
    maps = measured(opened, GLAND_ZONES)
    assert (maps.cases, maps.pictures, maps.empty) == (225, 449, 1)
    assert maps.zones["value"].sum() == pytest.approx(1)
    near = maps.points[maps.points["distance_mm"] <= 2.5]
    assert maps.near_cases == len(near)
    assert maps.near.value == pytest.approx(near["near"].mean())
    assert maps.even == pytest.approx(0.4)
    assert maps.covered == pytest.approx(0.3)
    assert maps.has_gland
    assert abs(maps.rho.value) < 0.3


def test_filters_choose_whose_maps_are_seen(opened) -> None:
    warehouse, _ = opened
    women = QUERY.keeping(OneOf("sex", ("female",)))
    maps = measured(opened, GLAND_ZONES, women)
    assert maps.cases == len(evaluation(warehouse, women, "clinical"))


def test_without_a_gland_there_is_no_capsule(opened) -> None:
    maps = measured(opened, NODE_ZONES)
    assert not maps.has_gland
    assert maps.points.empty
    assert not maps.rho.is_estimable
    assert not maps.near.is_estimable
    assert maps.zones["zone"].tolist() == list(NODE_ZONES)


def test_all_pictures_set_aside_is_an_answer(opened) -> None:
    warehouse, digest = opened
    facts = {
        **{"cases": "0" * 64, "store_version": 2, "zones": list(GLAND_ZONES), "kind": ""},
        **{"done": [], "set_aside": {"It has no spacing.": 3}, "most": 500, "created": "now"},
    }
    asked = Asked(NECK, digest, "train", 500)
    write_saliency(warehouse.root, asked, SaliencyTable(facts, pd.DataFrame()))
    query = CohortQuery(NECK, "lateral", "train")
    maps = explanations_map_facts.maps_of(warehouse, query, "clinical", digest, "now")
    assert (maps.cases, maps.pictures, maps.empty) == (0, 0, 0)
    assert not maps.near.is_estimable


def test_what_was_not_measured_is_empty(opened) -> None:
    warehouse, _ = opened
    record = warehouse.model(NECK, "clinical")
    external = CohortQuery(NECK, "lateral", "external")
    assert not explanations_map_facts.standing_maps(warehouse, external, record).facts
