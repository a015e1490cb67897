"""scikit-learn and statsmodels in loops: what a study team writes by hand, 1,000 resamples."""

import json
import sys
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

RESAMPLES = 1000

data = pd.read_csv(sys.argv[1])
y, risk = data["y_true"].to_numpy(), data["risk"].to_numpy()
log_odds = np.log(risk / (1 - risk))
random = np.random.default_rng(0)
start = time.perf_counter()
rows = []
for _ in range(RESAMPLES):
    drawn = random.integers(0, len(y), len(y))
    rows.append(
        [
            roc_auc_score(y[drawn], risk[drawn]),
            average_precision_score(y[drawn], risk[drawn]),
            brier_score_loss(y[drawn], risk[drawn]),
            sm.Logit(y[drawn], sm.add_constant(log_odds[drawn])).fit(disp=False).params[1],
        ]
    )
low, high = np.quantile(rows, [0.025, 0.975], axis=0)
seconds = time.perf_counter() - start
names = ("auc", "average_precision", "brier", "calibration_slope")
value = {name: [a, b] for name, a, b in zip(names, low.tolist(), high.tolist(), strict=True)}
print(json.dumps({"seconds": seconds, "value": value}))
