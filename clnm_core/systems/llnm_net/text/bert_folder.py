"""How does a BERT that lies in a folder read a report?

Any BERT of Hugging Face's layout: ``config.json``, ``model.safetensors``, and ``tokenizer.json`` or
``vocab.txt``. Nothing is asked of any network, no code of the folder is run, and weights are read
from safetensors only. The paper takes such a BERT (768 wide) and does not say which, nor whether
its weights were trained on.

Frozen weights are not copied into a model that uses them: they are several times larger than the
rest of it. Such a model needs its folder wherever it judges a case, and knows it by its digest.
Importing this module imports torch; transformers is loaded with the first folder, which takes
seconds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from clnm_core.errors import ModelError
from clnm_core.features.checkpoints import put_weights, safe_tensors
from clnm_core.systems.llnm_net.text.bert_files import (
    WEIGHTS,
    digest_of,
    pieces_of,
    read_json,
    shape_of,
)
from clnm_core.systems.llnm_net.text.tokens import PADDING, READ, Encoded

if TYPE_CHECKING:
    from transformers import BertModel

_CONFIG = "config.json"
_TOKENIZERS = ("tokenizer.json", "vocab.txt")
_PICKLES = ("pytorch_model.bin", "model.bin", "pytorch_model.pt")
_OTHER_HEADS = ("pooler.", "cls.", "classifier.", "qa_outputs.", "embeddings.position_ids")
_ENDS = ("[CLS]", "[SEP]")


@dataclass(frozen=True, eq=False, slots=True)
class BertTokenizer:
    """How a BERT takes a report apart; used like the small network's own tokenizer.

    Parameters
    ----------
    pieces : tokenizers.Tokenizer
    ends : tuple of int
        Numbers of the start and the end.
    most : int
        Tokens, or characters, of a report that are read; start and end come on top.
    counted_in : str
        ``tokens`` or ``characters``.

    """

    pieces: Any
    ends: tuple[int, int]
    most: int
    counted_in: str

    @property
    def length(self) -> int:
        """Tokens of a report, start, end and padding included."""
        return self.most + 2

    def tokens(self, text: object) -> list[str]:
        """The tokens of a report as they stand in :meth:`encoded`, start and end included."""
        return [_ENDS[0], *self._read(text).tokens[: self.most], _ENDS[1]]

    def encoded(self, texts: Iterable[object]) -> Encoded:
        """Reports as numbers; without one, start and end alone. All values are 0.

        A token's number is one more than the BERT's own, so that 0 is padding for any BERT.
        """
        start, end = self.ends
        rows = [[start, *self._read(text).ids[: self.most], end] for text in texts]
        ids = np.full((len(rows), self.length), PADDING, dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = np.array(row) + 1
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        return Encoded(ids, np.zeros(ids.shape, dtype=np.float32), lengths)

    def _read(self, text: object) -> Any:
        plain = text.strip() if isinstance(text, str) else ""
        limit = self.most if self.counted_in == "characters" else READ * self.most
        # Half a pair of UTF-16 is no letter, and the tokenizer does not take it.
        kept = "".join(c for c in plain[:limit] if unicodedata.category(c) != "Cs")
        return self.pieces.encode(kept, add_special_tokens=False)


@dataclass(frozen=True, eq=False, slots=True)
class BertFolder:
    """A folder that was looked through and found to hold a BERT.

    Parameters
    ----------
    place : pathlib.Path
    shape : dict
        What :class:`transformers.BertConfig` is made with.
    tokenizer : str
        Name of the file that says how reports are taken apart.
    digest : str
        SHA-256 over the files that matter, hexadecimal.

    """

    place: Path
    shape: dict[str, Any]
    tokenizer: str
    digest: str

    def reader(self, *, most: int = 50, counted_in: str = "tokens") -> BertTokenizer:
        """How it takes reports apart.

        Raises
        ------
        ModelError
            If its vocabulary cannot be read, or does not fit its weights or the length.

        """
        if most + 2 > self.shape["max_position_embeddings"]:
            raise ModelError(
                f"This BERT reads {self.shape['max_position_embeddings']} tokens at most; "
                f"{most} and two for the ends were asked for. Ask for fewer."
            )
        pieces = pieces_of(self.place, self.tokenizer)
        own = pieces.get_vocab(with_added_tokens=False)
        largest = max(pieces.get_vocab().values(), default=0)
        if not {*_ENDS, "[UNK]"} <= set(own) or largest >= self.shape["vocab_size"]:
            raise ModelError(
                f"The {self.tokenizer} of the BERT folder does not belong to its weights, or lacks "
                "[CLS], [SEP] or [UNK]. Copy the whole folder again from where it was made."
            )
        pieces.no_truncation()
        pieces.no_padding()
        return BertTokenizer(pieces, (own[_ENDS[0]], own[_ENDS[1]]), most, counted_in)

    def network(self) -> BertModel:
        """The BERT with the weights of the folder.

        Raises
        ------
        FeatureError
            If the weights do not fit its config, or are damaged.

        """
        from transformers import BertConfig
        from transformers import BertModel as Bert

        with torch.random.fork_rng(devices=[]):
            config = BertConfig(**self.shape)
            config._attn_implementation = "sdpa"  # noqa: SLF001 (the folder may not choose)
            bert = Bert(config, add_pooling_layer=False)
        weights = {
            _key(name): values for name, values in safe_tensors(self.place / WEIGHTS).items()
        }
        put_weights(bert, weights, name="the BERT of this folder", ignored=_OTHER_HEADS)
        return bert.eval()


class BertEncoder(nn.Module):
    """One vector per token of a report, from a BERT.

    Parameters
    ----------
    folder : BertFolder
    width : int
        Of each vector; a linear layer, trained along, changes the BERT's own where they differ.
    is_frozen : bool
        Whether the BERT stays as it is, and out of the weights of this network. Else it learns
        along, and its weights are kept with the model.

    """

    def __init__(self, folder: BertFolder, width: int, *, is_frozen: bool = True) -> None:
        super().__init__()
        bert = folder.network()
        # Within a tuple the network does not know it: it is neither trained nor kept.
        self._frozen: tuple[nn.Module, ...] = (bert.requires_grad_(False),) if is_frozen else ()
        self.bert = None if is_frozen else bert
        own = int(folder.shape["hidden_size"])
        self.fit: nn.Module = nn.Identity() if own == width else nn.Linear(own, width)

    def forward(self, ids: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Read some reports, as :class:`~clnm_core.systems.llnm_net.text.encoder.TextEncoder`.

        Returns
        -------
        tokens : torch.Tensor, shape (n, length, width)
            Zero where there is no word.
        is_word : torch.Tensor of bool, shape (n, length)
            Start and end included.

        """
        bert: Any = self._frozen[0].to(ids.device) if self.bert is None else self.bert
        is_word = ids != PADDING
        own = (ids - 1).clamp(min=0)
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.bert is not None):
            read = bert(input_ids=own, attention_mask=is_word.long()).last_hidden_state
        return self.fit(read).masked_fill(~is_word[..., None], 0.0), is_word


def open_folder(place: Path, *, digest: str = "") -> BertFolder:
    """Look a folder through, without loading its weights.

    Parameters
    ----------
    place : pathlib.Path
    digest : str
        What it must have, where a model was trained with it.

    Raises
    ------
    ModelError
        If the folder is no BERT's, has its weights as a pickle only, or has another digest.

    """
    if not (place / _CONFIG).is_file():
        raise ModelError(
            "There is no BERT at the place that was given: a folder with config.json, "
            "model.safetensors, and tokenizer.json or vocab.txt is needed."
        )
    if not (place / WEIGHTS).is_file():
        if any((place / name).is_file() for name in _PICKLES):
            raise ModelError(
                "The BERT folder has its weights as a pickle only, which can run code and is not "
                "opened. Save them as model.safetensors."
            )
        raise ModelError("The BERT folder has no model.safetensors, so it has no weights to read.")
    tokenizer = next((name for name in _TOKENIZERS if (place / name).is_file()), None)
    if tokenizer is None:
        raise ModelError(
            "The BERT folder has neither tokenizer.json nor vocab.txt, so nobody knows its words."
        )
    shape = shape_of(read_json(place / _CONFIG))
    found = digest_of(place, shape, tokenizer)
    if digest and found != digest:
        raise ModelError(
            "The BERT folder is not the one that this model was trained with. Put that folder back "
            "in its place, or train the model again."
        )
    return BertFolder(place, shape, tokenizer, found)


def _key(name: str) -> str:
    """A name of weights as this BERT has it; older files call scale and shift gamma and beta."""
    bare = name.removeprefix("bert.")
    return bare.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )
