"""What does every one-file report look like? The sheet of paper, and what may be written on it.

Everything that comes from data passes through :func:`escaped`; a content security policy in
the head keeps the file from asking for anything from anywhere.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clnm_core import __version__
from clnm_core.report.wording import RESEARCH_USE

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is loaded but pictures inside the file; nothing runs."""

STYLE = """
:root{color-scheme:light;--ink:#1b1f24;--muted:#59616b;--line:#d8dce1;--accent:#1F3B57}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.5rem 3rem;max-width:64rem;color:var(--ink);background:#fff;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere;
font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
h1,h2,h3{break-after:avoid}
.answer{font-size:1.15rem;margin:.75rem 0}
.muted,figcaption,footer{color:var(--muted);font-size:.87em}
td .muted{font-size:1em}
.use{border:1px solid var(--ink);padding:.15rem .6rem;display:inline-block;font-size:.87rem}
table{border-collapse:collapse;width:100%;font-size:.87rem}
th,td{text-align:left;vertical-align:top;padding:.3rem 1.2rem .3rem 0;
border-bottom:1px solid var(--line);overflow-wrap:break-word}
td.long{overflow-wrap:anywhere}
th{font-weight:600;border-bottom:1px solid var(--ink)}
td.n,th.n{text-align:right}
td.n,.kept{white-space:nowrap}
tr{break-inside:avoid}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.5rem}
.smalls{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem}
figure{margin:0;break-inside:avoid}
figure h3{font-size:.95rem;margin:0 0 .25rem}
svg{max-width:100%;height:auto;display:block}
td svg{width:8.5rem;max-width:none}
.picture{max-width:40rem}
.methods{color:var(--muted);font-size:.8em;margin:.35rem 0 0;border-left:2px solid var(--line);
padding-left:.6rem;user-select:all}
.methods.whole{color:var(--ink);font-size:.93em}
.checklist td:nth-child(2){width:38%}
.status{font-size:.93em;font-style:italic;color:var(--muted)}
.error{color:#9c2a14;font-weight:600}
.warning{color:#7a4b00;font-weight:600}
.info{color:var(--muted);font-weight:600}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.5rem}
@page{margin:16mm 15mm}
@media print{body{padding:0;max-width:none;font-size:10pt;line-height:1.4}
h1{font-size:15pt}h2{margin-top:1.2rem}
.answer{font-size:11.5pt}
table{font-size:8.5pt}th,td{padding:.2rem .7rem .2rem 0}
thead{display:table-header-group}
td svg{width:6.5rem}
p,li{orphans:3;widows:3}
.figures{grid-template-columns:1fr 1fr;gap:.8rem}
.smalls{grid-template-columns:repeat(4,1fr);gap:.5rem}
.new-page{break-before:page}.together{break-inside:avoid}
.new-page>h2{margin-top:0}
footer{break-inside:avoid}
svg,.status,.error,.warning{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


LONGEST_WORD = 24
"""Longer words of a table may be broken anywhere, so that no table is wider than the paper."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Marked-up text that was made here, and holds nothing unescaped from data."""

    html: str


def escaped(text: object) -> str:
    """Text that no browser can read as a mark; quotes too.

    Examples
    --------
    >>> escaped('<img src=x onerror="alert(1)">')
    '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'

    """
    return html.escape(str(text), quote=True)


def sheet(title: str, parts: Iterable[str], *, foot: Sequence[str] = (), style: str = "") -> str:
    """A whole HTML file.

    Parameters
    ----------
    title : str
        Plain text.
    parts : iterable of str
        Marked-up body, escaped already.
    foot : sequence of str
        More lines of plain text for the foot.
    style : str
        More rules of style, written in this code.

    """
    lines = [RESEARCH_USE, *foot, f"CLNM Explorer {__version__}."]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escaped(title)}</title><style>{STYLE}{style}</style></head><body>\n"
        f'<p class="use">{escaped(RESEARCH_USE)}</p>\n'
        + "\n".join(parts)
        + f"\n<footer>{'<br>'.join(escaped(line) for line in lines)}</footer>\n</body></html>\n"
    )


def section(title: str, *parts: str, kind: str = "") -> str:
    """A heading of plain text and its marked-up parts; ``kind`` is a class of the style.

    On paper ``new-page`` begins a page of its own, and ``together`` is not parted.
    """
    opened = f'<section class="{kind}">' if kind else "<section>"
    return f"{opened}<h2>{escaped(title)}</h2>{''.join(parts)}</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; ``kind`` is a class of the style."""
    return f'<p class="{kind}">{escaped(text)}</p>' if kind else f"<p>{escaped(text)}</p>"


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: frozenset[int] = frozenset()
) -> str:
    """A table of plain values; cells that are :class:`Marked` are taken as they are.

    Parameters
    ----------
    head : sequence of str
        Plain text.
    rows : iterable of sequence
        As long as the head.
    numbers : frozenset of int
        Places of columns that are set to the right.

    """

    def cell(tag: str, place: int, value: object) -> str:
        inside = value.html if isinstance(value, Marked) else escaped(value)
        if place in numbers:
            return f"<{tag} class=n>{inside}</{tag}>"
        words = inside if isinstance(value, Marked) else str(value)
        is_long = tag == "td" and any(len(word) > LONGEST_WORD for word in words.split())
        return f"<{tag} class=long>{inside}</{tag}>" if is_long else f"<{tag}>{inside}</{tag}>"

    def line(tag: str, values: Sequence[object]) -> str:
        return f"<tr>{''.join(cell(tag, i, value) for i, value in enumerate(values))}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def figure(title: str, drawing: str, how_to_read: str, methods: str = "") -> str:
    """A drawing (SVG made here) with its title, how to read it and how it was made.

    All words are plain text. A click on the methods selects the whole sentence, to copy it.
    """
    return (
        f"<figure><h3>{escaped(title)}</h3>{drawing}"
        f"<figcaption>{escaped(how_to_read)}</figcaption>"
        f"{paragraph(methods, 'methods') if methods else ''}</figure>"
    )
