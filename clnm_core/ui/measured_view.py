"""What do the outlines of a picture measure, beside what the table records?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.imaging.capsule_line import capsule_line
from clnm_core.imaging.measuring import COLUMNS, Measured, measured
from clnm_core.imaging.rendering import Ruler
from clnm_core.report import wording
from clnm_core.ui import tables


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What was measured on one picture, and the line to show it by.

    ``is_node`` says that the lesion is a lymph node, which has no capsule distance.
    """

    values: Measured
    ruler: Ruler | None
    is_node: bool

    @property
    def known(self) -> dict[str, Any]:
        """The columns that could be measured, in the units of the registry."""
        return self.values.known


def read(
    masks: Mapping[str, NDArray[np.bool_]], spacing_mm: tuple[float, float] | None, view: str
) -> Reading:
    """Measure the nodule, or the lymph node where no nodule is outlined.

    Parameters
    ----------
    masks : mapping of str to numpy.ndarray of bool
        By structure, all of one shape.
    spacing_mm : tuple of float or None
        Distance between pixel centres (row, column).
    view : str
        ``transverse``, ``longitudinal``, or empty where it is not known.

    """
    is_node = "nodule" not in masks and "node" in masks
    lesion, gland = masks.get("node" if is_node else "nodule"), masks.get("gland")
    values = measured(lesion, None if is_node else gland, spacing_mm, view=view)
    distance = values.capsule_distance_mm
    line = None
    if distance and lesion is not None and gland is not None and spacing_mm is not None:
        line = capsule_line(lesion, gland, spacing_mm)
    ruler = Ruler(*line, text_of(BUILT_IN["capsule_distance_mm"], distance)) if line else None
    return Reading(values, ruler, is_node)


def draw(reading: Reading, *, registry: Registry, recorded: Mapping[str, Any] | None) -> None:
    """Draw the measured values as a table, beside the recorded ones where there are any.

    ``recorded`` holds values by name of column; ``None`` where there is no table to compare with.
    """
    st.html(table_of(reading, registry=registry, recorded=recorded))


def table_of(reading: Reading, *, registry: Registry, recorded: Mapping[str, Any] | None) -> str:
    """The measured values as HTML; what could not be measured says why."""
    head = ["On the outline", "Measured", *(["Recorded"] if recorded is not None else [])]
    rows: list[list[str | tables.Cell | None]] = []
    for name in COLUMNS:
        is_elsewhere = reading.is_node and name != "max_diameter_mm"
        if is_elsewhere or (recorded is not None and name not in registry):
            continue
        column = registry[name] if name in registry else BUILT_IN[name]
        value = getattr(reading.values, name)
        cell = (
            tables.Cell(f"<span class='unknown'>{escape(reading.values.missing[name])}</span>")
            if value is None
            else tables.Cell(f"<b>{escape(text_of(column, value))}</b>")
        )
        then = [] if recorded is None else [text_of(column, recorded.get(name))]
        rows.append([column.label, cell, *then])
    height, width = reading.values.height_mm, reading.values.width_mm
    if height is not None and width is not None:
        size = tables.Cell(f"<b>{wording.number(height, 1)} × {wording.mm(width)}</b>")
        rows.append(["Height × width", size, *([""] if recorded is not None else [])])
    return tables.table(head, rows, alt="What the outlines measure")


def sentence(reading: Reading, recorded: Mapping[str, Any], registry: Registry) -> str:
    """The distances that were measured, beside the recorded ones, in words; empty where none is.

    Examples
    --------
    >>> none = dict.fromkeys(("max_diameter_mm", "height_mm", "width_mm", "lobe", "third"))
    >>> found = Measured(capsule_distance_mm=2.34, taller_than_wide=None, missing={}, **none)
    >>> reading = Reading(found, None, False)
    >>> sentence(reading, {"capsule_distance_mm": 1.2}, BUILT_IN)
    'Capsule distance: recorded 1.2 mm, measured on the outline 2.3 mm.'

    """
    parts = []
    for name, value in reading.known.items():
        if name not in registry or registry[name].kind is not Kind.NUMBER:
            continue
        column, then = registry[name], recorded.get(name)
        before = "" if then is None else f"recorded {text_of(column, then)}, "
        parts.append(f"{column.label}: {before}measured on the outline {text_of(column, value)}.")
    return " ".join(parts)


def text_of(column: Column, value: Any) -> str:
    """A value in words: millimetres with one decimal, levels by their label."""
    if value is None or value != value:
        return "unknown"
    if column.kind is Kind.NUMBER:
        return f"{wording.number(float(value), 1)} {column.unit}"
    return column.label_of(value)
