"""A table of variants of LLNM-Net, for tests: figures made up."""

from __future__ import annotations

import math

import pandas as pd

NAN = math.nan


def row(name: str, label: str, auc: float, difference: float, p: float, **more: object) -> dict:
    return {
        **{"split": "external", "name": name, "label": label, "n": 257, "events": 145},
        **{"auc": auc, "auc_low": auc - 0.05, "auc_high": auc + 0.05},
        **{"difference": difference, "low": difference - 0.02, "high": difference + 0.02},
        **{"p": p, "p_adjusted": p, "seeds_lowest": auc, "seeds_highest": auc},
        **{"published_auc": NAN, "same_as": "", "method": "paired DeLong", "left_out": 3},
    } | more


ROWS = pd.DataFrame(
    [
        row("full", "Full model", 0.85, 0.0, NAN, published_auc=0.948),
        row("no-report", "Without the report", 0.84, -0.01, 0.3),
        row("no-location", "Without the location map", 0.75, -0.1, 0.0002, published_auc=0.729),
        row("blocks-4", "4 cross-attention blocks", 0.85, 0.0, NAN, same_as="full"),
        row("no-demographics", "Without age and sex", 0.86, 0.01, 0.4),
    ]
)
FACTS = {
    **{"seeds": 1, "device": "cpu", "config": {"epochs": 3}, "seconds": {"full": 60.0}},
    **{"store_version": 4, "program": "0.1.0", "created": "2026-11-22T00:10:00+00:00"},
}
