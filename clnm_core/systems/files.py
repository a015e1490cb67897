"""How is a model written down, and read back safely?

A folder holds ``manifest.json``, ``state.json``, ``weights.safetensors`` and whatever files of its
own the system keeps. The manifest names each of them with its length and SHA-256, and the
manifest's own digest is the folder's name. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from clnm_core.errors import MappingError, ModelError
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.protocol import Model, State

FORMAT = 2
"""Of the folder; 1 was the logistic baseline alone, with its state inside the manifest."""

MOST_BYTES = 4 * 1024**3
"""Length of one file beyond which a manifest is not believed."""

_WEIGHTS, _STATE, _MANIFEST = "weights.safetensors", "state.json", "manifest.json"
_MOST_MANIFEST_BYTES = 64 * 1024**2
_MOST_FILES = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,79}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "safetensors")
_FIRST_FORMAT = ("outcome", "inputs", "terms", "fill", "ranges", "seen", "dropped")
"""Where format 1 kept the state of the logistic baseline."""


def save_model(model: Model, folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write a model of any system, whole or not at all.

    Parameters
    ----------
    model : Model
    folder : pathlib.Path
        Parent of the model's own folder ``<folder>/<digest>/``.
    facts : mapping
        What the manifest should say besides: cohort, store version, seed, threshold, metrics.
        Plain values without NaN; ``libraries`` adds to those that every model names.

    Returns
    -------
    dict
        The manifest, with its ``digest``.

    Raises
    ------
    ModelError
        If the folder cannot be written.

    """
    state = model.state()
    files = {
        _WEIGHTS: save_tensors({name: _dense(values) for name, values in state.tensors.items()}),
        _STATE: _json(state.facts),
        **{_checked(name): data for name, data in state.files.items()},
    }
    inputs = model.inputs
    manifest = {
        **facts,
        "format": FORMAT,
        "system": model.system,
        "outcome": model.outcome,
        "inputs": [column.to_dict() for column in inputs.columns],
        "pictures": {
            "views": list(inputs.views),
            "modality": inputs.modality,
            "structures": list(inputs.structures),
            "reads_report": inputs.reads_report,
        },
        "libraries": {name: version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()}
        | dict(facts.get("libraries", {})),
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        },
    }
    if "terms" in state.facts:  # a linear model's numbers: reports count them
        manifest["terms"] = state.facts["terms"]
    text = _json(manifest)
    digest = hashlib.sha256(text).hexdigest()
    try:
        write_folder(folder / digest, {**files, _MANIFEST: text})
    except OSError as error:
        raise ModelError(
            f"The model cannot be written to {folder} ({error.strerror or error}). Check free "
            "space and the rights of the folder."
        ) from error
    return dict(json.loads(text)) | {"digest": digest}


def load_model_files(folder: Path, digest: str) -> tuple[Model, dict[str, Any]]:
    """Read the model of that digest and its manifest.

    Raises
    ------
    ModelError
        If a file is missing or is not what was written, or the model is of a system that this
        release does not know.

    """
    if not _DIGEST.fullmatch(digest):
        raise _damaged("its digest is none")
    place = folder / digest
    text = _read(place / _MANIFEST, None)
    if hashlib.sha256(text).hexdigest() != digest:
        raise _damaged("its manifest was changed")
    manifest = _object(text)
    state = (
        _first_format(place, manifest) if manifest.get("format") == 1 else _state(place, manifest)
    )
    try:
        model = system_of(str(manifest.get("system", ""))).restore(state)
    except MappingError:
        raise _damaged("a column that it reads is none") from None
    return model, manifest | {"digest": digest}


def _state(place: Path, manifest: Mapping[str, Any]) -> State:
    if manifest.get("format") != FORMAT:
        raise ModelError(
            "The model was saved in a way that this release does not read. Train it again, or "
            "update the program."
        )
    listed = manifest.get("files")
    if not isinstance(listed, dict) or len(listed) > _MOST_FILES:
        raise _damaged("its manifest names no files")
    contents = {name: _file(place, name, said) for name, said in listed.items()}
    if not {_WEIGHTS, _STATE} <= contents.keys():
        raise _damaged("its manifest names no weights")
    tensors, facts = contents.pop(_WEIGHTS), contents.pop(_STATE)
    return State(_tensors(tensors), _object(facts), contents)


def _first_format(place: Path, manifest: Mapping[str, Any]) -> State:
    """The state of a logistic baseline that an earlier release saved."""
    weights = _read(place / _WEIGHTS, None)
    if hashlib.sha256(weights).hexdigest() != manifest.get("weights_sha256"):
        raise _damaged("its weights were changed")
    if not manifest.keys() >= {*_FIRST_FORMAT}:
        raise _damaged("its manifest lacks something")
    return State(_tensors(weights), {name: manifest[name] for name in _FIRST_FORMAT})


def _file(place: Path, name: str, said: object) -> bytes:
    """One file that a manifest names, if it is the one that was meant."""
    if not _NAME.fullmatch(name) or name == _MANIFEST or not isinstance(said, dict):
        raise _damaged("its manifest names a file that no model has")
    length = said.get("bytes")
    if type(length) is not int or not 0 <= length <= MOST_BYTES:
        raise _damaged("its manifest gives a file no length")
    data = _read(place / name, length)
    if hashlib.sha256(data).hexdigest() != said.get("sha256"):
        what = "its weights were" if name == _WEIGHTS else "a file of it was"
        raise _damaged(f"{what} changed")
    return data


def _read(path: Path, length: int | None) -> bytes:
    """A file of that length, or of any that a manifest may have; links are not followed."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            found = os.fstat(file.fileno()).st_size
            if length is not None and found != length:
                raise _damaged("a file of it has another length")
            if length is None and found > _MOST_MANIFEST_BYTES:
                raise _damaged("a file of it is far too long")
            return file.read()
    except OSError:
        raise _damaged("a file of it is missing") from None


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged("what it says of itself cannot be read") from None
    if not isinstance(found, dict):
        raise _damaged("what it says of itself cannot be read")
    return found


def _tensors(data: bytes) -> dict[str, Any]:
    try:
        return dict(load_tensors(data))
    except (SafetensorError, KeyError, ValueError):
        raise _damaged("its weights cannot be read") from None


def write_folder(place: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder in its place with one rename; one that is there already goes.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of it then.

    """
    draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
    earlier = draft.with_suffix(".old")
    draft.mkdir(parents=True)
    try:
        for name, data in files.items():
            with (draft / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if place.exists():
            place.rename(earlier)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(earlier, ignore_errors=True)


def _dense(values: NDArray[Any]) -> NDArray[Any]:
    """A tensor as safetensors writes it: row by row without gaps."""
    return np.asarray(values, order="C")


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=1, sort_keys=True, allow_nan=False).encode()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name in (_WEIGHTS, _STATE, _MANIFEST):
        raise ValueError(f"a model's file must be letters, digits, dots and hyphens; got {name!r}.")
    return name


def _damaged(why: str) -> ModelError:
    return ModelError(f"The model's files are not as they were saved: {why}. Train it again.")
