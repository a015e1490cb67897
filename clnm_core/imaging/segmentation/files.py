"""How is a trained outliner kept, and how is it known to be the one that was kept?

Two files: the arrays in safetensors, as 16-bit floats, and a manifest in JSON that carries their
SHA-256. The SHA-256 of the manifest is the outliner's digest. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from clnm_core.errors import ModelError
from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner

_ARRAYS, _MANIFEST = "outliner.safetensors", "manifest.json"
_FORMAT = 1
_SHIPPED = Path(__file__).with_name("shipped.safetensors")
#: The manifest that belongs to this release; replaced together with the two files.
_SHIPPED_DIGEST = "d99af153714239cc09d25d550edd3c97c4f96e0d40d85a7e9e017502e377e44b"


def rounded(outliner: Outliner) -> Outliner:
    """The outliner as it will be read back: its arrays rounded to 16-bit floats."""
    weights = {
        name: values.astype(np.float16).astype(np.float32)
        for name, values in outliner.weights.items()
    }
    return Outliner(weights, outliner.side, outliner.widths, outliner.manifest)


def written(outliner: Outliner, facts: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The two files of an outliner.

    Parameters
    ----------
    outliner : Outliner
    facts : mapping
        What the manifest says besides, as plain JSON values: ``is_synthetic``, cohort, version
        of the store, scores.

    Returns
    -------
    arrays, manifest : bytes

    """
    arrays = save_tensors(
        {name: values.astype(np.float16) for name, values in outliner.weights.items()}
    )
    manifest = {
        **facts,
        "format": _FORMAT,
        "network": "MONAI BasicUNetPlusPlus",
        "structures": list(STRUCTURES),
        "side": outliner.side,
        "widths": list(outliner.widths),
        "arrays_sha256": hashlib.sha256(arrays).hexdigest(),
    }
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return arrays, text.encode() + b"\n"


def save(outliner: Outliner, folder: Path, facts: Mapping[str, Any]) -> Outliner:
    """Write an outliner into ``<folder>/<digest>/``.

    Returns
    -------
    Outliner
        As it will be read back, with its manifest and digest.

    Raises
    ------
    ModelError
        If the folder cannot be written.

    """
    arrays, manifest = written(outliner, facts)
    place = folder / hashlib.sha256(manifest).hexdigest()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, data in ((_ARRAYS, arrays), (_MANIFEST, manifest)):
            draft = place / f"{name}.{secrets.token_hex(4)}.part"
            draft.write_bytes(data)
            draft.replace(place / name)
    except OSError as error:
        raise ModelError(
            f"The outliner cannot be written to {folder} ({error.strerror or error}). Check free "
            "space and the rights of the folder."
        ) from error
    return load(folder, place.name)


def load(folder: Path, digest: str) -> Outliner:
    """The outliner of that digest.

    Raises
    ------
    ModelError
        If a file is missing, or is not what was written.

    """
    return _read(folder / digest / _ARRAYS, folder / digest / _MANIFEST, digest)


@lru_cache(maxsize=1)
def shipped() -> Outliner:
    """The outliner that comes with the program; it learned from simulated ultrasound alone.

    Raises
    ------
    ModelError
        If its files are not those of this release.

    """
    return _read(_SHIPPED, _SHIPPED.with_suffix(".json"), _SHIPPED_DIGEST)


def _read(arrays_file: Path, manifest_file: Path, digest: str) -> Outliner:
    try:
        text, arrays = manifest_file.read_bytes(), arrays_file.read_bytes()
    except OSError:
        raise _damaged("a file of it is missing") from None
    if hashlib.sha256(text).hexdigest() != digest:
        raise _damaged("its manifest was changed")
    manifest = json.loads(text)
    if manifest["format"] != _FORMAT or manifest["structures"] != list(STRUCTURES):
        raise _damaged("they were written by another release")
    if hashlib.sha256(arrays).hexdigest() != manifest["arrays_sha256"]:
        raise _damaged("its arrays were changed")
    try:
        tensors = load_tensors(arrays)
    except SafetensorError:
        raise _damaged("its arrays cannot be read") from None
    weights = {name: values.astype(np.float32) for name, values in tensors.items()}
    return Outliner(
        weights, manifest["side"], tuple(manifest["widths"]), {**manifest, "digest": digest}
    )


def _damaged(why: str) -> ModelError:
    return ModelError(
        f"The outliner's files are not as they were saved: {why}. Train it again, or install the "
        "program again if it is the one that came with it."
    )
