"""Patients and their values where they must not be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.stats.checks.leakage import identical_rows, same_patient, split_by_image


def cases(patients, splits):
    return pd.DataFrame({"patient_id": patients, "split": splits})


def test_a_patient_in_two_splits_is_found_and_named():
    found = same_patient(cases(["p1", "p1", "p2", "p3"], ["train", "test", "test", "train"]))
    assert (found.code, found.state, found.severity) == ("C01", "found", "error")
    assert found.told == "1 of 3 patients is in both train and test (2 cases)"
    assert found.rows.to_dict("records") == [
        {"patient_id": "p1", "splits": "train and test", "cases": 2}
    ]
    assert found.finding is not None
    assert found.finding.message.endswith("judge again.")


def test_training_is_named_first_and_three_parts_are_not_both():
    found = same_patient(cases(["a", "a", "b", "b"], ["external", "train", "train", "validation"]))
    assert found.rows["splits"].tolist() == ["train and external", "train and validation"]
    assert "more than one split" in found.told


def test_several_cases_in_one_split_are_no_leak():
    assert same_patient(cases(["p1", "p1", "p2"], ["train", "train", "test"])).state == "clear"


@pytest.mark.parametrize(
    "frame",
    [
        cases([], []).astype(object),
        cases(["p1"], [None]),
        cases(["p1", "p1"], ["train", None]),
        cases(["p1", "p2"], ["train", "train"]),
    ],
)
def test_without_two_splits_nothing_is_claimed(frame):
    for check in (same_patient(frame), split_by_image(frame)):
        assert check.state == "not checked"
        assert check.finding is None


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from(["train", "test", "validation", None])),
        max_size=40,
    )
)
def test_the_count_is_that_of_a_loop(rows):
    frame = cases([f"p{p}" for p, _ in rows], [split for _, split in rows]).astype(object)
    splits = {}
    for patient, split in rows:
        if split:
            splits.setdefault(patient, set()).add(split)
    leaked = sum(len(found) > 1 for found in splits.values())
    check = same_patient(frame)
    if check.state != "not checked":
        assert len(check.rows) == leaked
        assert (check.state == "found") == (leaked > 0)


def test_a_split_dealt_out_by_image_is_told_from_a_leak_of_a_few():
    rng = np.random.default_rng(0)
    patient = np.repeat([f"p{i}" for i in range(200)], 5)
    by_image = cases(patient, rng.choice(["train", "test"], 1000, p=[0.8, 0.2]))
    check = split_by_image(by_image)
    assert (check.state, check.severity) == ("found", "error")
    split = np.repeat(rng.choice(["train", "test"], 200, p=[0.8, 0.2]), 5)
    split[:100:5] = "test"
    assert split_by_image(cases(patient, split)).state == "clear"


def test_a_split_by_image_needs_ten_patients_with_several_cases():
    patient = np.repeat([f"p{i}" for i in range(9)], 2)
    check = split_by_image(cases(patient, ["train", "test"] * 9))
    assert check.state == "not checked"
    assert "9 patients have several cases" in check.told


def measured(n, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(n)],
            "patient_id": [f"p{i}" for i in range(n)],
            "age": rng.integers(20, 80, n).astype(float),
            "size": rng.gamma(4, 3, n).round(1),
            "depth": rng.gamma(2, 3, n).round(1),
            "sex": rng.choice(["f", "m"], n),
        }
    )


COLUMNS, NUMBERS = ["age", "size", "depth", "sex"], ["age", "size", "depth"]


def test_copied_rows_of_different_patients_are_found():
    frame = measured(400)
    frame.loc[10:13, COLUMNS] = frame.loc[3, COLUMNS].to_list()
    found = identical_rows(frame, COLUMNS, NUMBERS)
    assert (found.state, found.severity) == ("found", "warning")
    assert sorted(found.rows["case_id"]) == ["c10", "c11", "c12", "c13", "c3"]


def test_identical_rows_of_one_patient_are_no_finding():
    frame = measured(400)
    frame.loc[10, COLUMNS] = frame.loc[3, COLUMNS]
    frame.loc[10, "patient_id"] = "p3"
    assert identical_rows(frame, COLUMNS, NUMBERS).state == "clear"


def test_coincidences_of_coarse_values_are_expected():
    rng = np.random.default_rng(1)
    frame = measured(2000).assign(
        age=rng.integers(40, 62, 2000).astype(float), size=rng.integers(5, 27, 2000).astype(float)
    )
    check = identical_rows(frame, ["age", "size", "sex"], ["age", "size"])
    assert check.state == "clear"
    assert "no more than chance" in check.told


def test_without_two_measured_numbers_rows_are_not_compared():
    assert identical_rows(measured(50), ["sex"], []).state == "not checked"
    gone = measured(50).assign(size=np.nan)
    assert identical_rows(gone, COLUMNS, ["age", "size"]).state == "not checked"
