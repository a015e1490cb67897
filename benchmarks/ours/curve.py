"""Net benefit of three models at 99 thresholds, with bands of 1,000 resamples."""

import json
import sys
import time

import numpy as np
import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.utility import net_benefit

data = pd.read_csv(sys.argv[1])
thresholds = np.round(np.arange(0.01, 1, 0.01), 2)
start = time.perf_counter()
curves = [
    net_benefit(Predictions.of(data["y_true"], data[model]), thresholds, bootstrap=1000)
    for model in ("risk", "risk_2", "risk_3")
]
seconds = time.perf_counter() - start
first = curves[0].set_index(curves[0]["threshold"].round(2))
print(json.dumps({"seconds": seconds, "value": float(first.loc[0.3, "model"])}))
