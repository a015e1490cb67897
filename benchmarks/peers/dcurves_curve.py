"""dcurves: net benefit of three models at 99 thresholds; it has no bands."""

import json
import sys
import time

import numpy as np
import pandas as pd
from dcurves import dca

data = pd.read_csv(sys.argv[1])
thresholds = np.round(np.arange(0.01, 1, 0.01), 2)
start = time.perf_counter()
found = dca(
    data=data,
    outcome="y_true",
    modelnames=["risk", "risk_2", "risk_3"],
    thresholds=thresholds,
)
seconds = time.perf_counter() - start
at = found[(found["threshold"].round(2) == 0.3) & (found["model"] == "risk")]["net_benefit"]
print(json.dumps({"seconds": seconds, "value": float(at.iloc[0])}))
