"""Which outliners are in the store, and which one is meant by a name?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from clnm_core.errors import ModelError, UnknownModelError
from clnm_core.imaging.segmentation.files import load, shipped
from clnm_core.imaging.segmentation.outliner import Outliner
from clnm_core.store.places import StorePaths

SHIPPED = "shipped"
"""The name of the outliner that comes with the program."""


def folder_of(root: Path) -> Path:
    """Folder of the outliners that were trained here."""
    return StorePaths(root).models / "outliners"


def check_name(name: str) -> None:
    """Refuse a name that is not plain, or is the one of the outliner that came along.

    Raises
    ------
    ModelError
        If the name cannot be used.

    """
    is_plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    if not is_plain or len(name) > 60:
        raise ModelError(
            "An outliner's name must be letters, digits, hyphens and underscores, at most 60; "
            f"got {name[:80]!r}."
        )
    if name == SHIPPED:
        raise ModelError(
            f"{SHIPPED!r} is the outliner that comes with the program. Choose another name."
        )


def trained_outliners(root: Path) -> list[dict[str, Any]]:
    """Manifests of the outliners that were trained here, with their digests, oldest first.

    A folder whose manifest cannot be read was left by a training that was killed, and is no
    outliner.
    """
    found = []
    for file in sorted(folder_of(root).glob("*/manifest.json")):
        try:
            manifest = json.loads(file.read_bytes())
            found.append({**manifest, "digest": file.parent.name})
        except (OSError, ValueError):
            continue
    return sorted(found, key=lambda manifest: str(manifest.get("created", "")))


def outliner_of(root: Path, name: str | None) -> Outliner:
    """The outliner of a name; of several trainings under one name the latest.

    Parameters
    ----------
    root : pathlib.Path
    name : str or None
        ``None`` or ``shipped`` is the one that comes with the program.

    Raises
    ------
    UnknownModelError
        If there is none of that name.
    ModelError
        If its files are not as they were saved.

    """
    if name in (None, SHIPPED):
        return shipped()
    manifests = trained_outliners(root)
    digests = [str(each["digest"]) for each in manifests if each.get("name") == name]
    if not digests:
        known = ", ".join(sorted({SHIPPED, *(str(each.get("name")) for each in manifests)}))
        raise UnknownModelError(
            f"There is no outliner {str(name)[:80]!r}. Choose one of those that can outline: {known}."
        )
    return load(folder_of(root), digests[-1])
