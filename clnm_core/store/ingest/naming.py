"""Which name and label does a cohort's own column get?"""

from __future__ import annotations

import re
import unicodedata

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.ingest.layout import JOINT
from clnm_core.store.ingest.mapping import RESERVED

_FILLER = re.compile(r"#|\d+|info")
_CAPITALS = frozenset("bmi braf cea crp ct fna hpv mri pet tert tg tgab tnm tpo tsh us".split())
_LONGEST = 60


def last_part(source: str) -> str:
    """The lowest row of a header: ``age`` of ``patient | # | age``."""
    return source.split(JOINT)[-1]


def label_for(source: str, *, is_short: bool) -> str:
    """What a reader sees: the words of the file, its typing errors too.

    ``is_short`` takes the lowest header row alone.

    Examples
    --------
    >>> label_for("Hx Radiothreapy", is_short=True)
    'Hx Radiothreapy'
    >>> label_for("PET | ipsi | II", is_short=False)
    'PET ipsi II'

    """
    parts = source.split(JOINT)
    words = parts[-1] if is_short else " ".join(p for p in parts if not _FILLER.fullmatch(p))
    words = words.replace("_", " ").strip() or source
    known = [word.upper() if word in _CAPITALS else word for word in words.split(" ")]
    words = " ".join(known)
    return f"{words[0].upper()}{words[1:]}"[:_LONGEST]


def name_for(source: str, taken: set[str], *, is_short: bool) -> str:
    """A snake-case name that is free, neither reserved nor a registered variable's.

    Examples
    --------
    >>> name_for("Hx Radiothreapy", set(), is_short=True)
    'hx_radiothreapy'
    >>> name_for("tumor | 1 | central", set(), is_short=True)
    'tumor_central'

    """
    long = _slug(label_for(source, is_short=False))
    first = _slug(label_for(source, is_short=True)) if is_short else long
    stem = first or long or "column"
    for name in (stem, long, f"{stem}_recorded"):
        if name and name not in taken and name not in RESERVED and name not in BUILT_IN:
            return name
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", ascii_text.casefold()).strip("_")
    if slug and not slug[0].isalpha():
        slug = f"c_{slug}"
    return slug[:_LONGEST].strip("_")
