"""Does the outliner learn, twice the same, from training patients alone; and is it kept safely?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load as load_tensors

from clnm_core.errors import ModelError
from clnm_core.imaging.segmentation import files
from clnm_core.imaging.segmentation.augmentation import varied
from clnm_core.imaging.segmentation.network import probabilities
from clnm_core.imaging.segmentation.outliner import Outliner
from clnm_core.imaging.segmentation.training import Pairs, Settings, learn

SIDE = 32
QUICK = Settings(widths=(4, 4, 8, 8, 8, 4), epochs=3, batch=4, rate=1e-2)


def some_pairs(n=24, seed=0):
    """Bright discs (gland) with a dark one inside (nodule)."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices((SIDE, SIDE))
    pictures = np.zeros((n, SIDE, SIDE), dtype=np.float16)
    masks = np.zeros((n, 2, SIDE, SIDE), dtype=bool)
    for number in range(n):
        middle = random.uniform(12, 20, 2)
        masks[number, 0] = np.hypot(rows - middle[0], columns - middle[1]) < 10
        masks[number, 1] = np.hypot(rows - middle[0] + 3, columns - middle[1]) < 5
        noise = 0.2 * random.standard_normal((SIDE, SIDE))
        pictures[number] = masks[number, 0] - 2.0 * masks[number, 1] + noise
    parts = np.array(["train", "train", "validation"] * (n // 3))
    return Pairs(
        pictures, masks, np.ones((n, 2), dtype=bool), np.array([f"p{i}" for i in range(n)]), parts
    )


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def learned():
    steps = []
    found = learn(
        some_pairs(), replace(QUICK, epochs=12), progress=lambda *step: steps.append(step)
    )
    return found, steps


def test_discs_are_learned_and_progress_is_said(learned):
    found, steps = learned
    assert max(found.history) > 0.7
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.1
    assert shares[-1] <= 1
    assert "on the validation patients" in steps[-1][1]


def test_the_same_pairs_and_seed_give_the_same_outliner():
    one, two = (learn(some_pairs(), QUICK) for _ in range(2))
    other = learn(some_pairs(), replace(QUICK, seed=1))
    assert one.history == two.history
    for name, values in one.outliner.weights.items():
        assert np.array_equal(values, two.outliner.weights[name])
    assert one.history != other.history


def test_only_training_patients_teach():
    """What lies in test and external pictures, even nonsense, changes nothing."""
    pairs = some_pairs()
    hidden = np.where(np.arange(24) % 6 == 0, "external", pairs.parts)
    clean = replace(pairs, parts=hidden)
    spoiled = replace(clean, pictures=pairs.pictures.copy(), masks=pairs.masks.copy())
    spoiled.pictures[hidden == "external"] = 9
    spoiled.masks[hidden == "external"] = True
    quick = replace(QUICK, epochs=1)
    one, two = learn(clean, quick), learn(spoiled, quick)
    assert one.history == two.history


def test_a_structure_that_nobody_outlined_does_not_count_as_absent():
    pairs = some_pairs()
    undrawn = replace(pairs, is_drawn=pairs.is_drawn & [True, False])
    blank = replace(undrawn, masks=pairs.masks & np.array([True, False])[None, :, None, None])
    quick = replace(QUICK, epochs=1)
    one, two = learn(undrawn, quick), learn(blank, quick)
    assert one.history == two.history
    assert np.array_equal(
        one.outliner.weights["final_conv_0_4.weight"], two.outliner.weights["final_conv_0_4.weight"]
    )


def test_learning_ends_when_it_no_longer_gets_better():
    stuck = learn(some_pairs(), replace(QUICK, epochs=30, rate=0.0, patience=2))
    assert len(stuck.history) == 3


def test_a_cancelled_training_gives_the_best_so_far_or_says_that_there_is_none():
    asked = []

    def after(count):
        def is_cancelled():
            asked.append(1)
            return len(asked) > count

        return is_cancelled

    found = learn(some_pairs(), QUICK, is_cancelled=after(6))
    assert len(found.history) == 1
    with pytest.raises(ModelError, match="cancelled before its first pass"):
        learn(some_pairs(), QUICK, is_cancelled=lambda: True)


@pytest.mark.parametrize("part", ["train", "validation"])
def test_without_outlines_of_a_part_nothing_is_learned(part):
    pairs = some_pairs()
    none = replace(pairs, is_drawn=pairs.is_drawn & (pairs.parts != part)[:, None])
    with pytest.raises(ModelError, match=f"No picture of the {part} patients"):
        learn(none, QUICK)


def test_an_outline_does_not_depend_on_the_pictures_beside_it(learned):
    found, _ = learned
    pictures = some_pairs(6).pictures.astype(np.float32)
    together = probabilities(found.outliner, pictures)
    alone = np.concatenate([probabilities(found.outliner, picture[None]) for picture in pictures])
    assert np.array_equal(together, alone)
    assert probabilities(found.outliner, pictures[:0]).shape == (0, 2, SIDE, SIDE)


def test_masks_move_with_their_picture_and_are_never_turned_upside_down():
    side = 64
    picture = torch.zeros(200, 1, side, side)
    picture[:, :, 8:20, 20:44] = 4.0
    masks = (picture > 0).float().repeat(1, 2, 1, 1)
    moved, placed = varied(picture, masks, np.random.default_rng(0))
    assert set(placed.unique().tolist()) == {0.0, 1.0}
    agree = ((moved[:, 0] > 2) == (placed[:, 0] > 0)).float().mean()
    assert agree > 0.97
    rows = placed[:, 0].sum(dim=2).argmax(dim=1).float()
    assert (rows < side / 2).all()
    middles = (placed[:, 0].sum(dim=1) * torch.arange(side)).sum(1) / placed[:, 0].sum((1, 2))
    assert middles.std() > 1


def test_a_kept_outliner_comes_back_as_it_was_and_says_what_it_is(learned, tmp_path):
    found, _ = learned
    kept = files.save(found.outliner, tmp_path, {"is_synthetic": True, "cohort": "study"})
    again = files.load(tmp_path, kept.digest)
    assert again.digest == kept.digest
    assert again.is_synthetic
    assert (again.side, again.widths) == (SIDE, QUICK.widths)
    expected = files.rounded(found.outliner).weights
    for name, values in again.weights.items():
        assert np.array_equal(values, expected[name])
    pictures = some_pairs(3).pictures.astype(np.float32)
    near = np.abs(probabilities(again, pictures) - probabilities(found.outliner, pictures))
    assert near.max() < 0.05
    same = files.save(found.outliner, tmp_path, {"is_synthetic": True, "cohort": "study"})
    assert same.digest == kept.digest


@pytest.mark.parametrize(
    ("file", "why"),
    [("outliner.safetensors", "arrays were changed"), ("manifest.json", "manifest was changed")],
)
def test_a_kept_outliner_that_was_changed_or_lost_is_refused(learned, tmp_path, file, why):
    kept = files.save(learned[0].outliner, tmp_path, {})
    path = tmp_path / kept.digest / file
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelError, match=why):
        files.load(tmp_path, kept.digest)
    path.unlink()
    with pytest.raises(ModelError, match="a file of it is missing"):
        files.load(tmp_path, kept.digest)


def test_arrays_that_do_not_fit_the_network_are_refused(learned):
    outliner = learned[0].outliner
    odd = Outliner(outliner.weights, SIDE, (4, 4, 8, 8, 16, 4))
    with pytest.raises(ModelError, match="do not fit"):
        probabilities(odd, np.zeros((1, SIDE, SIDE), dtype=np.float32))


def test_the_files_hold_arrays_and_plain_json_of_a_modest_size():
    outliner = files.shipped()
    place = Path(files.__file__).with_name("shipped.safetensors")
    arrays, manifest = place.read_bytes(), place.with_suffix(".json").read_bytes()
    assert len(arrays) < 1_500_000
    assert {values.dtype for values in load_tensors(arrays).values()} == {np.dtype(np.float16)}
    said = json.loads(manifest)
    assert said["is_synthetic"]
    assert said["structures"] == ["gland", "nodule"]
    assert outliner.is_synthetic
