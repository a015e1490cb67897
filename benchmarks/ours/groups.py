"""Eighteen measures, curves and gaps of eight groups, with 1,000 resamples."""

import json
import resource
import sys
import time

import pandas as pd

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import audit

data = pd.read_csv(sys.argv[1])
start = time.perf_counter()
predictions = Predictions.of(data["y_true"], data["risk"])
found = audit(predictions, groups=data[["group"]], threshold=0.3, bootstrap=1000)
seconds = time.perf_counter() - start
value = {}
for group in found.groups:
    area = group.metrics["auc"]
    value[group.level] = [area.value, area.low, area.high]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "value": value, "peak_mib": peak}))
