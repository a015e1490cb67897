"""Risks of several models for the same cases, checked once."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.domain.paired import PairedPredictions


def test_models_are_found_by_name() -> None:
    both = PairedPredictions.of([1, 0, 1], {"a": [0.9, 0.2, 0.5], "b": [0.1, 0.3, 0.6]})
    assert len(both) == 3
    assert both.events == 2
    assert both.risk("b").tolist() == [0.1, 0.3, 0.6]
    assert both.model("a").risk.tolist() == [0.9, 0.2, 0.5]
    assert both.model("a").y_true.tolist() == [True, False, True]


def test_patients_may_have_several_cases() -> None:
    risks = {"a": [0.9, 0.2], "b": [0.1, 0.3]}
    assert not PairedPredictions.of([1, 0], risks).is_clustered
    both = PairedPredictions.of([1, 0], risks, ["x", "x"])
    assert both.is_clustered
    assert both.patient.dtype == np.int64


@pytest.mark.parametrize(
    ("y_true", "risks"),
    [
        ([1, 0], {}),
        ([1, 0], {"a": [0.9, 0.2], "b": [0.1]}),
        ([1, 0], {"a": [0.9, 1.2]}),
        ([1, 0], {"a": [0.9, float("nan")]}),
        ([1, None], {"a": [0.9, 0.2]}),
    ],
)
def test_what_cannot_be_compared_is_refused(y_true: list, risks: dict) -> None:
    with pytest.raises(ValueError):
        PairedPredictions.of(y_true, risks)
