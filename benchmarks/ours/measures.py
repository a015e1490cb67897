"""All eighteen measures of one model, each with its interval."""

import json
import sys
import time

import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.metrics import all_metrics

data = pd.read_csv(sys.argv[1])
start = time.perf_counter()
found = all_metrics(Predictions.of(data["y_true"], data["risk"]), 0.3, bootstrap=1000)
seconds = time.perf_counter() - start
names = ("auc", "average_precision", "brier", "calibration_slope")
value = {name: [found[name].low, found[name].high] for name in names}
print(json.dumps({"seconds": seconds, "value": value}))
