"""How do words of a cohort get into a page without being read as Markdown?"""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:^-])")


def plain(text: str) -> str:
    r"""The text with every character that Markdown could read escaped.

    Examples
    --------
    >>> plain("p53 *mut* $5")
    'p53 \\*mut\\* \\$5'

    """
    return _MARKS.sub(r"\\\1", text)
