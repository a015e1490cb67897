"""Is a map about the network that it explains, and do its places matter to the answer?

Two checks that a picture which merely looks right does not pass: a network with other weights must
give another map (Adebayo 2018, arXiv:1810.03292), and taking away what the map calls important must
lower the answer more than taking away as much elsewhere (Samek 2017, doi:10.1109/TNNLS.2016.2599820).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr

from clnm_core.features import choice
from clnm_core.features.choice import Recipe, made, recipe_of
from clnm_core.features.items import Item
from clnm_core.systems.activation import activation_of, in_words
from clnm_core.systems.cases import View, remembering
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.llnm_net.encoding import as_tensors
from clnm_core.systems.llnm_net.hiding import lost_log_odds
from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.llnm_net.task import judged_by
from clnm_core.systems.run import Run
from clnm_core.systems.score_model.scores import fit_score
from tests.unit.systems.ct_node_cases import SMALL, ct_cases
from tests.unit.systems.llnm_net_cases import TINY, some_cases

CPU = torch.device("cpu")
SHARE = 0.15
"""Of what the network sees that is taken away."""


def backbone(seed: int) -> Recipe:
    return recipe_of("deep", backbone="test_resnet", settings={"pretrained": False, "seed": seed})


def spotted(is_positive: bool, random: np.random.Generator) -> Item:
    """A lesion with a bright spot somewhere in it, if the case is positive."""
    grey = random.normal(90, 10, (64, 64))
    lesion = np.zeros((64, 64), dtype=bool)
    lesion[12:52, 12:52] = True
    if is_positive:
        row, column = random.integers(14, 40, 2)
        grey[row : row + 10, column : column + 10] += 110
    return Item(np.clip(grey, 0, 255).astype(np.float32), lesion, None, (0.2, 0.2))


def view(name: str, item: Item) -> View:
    return remembering(View(name, "", "US", True, False, lambda: item))


def features(recipe: Recipe, items: list[Item]) -> pd.DataFrame:
    found = made(recipe).extract(items)
    return pd.DataFrame(found.values, columns=list(found.names))


@pytest.fixture(scope="module")
def scored():
    """A deep score that knows spots, and positive cases that it has not seen."""
    random = np.random.default_rng(0)
    truth = np.arange(80) % 2 == 0
    table = features(backbone(0), [spotted(bool(one), random) for one in truth])
    score = fit_score(table, truth, np.arange(80), most_r=0.95, ridge_c=0.05)
    return score, [spotted(True, random) for _ in range(12)]


def mapped(score, item: Item, *, seed: int = 0):
    recipe = backbone(seed)
    asked = view("a", item)
    return activation_of([asked], recipe, score, lambda: features(backbone(0), [item]), slope=1.0)


def test_cells_of_a_score_add_up_to_what_deep_features_add(scored) -> None:
    score, (one, two, *_) = scored
    table = features(backbone(0), [one, two]).mean().to_frame().T
    views = [view("a", one), view("b", two)]
    found = activation_of(views, backbone(0), score, lambda: table, slope=0.7)
    assert sum(cells.sum() for cells in found.cells) == pytest.approx(found.deep, abs=1e-4)
    assert found.deep == pytest.approx(0.7 * (score.score(table)[0] - score.intercept), abs=1e-9)
    assert found.others == 0
    assert [one.kind for one in found.maps] == ["activation"] * 2
    assert found.maps[0].most == pytest.approx(found.cells[0].max())
    assert found.maps[0].values[:2].max() == 0  # the network did not see the border
    assert "deep features add" in in_words(found, "deep score")


def test_features_that_have_no_place_are_counted_beside_the_map(scored) -> None:
    score, (item, *_) = scored
    mixed = replace(score, names=("original_glcm_x", *score.names[1:]))
    table = features(backbone(0), [item]).assign(original_glcm_x=score.centre[0] + score.spread[0])
    found = activation_of([view("a", item)], backbone(0), mixed, lambda: table, slope=2.0)
    assert found.others == pytest.approx(2.0 * score.weights[0])
    assert found.cells[0].sum() == pytest.approx(found.deep, abs=1e-4)
    assert "Radiomics add" in in_words(found, "DLR score")
    alone = activation_of([view("a", item)], None, mixed, lambda: table, slope=2.0)
    assert alone.maps == ()
    assert "no place" in in_words(alone, "DLR score")


def test_a_look_is_taken_once_and_serves_the_features_too(scored, monkeypatch) -> None:
    score, (item, *_) = scored
    extractor, calls = made(backbone(0)), []
    looks = type(extractor).looks
    monkeypatch.setattr(
        type(extractor), "looks", lambda self, items: calls.append(len(items)) or looks(self, items)
    )
    asked = view("a", item)
    for _ in range(2):
        activation_of([asked], backbone(0), score, lambda: features(backbone(0), [item]), slope=1.0)
    assert calls == [1, 0]
    np.testing.assert_array_equal(asked.memory[backbone(0)], extractor.extract([item]).values[0])


def test_the_map_of_a_score_lies_where_the_score_does(scored) -> None:
    """What the map calls important is painted over with the median of the lesion.

    Against as many pixels drawn by lot, and against the map turned by 180 degrees, which leaves
    a hole of the same shape. By the map some 7 log-odds are lost, by the others less than 1.
    """
    score, items = scored
    random, lost = np.random.default_rng(1), {"map": [], "turned": [], "lot": []}
    for item in items:
        whole = score.score(features(backbone(0), [item]))[0]
        drawn = mapped(score, item).maps[0].values
        count = int(SHARE * item.lesion.sum())
        pixels = {
            "map": np.argsort(-np.where(item.lesion, drawn, -1).ravel(), kind="stable")[:count],
            "turned": np.argsort(
                -np.where(item.lesion, np.rot90(drawn, 2), -1).ravel(), kind="stable"
            )[:count],
            "lot": random.choice(np.flatnonzero(item.lesion), count, replace=False),
        }
        for way, some in pixels.items():
            grey = item.grey.copy()
            grey.ravel()[some] = np.median(item.grey[item.lesion])
            left = score.score(features(backbone(0), [replace(item, grey=grey)]))[0]
            lost[way].append(whole - left)
    assert np.mean(lost["map"]) > max(np.mean(lost["turned"]), np.mean(lost["lot"])) + 3


def test_the_map_of_a_score_is_about_the_weights_of_its_network(scored) -> None:
    score, items = scored
    found = [
        spearmanr(mapped(score, one).cells[0].ravel(), mapped(score, one, seed=1).cells[0].ravel())[
            0
        ]
        for one in items
    ]
    assert abs(np.mean(found)) < 0.4
    choice.made.cache_clear()


@pytest.fixture(scope="module")
def llnm():
    cases = some_cases(40)
    config = {**TINY, "epochs": 12, "learning_rate": 5e-3, "dropout": 0.0, "linear_skip": False}
    return LLNM_NET.fit(
        cases, some_cases(20, seed=1), outcome="lateral", config=config, seed=0, run=Run()
    ).model


def hidden_patches(model, case):
    """Losses of all patches in one row, and what the log-odds lose with some of them at once."""
    arrays = model.encoder.encoded(model.prepared(case))
    lost = lost_log_odds(model, as_tensors(arrays, np.zeros(1, dtype=np.int64)))
    places = [
        (group, view, token)
        for group, losses in lost.items()
        for view in (0, 1)
        for token in range(losses.shape[1])
        if arrays[f"says.{group}"][0, view, token]
    ]
    losses = np.array([lost[group][view, token] for group, view, token in places])
    whole = judged_by(model.networks[0], arrays, CPU)[0][0]

    def without(some) -> float:
        left = {name: one.copy() for name, one in arrays.items()}
        for group, view, token in (places[one] for one in some):
            left[f"says.{group}"][0, view, token] = False
        return float(whole - judged_by(model.networks[0], left, CPU)[0][0])

    return losses, without


def test_hiding_the_patches_that_the_map_calls_important_lowers_the_log_odds_most(llnm) -> None:
    cases, random, top, chance = some_cases(10, seed=5), np.random.default_rng(0), [], []
    for row in range(10):
        losses, without = hidden_patches(llnm, cases.only([row]))
        count = max(int(SHARE * len(losses)), 1)
        top.append(without(np.argsort(-losses, kind="stable")[:count]))
        draws = [random.choice(len(losses), count, replace=False) for _ in range(5)]
        chance.append(np.mean([without(one) for one in draws]))
    assert np.mean(top) > 2 * abs(np.mean(chance))
    assert np.mean(np.array(top) > chance) >= 0.9


def test_what_hiding_shows_is_about_the_weights_of_the_network(llnm) -> None:
    state = llnm.networks[0].state_dict()
    random = torch.Generator().manual_seed(0)
    other = LLNM_NET.restore(llnm.state())
    shuffled = {
        name: one.flatten()[torch.randperm(one.numel(), generator=random)].reshape(one.shape)
        for name, one in state.items()
    }
    other.networks[0].load_state_dict(shuffled)
    cases, found = some_cases(8, seed=5), []
    for row in range(8):
        case = cases.only([row])
        found.append(spearmanr(hidden_patches(llnm, case)[0], hidden_patches(other, case)[0])[0])
    assert abs(np.mean(found)) < 0.5


@pytest.fixture(scope="module")
def node_model():
    system = system_of("ct-cad")
    return system.fit(
        ct_cases(40),
        ct_cases(16, seed=1, first=100),
        outcome="metastatic",
        config={**system.defaults, **SMALL, "epochs": 2},
        seed=0,
        run=Run(),
    ).model


def test_covering_what_the_map_of_a_node_calls_important_lowers_its_log_odds_most(
    node_model,
) -> None:
    cases, random = ct_cases(16, seed=2, first=200), np.random.default_rng(0)
    top, chance = [], []

    def answer(case, item) -> float:
        (name,) = case.views
        views = {name: tuple(replace(one, read=lambda: item) for one in case.views[name])}
        risk = node_model.risk(replace(case, views=views))[0]
        return float(np.log(risk / (1 - risk)))

    for row in np.flatnonzero(cases.outcome("metastatic"))[:8]:
        one = cases.only([row])
        name = str(one.frame["case_id"].iloc[0])
        case = replace(one, views={name: one.views_of(name)})
        item = case.views[name][0].read()
        drawn = node_model.explain(case).maps[0].values
        field = drawn.shape[0] // 8, drawn.shape[0] * 7 // 8
        inside = np.zeros(drawn.shape, dtype=bool)
        inside[field[0] : field[1], field[0] : field[1]] = True
        count = int(SHARE * inside.sum())
        best = np.argsort(-np.where(inside, drawn, -1).ravel(), kind="stable")[:count]
        any_ = random.choice(np.flatnonzero(inside), count, replace=False)
        for losses, pixels in ((top, best), (chance, any_)):
            grey = item.grey.copy()
            grey.ravel()[pixels] = item.grey[inside].mean()
            losses.append(answer(case, item) - answer(case, replace(item, grey=grey)))
    assert np.mean(top) > np.mean(chance) + 0.1


def test_the_map_of_a_node_is_about_the_weights_of_the_network(node_model) -> None:
    other = system_of("ct-cad").restore(node_model.state())
    random = torch.Generator().manual_seed(0)
    shuffled = {
        name: one.flatten()[torch.randperm(one.numel(), generator=random)].reshape(one.shape)
        for name, one in node_model.network.state_dict().items()
    }
    other.network.load_state_dict(shuffled)
    cases, found = ct_cases(6, seed=2, first=200), []
    for row in range(6):
        case = cases.only([row])
        pair = [one.explain(case).maps[0].values.ravel() for one in (node_model, other)]
        if min(np.ptp(one) for one in pair) > 0:
            found.append(spearmanr(*pair)[0])
    assert abs(np.sum(found)) < 0.5 * 6  # a map of nothing is another map, too
