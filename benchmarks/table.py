"""Which table do all tools judge? One synthetic cohort, the same for everybody.

``python table.py ROWS FILE`` writes it as CSV: ``y_true``, the risks of three models,
``group`` (eight of unequal size) and twenty columns for a Table 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

GROUPS = 8
COLUMNS = 20


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """Outcome, three risks, a group and twenty columns of ``rows`` cases."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(0, 1.6, rows)
    data = {"y_true": (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)}
    for model, noise in (("risk", 0.5), ("risk_2", 1.0), ("risk_3", 2.0)):
        data[model] = (1 / (1 + np.exp(-0.9 * (log_odds + random.normal(0, noise, rows))))).round(6)
    share = np.arange(1, GROUPS + 1) / sum(range(1, GROUPS + 1))
    data["group"] = random.choice([f"centre {n}" for n in range(1, GROUPS + 1)], rows, p=share)
    for number in range(COLUMNS // 2):
        data[f"number_{number}"] = random.normal(log_odds * number / 10, 1 + number).round(3)
        data[f"level_{number}"] = random.choice(["low", "middle", "high"], rows)
    return pd.DataFrame(data)


if __name__ == "__main__":
    table(int(sys.argv[1])).to_csv(Path(sys.argv[2]), index=False)
