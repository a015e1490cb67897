"""What does the whole network compute, from tokens to the log-odds of the outcome?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from clnm_core.systems.llnm_net.blocks import CrossBlock, SelfBlock
from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.text.bert_folder import BertEncoder, open_folder
from clnm_core.systems.llnm_net.text.encoder import TextEncoder

STAGES = ("low", "medium", "high")
"""Of metastasis, as the paper stages it: the three classes of the second head."""


class Output(NamedTuple):
    """Of each case.

    Parameters
    ----------
    log_odds : torch.Tensor, shape (n,)
        Of the outcome, the mean over the two views. (The paper averages its views; whether
        log-odds or probabilities, it does not say.)
    stages : torch.Tensor, shape (n, 3)
        Logits of the risk stages, the mean over the views.

    """

    log_odds: Tensor
    stages: Tensor


class Parts(NamedTuple):
    """The log-odds of each case in its parts, the mean over the two views.

    All parts of a case and the biases of the last layers add up to its log-odds.

    Parameters
    ----------
    own : torch.Tensor, shape (n, values)
        Of each value of the head, then of each group of tokens that goes past it.
    line : torch.Tensor, shape (n, values)
        Of each value that the linear skip reads; no values where there is none.

    """

    own: Tensor
    line: Tensor


class LlnmNet(nn.Module):
    """Tokens of pictures, of single numbers and of the report; blocks; a pooled head.

    Everything that is not a word (patches of the three images, echogenicity, shape, sex, age)
    stands on the side of the pictures: the paper does not state where its numbers stand.

    Parameters
    ----------
    config : Config
    shapes : mapping of str to (int, int)
        Tokens and values of each group, in order.
    vocabulary : int
        Numbers that a token of the report may have; 0 where no report is read.
    length : int
        Tokens of a report, padding included.

    """

    line: Tensor | None

    def __init__(
        self,
        config: Config,
        shapes: Mapping[str, tuple[int, int]],
        *,
        vocabulary: int,
        length: int,
    ) -> None:
        super().__init__()
        width = config.width
        self.groups = tuple(shapes)
        self.pool = config.pool
        self.embed = nn.ModuleDict(
            {name: nn.Linear(wide, width) for name, (_, wide) in shapes.items()}
        )
        self.places = nn.ParameterDict(
            {
                name: nn.Parameter(0.02 * torch.randn(count, width))
                for name, (count, _) in shapes.items()
            }
        )
        self.dropout = nn.Dropout(config.dropout)
        self.reader = _reader(config, vocabulary, length) if config.report else None
        has_both = bool(shapes) and self.reader is not None
        self.cross = nn.ModuleList(
            CrossBlock(config) if has_both else SelfBlock(config)
            for _ in range(config.cross_blocks)
        )
        self.blocks = nn.ModuleList(SelfBlock(config) for _ in range(config.self_blocks))
        pooled = len(self.groups) + (self.reader is not None) if self.pool == "groups" else 1
        self.head = nn.Sequential(
            nn.Linear(pooled * width, width), nn.GELU(), nn.Dropout(config.dropout)
        )
        self.skip = nn.Linear(pooled * width, 1)
        self.outcome, self.stage = nn.Linear(width, 1), nn.Linear(width, len(STAGES))
        # What the blocks know is added to nothing, or to what a line knew before them.
        for layer in (self.skip, self.outcome):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.vocabulary = vocabulary
        # What margins add for some hundreds of patients is less than what their numbers cost a line
        # (docs/decisions/0021); the blocks read them.
        self.told = tuple(name for name in shapes if not name.startswith("margin"))
        wide = sum(shapes[name][1] for name in self.told)
        wide += vocabulary + 1 if self.reader is not None else 0
        self.register_buffer("line", torch.zeros(wide + 1) if config.linear_skip else None)

    def forward(self, batch: Mapping[str, Tensor], seen: list[Tensor] | None = None) -> Output:
        """Judge some cases.

        Parameters
        ----------
        batch : mapping of str to torch.Tensor
            As :func:`~clnm_core.systems.llnm_net.encoding.as_tensors` gives it.
        seen : list, optional
            Gets the attention of every block, shape (2 n, tokens, tokens): the views of a case
            follow each other, pictures' tokens come before the report's.

        """
        pooled = self._pooled(batch, seen)
        found = self.head(pooled)
        log_odds = self._log_odds(pooled, found, batch)
        return Output(
            log_odds.unflatten(0, (-1, 2)).mean(1), self.stage(found).unflatten(0, (-1, 2)).mean(1)
        )

    def each_view(self, batch: Mapping[str, Tensor]) -> Tensor:
        """Log-odds by each of the two views, shape (n, 2); neither sees the other."""
        pooled = self._pooled(batch, None)
        return self._log_odds(pooled, self.head(pooled), batch).unflatten(0, (-1, 2))

    def _log_odds(self, pooled: Tensor, found: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        log_odds: Tensor = self.outcome(found)[:, 0] + self.skip(pooled)[:, 0]
        if self.line is None:
            return log_odds
        return log_odds + self.line[0] + self.averaged(batch) @ self.line[1:]

    def parts(self, batch: Mapping[str, Tensor]) -> Parts:
        """What the last layers add up to the log-odds."""
        pooled = self._pooled(batch, None)
        own = self.head(pooled) * self.outcome.weight[0]
        skipped = (pooled * self.skip.weight[0]).unflatten(1, (-1, own.shape[1])).sum(2)
        told = pooled[:, :0]
        if self.line is not None:
            told = self.averaged(batch) * self.line[1:]
        both = torch.cat([own, skipped], dim=1)
        return Parts(both.unflatten(0, (-1, 2)).mean(1), told.unflatten(0, (-1, 2)).mean(1))

    def _pooled(self, batch: Mapping[str, Tensor], seen: list[Tensor] | None) -> Tensor:
        """The tokens after the blocks, averaged, shape (2 n, values)."""
        picture = self._pictures(batch)
        report = self._report(batch)
        spans = self._spans(batch)
        if picture is None or report is None:
            tokens, says = picture or report  # type: ignore[misc]
            for block in self.cross:
                tokens = block(tokens, says, seen)
        else:
            (left, left_says), (right, right_says) = picture, report
            for block in self.cross:
                left, right = block(left, right, (left_says, right_says), seen)
            tokens = torch.cat([left, right], dim=1)
            says = torch.cat([left_says, right_says], dim=1)
        for block in self.blocks:
            tokens = block(tokens, says, seen)
        if self.pool == "groups":
            parts, first = [], 0
            for count in spans:
                one = slice(first, first + count)
                parts.append(_mean(tokens[:, one], says[:, one]))
                first += count
            return torch.cat(parts, dim=1)
        return _mean(tokens, says)

    def averaged(self, batch: Mapping[str, Tensor]) -> Tensor:
        """What the linear skip reads: the mean token of each group, and which words there are.

        Returns
        -------
        torch.Tensor, shape (2 n, values)

        """
        parts = [
            _mean(batch[f"value.{name}"].flatten(0, 1), batch[f"says.{name}"].flatten(0, 1))
            for name in self.told
        ]
        if self.reader is not None:
            ids, numbers = batch["ids"], batch["numbers"]
            words = torch.zeros(len(ids), self.vocabulary, device=ids.device)
            if self.vocabulary:
                words = words.scatter(1, ids, 1.0)
                words = torch.cat([torch.zeros_like(words[:, :1]), words[:, 1:]], dim=1)
            text = torch.cat([words, numbers.max(1, keepdim=True).values], dim=1)
            parts.append(text.repeat_interleave(2, dim=0))
        return torch.cat(parts, dim=1)

    def _pictures(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor] | None:
        if not self.groups:
            return None
        tokens, says = [], []
        for name in self.groups:
            there = batch[f"says.{name}"].flatten(0, 1)
            read = self.embed[name](batch[f"value.{name}"].flatten(0, 1)) + self.places[name]
            tokens.append(read * there[..., None])
            says.append(there)
        return self.dropout(torch.cat(tokens, dim=1)), torch.cat(says, dim=1)

    def _report(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor] | None:
        if self.reader is None:
            return None
        tokens, says = self.reader(batch["ids"], batch["numbers"])
        return tokens.repeat_interleave(2, dim=0), says.repeat_interleave(2, dim=0)

    def _spans(self, batch: Mapping[str, Tensor]) -> list[int]:
        """Tokens of each group, in the order in which they stand."""
        found = [batch[f"says.{name}"].shape[2] for name in self.groups]
        return [*found, batch["ids"].shape[1]] if self.reader is not None else found


def _mean(tokens: Tensor, says: Tensor) -> Tensor:
    """The mean over the tokens that say something; zero where none does."""
    weight = says[..., None].to(tokens.dtype)
    return (tokens * weight).sum(1) / weight.sum(1).clamp(min=1)


def _reader(config: Config, vocabulary: int, length: int) -> nn.Module:
    if config.bert_folder:
        return BertEncoder(open_folder(Path(config.bert_folder)), config.width)
    return TextEncoder(
        vocabulary,
        config.width,
        layers=config.text_layers,
        heads=config.heads,
        dropout=config.dropout,
        length=length,
    )
