"""Which of some image files show which case, and which outline something on it?

``CASE.png`` is a picture of the case, ``CASE_transverse.dcm`` and ``CASE_longitudinal.dcm`` are two
of its views; ``CASE_nodule.png`` and ``CASE_gland.png`` outline something on its picture,
``CASE_transverse_gland.png`` on that view. ``node`` outlines a lymph node, ``mask`` and ``lesion`` mean
the nodule. Upper and lower case are the same. Names are read and never opened as paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath

from clnm_core.errors import InputError
from clnm_core.imaging.limits import DEFAULT
from clnm_core.systems.scoring_pictures import File, Given

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom")
"""Of files that are read; others are left out and counted."""

VIEWS = ("transverse", "longitudinal", "axial")

_STRUCTURES = {
    "nodule": "nodule",
    "lesion": "nodule",
    "mask": "nodule",
    "node": "node",
    "gland": "gland",
}
_MOST_FILES = 20_000
_TWICE = "Another file is the same view of this case already; this one was left out."
_NO_PICTURE = "It outlines something, but there is no picture of that case and view."
_SEVERAL = "It does not say on which view of the case it outlines something."
_MASK_TWICE = "Another file outlines the same structure on that picture already."


@dataclass(frozen=True, eq=False, slots=True)
class Matched:
    """The pictures of each case.

    Parameters
    ----------
    pictures : dict of str to tuple of Given
        By case: as the table writes it, else as the files do.
    aside : tuple of (str, str)
        Files that were left out, by their name, and why.
    notes : tuple of str
        Sentences.

    """

    pictures: dict[str, tuple[Given, ...]] = field(default_factory=dict)
    aside: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """What the name of a file says."""

    case: str
    view: str
    structure: str


def in_folder(folder: Path) -> tuple[File, ...]:
    """The files of a folder and its folders, by name; links are not followed.

    Raises
    ------
    InputError
        If there is no such folder, or it holds too many files.

    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {str(folder)!r}. Give the folder of the pictures.")
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.name.startswith(".") or not path.is_file():
            continue
        found.append(File(path.name, partial(_read, path)))
        if len(found) > _MOST_FILES:
            raise InputError(f"The folder holds more than {_MOST_FILES:,} files. Divide it.")
    return tuple(found)


def matched(files: Iterable[File], cases: Sequence[str] = ()) -> Matched:
    """Say which file shows which case.

    Parameters
    ----------
    files : iterable of File
    cases : sequence of str
        Cases of a table; a file of another one becomes a case of its own.

    """
    known = {case.casefold(): case for case in cases}
    pictures: dict[tuple[str, str], Given] = {}
    masks: list[tuple[_Named, File]] = []
    aside: list[tuple[str, str]] = []
    others = 0
    for file in files:
        if PurePath(file.name).suffix.lower() not in ENDINGS:
            others += 1
            continue
        named = _named(file.name, known)
        if named.structure:
            masks.append((named, file))
        elif (named.case, named.view) in pictures:
            aside.append((file.name, _TWICE))
        else:
            pictures[named.case, named.view] = Given(file, named.view)
    for named, file in masks:
        place, reason = _place_of(named, list(pictures))
        if place is not None and named.structure in pictures[place].masks:
            place, reason = None, _MASK_TWICE
        if place is None:
            aside.append((file.name, reason))
            continue
        one = pictures[place]
        pictures[place] = replace(one, masks={**one.masks, named.structure: file})
    by_case: dict[str, tuple[Given, ...]] = {}
    for (case, _), one in sorted(pictures.items(), key=lambda item: _order(item[0][1])):
        by_case[case] = (*by_case.get(case, ()), one)
    notes = []
    if others:
        verb = (
            "file is no picture by its ending and was"
            if others == 1
            else ("files are no pictures by their endings and were")
        )
        notes.append(f"{others:,} {verb} left out.")
    return Matched(by_case, tuple(aside), tuple(notes))


def _read(path: Path) -> bytes:
    """The bytes of a file, and one more than is ever read safely of one that has too many."""
    with path.open("rb") as file:
        return file.read(DEFAULT.file_bytes + 1)


def _named(name: str, known: dict[str, str]) -> _Named:
    """What a name says; words at its end are left to the case where a case is called so.

    Examples
    --------
    >>> _named("P_12_Transverse_gland.PNG", {})
    _Named(case='P_12', view='transverse', structure='gland')
    >>> _named("p_gland.png", {"p_gland": "P_gland"})
    _Named(case='P_gland', view='', structure='')

    """
    stem = PurePath(name.replace("\\", "/")).stem
    if stem.casefold() in known:
        return _Named(known[stem.casefold()], "", "")
    case, structure = _without(stem, tuple(_STRUCTURES))
    if case.casefold() not in known:
        case, view = _without(case, VIEWS)
    else:
        view = ""
    return _Named(known.get(case.casefold(), case), view, _STRUCTURES.get(structure, ""))


def _without(stem: str, words: Sequence[str]) -> tuple[str, str]:
    """A name without the word at its end, and that word; empty where none of them stands there."""
    head, mark, tail = _parted(stem)
    return (head, tail.lower()) if mark and head and tail.lower() in words else (stem, "")


def _parted(stem: str) -> tuple[str, str, str]:
    at = max(stem.rfind("_"), stem.rfind("-"), stem.rfind(" "))
    return (stem[:at], stem[at], stem[at + 1 :]) if at > 0 else (stem, "", "")


def _place_of(
    named: _Named, places: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str] | None, str]:
    """The picture that an outline lies on, or why there is none."""
    of_case = [place for place in places if place[0] == named.case]
    if (named.case, named.view) in of_case:
        return (named.case, named.view), ""
    if not of_case or named.view:
        return None, _NO_PICTURE
    return (of_case[0], "") if len(of_case) == 1 else (None, _SEVERAL)


def _order(view: str) -> int:
    return VIEWS.index(view) if view in VIEWS else len(VIEWS)
