"""What can models read of the pictures that somebody gave of one of many cases?

Each file is read in a guarded process. One that cannot be read gets its sentence, and the case keeps
the others. Where a model needs an outline that was not given, the outliner proposes one, and the
result says that nobody has looked at it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.masks import read_mask
from clnm_core.imaging.measuring import measured, together
from clnm_core.systems.case import picture_view
from clnm_core.systems.cases import View
from clnm_core.systems.clinical import value_in_words

Mask = NDArray[np.bool_]

PROPOSED = "Outlines were proposed by a network, and nobody has looked at them."

_BLANK = "The picture has one grey level all over, so there is nothing to judge on it."
_FRAMES = "A file of {n} frames: the first was judged."


@dataclass(frozen=True, eq=False, slots=True)
class File:
    """A file that somebody gave: its name, of which only the ending counts, and its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """One picture of a case, and the files that outline something on it.

    Parameters
    ----------
    file : File
    view : str
        ``transverse``, ``longitudinal``, ``axial``; empty where it is not said.
    masks : mapping of str to File
        By structure: ``nodule``, ``node``, ``gland``.

    """

    file: File
    view: str = ""
    masks: Mapping[str, File] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """The pictures of one case as models take them.

    Parameters
    ----------
    views : tuple of View
    measured : dict of str to object
        What the outlines measure, by column.
    outlines : str
        ``given`` or ``proposed``; empty where there are none.
    notes : tuple of str
        Sentences that a reader should know.
    refusals : tuple of str
        Why a file could not be read.
    pixels : int
        Of all pictures together.

    """

    views: tuple[View, ...] = ()
    measured: Mapping[str, Any] = field(default_factory=dict)
    outlines: str = ""
    notes: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    pixels: int = 0

    @property
    def measured_words(self) -> str:
        """What was measured, in words; empty where nothing was."""
        words = [
            f"{BUILT_IN[name].label} {value_in_words(BUILT_IN[name], _plain(value))}"
            for name, value in self.measured.items()
        ]
        return ", ".join(words)

    @property
    def said(self) -> tuple[str, ...]:
        """All sentences, each once."""
        return tuple(dict.fromkeys((*self.notes, *self.refusals)))


def opened(
    given: Sequence[Given],
    *,
    structures: Collection[str],
    modality: str,
    propose: Callable[[Image], Mapping[str, Mask]] | None = None,
) -> Opened:
    """Read the pictures of one case.

    Parameters
    ----------
    given : sequence of Given
    structures : collection of str
        Outlines that a model needs: ``lesion``, ``gland``. They are proposed where they are not
        given, on pictures that are not CT.
    modality : str
        What a picture is taken for that does not say it.
    propose : callable, optional
        Outlines of a picture, by structure; by default those of the outliner that comes along.

    """
    views: list[View] = []
    said: list[str] = []
    refusals: list[str] = []
    found: list[dict[str, Any]] = []
    is_proposed, pixels = False, 0
    for number, one in enumerate(given, start=1):
        try:
            image = read_untrusted(_bytes(one.file), one.file.name)
        except ImageError as error:
            refusals.append(str(error))
            continue
        if np.ptp(image.pixels) == 0:
            refusals.append(_BLANK)
            continue
        masks: dict[str, Mask] = {}
        for structure, file in one.masks.items():
            try:
                mask = read_mask(_bytes(file), file.name, image.pixels.shape[:2])
            except ImageError as error:
                said.append(f"The outline of the {structure} was left out. {error}")
                continue
            if mask.any():
                masks[structure] = mask
            else:
                said.append(f"The outline of the {structure} is empty and was left out.")
        if image.frames > 1:
            said.append(_FRAMES.format(n=image.frames))
        if _lacks(masks, structures) and not _is_ct(image, modality):
            more = _proposed(image, structures, propose or _by_outliner)
            is_proposed |= any(name not in masks for name in more)
            masks = {**more, **masks}
        pixels += int(np.prod(image.pixels.shape[:2]))
        found.append(_measures(image, masks, one.view))
        views.append(
            picture_view(f"picture-{number}", image, masks, view=one.view, modality=modality)
        )
    has_outlines = any(view.has_lesion or view.has_gland for view in views)
    if is_proposed:
        said.append(PROPOSED)
    outlines = ("proposed" if is_proposed else "given") if has_outlines else ""
    return Opened(
        tuple(views), together(found), outlines, tuple(said), tuple(refusals), max(pixels, 1)
    )


def _bytes(file: File) -> bytes:
    try:
        return file.read()
    except OSError as error:
        raise ImageError(f"The file cannot be read: {error.strerror}. Check its rights.") from None


def _lacks(masks: Mapping[str, Mask], structures: Collection[str]) -> bool:
    has = {"lesion": "nodule" in masks or "node" in masks, "gland": "gland" in masks}
    return any(not has.get(name, True) for name in structures)


def _is_ct(image: Image, modality: str) -> bool:
    return (modality if image.modality is Modality.OTHER else image.modality.value) == "CT"


def _proposed(
    image: Image, structures: Collection[str], propose: Callable[[Image], Mapping[str, Mask]]
) -> dict[str, Mask]:
    """What is found of the structures that are needed."""
    names = {"lesion": "nodule", "gland": "gland"}
    masks = propose(image)
    wanted = [names[one] for one in structures if one in names]
    return {name: masks[name] for name in wanted if masks[name].any()}


def _by_outliner(image: Image) -> Mapping[str, Mask]:
    """What the outliner that comes along finds; its network is loaded when it is first asked."""
    from clnm_core.imaging.segmentation.proposal import propose

    return propose(image).masks


def _measures(image: Image, masks: Mapping[str, Mask], view: str) -> dict[str, Any]:
    if "nodule" not in masks:
        return {}
    return measured(masks["nodule"], masks.get("gland"), image.spacing_mm, view=view).known


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return round(value, 1) if isinstance(value, float) else value
