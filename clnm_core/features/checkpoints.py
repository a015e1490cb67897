"""Do the weights in a file fit a network?

A file of weights comes from outside. Safetensors holds numbers only. Of the older files, which are
pickles, only what PyTorch lists as harmless is read; a file that wants to run code is refused.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clnm_core.errors import FeatureError

if TYPE_CHECKING:
    import torch

_WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.", "backbone.", "encoder.")


def load_checkpoint(
    network: torch.nn.Module, path: Path, *, name: str, ignored: tuple[str, ...] = ()
) -> None:
    """Put the weights of a file into a network, or say why they do not fit and change nothing.

    Parameters
    ----------
    network : torch.nn.Module
    path : pathlib.Path
        ``.safetensors``, or a ``.pt``, ``.pth``, ``.bin`` of tensors.
    name : str
        Of the network, for the sentence.
    ignored : tuple of str
        Beginnings of keys that may be in the file although the network has none, such as the
        classifier that was trained with it.

    Raises
    ------
    FeatureError
        If the file is missing, truncated, holds code, belongs to another network, or has weights
        that are not finite. The sentence names the first key that does not fit.

    """
    put_weights(network, _tensors(path), name=name, ignored=ignored)


def put_weights(
    network: torch.nn.Module,
    weights: Mapping[str, Any],
    *,
    name: str,
    ignored: tuple[str, ...] = (),
) -> None:
    """Put weights that were read already into a network, as :func:`load_checkpoint` does.

    Raises
    ------
    FeatureError
        If they belong to another network, or are not finite.

    """
    weights = _without_prefix(dict(weights), set(network.state_dict()))
    _require_fit(network, weights, name, ignored)
    network.load_state_dict({key: weights[key] for key in network.state_dict() if key in weights})


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise FeatureError("There is no file of weights at the place that was given as checkpoint.")
    if path.suffix.lower() == ".safetensors":
        return safe_tensors(path)
    return _harmless(path)


def safe_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file in safetensors.

    Raises
    ------
    FeatureError
        If it is truncated, damaged or of another kind.

    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise FeatureError(
            "The checkpoint cannot be read as safetensors: it is truncated, damaged or of another "
            "kind. Copy it again from where it was made."
        ) from error


def _harmless(path: Path) -> dict[str, torch.Tensor]:
    import torch

    _require_no_bomb(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on how an old file was written
            read = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise FeatureError(
            "The checkpoint holds more than tensors, or is damaged, and was not opened: such a "
            "file can run code. Save its state_dict as safetensors."
        ) from error
    except Exception as error:  # a damaged pickle can make its reader fail in any way
        raise FeatureError(
            "The checkpoint cannot be read: it is truncated, damaged or of another kind. "
            "Copy it again from where it was made, or save it as safetensors."
        ) from error
    return _unwrapped(read)


def _require_no_bomb(path: Path) -> None:
    """PyTorch stores tensors without compression; whatever grows on opening is not from there."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except Exception as error:  # a damaged archive can fail in any way
        raise FeatureError(
            "The checkpoint is a damaged archive. Copy it again from where it was made."
        ) from error
    if unpacked > path.stat().st_size + 1_000_000:
        raise FeatureError(
            "The checkpoint would grow on opening, which no file of PyTorch does. "
            "Save its state_dict as safetensors."
        )


def _unwrapped(read: Any) -> dict[str, torch.Tensor]:
    import torch

    for _ in range(3):
        if not isinstance(read, Mapping):
            break
        inner = next((read[key] for key in _WRAPPERS if isinstance(read.get(key), Mapping)), None)
        if inner is None:
            break
        read = inner
    if not isinstance(read, Mapping):
        raise FeatureError("The checkpoint holds no table of named weights. Save a state_dict.")
    return {
        key: value
        for key, value in read.items()
        if isinstance(key, str) and isinstance(value, torch.Tensor)
    }


def _without_prefix(weights: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    """The keys as the network has them; wrappers that trained it put a word in front of each."""
    for prefix in ("", *_PREFIXES):
        bare = {
            key[len(prefix) :]: value for key, value in weights.items() if key.startswith(prefix)
        }
        if len(wanted & set(bare)) > len(wanted & set(weights)):
            return bare
    return weights


def _require_fit(
    network: torch.nn.Module, weights: Mapping[str, Any], name: str, ignored: tuple[str, ...]
) -> None:
    own = network.state_dict()
    for key, value in own.items():
        given = weights.get(key)
        if given is None:
            if key.endswith("num_batches_tracked"):  # a counter of training, unused afterwards
                continue
            raise FeatureError(
                f"The checkpoint does not fit {name}: it has no weights {key!r}. "
                "Choose the backbone that it was saved from."
            )
        if tuple(given.shape) != tuple(value.shape):
            raise FeatureError(
                f"The checkpoint does not fit {name}: {key!r} must have the shape "
                f"{tuple(value.shape)}; got {tuple(given.shape)[:8]}. "
                "Choose the backbone that it was saved from."
            )
        _require_numbers(given, value, key)
    for key in weights:
        if key not in own and not key.startswith(ignored):
            raise FeatureError(
                f"The checkpoint does not fit {name}: it has weights {_plain(key)!r}, which "
                f"{name} has not. Choose the backbone that it was saved from."
            )


def _require_numbers(given: torch.Tensor, value: torch.Tensor, key: str) -> None:
    import torch

    is_plain = given.layout == torch.strided and not given.is_quantized
    if not is_plain or given.is_floating_point() != value.is_floating_point():
        raise FeatureError(
            f"The weights {key!r} of the checkpoint are not plain numbers of the kind that the "
            "network computes with. Save them as float32."
        )
    if given.is_floating_point() and not bool(torch.isfinite(given).all()):
        raise FeatureError(
            f"The weights {key!r} of the checkpoint hold values that are not finite. "
            "Its training diverged, or the file is damaged: choose another."
        )


def _plain(key: str) -> str:
    """A key of a file from outside as a word that is safe to show."""
    return re.sub(r"[^A-Za-z0-9_.]", "?", key)[:60]
