"""An extractor small enough for tests: it measures grey, and writes down each time that it does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from clnm_core.features.items import Features

NAMES = ("mean", "spread", "lesion_mean", "row_mm")


class GreyExtractor:
    """Mean and spread of the grey; waits ``pause_s`` before each image.

    Every image that is measured leaves a line in the file ``count``.
    """

    def __init__(self, *, kind="radiomics", count="", pause_s=0.0, version=1, breaks=False):
        self.kind = kind
        self.count, self.pause_s, self.version, self.breaks = count, pause_s, version, breaks

    @property
    def settings(self):
        return {"version": self.version}

    @property
    def names(self):
        return NAMES

    def extract(self, items, *, device="cpu"):
        rows, reasons = [], []
        for item in items:
            if self.breaks:
                raise RuntimeError("patient Smith")
            time.sleep(self.pause_s)
            if self.count:
                with Path(self.count).open("a") as file:
                    file.write(f"{os.getpid()} {float(item.grey.sum(dtype=float))}\n")
            if item.lesion is None:
                rows.append([np.nan] * 4)
                reasons.append("There is no outline.")
                continue
            row_mm = item.spacing_mm[0] if item.spacing_mm else np.nan
            grey = item.grey.astype(np.float64)
            rows.append([grey.mean(), grey.std(), grey[item.lesion].mean(), row_mm])
            reasons.append("" if item.spacing_mm else "The spacing is not known.")
        return Features(NAMES, np.array(rows).reshape(-1, 4), tuple(reasons))


def make(weights="", **settings):
    if weights:
        settings["version"] = int(Path(weights).read_text())
    return GreyExtractor(**settings)


def make_deep(*, backbone, checkpoint=None, **settings):
    return GreyExtractor(kind="deep", **settings)
