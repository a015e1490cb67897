"""How does the picture of a case appear when a mark of a chart is pointed at?

A small script of our own listens to the chart and shows one tile of a sheet that came with the
page. Nothing is asked of the server, and no address names a case. Without a mouse the marks'
numbers lead to the Case page, which shows the same.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image as Pillow

SIDE = 56
"""Pixels of a tile; it is shown twice as large."""

MOST_TILES = 3000
"""Above this many cases the sheet would weigh more than the page."""

_SCRIPT = """
export default function (component) {
  const { data } = component;
  let plot = null;
  let tip = null;
  const hide = () => { if (tip) { tip.remove(); tip = null; } };
  const show = (event) => {
    const tile = event.points[0].customdata;
    hide();
    if (!tile || !data.known[tile[0]]) return;
    const side = data.side * 2;
    const column = tile[0] % data.columns;
    const row = Math.floor(tile[0] / data.columns);
    tip = document.createElement("div");
    tip.className = "clnm-hover-picture";
    Object.assign(tip.style, {
      position: "fixed", pointerEvents: "none", zIndex: 9999, width: side + "px",
      height: side + "px", border: "1px solid #80868F", background: "#000",
      backgroundImage: "url(" + data.sheet + ")",
      backgroundSize: data.columns * side + "px auto",
      backgroundPosition: -column * side + "px " + -row * side + "px",
      left: Math.min(event.event.clientX + 16, window.innerWidth - side - 8) + "px",
      top: Math.max(event.event.clientY - side - 16, 8) + "px",
    });
    document.body.appendChild(tip);
  };
  const attach = () => {
    const found = document.querySelector(".st-key-" + data.chart + " .js-plotly-plot");
    if (found && found !== plot && found.on) {
      plot = found;
      plot.on("plotly_hover", show);
      plot.on("plotly_unhover", hide);
    }
  };
  attach();
  const timer = setInterval(attach, 400);
  return () => {
    clearInterval(timer);
    hide();
    if (plot && plot.removeListener) {
      plot.removeListener("plotly_hover", show);
      plot.removeListener("plotly_unhover", hide);
    }
  };
}
"""


def sheet_of(tiles: Sequence[bytes | None]) -> tuple[str, int]:
    """All small pictures on one sheet, row after row.

    Parameters
    ----------
    tiles : sequence of bytes or None
        PNG of each case, or None where it has no picture.

    Returns
    -------
    tuple of str and int
        A ``data:`` address of the sheet, and how many tiles stand in a row.

    """
    columns = max(1, math.ceil(math.sqrt(len(tiles))))
    rows = max(1, math.ceil(len(tiles) / columns))
    sheet = np.zeros((rows * SIDE, columns * SIDE), dtype=np.uint8)
    for number, tile in enumerate(tiles):
        if tile is not None:
            row, column = divmod(number, columns)
            place = (slice(row * SIDE, (row + 1) * SIDE), slice(column * SIDE, (column + 1) * SIDE))
            sheet[place] = _fitted(tile)
    buffer = io.BytesIO()
    Pillow.fromarray(sheet).save(buffer, format="JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}", columns


def listen(chart: str, sheet: str, columns: int, known: Sequence[bool]) -> None:
    """Show a tile beside the mark that is pointed at.

    Parameters
    ----------
    chart : str
        Key of the chart; each mark carries the number of its tile as first custom value.
    sheet, columns
        As :func:`sheet_of` gives them.
    known : sequence of bool
        Which tiles hold a picture.

    """
    mount = st.components.v2.component("clnm_hover_pictures", js=_SCRIPT, html="<span></span>")
    mount(
        key=f"hover_{chart}",
        height=1,
        data={
            "chart": chart,
            "sheet": sheet,
            "columns": columns,
            "side": SIDE,
            "known": [bool(one) for one in known],
        },
    )


def _fitted(tile: bytes) -> np.ndarray:
    """A tile in the middle of a black square, never enlarged beyond it."""
    with Pillow.open(io.BytesIO(tile), formats=["PNG"]) as picture:
        grey = picture.convert("L")
    grey.thumbnail((SIDE, SIDE), Pillow.Resampling.BOX)
    square = np.zeros((SIDE, SIDE), dtype=np.uint8)
    values = np.asarray(grey, dtype=np.uint8)
    top, left = (SIDE - values.shape[0]) // 2, (SIDE - values.shape[1]) // 2
    square[top : top + values.shape[0], left : left + values.shape[1]] = values
    return square
