"""Where does a training go on after a kill?

After every epoch a folder ``epoch-0012`` is written beside its place and moved there by one
rename: ``tensors.safetensors`` (weights, best weights, memory of the optimizer) and ``facts.json``
(epochs so far, what the training is, SHA-256 of the tensors). Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from clnm_core.stats.uncertainty import plain_number
from clnm_core.systems.networks.task import Settings
from clnm_core.systems.protocol import Epoch

_FORMAT = 1
_TENSORS, _FACTS = "tensors.safetensors", "facts.json"
_NAME = re.compile(r"epoch-\d{4,9}")

Weights = dict[str, Tensor]


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """All that is needed to go on after an epoch.

    Parameters
    ----------
    weights, best : dict of str to torch.Tensor
        State of the network after the last epoch, and after the best one; on the CPU.
    optimizer : dict of str to torch.Tensor
        ``NUMBER.KEY`` by the number of each weight; see :func:`memory_of`.
    history : tuple of Epoch
        At least one.
    best_epoch : int
    is_finished : bool
        Whether there is nothing left to train.

    """

    weights: Weights
    best: Weights
    optimizer: Weights
    history: tuple[Epoch, ...]
    best_epoch: int
    is_finished: bool


def identity(settings: Settings, *, seed: int, rows: int, network: torch.nn.Module) -> str:
    """What makes a checkpoint one of this training: a digest of settings, seed, rows, network."""
    shapes = [[name, list(value.shape)] for name, value in network.state_dict().items()]
    text = json.dumps([_FORMAT, asdict(settings), seed, rows, shapes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def keep(folder: Path, checkpoint: Checkpoint, *, identity: str) -> None:
    """Write a checkpoint, and remove the earlier ones once it is in its place.

    Raises
    ------
    OSError
        If it cannot be written; the earlier one is then still there.

    """
    tensors = save(
        {
            f"{part}.{name}": value.detach().to("cpu", copy=True).contiguous()
            for part in ("weights", "best", "optimizer")
            for name, value in getattr(checkpoint, part).items()
        }
    )
    facts = {
        "format": _FORMAT,
        "identity": identity,
        "tensors_sha256": hashlib.sha256(tensors).hexdigest(),
        "history": [
            asdict(epoch) | {"validation_auc": plain_number(epoch.validation_auc)}
            for epoch in checkpoint.history
        ],
        "best_epoch": checkpoint.best_epoch,
        "is_finished": checkpoint.is_finished,
    }
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"epoch-{checkpoint.history[-1].number:04d}"
    draft = folder / f".draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    _flushed(draft / _TENSORS, tensors)
    _flushed(draft / _FACTS, json.dumps(facts).encode())
    if place.exists():  # ignored when this training began: torn, or of another one
        shutil.rmtree(place)
    draft.rename(place)
    for other in folder.iterdir():
        if other != place and (_NAME.fullmatch(other.name) or other.name.startswith(".draft-")):
            shutil.rmtree(other, ignore_errors=True)


def last(folder: Path, *, identity: str) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """The latest whole checkpoint of this training, and a sentence for each that was ignored."""
    if not folder.is_dir():
        return None, ()
    notes: list[str] = []
    names = sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))
    for name in sorted(names, key=lambda name: int(name[6:]), reverse=True):
        try:
            return _read(folder / name, identity), tuple(notes)
        except _Unusable as error:
            notes.append(
                f"The checkpoint of epoch {int(name[6:])} was ignored: {error}. "
                "The training began again from what is before it."
            )
    return None, tuple(notes)


def memory_of(optimizer: torch.optim.Optimizer) -> Weights:
    """What an optimizer remembers of each weight, by the number of the weight and the key."""
    return {
        f"{number}.{key}": value
        for number, kept in optimizer.state_dict()["state"].items()
        for key, value in kept.items()
    }


def remember(optimizer: torch.optim.Optimizer, memory: Mapping[str, Tensor]) -> None:
    """Give an optimizer back what :func:`memory_of` took from its like."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in memory.items():
        number, _, key = name.partition(".")
        state.setdefault(int(number), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


class _Unusable(Exception):
    """Why a checkpoint cannot be used, as the end of a sentence."""


def _read(place: Path, identity: str) -> Checkpoint:
    try:
        facts: dict[str, Any] = json.loads((place / _FACTS).read_bytes())
        tensors = (place / _TENSORS).read_bytes()
    except (OSError, ValueError):
        raise _Unusable("it is not whole") from None
    if not isinstance(facts, dict) or facts.get("identity") != identity:
        raise _Unusable("it belongs to a training with other cases, settings or seed")
    if facts.get("tensors_sha256") != hashlib.sha256(tensors).hexdigest():
        raise _Unusable("it is not whole")
    try:
        parts: dict[str, Weights] = {"weights": {}, "best": {}, "optimizer": {}}
        for name, value in load(tensors).items():
            part, _, rest = name.partition(".")
            parts[part][rest] = value
        return Checkpoint(
            **parts,
            history=tuple(_epoch(kept) for kept in facts["history"]),
            best_epoch=int(facts["best_epoch"]),
            is_finished=bool(facts["is_finished"]),
        )
    except (SafetensorError, KeyError, TypeError, ValueError):
        raise _Unusable("it was written by another version") from None


def _epoch(kept: dict[str, Any]) -> Epoch:
    auc = kept["validation_auc"]
    return Epoch(**kept | {"validation_auc": math.nan if auc is None else auc})


def _flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
