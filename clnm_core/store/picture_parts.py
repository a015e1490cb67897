"""What is one picture of a case made of, and how does it get into the store?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.store import artifacts, objects


@dataclass(frozen=True, eq=False, slots=True)
class PictureParts:
    """A picture, de-identified, and what was drawn on it.

    Parameters
    ----------
    png : bytes
        As :mod:`clnm_core.store.artifacts` takes it.
    dicom : bytes
        As :mod:`clnm_core.store.objects` takes it; empty where the picture was no DICOM file.
    masks : dict of str to bytes
        PNG by structure.
    fields : dict
        Its fields of the store's table ``images``, but for names and digests.

    """

    png: bytes
    dicom: bytes = b""
    masks: dict[str, bytes] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Rows of the store's tables ``images`` and ``masks``."""

    images: pd.DataFrame
    masks: pd.DataFrame


class Kept:
    """Pictures that are put into the store one after another, and the rows that name them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._images: list[dict[str, Any]] = []
        self._masks: list[dict[str, Any]] = []

    def put(self, case_id: str, image_id: str, parts: PictureParts) -> None:
        """Put one picture; what is in the store already is left alone.

        Raises
        ------
        StoreError
            If it cannot be written.

        """
        digest = artifacts.put(self._root, "image", parts.png)
        dicom = objects.put(self._root, parts.dicom) if parts.dicom else None
        named = {"image_id": image_id, "case_id": case_id, "digest": digest, "dicom": dicom}
        self._images.append({**parts.fields, **named})
        for structure, png in parts.masks.items():
            digest = artifacts.put(self._root, "mask", png)
            self._masks.append({"image_id": image_id, "structure": structure, "digest": digest})

    @property
    def rows(self) -> Rows:
        """The rows of all that was put."""
        return Rows(pd.DataFrame(self._images), pd.DataFrame(self._masks))
