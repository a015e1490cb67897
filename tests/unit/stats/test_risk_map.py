"""Is the difference of groups what it says, and is chance kept to its share?"""

import itertools

import numpy as np
import pytest

from clnm_core.stats.risk_map import risk_map


def drawn(n=60, pixels=12, seed=0):
    """Maps that hang together from pixel to pixel, as those of lesions do."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, pixels, n)
    return np.exp(-((np.arange(pixels) - middle[:, None]) ** 2) / 8) * rng.uniform(0.5, 1, (n, 1))


def test_the_difference_is_that_of_the_means_of_the_groups():
    maps, y = drawn(), np.arange(60) < 20
    found = risk_map(maps, y)
    assert found["present"].to_numpy() == pytest.approx(maps[y].mean(axis=0), rel=1e-5)
    assert found["absent"].to_numpy() == pytest.approx(maps[~y].mean(axis=0), rel=1e-5)
    expected = maps[y].mean(axis=0) - maps[~y].mean(axis=0)
    assert found["difference"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert (found.attrs["present"], found.attrs["absent"]) == (20, 40)


def test_more_patients_in_one_group_change_nothing():
    """Unlike the published map, which subtracts sums."""
    maps, y = drawn(), np.arange(60) % 2 == 0
    once = risk_map(maps, y)
    thrice = risk_map(np.vstack([maps, maps[y], maps[y]]), [*y, *y[y], *y[y]])
    assert thrice["difference"].to_numpy() == pytest.approx(once["difference"].to_numpy(), abs=1e-6)


def test_the_p_values_are_those_of_every_shuffle_there_is(monkeypatch):
    """Ten patients, all 252 ways to give five of them the outcome, counted one by one."""
    monkeypatch.setattr("clnm_core.stats.risk_map.FEWEST", 3)
    maps, y = drawn(10, 4, seed=5), np.arange(10) < 5
    maps[y, 0] += 0.6

    def studentised(chosen):
        difference = maps[chosen].mean(axis=0) - maps[~chosen].mean(axis=0)
        deviation = maps.std(axis=0, ddof=1) * np.sqrt(1 / 5 + 1 / 5)
        return np.abs(difference) / deviation

    largest = []
    for rows in itertools.combinations(range(10), 5):
        chosen = np.isin(np.arange(10), rows)
        largest.append(studentised(chosen).max())
    exact = [(np.array(largest) >= t - 1e-9).mean() for t in studentised(y)]
    found = risk_map(maps, y, permutations=4999, seed=1)["p_adjusted"]
    assert found.to_numpy() == pytest.approx(exact, abs=0.02)


def test_a_pixel_is_beyond_exactly_where_it_leaves_the_band():
    maps, y = drawn(80), np.arange(80) < 40
    maps[y, :4] += 0.2
    for level in (0.5, 0.8, 0.95):
        found = risk_map(maps, y, level=level, seed=2)
        is_outside = found["difference"].abs() > found["band"]
        assert is_outside.any()
        assert (found["is_beyond"] == is_outside).all()
        assert (found["is_beyond"] == (found["p_adjusted"] <= 1 - level + 1e-9)).all()


def test_where_place_says_nothing_a_map_is_beyond_in_five_of_a_hundred():
    rng = np.random.default_rng(11)
    hits = 0
    for trial in range(400):
        maps = drawn(40, 10, seed=1000 + trial)
        found = risk_map(maps, rng.permutation(40) < 20, permutations=99, seed=trial)
        hits += bool(found["is_beyond"].any())
    # Binomial with 400 trials at 0.05: 3.1 standard deviations either way.
    assert 8 <= hits <= 34


def test_a_true_difference_is_found_where_it_is():
    rng = np.random.default_rng(33)
    maps, y = drawn(400, seed=3), rng.random(400) < 0.5
    maps[y, 9:] += 0.25
    found = risk_map(maps, y)
    assert found["is_beyond"][9:].all()
    assert not found["is_beyond"][:6].any()
    assert (found["difference"][9:] > 0).all()


def test_exchanging_the_outcomes_turns_the_map_around():
    maps, y = drawn(), np.arange(60) < 30
    one, other = risk_map(maps, y, seed=4), risk_map(maps, ~y, seed=4)
    assert other["difference"].to_numpy() == pytest.approx(-one["difference"].to_numpy(), abs=1e-6)


def test_a_patient_with_many_lesions_counts_once():
    maps, y = drawn(), np.arange(60) < 30
    expected = risk_map(maps, y)
    copies = np.repeat(np.arange(60), np.where(np.arange(60) == 7, 50, 1))
    found = risk_map(maps[copies], y[copies], patient=copies)
    assert found["difference"].to_numpy() == pytest.approx(
        expected["difference"].to_numpy(), abs=1e-6
    )
    assert found["patients"].tolist() == expected["patients"].tolist()
    assert found.attrs["present"] == 30


def test_a_patient_has_the_outcome_if_any_lesion_has_it():
    maps = drawn(40)
    found = risk_map(maps, np.arange(40) % 4 == 0, patient=np.arange(40) // 2)
    assert (found.attrs["present"], found.attrs["absent"]) == (10, 10)


def test_a_place_that_few_reach_is_too_few_and_moves_no_other():
    maps, y = drawn(), np.arange(60) < 30
    rare = np.zeros((60, 1))
    rare[:9] = 1.0
    found = risk_map(np.hstack([maps, rare]), y, seed=6)
    assert found["is_too_few"].tolist() == [False] * 12 + [True]
    assert found["band"].isna().tolist() == [False] * 12 + [True]
    assert not found["is_beyond"].iloc[-1]
    same = risk_map(maps, y, seed=6)
    assert found["p_adjusted"][:12].tolist() == same["p_adjusted"].tolist()


def test_unknown_outcomes_are_left_out_and_counted():
    maps, y = drawn(), [None if i % 10 == 0 else i < 30 for i in range(60)]
    found = risk_map(maps, y)
    assert found.attrs["left_out"] == 6
    known = [i for i in range(60) if i % 10]
    expected = risk_map(maps[known], [y[i] for i in known])
    assert found["difference"].tolist() == expected["difference"].tolist()


@pytest.mark.parametrize("events", [0, 9, 51, 60])
def test_too_small_a_group_is_no_map_with_the_reason(events):
    found = risk_map(drawn(), np.arange(60) < events)
    assert found.empty
    assert found.attrs["method"].startswith("not estimable: a map needs at least 10 patients")


def test_maps_of_nothing_give_no_band():
    found = risk_map(np.zeros((40, 5)), np.arange(40) < 20)
    assert found["is_too_few"].all()
    assert not found["is_beyond"].any()


def test_the_same_seed_gives_the_same_band():
    maps, y = drawn(), np.arange(60) < 30
    assert risk_map(maps, y, seed=9)["band"].tolist() == risk_map(maps, y, seed=9)["band"].tolist()
    assert risk_map(maps, y, seed=9)["band"].tolist() != risk_map(maps, y, seed=8)["band"].tolist()


@pytest.mark.parametrize(
    ("maps", "y", "more", "message"),
    [
        (np.zeros(6), [True] * 6, {}, "one row per outcome"),
        (np.zeros((6, 2)), [True] * 5, {}, "one row per outcome"),
        (np.zeros((6, 2)), [True] * 6, {"patient": [1]}, "one row per outcome"),
        (np.full((6, 2), np.nan), [True] * 6, {}, "must be finite"),
        (np.zeros((6, 2)), [True] * 6, {"permutations": 9}, "permutations must be"),
        (np.zeros((6, 2)), [True] * 6, {"level": 1.0}, "level in"),
    ],
    ids=["flat", "short", "patients", "nan", "shuffles", "level"],
)
def test_what_makes_no_sense_is_a_callers_mistake(maps, y, more, message):
    with pytest.raises(ValueError, match=message):
        risk_map(maps, y, **more)
