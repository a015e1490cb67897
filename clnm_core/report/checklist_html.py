"""What must the paper still report? Filled checklists on paper."""

from __future__ import annotations

from collections.abc import Sequence

from clnm_core.report.checklists.filled import Filled, FilledItem, Status, filled_words
from clnm_core.report.checklists.items import Scoring
from clnm_core.report.sheet import Marked, escaped, paragraph, section, sheet, table
from clnm_core.report.wording import number

OWN_WORDS = (
    "Items are in our own words and keep the published numbers; read the published checklist for its "
    "wording."
)
NOT_STORED = "Answers of the authors are in this file only; the store does not keep them."


def checklist_html(filled: Sequence[Filled], *, title: str) -> str:
    """Filled checklists as one self-contained HTML file.

    Parameters
    ----------
    filled : sequence of Filled
    title : str
        What was reported on; any text.

    """
    parts = [f"<h1>Checklists of {escaped(title)}</h1>", paragraph(OWN_WORDS, "muted")]
    if any(found.counts()[Status.OWN] for found in filled):
        parts.append(paragraph(NOT_STORED, "muted"))
    parts += [checklist_section(found, is_first=found is filled[0]) for found in filled]
    return sheet(f"Checklists of {title}", parts, foot=(f"Checklists of {title}.",))


def checklist_section(filled: Filled, *, is_first: bool = True) -> str:
    """One checklist: how much is answered, then every item with its answer.

    On paper all but the first begin a page.
    """
    checklist = filled.checklist
    return section(
        checklist.title,
        paragraph(filled_words(filled)),
        paragraph(checklist.reference, "muted"),
        f'<div class="checklist">{_table(filled)}</div>',
        kind="" if is_first else "new-page",
    )


def _table(filled: Filled) -> str:
    is_scored = filled.checklist.scoring is not Scoring.NONE
    head = ["Item", "Asks", "Answer"] + (["Points"] if is_scored else [])
    rows = []
    for found in filled.items:
        row: list[object] = [
            found.item.id,
            Marked(
                f"<b>{escaped(found.item.topic)}</b><br>"
                f'<span class="muted">{escaped(found.item.asks)}</span>'
            ),
            Marked(_answer(found, filled.words(found.status))),
        ]
        rows.append([*row, points_text(found)] if is_scored else row)
    return table(head, rows, numbers=frozenset({3}))


def _answer(found: FilledItem, status: str) -> str:
    marks = f'<span class="status">{escaped(status)}</span>'
    parts = [marks, escaped(found.text)] if found.text else [marks]
    if found.status is Status.PARTLY:
        parts.append(f'<span class="muted">To add: {escaped(found.item.still)}</span>')
    return "<br>".join(parts)


def points_text(found: FilledItem) -> str:
    """Points of an item, of how many: "2 of 2", "? of 7"; a weight with two decimals.

    Examples
    --------
    >>> from clnm_core.report.checklists import RQS
    >>> from clnm_core.report.checklists.filled import fill
    >>> points_text(fill(RQS, {}).items[10])
    '? of 7'

    """
    decimals = 0 if isinstance(found.item.most, int) else 2
    if found.status is Status.AWAY:
        return "–"
    known = "?" if found.points != found.points else number(found.points, decimals)
    return f"{known} of {number(found.item.most, decimals)}"
