"""fairlearn: AUC by group with percentile intervals of 1,000 resamples."""

import json
import sys
import time

import pandas as pd
from fairlearn.metrics import MetricFrame
from sklearn.metrics import roc_auc_score

data = pd.read_csv(sys.argv[1])
start = time.perf_counter()
frame = MetricFrame(
    metrics={"auc": roc_auc_score},
    y_true=data["y_true"],
    y_pred=data["risk"],
    sensitive_features=data["group"],
    n_boot=1000,
    ci_quantiles=[0.025, 0.975],
    random_state=0,
)
low, high = frame.by_group_ci
seconds = time.perf_counter() - start
value = {
    group: [frame.by_group["auc"][group], low["auc"][group], high["auc"][group]]
    for group in sorted(set(data["group"]))
}
print(json.dumps({"seconds": seconds, "value": value}))
