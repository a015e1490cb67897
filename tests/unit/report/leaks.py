"""What dividing images promised of a network, for tests: figures made up."""

from __future__ import annotations

from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.ct_cad.leaked import Both, Leak


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 0.95, "paired Obuchowski, patient-clustered")


HELD = Both(
    669,
    152,
    estimate(0.861, 0.83, 0.892),
    estimate(0.78, 0.742, 0.818),
    estimate(0.081, 0.05, 0.112),
)
NEW = Both(
    225,
    50,
    estimate(0.77, 0.70, 0.84),
    estimate(0.775, 0.71, 0.84),
    estimate(-0.005, -0.04, 0.03),
)
LEAK = Leak("DenseNet121", HELD, NEW)
