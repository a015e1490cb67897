"""Where did the networks look when they judged a case?

Attention says where a network took its numbers from, not what they did to the risk: it is no
cause, and nothing here claims that it is.

**Shares.** In each self-attention block every token divides a whole of attention among all tokens
that say something. The share of a group (location, morphology, report, demographics) is the part
that falls on its tokens, averaged over the tokens that look, the blocks, the two views and the
networks; shares add up to 1. Without self-attention blocks the cross-attention blocks are taken,
in which the two parts of a row weigh 1 and a (without its sign). The paper prints 48.8, 29.9, 19.7 and 1.6 %, and
does not say how they were averaged; tokens are more where an image has more patches.

**Words** get the same attention, of which only that on the report is divided among its words.
**Maps** paint that of the location and texture patches on the parts of the picture they show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from clnm_core.systems.cases import Cases, View
from clnm_core.systems.explanation import Explanation, SaliencyMap
from clnm_core.systems.llnm_net.encoding import as_tensors
from clnm_core.systems.llnm_net.inputs import GROUPS, seen_at
from clnm_core.systems.llnm_net.prepared import read_case

if TYPE_CHECKING:
    from clnm_core.systems.llnm_net.model import LlnmModel

NOTE = "Shares, words and maps show attention: where the network looked, not why the risk is what it is."
SKIP = "A part of the risk goes past the attention, by a linear skip that attention does not show."


def explained(model: LlnmModel, case: Cases) -> Explanation:
    """Shares, words and maps of attention for the one case."""
    prepared = model.prepared(case)
    arrays = model.encoder.encoded(prepared)
    batch = as_tensors(arrays, np.zeros(1, dtype=np.int64))
    received = np.mean([_received(network, batch) for network in model.networks], axis=0)
    if not received.shape[1]:
        return Explanation(notes=("These networks have no block, so nothing looks anywhere.",))
    spans = _spans(model)
    shares: dict[str, float] = {}
    for group, span in spans.items():
        kind = GROUPS[group]
        shares[kind] = shares.get(kind, 0.0) + float(received[:, span].sum(axis=1).mean())
    notes = (NOTE, SKIP) if model.config.linear_skip else (NOTE,)
    return Explanation(
        maps=_maps(model, case, received, spans),
        shares=shares,
        words=_words(model, prepared.texts[0], received.mean(axis=0), spans),
        notes=notes,
    )


def _received(network: torch.nn.Module, batch: dict[str, torch.Tensor]) -> NDArray[np.float64]:
    """Attention that each token gets, shape (2 views, tokens); each view adds up to 1."""
    seen: list[torch.Tensor] = []
    with torch.inference_mode():
        network(batch, seen)
    own = len(network.blocks)  # type: ignore[arg-type]
    tables = seen[-own:] if own else seen
    if not tables:
        return np.zeros((2, 0))
    says = _says(network, batch).double()
    looks = says / says.sum(1, keepdim=True)
    found = torch.stack([(looks[:, :, None] * one.double()).sum(1) for one in tables]).mean(0)
    return np.asarray((found / found.sum(1, keepdim=True)).numpy())


def _says(network: torch.nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Which tokens say something, shape (2, tokens)."""
    parts = [batch[f"says.{name}"][0] for name in network.groups]  # type: ignore[union-attr]
    if network.reader is not None:
        parts.append(network.reader(batch["ids"], batch["numbers"])[1].repeat(2, 1))  # type: ignore[operator]
    return torch.cat(parts, dim=1)


def _spans(model: LlnmModel) -> dict[str, slice]:
    found, first = {}, 0
    for group, (count, _) in model.shapes.items():
        found[group] = slice(first, first + count)
        first += count
    if model.config.report:
        found["report"] = slice(first, first + model.encoder.reads[1])
    return found


def _words(
    model: LlnmModel, text: str, received: NDArray[np.float64], spans: dict[str, slice]
) -> tuple[tuple[str, float], ...]:
    if model.encoder.tokenizer is None or not text.strip():
        return ()
    words = model.encoder.tokenizer.tokens(text)
    weights = received[spans["report"]][: len(words)]
    total = float(weights.sum()) or 1.0
    return tuple((word, float(one) / total) for word, one in zip(words, weights, strict=False))


def _maps(
    model: LlnmModel, case: Cases, received: NDArray[np.float64], spans: dict[str, slice]
) -> tuple[SaliencyMap, ...]:
    """Attention per pixel of the patches that show it; 1 where it is largest."""
    views, _, _ = read_case(case.views_of(str(case.frame["case_id"].iloc[0])), model.config)
    found = []
    for place, view in enumerate(views):
        painted = _painted(model, view, received[place], spans)
        if painted is not None:
            found.append(SaliencyMap(view.image_id, "attention", painted))
    return tuple(found)


def _painted(
    model: LlnmModel, view: View, received: NDArray[np.float64], spans: dict[str, slice]
) -> NDArray[np.float32] | None:
    item = view.read()
    total = np.zeros(item.grey.shape)
    for group in ("location", "texture"):
        if group not in spans:
            continue
        patches = seen_at(group, item, model.config)
        for region, weight in zip(patches, received[spans[group]], strict=True):
            total[region] += weight / max(total[region].size, 1)
    if not total.any():
        return None
    return np.asarray(total / total.max(), dtype=np.float32)
