"""What do the files of a BERT's folder say, and are they what they should be?"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from clnm_core.errors import ModelError

WEIGHTS = "model.safetensors"

_MOST_BYTES = 64_000_000  # of a file of text
# What shapes a BERT, with the largest that is taken; all else that a config may say, such as code
# to fetch, is not read.
_SIZES = {
    "vocab_size": 1_000_000,
    "hidden_size": 4_096,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "intermediate_size": 16_384,
    "max_position_embeddings": 8_192,
    "type_vocab_size": 16,
}
_SHARES = ("hidden_dropout_prob", "attention_probs_dropout_prob", "layer_norm_eps")
_ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu")


def shape_of(config: dict[str, Any]) -> dict[str, Any]:
    """What of a config shapes the network.

    Raises
    ------
    ModelError
        If it describes no BERT.

    """
    shape: dict[str, Any] = {}
    is_sound = config.get("model_type", "bert") == "bert"
    for name, most in _SIZES.items():
        value = config.get(name)
        is_sound &= type(value) is int and 1 <= value <= most
        shape[name] = value
    for name in (name for name in _SHARES if name in config):
        value = config[name]
        is_sound &= isinstance(value, (int, float)) and math.isfinite(value) and 0 <= value < 1
        shape[name] = value
    shape["hidden_act"] = config.get("hidden_act", "gelu")
    is_sound = is_sound and shape["hidden_act"] in _ACTIVATIONS
    if not is_sound or shape["hidden_size"] % shape["num_attention_heads"]:
        raise ModelError(
            "The config.json of the BERT folder does not describe a BERT: its kind, a size or an "
            "activation is another, or missing. Copy the folder again, or choose another."
        )
    return shape


def read_json(path: Path) -> dict[str, Any]:
    """The table in a JSON file.

    Raises
    ------
    ModelError
        If there is none in it.

    """
    try:
        if path.stat().st_size <= _MOST_BYTES:
            read = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(read, dict):
                return read
    except (OSError, ValueError, RecursionError):
        pass
    raise ModelError(
        f"The {path.name} of the BERT folder cannot be read: it is damaged or of another kind. "
        "Copy the folder again from where it was made."
    )


def pieces_of(place: Path, name: str) -> Any:
    """The tokenizer in a file of a folder, a ``tokenizers.Tokenizer``.

    Raises
    ------
    ModelError
        If it cannot be read.

    """
    import transformers

    path = place / name
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        if name == "tokenizer.json":
            tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(path))
        else:
            is_lower = (
                read_json(place / "tokenizer_config.json").get("do_lower_case", True)
                if (place / "tokenizer_config.json").is_file()
                else True
            )
            tokenizer = transformers.BertTokenizer(vocab=str(path), do_lower_case=bool(is_lower))
    except ModelError:
        raise
    except Exception as error:  # a damaged file can make its reader fail in any way
        raise ModelError(
            f"The {name} of the BERT folder cannot be read: it is damaged or of another kind. "
            "Copy the folder again from where it was made."
        ) from error
    return tokenizer.backend_tokenizer


def digest_of(place: Path, shape: dict[str, Any], tokenizer: str) -> str:
    """SHA-256 over the shape and over all that is read of the folder."""
    whole = hashlib.sha256(json.dumps(shape, sort_keys=True).encode())
    for name in (tokenizer, "tokenizer_config.json", WEIGHTS):
        if (place / name).is_file():
            with (place / name).open("rb") as file:
                whole.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
