"""Only cases that did not teach a model bear witness to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.explain.standing import Standing, standing


def judged(**sizes: tuple[int, int]) -> pd.DataFrame:
    """Cases by split, with and without the outcome; ``cross_validated`` is written with a hyphen."""
    parts = []
    for split, (with_it, without) in sizes.items():
        word = split.replace("_", "-")
        n = with_it + without
        parts.append(
            pd.DataFrame(
                {
                    "patient_id": [f"{word}-{place}" for place in range(n)],
                    "split": word,
                    "y_true": np.repeat([True, False], [with_it, without]),
                    "risk": np.linspace(0.1, 0.9, n),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    ("sizes", "is_held_out", "split", "n"),
    [
        ({"train": (50, 50), "validation": (9, 9), "test": (50, 50)}, True, "validation", 18),
        ({"train": (50, 50), "validation": (8, 40)}, True, "cross-validated", 100),
        ({"train": (50, 50), "validation": (8, 40)}, False, "validation", 48),
        ({"train": (50, 50), "test": (90, 90)}, False, "", 0),
        ({"train": (50, 50), "external": (90, 90)}, True, "cross-validated", 100),
        ({"cross_validated": (30, 30)}, True, "cross-validated", 60),
        ({"train": (2, 2), "validation": (1, 1)}, True, "validation", 2),
        ({"external": (90, 90)}, True, "", 0),
    ],
)
def test_the_best_witnesses_are_taken(
    sizes: dict[str, tuple[int, int]], is_held_out: bool, split: str, n: int
) -> None:
    found = standing("clinical", judged(**sizes), is_held_out=is_held_out)
    assert (found.model, found.split, len(found)) == ("clinical", split, n)
    word = {"cross-validated": ("train", "cross-validated")}.get(split, (split,))
    assert all(str(one).rsplit("-", 1)[0] in word for one in found.patient)


def test_patients_are_counted_and_not_cases() -> None:
    """Nine cases with the outcome of one patient are not nine witnesses."""
    frame = judged(train=(30, 30), validation=(9, 30))
    frame.loc[frame["y_true"] & (frame["split"] == "validation"), "patient_id"] = "one"
    assert standing("m", frame, is_held_out=True).split == "cross-validated"


def test_nobody_is_a_witness_of_their_own_case() -> None:
    frame = judged(validation=(10, 10))
    frame.loc[:1, "patient_id"] = "twice"
    found = standing("m", frame, is_held_out=False)
    left = found.without("twice")
    assert len(left) == 18
    assert "twice" not in left.patient
    assert len(found.without("nobody")) == 20


def test_nothing_known_is_empty_and_no_error() -> None:
    nothing = Standing.empty("m")
    assert len(nothing) == 0
    assert nothing.split == ""
    assert nothing.predictions.events == 0


def test_repeated_patients_stay_together_where_measures_are_taken() -> None:
    frame = judged(validation=(10, 10)).assign(
        patient_id=np.repeat([f"p{i}" for i in range(10)], 2)
    )
    assert standing("m", frame, is_held_out=False).predictions.is_clustered
