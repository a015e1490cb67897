"""How is a model written down, and read back safely?

A folder holds ``weights.safetensors`` and ``manifest.json``; the manifest carries the
SHA-256 of the weights, and its own digest is the folder's name. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from clnm_core.domain.columns import Column
from clnm_core.errors import ModelError
from clnm_core.systems.clinical import ClinicalModel
from clnm_core.systems.design import Design, Term

_WEIGHTS = "weights.safetensors"
_MANIFEST = "manifest.json"
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "safetensors")


def save_clinical(model: ClinicalModel, folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Write the model; returns the manifest.

    Parameters
    ----------
    model : ClinicalModel
    folder : pathlib.Path
        Parent of the model's own folder ``<folder>/<digest>/``.
    facts : dict
        What the manifest should say besides: cohort, store version, seed, threshold, metrics.
    """
    weights = save_tensors(
        {
            "centre": model.centre,
            "scale": model.scale,
            "coefficients": model.coefficients,
            "covariance": model.covariance,
        }
    )
    design = model.design
    manifest = {
        "format": 1,
        "system": "clinical",
        "outcome": model.outcome,
        "inputs": [column.to_dict() for column in design.columns],
        "terms": [[term.column, term.level] for term in design.terms],
        "fill": design.fill,
        "ranges": {name: list(bounds) for name, bounds in design.ranges.items()},
        "seen": {name: list(shares.items()) for name, shares in design.seen.items()},
        "dropped": list(design.dropped),
        "libraries": {name: version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()},
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        **facts,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    place = folder / digest
    place.mkdir(parents=True, exist_ok=True)
    (place / _WEIGHTS).write_bytes(weights)
    (place / _MANIFEST).write_text(text, encoding="utf-8")
    return json.loads(text) | {"digest": digest}


def load_clinical(folder: Path, digest: str) -> tuple[ClinicalModel, dict[str, Any]]:
    """Read the model of that digest and its manifest.

    Raises
    ------
    ModelError
        If a file is missing or is not what was written.
    """
    place = folder / digest
    try:
        text = (place / _MANIFEST).read_bytes()
        weights = (place / _WEIGHTS).read_bytes()
    except OSError:
        raise _damaged("a file of it is missing") from None
    if hashlib.sha256(text).hexdigest() != digest:
        raise _damaged("its manifest was changed")
    manifest = json.loads(text)
    if hashlib.sha256(weights).hexdigest() != manifest["weights_sha256"]:
        raise _damaged("its weights were changed")
    try:
        tensors = load_tensors(weights)
    except SafetensorError:
        raise _damaged("its weights cannot be read") from None
    design = Design(
        columns=tuple(Column.from_dict(values) for values in manifest["inputs"]),
        terms=tuple(Term(column, level) for column, level in manifest["terms"]),
        fill=manifest["fill"],
        ranges={name: (low, high) for name, (low, high) in manifest["ranges"].items()},
        seen={name: dict(shares) for name, shares in manifest["seen"].items()},
        dropped=tuple(manifest["dropped"]),
    )
    model = ClinicalModel(
        design,
        tensors["centre"],
        tensors["scale"],
        tensors["coefficients"],
        tensors["covariance"],
        manifest["outcome"],
    )
    return model, manifest | {"digest": digest}


def _damaged(why: str) -> ModelError:
    return ModelError(f"The model's files are not as they were saved: {why}. Train it again.")
