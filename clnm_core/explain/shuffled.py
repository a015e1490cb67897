"""What does a model say when the values of one variable are dealt out anew among the cases?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Model

DEALS = 5


def shuffled_risks(
    model: Model, cases: Cases, column: str, *, deals: int = DEALS, seed: int = 0
) -> NDArray[np.float64]:
    """Risks with one recorded column dealt out anew, once per row.

    Unknown values are dealt out like all others. All deals are judged as one batch; a risk does
    not depend on what is beside it.

    Parameters
    ----------
    model : Model
    cases : Cases
        That the model can judge.
    column : str
        Of the frame.
    deals : int
    seed : int

    Returns
    -------
    numpy.ndarray of float64, shape (deals, cases)

    """
    random = np.random.default_rng(seed)
    own = cases.frame[column]
    order = np.concatenate([random.permutation(len(cases)) for _ in range(deals)])
    frame = pd.concat([cases.frame] * deals, ignore_index=True)
    frame[column] = own.iloc[order].reset_index(drop=True)
    return model.risk(replace(cases, frame=frame)).reshape(deals, len(cases))
