"""Which network turns a picture into numbers, and whose weights does it have?"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clnm_core.errors import FeatureError
from clnm_core.features import hub
from clnm_core.features.checkpoints import load_checkpoint

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False, slots=True)
class Backbone:
    """A network without its classifier, ready to compute on the CPU.

    Parameters
    ----------
    name : str
        As timm knows it.
    network : torch.nn.Module
        Pictures of shape (n, 3, rows, columns) in, (n, n_features) out.
    n_features : int
    size : tuple of int
        Rows and columns of its input.
    mean, std : tuple of float
        Of each channel, on a scale on which black is 0 and white 1.
    interpolation : str
        How pictures were brought to its size in training.
    weights : str
        Where they come from, in words.
    digest : str
        SHA-256 over names, shapes and values of all weights, hexadecimal.

    """

    name: str
    network: torch.nn.Module
    n_features: int
    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str
    weights: str
    digest: str


def load_backbone(
    name: str, *, checkpoint: Path | None = None, pretrained: bool = True, seed: int = 0
) -> Backbone:
    """A network of timm with the best weights that can be had.

    A checkpoint comes first; else the pretrained weights that timm names, from the cache of this
    machine or from the hub; else random ones, which ``weights`` then says.

    Parameters
    ----------
    name : str
        Of a network of timm, such as ``resnet18`` or ``resnet18.a1_in1k``.
    checkpoint : pathlib.Path, optional
        File of weights; see :func:`~clnm_core.features.checkpoints.load_checkpoint`.
    pretrained : bool
        Whether pretrained weights are looked for; without a network this takes a few seconds.
    seed : int
        Of random weights.

    Raises
    ------
    FeatureError
        If there is no such network, it gives no row of numbers per picture, or the checkpoint
        does not fit.

    """
    import timm

    network = _built(name, seed)
    weights = f"random, seed {seed}: no pretrained weights"
    if checkpoint is not None:
        known = network.pretrained_cfg.get("classifier") or ()
        heads = (known,) if isinstance(known, str) else tuple(known)
        ignored = tuple(f"{head}." for head in heads)
        load_checkpoint(network, checkpoint, name=name, ignored=ignored)
        weights = "from a checkpoint file"
    elif pretrained:
        fetched = _pretrained(name, network.pretrained_cfg)
        if fetched is not None:
            network = fetched
            weights = f"pretrained: {network.pretrained_cfg['hf_hub_id']}"
    network = network.eval().requires_grad_(False)
    config = timm.data.resolve_model_data_config(network)
    rows, columns = config["input_size"][-2:]
    return Backbone(
        name=name,
        network=network,
        n_features=_width(network, (rows, columns), name),
        size=(rows, columns),
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        interpolation="bilinear" if config["interpolation"] == "bilinear" else "bicubic",
        weights=weights,
        digest=weights_digest(network),
    )


def weights_digest(network: torch.nn.Module) -> str:
    """SHA-256 over names, kinds, shapes and values of all weights and buffers, hexadecimal."""
    import torch

    found = hashlib.sha256()
    for key, value in sorted(network.state_dict().items()):
        found.update(f"{key} {value.dtype} {tuple(value.shape)};".encode())
        plain = value.detach().cpu().contiguous().reshape(-1)
        found.update(plain.view(torch.uint8).numpy().data if plain.numel() else b"")
    return found.hexdigest()


def _built(name: str, seed: int) -> Any:
    """The network with random weights; the caller's random numbers stay as they were."""
    import timm
    import torch

    if ":" in name or not timm.is_model(name):
        near = difflib.get_close_matches(name.lower(), timm.list_models(), n=3)
        advice = f" Did you mean {', '.join(near)}?" if near else " Choose one that timm lists."
        raise FeatureError(f"There is no backbone {name[:60]!r}.{advice}")
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        try:
            return timm.create_model(name, pretrained=False, num_classes=0)
        except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:
            raise FeatureError(
                f"The backbone {name[:60]!r} cannot be made into one that gives features. "
                "Choose another, or the name without what follows its point."
            ) from error


def _pretrained(name: str, config: dict[str, Any]) -> Any:
    """The network with the weights that timm names for it, or ``None`` where none can be had."""
    import timm

    repository = config.get("hf_hub_id")
    if not repository:
        return None
    filename = str(config.get("hf_hub_filename") or "model.safetensors")
    file = hub.weights_file(
        repository, filename.replace("pytorch_", "").replace(".bin", ".safetensors")
    )
    if file is None:
        return None
    try:
        return timm.create_model(
            name, pretrained=True, num_classes=0, pretrained_cfg_overlay={"file": str(file)}
        )
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        raise FeatureError(
            f"The pretrained weights of {name} were fetched but do not fit it. "
            "Empty the cache of downloaded weights, or give a checkpoint."
        ) from error


def _width(network: Any, size: tuple[int, int], name: str) -> int:
    """How many numbers come out; found by asking, since not every network says it right."""
    import torch

    with torch.inference_mode():
        answer = network(torch.zeros(1, 3, *size))
    if not isinstance(answer, torch.Tensor) or answer.ndim != 2:
        raise FeatureError(
            f"The backbone {name} does not give one row of numbers per picture. Choose another."
        )
    return int(answer.shape[1])
