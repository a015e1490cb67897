"""Who made the device of a picture, in a word that the program knows?

What a file says of its maker is free text, and the same house writes itself in many ways. Only
words of a fixed list leave this module, so nothing of the file's own wording is ever shown.
"""

from __future__ import annotations

ANOTHER = "another maker"
"""A maker that is named in the file and not in the list."""

_NAMES = {
    "GE": ("GE ", "GEMS", "GENERAL ELECTRIC"),
    "Philips": ("PHILIPS", "ATL", "ADAC", "MARCONI"),
    "Siemens": ("SIEMENS", "ACUSON"),
    "Canon": ("CANON", "TOSHIBA"),
    "Samsung": ("SAMSUNG", "MEDISON"),
    "Mindray": ("MINDRAY", "SHENZHEN MINDRAY"),
    "Fujifilm": ("FUJI", "HITACHI", "ALOKA", "SONOSITE"),
    "SuperSonic Imagine": ("SUPERSONIC", "SUPER SONIC"),
    "Hologic": ("HOLOGIC",),
    "Esaote": ("ESAOTE",),
    "SonoScape": ("SONOSCAPE",),
    "Neusoft": ("NEUSOFT",),
    "United Imaging": ("UNITED IMAGING", "UIH"),
}
"""Makers as they are called today, with the beginnings of what their devices write."""

MAKERS = frozenset((*_NAMES, ANOTHER))


def maker_of(text: str) -> str:
    """The maker in a known word; empty where nothing is said.

    Examples
    --------
    >>> maker_of("GE Healthcare"), maker_of("TOSHIBA_MEC_US"), maker_of("  ")
    ('GE', 'Canon', '')
    >>> maker_of("Mustermann, Erika")
    'another maker'

    """
    said = f"{text.strip().upper()} "
    if not said.strip():
        return ""
    for maker, beginnings in _NAMES.items():
        if said.startswith(beginnings):
            return maker
    return ANOTHER
