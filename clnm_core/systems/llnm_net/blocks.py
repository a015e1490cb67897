"""How do pictures and report look at each other?"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, scaled_dot_product_attention

from clnm_core.systems.llnm_net.config import Config

_START = 0.5
"""The learned weight ``a`` of the other side before training; the paper does not state it."""


class Stream(nn.Module):
    """Queries, keys and values of one side, and what comes after its attention."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.heads, self.attention_dropout = config.heads, config.attention_dropout
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        last = nn.Linear(4 * width, width)
        self.after = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            last,
            nn.Dropout(config.dropout),
        )
        self.dropout = nn.Dropout(config.dropout)
        # Blocks begin as small changes of what they get, which few cases can learn from sooner.
        for layer in (self.out, last):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def asked(self, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values by head, each of shape (n, heads, tokens, width of a head)."""
        normal = self.norm(tokens)
        query, key, value = (
            part(normal).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        return query, key, value

    def finished(self, tokens: Tensor, attended: Tensor) -> Tensor:
        """Residual, norm, MLP."""
        tokens = tokens + self.dropout(self.out(attended.transpose(1, 2).flatten(2)))
        return tokens + self.after(tokens)


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    says: Tensor,
    *,
    share: float,
    seen: list[Tensor] | None,
) -> Tensor:
    """``softmax(Q K' / sqrt(d)) V`` over the keys that say something.

    Parameters
    ----------
    query, key, value : torch.Tensor, shape (n, heads, tokens, width)
    says : torch.Tensor of bool, shape (n, tokens of the keys)
        At least one of each row.
    share : float
        Of the attention that is dropped.
    seen : list, optional
        Gets the attention itself, shape (n, tokens of the queries, tokens of the keys), the mean
        over the heads.

    """
    mask = says[:, None, None, :]
    if seen is None:
        return scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=share)
    score = (query @ key.transpose(-1, -2)) / query.shape[-1] ** 0.5
    weights = score.masked_fill(~mask, -torch.inf).softmax(-1)
    seen.append(weights.mean(1))
    return dropout(weights, share, training=share > 0) @ value


class CrossBlock(nn.Module):
    """Both sides look at themselves and at each other.

    ``T_I = Att(Q_I, K_I, V_I) + a Att(Q_I, K_T, V_T)``, and ``T_T`` from the side of the report
    likewise, each with its own learned ``a``; then residual, norm and MLP, as the paper has it.
    Where the first norm stands it does not say: here before the attention. Unidirectional, the
    report looks at itself alone.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.picture, self.report = Stream(config), Stream(config)
        self.to_report = nn.Parameter(torch.tensor(_START))
        self.to_picture = (
            nn.Parameter(torch.tensor(_START)) if config.fusion == "bidirectional" else None
        )

    def forward(
        self,
        picture: Tensor,
        report: Tensor,
        says: tuple[Tensor, Tensor],
        seen: list[Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Both sides after the block, in the shapes in which they came.

        ``seen`` gets the attention of all tokens (pictures, then report) to all, each row with
        the sum 1; the two parts of a row weigh 1 and a (without its sign).
        """
        one, other = self.picture.asked(picture), self.report.asked(report)
        share = self.picture.attention_dropout if self.training else 0.0
        parts: list[Tensor] | None = None if seen is None else []
        with_self = attention(*one, says[0], share=share, seen=parts)
        across = attention(one[0], *other[1:], says[1], share=share, seen=parts)
        picture_after = self.picture.finished(picture, with_self + self.to_report * across)
        attended = attention(*other, says[1], share=share, seen=parts)
        back = torch.zeros((), device=picture.device)
        if self.to_picture is not None:
            back = self.to_picture
            attended = attended + back * attention(
                other[0], *one[1:], says[0], share=share, seen=parts
            )
        if seen is not None and parts is not None:
            seen.append(_together(parts, self.to_report, back))
        return picture_after, self.report.finished(report, attended)


class SelfBlock(nn.Module):
    """All tokens look at all; in place of a cross block where there is only one side."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.all = Stream(config)

    def forward(self, tokens: Tensor, says: Tensor, seen: list[Tensor] | None = None) -> Tensor:
        """The tokens after the block, shape (n, tokens, width)."""
        share = self.all.attention_dropout if self.training else 0.0
        return self.all.finished(
            tokens, attention(*self.all.asked(tokens), says, share=share, seen=seen)
        )


def _together(parts: list[Tensor], to_report: Tensor, to_picture: Tensor) -> Tensor:
    """Attention within and across as one table of all tokens by all tokens."""
    out, back = to_report.abs(), to_picture.abs()
    own, across, text = parts[:3]
    crossed = parts[3] if len(parts) > 3 else torch.zeros_like(across).transpose(1, 2)
    above = torch.cat([own, out * across], dim=2) / (1 + out)
    below = torch.cat([back * crossed, text], dim=2) / (1 + back)
    return torch.cat([above, below], dim=1)
