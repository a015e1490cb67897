"""The large cohort, drawn once for all tests of this folder."""

from __future__ import annotations

import pytest

from clnm_core.synth.demo import Judged, judged
from clnm_core.synth.thyroid_patients import SIZES, ptc_us


@pytest.fixture(scope="session")
def paper() -> Judged:
    """``demo-ptc-us`` at the size of the paper, with its simulated models and readers."""
    return judged(ptc_us(SIZES["paper"], seed=0), seed=0)
