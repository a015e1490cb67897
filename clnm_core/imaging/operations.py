"""What can be asked of the process that reads files from outside?

Each question becomes a JSON header and raw parts; whoever asks puts them together again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clnm_core.domain.image import Image
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.reading import read_image

Part = memoryview | bytes
Request = dict[str, Any]
Answered = tuple[dict[str, Any], list[Part]]


def _show(files: list[bytes], request: Request, limits: Limits) -> Answered:
    """What does one frame of a file show?"""
    (data,) = files
    image = read_image(
        data, request["ending"], request["frame"], window=request["window"], limits=limits
    )
    return _described(image), [_pixels(image)]


def _receive(files: list[bytes], request: Request, limits: Limits) -> Answered:
    """What is left of a file once nobody can be recognised in it?"""
    from clnm_core.imaging.disguise import Disguise
    from clnm_core.imaging.receiving import receive

    (data,) = files
    words = request["disguise"]
    disguise = Disguise(
        key=bytes.fromhex(words["key"]), patient=words["patient"], shift_days=words["shift_days"]
    )
    received = receive(data, request["ending"], disguise, request["frame"], limits)
    header = _described(received.image)
    header |= {"is_doubtful": bool(received.is_doubtful), "reason": received.reason}
    return header, [_pixels(received.image), received.dicom]


def _outline(files: list[bytes], request: Request, limits: Limits) -> Answered:
    """Which pixels of one frame of a file does another file outline?"""
    from clnm_core.imaging.mask_files import masks_on

    data, image = files
    masks = masks_on(data, request["ending"], image, request["frame"], limits)
    shape = next(iter(masks.values())).shape
    parts: list[Part] = [np.packbits(mask).tobytes() for mask in masks.values()]
    return {"shape": shape, "labels": list(masks)}, parts


OPERATIONS: dict[str, Callable[[list[bytes], Request, Limits], Answered]] = {
    "image": _show,
    "receive": _receive,
    "masks": _outline,
}


def _described(image: Image) -> dict[str, Any]:
    return {
        "shape": image.pixels.shape,
        "spacing_mm": image.spacing_mm,
        "modality": image.modality,
        "frame": image.frame,
        "frames": image.frames,
        "source": image.source,
        "regions": [
            (region.top, region.left, region.bottom, region.right, region.spacing_mm)
            for region in image.regions
        ],
        "notes": image.notes,
        "manufacturer": image.manufacturer,
    }


def _pixels(image: Image) -> Part:
    return np.ascontiguousarray(image.pixels).data.cast("B")
