"""What do the models say of this one case? One page of A4 for the record, to print and to keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from clnm_core.report import svg
from clnm_core.report.case_html_pictures import pictures_html
from clnm_core.report.case_html_risks import risks_html, risks_words, stages_html
from clnm_core.report.case_sheet import CaseSheet, reading_words
from clnm_core.report.case_style import CASE_STYLE
from clnm_core.report.case_words import ATTENTION_CAUTION
from clnm_core.report.sheet import Marked, escaped, paragraph, section, sheet, table
from clnm_core.report.wording import joined, lower_first, number, percent

MOST_WORDS = 12
"""Words of the report that are listed with their weights, the heaviest."""

MOST_CONTRIBUTIONS = 8
"""Variables that are listed with what they do to the risk; the others are added up in a line."""


def case_html(sheet_of_case: CaseSheet) -> str:
    """One case as one self-contained HTML file, made for one page of A4.

    Pictures are shown pixel by pixel, losslessly, inside the file. A case with many doubts or
    models runs on to a second page; nothing is left out but small contributions, which are
    added up.

    Parameters
    ----------
    sheet_of_case : CaseSheet

    Returns
    -------
    str
        The text of the file.

    """
    made = sheet_of_case.made.strftime("%-d %B %Y, %H:%M %Z")
    return sheet(
        f"{sheet_of_case.title}: one case",
        _parts(sheet_of_case),
        foot=[f"{'; '.join(sheet_of_case.version_lines)}. Made on {made}."],
        style=CASE_STYLE,
    )


def _parts(case: CaseSheet) -> Iterator[str]:
    if case.is_synthetic:
        yield '<p class="use synthetic">SYNTHETIC: the patients of this cohort are simulated</p>'
    whose = f" of case {case.pseudonym}" if case.pseudonym else ""
    yield f"<h1>{escaped(case.title)}{escaped(whose)}</h1>"
    yield paragraph(case.answer, "answer")
    if case.pictures:
        yield pictures_html(case.pictures)
    yield section("Risk", risks_html(case), risks_words(case), stages_html(case))
    beside = [_values(case) + section("What to doubt", _doubts(case.doubts))]
    why = "".join(_why(case))
    if why:
        beside.append(why)
    yield f'<div class="beside">{"".join(f"<div>{part}</div>" for part in beside)}</div>'
    if case.alike:
        yield section("Most similar cases", paragraph(_alike(case), "muted"))
    # The caution stands with the attention already, where there is any to show.
    is_said = "What the network looked at" in why
    limits = [line for line in case.limits if not (is_said and line == ATTENTION_CAUTION)]
    yield section("Limits", paragraph(" ".join(limits), "muted"))


def _values(case: CaseSheet) -> str:
    parts = []
    if case.readings:
        rows = [
            (
                one.column.label,
                reading_words(one.column, one.measured),
                f"{reading_words(one.column, one.used)}: {one.note or 'no note'}"
                if one.is_overridden
                else "as measured",
            )
            for one in case.readings
        ]
        parts.append(section("Measured on the outlines", table(("", "Measured", "Used"), rows)))
    known = [(label, words) for label, words in case.shown.report.values if words != "unknown"]
    unknown = [label for label, words in case.shown.report.values if words == "unknown"]
    spans = [f"<span>{escaped(label)}: <b>{escaped(words)}</b></span>" for label, words in known]
    said = f'<p class="values">{" ".join(spans)}</p>' if spans else ""
    if unknown:
        rest = joined([lower_first(label) for label in unknown])
        said += paragraph(f"Unknown: {rest}.", "muted")
    return "".join([*parts, section("Recorded values", said)] if said else parts)


def _why(case: CaseSheet) -> Iterator[str]:
    report, explanation = case.shown.report, case.shown.report.explanation
    if "effect" in report.contributions and len(report.contributions):
        yield section("What moves the risk", _contributions(case))
    seen = []
    if explanation.shares:
        ranked = sorted(explanation.shares.items(), key=lambda pair: -pair[1])
        seen.append(f"Attention: {joined([f'{name} {percent(share)}' for name, share in ranked])}.")
    if explanation.words:
        heaviest = sorted(explanation.words, key=lambda pair: -pair[1])[:MOST_WORDS]
        listed = ", ".join(f"{word} {number(weight, 2)}" for word, weight in heaviest)
        seen.append(f"Words of the report by attention: {listed}.")
    if seen:
        yield section(
            "What the network looked at",
            *(paragraph(line) for line in seen),
            paragraph(ATTENTION_CAUTION, "muted"),
        )
    if explanation.notes:
        yield section("Notes", *(paragraph(note) for note in explanation.notes))


def _contributions(case: CaseSheet) -> str:
    report, explanation = case.shown.report, case.shown.report.explanation
    rows = report.contributions.to_dict("records")
    listed, rest = rows[:MOST_CONTRIBUTIONS], rows[MOST_CONTRIBUTIONS:]
    if len(rest) == 1:
        listed, rest = rows, []
    if rest:
        added = sum(float(row["effect"]) for row in rest)
        label = f"{len(rest)} others together"
        listed = [*listed, {"label": label, "value": "", "effect": added}]
    largest = max((abs(row["effect"]) for row in listed), default=0.0) or 1.0
    unit = explanation.scale.capitalize()
    drawn = table(
        ("Variable", "Value", unit, "lowers – raises"),
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
            for row in listed
        ],
        numbers=frozenset({2}),
    )
    start = explanation.baseline
    words = (
        ""
        if math.isnan(start)
        else f"They are added to {number(start, 2)}, that of the average training case, before "
        "calibration."
    )
    return f"{drawn}{paragraph(words, 'muted') if words else ''}"


def _doubts(doubts: Sequence[str]) -> str:
    if not doubts:
        return paragraph("Nothing about this case is unlike the cases that taught the model.")
    return f"<ul>{''.join(f'<li>{escaped(doubt)}</li>' for doubt in doubts)}</ul>"


def _alike(case: CaseSheet) -> str:
    """The similar cases in a row, by how likeness was measured."""
    ways: dict[str, list[str]] = {}
    for one in case.alike:
        numbered = f" ({one.number})" if one.number else ""
        ways.setdefault(one.way, []).append(f"{one.rank} {one.outcome}{numbered}")
    return " ".join(f"{f'{way}: ' if way else ''}{', '.join(said)}." for way, said in ways.items())
