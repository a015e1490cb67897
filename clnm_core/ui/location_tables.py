"""What is the share with metastasis at each distance, and in each part of the gland, in numbers?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.ui import panels
from clnm_core.ui.located import Located


def draw(one: Located, label: str) -> None:
    """Draw one table: bands of distance, parts of the gland, sides and heights by themselves."""
    rows = places(one)
    if rows.empty:
        return
    shown = pd.DataFrame(
        {
            "place": rows["place"],
            "n": rows["n"],
            "events": rows["events"],
            "share": [_share(row) for row in rows.to_dict("records")],
            "interval": [_interval(row) for row in rows.to_dict("records")],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_config={
            "place": "Distance to the capsule, or part of the gland",
            "n": "Cases",
            "events": f"With {wording.lower_first(label)}",
            "share": "Share",
            "interval": "95 % interval, per cent",
        },
        alt=f"{label} by distance to the capsule and by part of the gland",
    )
    panels.table_download(rows, f"places_{one.outcome}")


def places(one: Located) -> pd.DataFrame:
    """``place, n, events, rate, low, high, is_too_few`` of every place that is recorded."""
    parts = []
    if one.has_distance:
        parts.append(one.bins.assign(place=one.bins["label"], is_too_few=one.bins["n"] == 0))
    if one.has_place:
        third = one.cells["third"].where(one.cells["third"] == "", " " + one.cells["third"])
        parts.append(one.cells.assign(place=one.cells["lobe"] + third))
    if not one.sides.empty:
        known = set(parts[-1]["place"]) if one.has_place else set()
        sides = one.sides[~one.sides["place"].isin(known)]
        parts.append(sides.assign(place="all " + sides["place"]))
    columns = ["place", "n", "events", "rate", "low", "high", "is_too_few"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat([part[columns] for part in parts], ignore_index=True)


def _share(row: Mapping[Hashable, Any]) -> str:
    if row["is_too_few"]:
        return "too few" if row["n"] else "–"
    return wording.percent(row["rate"], row["n"])


def _interval(row: Mapping[Hashable, Any]) -> str:
    return "–" if row["is_too_few"] else wording.percent_interval(row["low"], row["high"], row["n"])
