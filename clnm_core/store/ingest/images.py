"""What images come with a table, and what is wrong with them?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clnm_core.domain.progress import Progress
from clnm_core.store.ingest.checking import Checked
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.picture_files import pair
from clnm_core.store.ingest.pictures import Read, read_pictures
from clnm_core.store.ingest.row_rules import Issue

if TYPE_CHECKING:  # what a disguise is made of is loaded where it is used
    from clnm_core.imaging.disguise import Disguise


@dataclass(frozen=True, eq=False, slots=True)
class Images:
    """The images of a table.

    Parameters
    ----------
    read : Read
        Pictures, and files that cannot be used.
    issues : tuple of Issue
        Cells that name no image of the folder, or several.
    refusals : tuple of Issue
        What to say of each file that cannot be used.
    notes : tuple of str

    """

    read: Read
    issues: tuple[Issue, ...] = ()
    refusals: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()


def read_images(
    images_dir: Path | None,
    into: Path,
    checked: Checked,
    mapping: Mapping,
    disguise_of: Callable[[str], Disguise],
    progress: Progress,
) -> Images:
    """Find the images of the rows and read them; see :func:`read_pictures`.

    Raises
    ------
    TableError
        If the folder cannot be listed or holds no image.

    """
    if images_dir is None:
        note = f"Column {mapping.image!r} names images, but no folder of images was given."
        return Images(Read(), notes=(note,) if mapping.image else ())
    cases = checked.cases["case_id"].dropna()
    paired = pair(images_dir, cases, checked.images, mapping.image)
    read = read_pictures(paired.pairs, into, disguise_of, progress)
    column = mapping.image or mapping.case or mapping.patient
    refusals = tuple(Issue(one.row, column, one.path.name, one.reason) for one in read.refused)
    return Images(read, paired.issues, refusals, (*paired.notes, *read.notes))
