"""Has a model learned where risk lives? Observed and predicted side by side on the page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.report.location_words import (
    flat_words,
    learned_answer,
    learned_methods,
    points_interval,
)
from clnm_core.stats.learned_location import Learned
from clnm_core.ui import panels
from clnm_core.ui.charts.gland import gland_svg
from clnm_core.ui.charts.learned import difference_figure, learned_figure
from clnm_core.ui.learned_facts import LearnedPlace
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain


def draw(place: LearnedPlace, *, model: str, where: str, outcome: str, label: str) -> None:
    """Draw verdict, curves, both glands and the table of one model.

    Parameters
    ----------
    place : LearnedPlace
    model : str
        What a reader sees for the model.
    where : str
        What kind of cases it is judged on, as an adjective; may be empty.
    outcome : str
        Registry name; tells two outcomes on one page apart.
    label : str
        The outcome in words.

    """
    cases = wording.count_text(place.n, f"{where} case".strip())
    st.subheader(plain(f"Has “{model}” learned it?"), anchor=False)
    if place.why:
        st.write(plain(place.why))
        return
    if place.distance is None and place.cells.empty:
        st.write("The judged cases have neither a capsule distance nor a lobe and third.")
        return
    if place.distance is not None:
        st.markdown(f"**{plain(learned_answer(place.distance))}** On {plain(cases)}.")
    else:
        st.markdown(f"On {plain(cases)}, by part of the gland; no capsule distance is recorded.")
    with st.grid(2, min_column_width=NARROW):
        if place.distance is not None:
            _curves(place.distance, outcome, label)
        if not place.cells.empty:
            _glands(place, outcome, label)
    if place.distance is not None:
        st.caption(plain(flat_words(place.distance)))
    _table(place, outcome, label)


def _curves(found: Learned, outcome: str, label: str) -> None:
    why = "" if len(found.curve) else f" (curves {found.curve.attrs['method']})"
    methods = learned_methods(found)
    panels.figure_card(
        learned_figure(found.curve, found.bands, dark=panels.is_dark()),
        found.curve if len(found.curve) else found.bands,
        f"{label}: observed and predicted by distance{why}",
        "Where the two lines lie on each other the model knows the effect of the distance; dots "
        "are observed shares in bands with Wilson intervals, diamonds the mean risk of the same "
        "cases. Papke 1996, "
        "doi:10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1.",
        f"learned_{outcome}",
        methods=methods,
    )
    panels.figure_card(
        difference_figure(found.curve, found.bands, margin=found.margin, dark=panels.is_dark()),
        found.bands,
        f"{label}: predicted minus observed by distance",
        "Above the middle line the risks are too high at that distance, below it too low; a level "
        "line away from the middle is an error of calibration, a slope is an effect not learned. "
        "Differences inside the dashed margin do not matter. Boos 1992, "
        "doi:10.1080/00031305.1992.10475921.",
        f"learned_difference_{outcome}",
        methods=methods,
    )


def _glands(place: LearnedPlace, outcome: str, label: str) -> None:
    short = outcome.replace("_", "-")
    predicted = place.cells.assign(
        rate=place.cells["predicted"], low=float("nan"), high=float("nan")
    )
    how = (
        "Both glands show the same cases and one colour scale: a model that knows the place has "
        "the same pattern on both. Hatched parts have fewer than ten cases; differences with "
        "intervals are in the table below. Wilson 1927, doi:10.1080/01621459.1927.10502953."
    )
    for cells, what, scale in (
        (place.observed, "observed share", "with metastasis"),
        (predicted, "mean predicted risk", "predicted risk"),
    ):
        name = what.split()[0]
        panels.svg_card(
            gland_svg(
                cells,
                title=f"{label}: {what} in each part of the gland",
                name=f"gland-{name}-{short}",
                scale=scale,
                dark=panels.is_dark(),
            ),
            cells,
            f"{label}: {what} by lobe and third",
            how,
            f"gland_{name}_{outcome}",
        )


def _table(place: LearnedPlace, outcome: str, label: str) -> None:
    parts = []
    if place.distance is not None:
        parts.append(place.distance.bands.assign(place=place.distance.bands["label"]))
    if not place.cells.empty:
        names = place.cells["lobe"] + (" " + place.cells["third"]).where(
            place.cells["third"] != "", ""
        )
        parts.append(place.cells.assign(place=names))
    rows = pd.concat(parts, ignore_index=True)
    shown = pd.DataFrame(
        {
            "place": rows["place"],
            "n": rows["n"],
            "events": rows["events"],
            "observed": [_share(row, "observed") for row in rows.to_dict("records")],
            "predicted": [
                "–" if row["is_too_few"] else wording.percent(row["predicted"], row["n"])
                for row in rows.to_dict("records")
            ],
            "difference": [_difference(row) for row in rows.to_dict("records")],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_config={
            "place": "Distance, or part of the gland",
            "n": "Cases",
            "events": f"With {wording.lower_first(label)}",
            "observed": "Observed (95 % interval)",
            "predicted": "Mean predicted risk",
            "difference": "Predicted minus observed, points",
        },
        alt=f"{label}: observed and predicted by distance and part of the gland",
    )
    panels.table_download(rows, f"learned_{outcome}")


def _share(row: Mapping[Hashable, Any], name: str) -> str:
    if row["is_too_few"]:
        return "too few"
    value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    n = int(row["n"])
    return f"{wording.percent(value, n)} ({wording.percent_interval(low, high, n)})"


def _difference(row: Mapping[Hashable, Any]) -> str:
    if row["is_too_few"]:
        return "–"
    value, low, high = (float(row[f"difference{end}"]) for end in ("", "_low", "_high"))
    return f"{wording.number(100 * value, 0)} ({points_interval(low, high)})"
