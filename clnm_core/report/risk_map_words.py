"""Where do lesions with metastasis lie, in words?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clnm_core.report.wording import count_text, joined, percent, upper_first
from clnm_core.stats.risk_map import FEWEST

_SIDES = {
    "transverse": ("on the outer side", "towards the midline"),
    "longitudinal": ("in the upper part", "in the lower part"),
}
_DEEP = ("towards the skin", "towards the spine")
_MAPS = (
    "Location maps (1 - d/d_max within the outline of the lesion, 0 elsewhere; Shen 2025, "
    "doi:10.1038/s41467-025-62042-z)"
)
_EVEN = "Outlines of lesions, each of the same weight whatever its size,"
_ASIDE = 0.25  # from the middle of the gland, from where a region lies to one side
_CENTRE, _RIM = 0.4, 0.6  # of the way from the centre to the capsule


def risk_map_answer(pixels: pd.DataFrame, *, view: str, label: str) -> str:
    """Where lesions lie more often and where less, on the whole, and in how much of the gland.

    Parameters
    ----------
    pixels : pandas.DataFrame
        From :func:`~clnm_core.stats.risk_map.risk_map`, with ``x`` and ``y`` on the template.
    view : str
        ``transverse`` or ``longitudinal``.
    label : str
        The outcome within a sentence.

    """
    if pixels.empty:
        return f"No map: {str(pixels.attrs['method']).split(': ', 1)[-1]}."
    compared = pixels[~pixels["is_too_few"].astype(bool)]
    if compared.empty:
        return (
            f"No map: no part of the gland is reached by the lesions of {FEWEST} patients or more."
        )
    parts = []
    for sign, often in ((1, "more often"), (-1, "less often")):
        beyond = compared[compared["is_beyond"].astype(bool) & (sign * compared["difference"] > 0)]
        if len(beyond):
            share = len(beyond) / len(compared)
            parts.append(f"{often} {_place(beyond, view)} ({_share(share)} of the gland)")
    if not parts:
        return (
            f"With {label}, lesions lie nowhere more or less often than in 95 of 100 maps that "
            "chance alone made."
        )
    return f"With {label}, lesions lie {' and '.join(parts)}."


def risk_map_methods(
    pixels: pd.DataFrame, *, view: str, is_even: bool, without: int, left_out: Mapping[str, int]
) -> str:
    """How a risk map was made, for a methods section."""
    facts = pixels.attrs
    folded = ", left lobes mirrored" if view == "transverse" else ""
    sentences = [
        f"{_EVEN if is_even else _MAPS} were brought onto a template gland by centre, spread and "
        f"the distance of the capsule along each ray ({view} view{folded}). Mean of "
        f"{count_text(facts['present'], 'patient')} with the outcome minus mean of "
        f"{facts['absent']:,} without."
    ]
    if len(pixels):
        sentences.append(
            f"Band: {facts['permutations']:,} shuffles of the outcome among patients, largest "
            "studentised difference over all pixels, two-sided 5 % for the whole map (Westfall and "
            f"Young 1993). Pixels reached by fewer than {FEWEST} patients are not compared."
        )
    if without:
        sentences.append(f"{upper_first(count_text(without, 'case'))} without a map.")
    if left_out:
        reasons = joined([f"{why} ({n:,})" for why, n in left_out.items()])
        sentences.append(f"Pictures of the cohort that were not used: {reasons}.")
    return " ".join(sentences)


def _share(share: float) -> str:
    return "less than 1 %" if share < 0.01 else percent(share)


def _place(region: pd.DataFrame, view: str) -> str:
    """Where a region lies, by the mean of its places, weighed by the difference."""
    weight = region["difference"].abs()
    x, y, away = (
        float((values * weight).sum() / weight.sum())
        for values in (region["x"], region["y"], np.hypot(region["x"], region["y"]))
    )
    if np.hypot(x, y) >= _ASIDE:
        side = _SIDES[view][int(x > 0)] if abs(x) >= abs(y) else _DEEP[int(y > 0)]
    else:
        side = "" if away <= _CENTRE else "all around"
    depth = "near the capsule" if away >= _RIM else "in the centre" if away <= _CENTRE else ""
    return " ".join(word for word in (side, depth) if word)
