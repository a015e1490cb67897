"""What has a person drawn on a picture so far, and what was there one step before?

A draft is a value: each change gives another one. What comes from a browser is read here, and
whatever cannot be an outline on this picture becomes a sentence, never an outline.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import MOST_POINTS, ellipse_mask, largest_part, polygon_mask

Mask = NDArray[np.bool_]

WAYS = {"replace": "replaces", "add": "adds", "cut": "cuts out"}
"""What a drawing does to the outline that is there."""

MOST_STEPS = 40
"""So many steps can be undone."""

_NOTHING_ARRIVED = "What was drawn did not arrive whole. Draw it again."
_EMPTY = "The line holds no pixel of the picture, so nothing was changed. Draw it larger, within the picture."
_NOTHING_LEFT = "Nothing would be left of the outline. Press Clear if that is meant."


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """The outlines of one picture while they are being corrected.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the picture.
    masks : mapping of str to numpy.ndarray of bool, shape ``shape``
        By structure; none of them is empty.
    past : tuple of mapping of str to bytes or None
        What each step changed: by structure, the mask before it as packed bits.
    stamp : int
        One more after each attempt to change something.
    problem : str
        Why the last attempt changed nothing, as a sentence.

    """

    shape: tuple[int, int]
    masks: Mapping[str, Mask] = field(default_factory=dict)
    past: tuple[Mapping[str, bytes | None], ...] = ()
    stamp: int = 0
    problem: str = ""

    def __getitem__(self, structure: str) -> Mask | None:
        """The mask of a structure; ``None`` where it has none."""
        return self.masks.get(structure)


def begun(shape: tuple[int, int], masks: Mapping[str, Mask]) -> Draft:
    """A draft that starts from outlines that are there; empty ones count as none.

    Raises
    ------
    ImageError
        If an outline does not have the picture's rows and columns.

    """
    for structure, mask in masks.items():
        if mask.shape != shape:
            raise ImageError(
                f"The outline of the {structure} has {mask.shape[0]} x {mask.shape[1]} pixels (rows "
                f"x columns), its picture {shape[0]} x {shape[1]}. Import them again together."
            )
    return Draft(shape, {name: mask for name, mask in masks.items() if mask.any()})


def changed(draft: Draft, masks: Mapping[str, Mask | None]) -> Draft:
    """The draft with other outlines; ``None`` or an empty mask takes one away.

    Nothing is added to the past where nothing differs.
    """
    fresh = {
        name: mask if mask is not None and mask.any() else None for name, mask in masks.items()
    }
    step = {
        name: _packed(draft[name]) for name, mask in fresh.items() if not _same(mask, draft[name])
    }
    after = {**draft.masks, **{name: fresh[name] for name in step}}
    return replace(
        draft,
        masks={name: mask for name, mask in after.items() if mask is not None},
        past=(*draft.past, step)[-MOST_STEPS:] if step else draft.past,
        stamp=draft.stamp + 1,
        problem="",
    )


def undone(draft: Draft) -> Draft:
    """The draft before its last step; the same where there is none."""
    if not draft.past:
        return draft
    before = {
        name: None if bits is None else _unpacked(bits, draft.shape)
        for name, bits in draft.past[-1].items()
    }
    return replace(changed(draft, before), past=draft.past[:-1])


def refused(draft: Draft, problem: str) -> Draft:
    """The draft unchanged, with the reason."""
    return replace(draft, stamp=draft.stamp + 1, problem=problem)


def laid(draft: Draft, structure: str, mask: Mask, way: str) -> Draft:
    """The draft after a structure's outline was replaced, widened or cut by a mask.

    Raises
    ------
    ValueError
        If the way is none of ``WAYS``.

    """
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}; got {way!r}.")
    if not mask.any():
        return refused(draft, _EMPTY)
    before = draft[structure]
    if before is None:
        before = np.zeros(draft.shape, dtype=bool)
    after = {"replace": mask, "add": before | mask, "cut": before & ~mask}[way]
    if not after.any():
        return refused(draft, _NOTHING_LEFT)
    return changed(draft, {structure: after})


def drawn(draft: Draft, structure: str, message: object, way: str) -> Draft:
    """The draft after what a browser says was drawn.

    Parameters
    ----------
    draft : Draft
    structure : str
        What is being outlined.
    message : object
        From outside: ``{"kind": "polygon" | "ellipse" | "adjusted", "points": [[column, row], ...]}``.
        An ellipse has two points, opposite corners of the box around it. An adjusted outline takes
        the place of the structure's largest part, whatever ``way`` says.
    way : str
        One of ``WAYS``.

    """
    try:
        kind, points = _read(message)
        if kind == "ellipse":
            return laid(draft, structure, _in_box(points, draft.shape), way)
        mask = polygon_mask(points[:, ::-1], draft.shape)
        before = draft[structure]
        if kind == "adjusted" and before is not None and mask.any():
            return laid(draft, structure, (before & ~largest_part(before)) | mask, "replace")
        return laid(draft, structure, mask, way)
    except ImageError as error:
        return refused(draft, str(error))


def differing(draft: Draft, masks: Mapping[str, Mask]) -> dict[str, Mask | None]:
    """The structures whose outlines are not those given; ``None`` where one was taken away."""
    names = {**masks, **draft.masks}
    return {name: draft[name] for name in names if not _same(draft[name], masks.get(name))}


def _read(message: object) -> tuple[str, NDArray[np.float64]]:
    """Kind and points, shape (n_points, 2), of a drawing.

    Raises
    ------
    ImageError
        If it is not one.

    """
    if not isinstance(message, Mapping):
        raise ImageError(_NOTHING_ARRIVED)
    kind, points = message.get("kind"), message.get("points")
    if kind not in ("polygon", "ellipse", "adjusted") or not isinstance(points, list | tuple):
        raise ImageError(_NOTHING_ARRIVED)
    if len(points) > MOST_POINTS:
        raise ImageError(
            f"The line has {len(points):,} points, more than the {MOST_POINTS:,} that a hand draws. "
            "Draw it with fewer."
        )
    if not all(_is_point(point) for point in points) or (kind == "ellipse" and len(points) != 2):
        raise ImageError(_NOTHING_ARRIVED)
    return str(kind), np.array(points, dtype=np.float64).reshape(-1, 2)


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list | tuple)
        and len(point) == 2
        and all(
            isinstance(place, int | float)
            and not isinstance(place, bool)
            and abs(place) < 1e9
            and math.isfinite(place)
            for place in point
        )
    )


def _in_box(corners: NDArray[np.float64], shape: tuple[int, int]) -> Mask:
    """The ellipse that touches all four sides of a box."""
    column, row = corners.mean(axis=0).tolist()
    across, down = (np.abs(corners[1] - corners[0]) / 2).tolist()
    if not (across and down):
        return np.zeros(shape, dtype=bool)
    return ellipse_mask((row, column), (across, down), 0.0, shape)


def _same(one: Mask | None, other: Mask | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _packed(mask: Mask | None) -> bytes | None:
    return None if mask is None else np.packbits(mask).tobytes()


def _unpacked(bits: bytes, shape: tuple[int, int]) -> Mask:
    flat = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=shape[0] * shape[1])
    return flat.reshape(shape).astype(bool)
