"""How is a table drawn that must show every word, be printed and be read aloud?

As plain HTML in the house style: nothing is cut off, and the browser's search finds it.
Everything that is passed in is escaped here, but cells made by :func:`cell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Cell:
    """Markup that is already safe to show, and over how many rows it stands."""

    html: str
    rows: int = 1


UNKNOWN = Cell("<span class='unknown'>unknown</span>")
"""What stands for a missing value."""


def bar(share: float, words: str) -> Cell:
    """A share in [0, 1] as a small bar with its words behind it."""
    width = 100 * min(max(share, 0.0), 1.0)
    return Cell(
        "<span class='share'>"
        f"<span class='bar'><span style='width:{width:.1f}%'></span></span> {escape(words)}</span>"
    )


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str | Cell | None]],
    *,
    alt: str,
    numeric: Sequence[bool] = (),
    kind: str = "",
) -> str:
    """A table as HTML.

    Parameters
    ----------
    head : sequence of str
        Titles of the columns.
    rows : sequence of sequences
        Words, or cells made here; as many as there are titles. ``None`` where a cell of a
        row above reaches down.
    alt : str
        The name that is read aloud.
    numeric : sequence of bool
        Which columns stand on the right; none by default.
    kind : str
        A further class of the table.

    """
    sides = [*numeric, *[False] * (len(head) - len(numeric))]
    headings = "".join(
        f"<th scope='col'{_side(side)}>{escape(title)}</th>"
        for title, side in zip(head, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(_td(c, side) for c, side in zip(row, sides, strict=True) if c is not None)
        + "</tr>"
        for row in rows
    )
    return (
        f"<div class='clnm-table {escape(kind)}' tabindex='0'><table aria-label='{escape(alt)}'>"
        f"<thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _td(content: str | Cell, is_number: bool) -> str:
    if isinstance(content, str):
        return f"<td{_side(is_number)}>{escape(content)}</td>"
    span = f" rowspan='{content.rows}'" if content.rows > 1 else ""
    return f"<td{_side(is_number)}{span}>{content.html}</td>"


def _side(is_number: bool) -> str:
    return " class='number'" if is_number else ""
