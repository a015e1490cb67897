"""What does a model say of this one case? One file for the record, to print and to keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image
from clnm_core.imaging.heat import heated
from clnm_core.imaging.rendering import Ruler, case_picture
from clnm_core.report import svg
from clnm_core.report.case_words import ATTENTION_CAUTION, MAP_WORDS, case_answer
from clnm_core.report.sheet import Marked, escaped, figure, paragraph, section, sheet, table
from clnm_core.report.wording import (
    Unit,
    count_text,
    interval_text,
    mm,
    number,
    percent,
    reason,
    value_text,
)
from clnm_core.systems.case import CaseReport
from clnm_core.systems.explanation import Explanation

MOST_WORDS = 20
"""Words of the report that are listed with their weights, the heaviest."""


def case_html(
    report: CaseReport,
    *,
    images: Sequence[tuple[str, Image]] = (),
    outlines: Mapping[str, NDArray[np.bool_]] | None = None,
    ruler: Ruler | None = None,
    store_version: int | None = None,
    maps: Mapping[int, NDArray[np.float32]] | None = None,
) -> str:
    """The report of one case as one self-contained HTML file.

    Parameters
    ----------
    report : CaseReport
        What the model says of the case.
    images : sequence of (str, Image)
        Title and picture; shown pixel by pixel, losslessly, inside the file. Titles are
        plain text; whoever calls sees to it that they name no patient.
    outlines : mapping of str to numpy.ndarray of bool, shape (rows, columns), optional
        What is outlined on the first picture, by structure.
    ruler : Ruler, optional
        A measured line on the first picture.
    store_version : int, optional
        Version of the store that the model was read from.
    maps : mapping of int to numpy.ndarray of float, shape (rows, columns), optional
        Where the network looked, by the place of the picture in ``images``; in [0, 1].

    Returns
    -------
    str
        The text of the file.

    """
    title = f"{report.outcome_label}: one case judged by {report.model}"
    foot = [f"Model {report.model}; trained on {report.trained_on}."]
    if store_version is not None:
        foot.append(f"Made from store version {store_version}.")
    pictures = [
        _picture(name, image, outlines or {}, ruler)
        if place == 0
        else _picture(name, image, {}, None)
        for place, (name, image) in enumerate(images)
    ]
    looked = [
        _picture(
            f"{images[place][0]}, with what the network looked at",
            heated(images[place][1], heat),
            (outlines or {}) if place == 0 else {},
            None,
        )
        for place, heat in (maps or {}).items()
    ]
    return sheet(title, _parts(report, pictures, looked), foot=foot)


def _parts(
    report: CaseReport,
    pictures: Sequence[str],
    looked: Sequence[str],
) -> Iterator[str]:
    yield f"<h1>{escaped(report.outcome_label)}</h1>"
    yield paragraph(case_answer(report), "answer")
    yield section("Risk", _risk(report))
    yield section("What to doubt", _doubts(report))
    if pictures:
        yield section("Images", *pictures)
    yield section("Recorded values", table(("Variable", "Value"), report.values))
    if "effect" in report.contributions:
        yield section(
            "What moves the risk",
            paragraph(
                "What each variable adds to the log-odds against the mean of the training cases. "
                "It describes the model, not a cause.",
                "muted",
            ),
            _contributions(report),
        )
    explanation = report.explanation
    if explanation.shares or explanation.words or looked:
        yield section("What the network looked at", *_attention(explanation, looked))
    if explanation.notes:
        yield section("Notes", *(paragraph(note) for note in explanation.notes))


def _attention(explanation: Explanation, looked: Sequence[str]) -> Iterator[str]:
    yield paragraph(ATTENTION_CAUTION, "muted")
    if explanation.shares:
        ranked = sorted(explanation.shares.items(), key=lambda pair: -pair[1])
        rows = [(name, percent(share)) for name, share in ranked]
        yield table(("Input", "Share of attention"), rows, numbers=frozenset({1}))
    if explanation.words:
        heaviest = sorted(explanation.words, key=lambda pair: -pair[1])[:MOST_WORDS]
        rows = [(word, number(weight, 2)) for word, weight in heaviest]
        yield table(("Word of the report", "Weight"), rows, numbers=frozenset({1}))
    if looked:
        yield paragraph(MAP_WORDS, "muted")
        yield from looked


def _risk(report: CaseReport) -> str:
    risk = report.risk
    is_known = not math.isnan(risk.value)
    side = "reached" if report.is_positive else "not reached"
    rows = [
        ("Risk", value_text(risk, Unit.SHARE) if is_known else reason(risk)),
        (
            f"{percent(risk.level)} interval",
            f"{interval_text(risk, Unit.SHARE)} ({risk.method})"
            if not math.isnan(risk.low)
            else "no interval",
        ),
        ("Threshold", f"{percent(report.threshold)}{f', {side}' if is_known else ''}"),
        ("Model", report.model),
        ("Trained on", report.trained_on),
    ]
    return table(("", ""), rows)


def _doubts(report: CaseReport) -> str:
    if not report.doubts:
        return paragraph("Every value lies inside what the model was trained on.")
    return f"<ul>{''.join(f'<li>{escaped(doubt)}</li>' for doubt in report.doubts)}</ul>"


def _contributions(report: CaseReport) -> str:
    rows = report.contributions.to_dict("records")
    largest = max((abs(row["effect"]) for row in rows), default=0.0) or 1.0
    return table(
        ("Variable", "Value", "Log-odds", "lowers – raises"),
        [
            (
                row["label"],
                row["value"],
                number(row["effect"], 2),
                Marked(
                    svg.whisker(
                        row["effect"],
                        min(row["effect"], 0.0),
                        max(row["effect"], 0.0),
                        across=(-largest, largest),
                        reference=0.0,
                    )
                ),
            )
            for row in rows
        ],
        numbers=frozenset({2}),
    )


def _picture(
    title: str, image: Image, outlines: Mapping[str, NDArray[np.bool_]], ruler: Ruler | None
) -> str:
    """A picture in its true aspect with outlines and scale bar, and what else is known of it."""
    rows, columns = image.pixels.shape[:2]
    said = [f"{columns} × {rows} pixels"]
    if image.spacing_mm:
        across, down = columns * image.spacing_mm[1], rows * image.spacing_mm[0]
        said.append(f"{mm(across)} wide, {mm(down)} high")
    if image.frames > 1:
        said.append(f"frame {image.frame + 1} of {count_text(image.frames, 'frame')}")
    if image.source:
        said.append(image.source)
    words = "; ".join([*said, *(note.rstrip(".") for note in image.notes)])
    drawn = case_picture(image, outlines, title=title, ruler=ruler)
    return figure(title, f'<div class="picture">{drawn}</div>', f"{words}.")
