"""What may a structure be called that a file from outside names?

A name may be anything, also the patient's, a command to a terminal or a page of text. What is
passed on is short, in plain letters, and no two are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

LONGEST = 48  # characters
_UNWANTED = re.compile(r"[^\w ()+-]")
PLAIN = re.compile(r"\w[\w ()+-]{0,63}")


def plain_label(text: object, number: int, taken: Container[str] = ()) -> str:
    r"""A short word for a structure.

    Parameters
    ----------
    text : object
        What the file calls it; anything.
    number : int
        Stands in for a name that is none.
    taken : container of str
        Names that are in use; a number is added to one that is among them.

    Returns
    -------
    str
        At most 64 letters, digits, spaces and ``_ ( ) + -``, starting with a letter or digit.

    Examples
    --------
    >>> plain_label("Nodule\x1b[31m\n left ", 1)
    'Nodule 31m left'
    >>> plain_label("", 3)
    'structure 3'
    >>> plain_label("gland", 2, {"gland"})
    'gland (2)'

    """
    words = unicodedata.normalize("NFKC", text[:1000]) if isinstance(text, str) else ""
    words = " ".join(_UNWANTED.sub(" ", words).split()).lstrip(" ()+-")[:LONGEST].rstrip()
    first = words or f"structure {number}"
    label, count = first, 1
    while label in taken:
        count += 1
        label = f"{first} ({count})"
    return label
