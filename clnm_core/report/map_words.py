"""Where do the maps of a model lie, and do they look at the capsule, in sentences?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clnm_core.report.wording import (
    count_text,
    interval,
    lower_first,
    number,
    percent,
    percent_interval,
)
from clnm_core.stats.map_shares import BOOTSTRAP
from clnm_core.stats.uncertainty import Estimate

NEAR_MM = 2.5
"""Distance to the capsule up to which a nodule counts as near it, as on the Location page."""

ZONE_WORDS = {
    "capsule_inside": "within 2 mm of the capsule, inside",
    "capsule_outside": "within 2 mm of the capsule, outside",
    "lesion": "on the lesion, farther from the capsule",
    "gland": "elsewhere in the gland",
    "outside": "elsewhere in the picture",
    "node": "on the node",
    "margin": "within 2 mm around the node",
}
"""What a reader sees for a zone."""

KIND_WORDS = {
    "activation": "class activation maps: what each place adds to the log-odds",
    "gradient": "Grad-CAM",
    "hiding": "what the log-odds lose when a place is hidden",
    "attention": "attention: where the network looked, which is no cause",
}
"""What a reader sees for a kind of map."""


def maps_answer(
    near: Estimate,
    rho: Estimate,
    *,
    even: float,
    covered: float,
    cases: int,
    near_cases: int,
    kind: str,
) -> str:
    """Whether the maps of a model look at the capsule.

    Parameters
    ----------
    near : Estimate
        Share of the map within 2 mm of the capsule, where the nodule lies near it; where no
        nodule does, of all cases.
    rho : Estimate
        Spearman's, of that share and the distance.
    even : float
        The same share for a map spread evenly over the gland and the 2 mm around it.
    covered : float
        And for one spread evenly over all that the map covers.
    cases, near_cases : int
        With a map; those of them with a nodule near the capsule.
    kind : str
        Of the maps.

    """
    if not cases:
        return "None of the selected cases has a map that could be measured. Remove a filter."
    place = (
        f"Where the nodule lies within {NEAR_MM:g} mm of the capsule"
        if near_cases
        else f"No nodule with a map lies within {NEAR_MM:g} mm of the capsule; over all"
    )
    counted = count_text(near_cases or cases, "case")
    text = (
        f"{place}, {_share(near)} of the map lies within 2 mm of it ({counted}); by area alone it "
        f"would be {percent(even)}, and {percent(covered)} spread over what the map covers"
        f"{_against(near, covered)}."
    )
    if rho.is_estimable:
        side = "falls with" if rho.high < 0 else "rises with" if rho.low > 0 else "does not follow"
        ends = interval(rho.low, rho.high)
        text += f" The share {side} the distance (Spearman {number(rho.value)}, {ends})."
    if kind == "attention":
        text += " Attention says where a network looked, not why."
    return text


def node_maps_answer(table: pd.DataFrame, *, cases: int) -> str:
    """Whether the maps of a model look at the node.

    Parameters
    ----------
    table : pandas.DataFrame
        ``zone, value, low, high, area, covered`` by zone, ``node`` and ``margin`` among them.
    cases : int
        With a map.

    """
    if not cases:
        return "None of the selected cases has a map that could be measured. Remove a filter."
    own, around = (_zone(table, name) for name in _AT_NODE)
    area, covered = (_at_node(table, kind) for kind in ("area", "covered"))
    return (
        f"On {count_text(cases, 'case')} {own} of the map lies on the node and {around} within 2 mm "
        f"around it; by area alone it would be {area}, and {covered} spread over what the map covers."
    )


def set_aside_words(counted: Mapping[str, int], empty: int) -> str:
    """Which pictures have no share, the most frequent reason first; empty where all have one.

    Examples
    --------
    >>> set_aside_words({"It has no outline of the gland.": 2}, 1)
    '2 pictures: it has no outline of the gland. 1 picture: nothing on it speaks for the outcome.'

    """
    reasons = dict(counted)
    if empty:
        reasons["Nothing on it speaks for the outcome."] = empty
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return " ".join(f"{count_text(n, 'picture')}: {lower_first(words)}" for words, n in ordered)


def maps_methods(kind: str, *, cases: int, store_version: int, has_gland: bool) -> str:
    """How the shares of maps were made."""
    even = (
        "even: a map spread over the gland and the 2 mm around it; covered: spread over wherever the "
        "map is above 0"
        if has_gland
        else "by area: a map spread over the whole picture; covered: over wherever it is above 0"
    )
    line = (
        "; curve: restricted cubic spline, least squares (Harrell 2015), sandwich by patient (Liang "
        "1986); Spearman 1904"
        if has_gland
        else ""
    )
    return (
        f"Maps: {KIND_WORDS.get(kind, kind)}; {count_text(cases, 'case')} drawn by outcome, seed 0, "
        f"from store version {store_version}; pictures of one case averaged; zones by distance of "
        f"pixel centres; {even}; means: {BOOTSTRAP:,} resamples of patients{line}."
    )


def _against(near: Estimate, covered: float) -> str:
    """Whether the map lies near the capsule beyond what its reach alone gives."""
    if not (near.low <= near.high and covered == covered):
        return ""
    if near.low <= covered <= near.high:
        return ", so it cannot be told from a map that is even wherever it reaches"
    side = "more" if near.low > covered else "less"
    return f", so it lies there {side} than its reach alone would give"


def _share(share: Estimate) -> str:
    if not share.is_estimable:
        return "an unknown share"
    if share.low != share.low:
        return percent(share.value)
    return f"{percent(share.value)} ({percent_interval(share.low, share.high)})"


_AT_NODE = ("node", "margin")


def _zone(table: pd.DataFrame, name: str) -> str:
    row = table[table["zone"] == name].to_dict("records")[0]
    return _share(Estimate(row["value"], row["low"], row["high"], 0.95, ""))


def _at_node(table: pd.DataFrame, kind: str) -> str:
    by_zone = dict(zip(table["zone"], table[kind], strict=True))
    return " and ".join(percent(float(by_zone[name])) for name in _AT_NODE)
