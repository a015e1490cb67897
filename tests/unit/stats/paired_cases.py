"""Cases that several models judged, for the tests of comparisons."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.domain.paired import PairedPredictions


def drawn(
    n: int,
    *,
    seed: int = 0,
    shifts: tuple[float, ...] = (1.5, 1.0),
    per_patient: int = 1,
    prevalence: float = 0.35,
    decimals: int = 3,
) -> PairedPredictions:
    """Models ``m0``, ``m1``, ... whose markers differ by ``shifts`` between the classes."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < prevalence
    shared = rng.normal(size=n)
    risks = {
        f"m{place}": expit(shift * y + 0.7 * shared + 0.7 * rng.normal(size=n) - 0.5).round(
            decimals
        )
        for place, shift in enumerate(shifts)
    }
    patient = np.arange(n) // per_patient if per_patient > 1 else None
    return PairedPredictions.of(y, risks, patient)


@st.composite
def small_sets(draw: st.DrawFn) -> PairedPredictions:
    """Two models on 4 to 40 cases, with ties, both classes, sometimes several per patient."""
    n = draw(st.integers(4, 40))
    truth = st.lists(st.booleans(), min_size=n - 4, max_size=n - 4)
    share = st.integers(0, 10).map(lambda tenth: tenth / 10)
    y = [True, True, False, False, *draw(truth)]
    risks = {name: draw(st.lists(share, min_size=n, max_size=n)) for name in ("a", "b")}
    patient = draw(st.one_of(st.none(), st.lists(st.integers(0, n), min_size=n, max_size=n)))
    return PairedPredictions.of(y, risks, patient)


def permuted(paired: PairedPredictions, seed: int = 1) -> PairedPredictions:
    """The same cases in another order."""
    order = np.random.default_rng(seed).permutation(len(paired))
    return PairedPredictions(
        paired.names, paired.y_true[order], paired.risks[:, order], paired.patient[order]
    )


def copied(paired: PairedPredictions, times: int) -> PairedPredictions:
    """Every case several times, all of them of its own patient."""
    return PairedPredictions(
        paired.names,
        np.repeat(paired.y_true, times),
        np.repeat(paired.risks, times, axis=1),
        np.repeat(paired.patient, times),
    )
