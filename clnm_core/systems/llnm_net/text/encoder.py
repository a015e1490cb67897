"""What does each word of a report mean beside the others?

A small transformer that learns along with the network that reads it. The paper takes a BERT,
which knows a language already (:mod:`clnm_core.systems.llnm_net.text.bert_folder`); some hundreds
of reports of one kind use a few dozen words, and those can be learned from nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from clnm_core.systems.llnm_net.text.tokens import NUMBER, PADDING


class TextEncoder(nn.Module):
    """One vector per token of a report.

    Parameters
    ----------
    vocabulary : int
        Numbers that a token may have, those reserved included.
    width : int
        Of each vector; a multiple of ``heads``.
    layers : int
        Self-attention blocks, normalised first; with 0 each token is looked at by itself.
    heads : int
    dropout : float
        In [0, 1), within the blocks and on the embeddings.
    length : int
        Tokens of a report, padding included.

    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        *,
        layers: int,
        heads: int,
        dropout: float,
        length: int,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width, padding_idx=PADDING)
        self.places = nn.Parameter(torch.empty(length, width))
        # Normalisation hides how long a vector is, so that a number has to bend its direction.
        self.sizes = nn.Sequential(nn.Linear(1, width), nn.GELU(), nn.Linear(width, width))
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width,
                heads,
                dim_feedforward=4 * width,
                dropout=dropout,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.places, std=0.02)
        nn.init.normal_(self.words.weight, std=0.02)
        with torch.no_grad():
            self.words.weight[PADDING].zero_()

    def forward(self, ids: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Read some reports; each by itself, whatever others are beside it.

        Parameters
        ----------
        ids : torch.Tensor of int64, shape (n, length)
        values : torch.Tensor of float32, shape (n, length)
            As :meth:`~clnm_core.systems.llnm_net.text.tokens.Tokenizer.encoded` gives both.

        Returns
        -------
        tokens : torch.Tensor, shape (n, length, width)
            Zero where there is no word.
        is_word : torch.Tensor of bool, shape (n, length)
            At least one of every report.

        """
        is_word = ids != PADDING
        sizes = self.sizes(values[..., None]) * (ids == NUMBER)[..., None]
        read = self.dropout(self.words(ids) + self.places + sizes)
        for block in self.blocks:
            read = block(read, src_key_padding_mask=~is_word)
        return self.norm(read).masked_fill(~is_word[..., None], 0.0), is_word
