"""In which window of Hounsfield units is CT shown?

A screen has 256 greys and CT some 4,000 values; a window says which of them matter. The presets
are those in daily use for the neck; they show, they do not measure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Black at ``level - width / 2``, white at ``level + width / 2``.

    Parameters
    ----------
    level, width : float
        In Hounsfield units.
    words : str
        What it is for, as a part of a sentence.

    """

    level: float
    width: float
    words: str


#: The default of CT where a file asks for no window of its own.
SOFT_TISSUE = "soft tissue"
#: Everything from air to metal, for whoever wants to see what a narrow window hides.
FULL = "full"

#: Width and level as radiology teaches them ("Windowing (CT)", Radiopaedia.org: head and neck,
#: soft tissues W 350-400 L 20-60; bone W 1800 L 400; lungs W 1500 L -600). Soft tissue takes W 350
#: L 50 of that range. Full spans the 12 bits that scanners store, from -1024 HU on.
PRESETS: dict[str, Window] = {
    SOFT_TISSUE: Window(50.0, 350.0, "a soft-tissue window of the neck"),
    "bone": Window(400.0, 1800.0, "a bone window"),
    "lung": Window(-600.0, 1500.0, "a lung window"),
    FULL: Window(1024.0, 4096.0, "the full range of CT"),
}


def require_window(name: str | None) -> None:
    """Refuse a name that is no preset; ``None`` stands for the file's own window.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> require_window("soft tissue")
    >>> require_window("teeth")
    Traceback (most recent call last):
    ValueError: window must be one of soft tissue, bone, lung, full, or None; got 'teeth'.

    """
    if name is not None and name not in PRESETS:
        raise ValueError(f"window must be one of {', '.join(PRESETS)}, or None; got {name!r}.")
