"""Why did the networks judge a case as they did, as far as they can say?

**Maps.** The first of a picture shows what the log-odds lose when a place is hidden
(:mod:`clnm_core.systems.llnm_net.hiding`): that is about the risk. The second paints attention.

Attention says where a network took its numbers from, not what they did to the risk: it is no
cause, and nothing here claims that it is.

**Shares.** In each self-attention block every token divides a whole of attention among all tokens
that say something. The share of a group (location, morphology, report, demographics) is the part
that falls on its tokens, averaged over the tokens that look, the blocks, the two views and the
networks; shares add up to 1. Without self-attention blocks the cross-attention blocks are taken,
in which the two parts of a row weigh 1 and a (without its sign). The paper prints 48.8, 29.9, 19.7 and 1.6 %, and
does not say how they were averaged; tokens are more where an image has more patches.

**Flows** are the same, averaged over the tokens that look of each group apart.
**Words** get the same attention, of which only that on the report is divided among its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clnm_core.systems.cases import Cases, View
from clnm_core.systems.explanation import Explanation, Flow, SaliencyMap
from clnm_core.systems.llnm_net.encoding import as_tensors
from clnm_core.systems.llnm_net.hiding import HIDDEN, lost_log_odds
from clnm_core.systems.llnm_net.inputs import GROUPS, seen_at
from clnm_core.systems.llnm_net.network import LlnmNet
from clnm_core.systems.llnm_net.prepared import read_case

if TYPE_CHECKING:
    from clnm_core.systems.llnm_net.model import LlnmModel

HIDING = (
    "The first map of a picture shows what the log-odds before calibration lose when a place is "
    "hidden from the networks: its part of the location map and its texture. What is told of the "
    "whole lesion has no place and is not on it."
)
NOTE = "Shares, words and maps of attention show where the network looked, not why the risk is what it is."
SKIP = "A part of the risk goes past the attention, by a linear skip that attention does not show."
BLIND = "These networks have no block, so nothing looks anywhere."


def explained(model: LlnmModel, case: Cases) -> Explanation:
    """Maps of the one case, and shares, flows and words of attention."""
    prepared = model.prepared(case)
    batch = as_tensors(model.encoder.encoded(prepared), np.zeros(1, dtype=np.int64))
    views, _, _ = read_case(case.views_of(str(case.frame["case_id"].iloc[0])), model.config)
    spans = _spans(model)
    hidden = _maps_of_hiding(model, views, lost_log_odds(model, batch)) if views else ()
    notes: tuple[str, ...] = (HIDING,) if hidden else ()
    tables = [_table(network, batch) for network in model.networks]
    if not tables[0].size:
        return Explanation(maps=hidden, notes=(*notes, BLIND))
    table, says = np.mean(tables, axis=0), _says(model.networks[0], batch)
    looks = says / says.sum(axis=1, keepdims=True)
    received = (looks[:, :, None] * table).sum(axis=1)
    received /= received.sum(axis=1, keepdims=True)
    shares: dict[str, float] = {}
    for group, span in spans.items():
        kind = GROUPS[group]
        shares[kind] = shares.get(kind, 0.0) + float(received[:, span].sum(axis=1).mean())
    looked = _maps_of_attention(model, views, received, spans)
    order = {view.image_id: place for place, view in enumerate(views)}
    return Explanation(
        maps=tuple(sorted((*hidden, *looked), key=lambda one: order[one.image_id])),
        shares=shares,
        flows=_flows(table, says, spans),
        words=_words(model, prepared.texts[0], received.mean(axis=0), spans),
        notes=(*notes, NOTE, SKIP) if model.config.linear_skip else (*notes, NOTE),
    )


def _table(network: LlnmNet, batch: dict[str, Tensor]) -> NDArray[np.float64]:
    """How each token divides its attention, shape (2 views, tokens, tokens), mean of the blocks."""
    seen: list[Tensor] = []
    with torch.inference_mode():
        network(batch, seen)
    own = len(network.blocks)
    tables = seen[-own:] if own else seen
    if not tables:
        return np.zeros((2, 0, 0))
    return np.asarray(torch.stack(tables).double().mean(0).numpy())


def _says(network: LlnmNet, batch: dict[str, Tensor]) -> NDArray[np.float64]:
    """1 for tokens that say something, else 0, shape (2, tokens)."""
    parts = [batch[f"says.{name}"][0] for name in network.groups]
    if network.reader is not None:
        with torch.inference_mode():
            parts.append(network.reader(batch["ids"], batch["numbers"])[1].repeat(2, 1))
    return np.asarray(torch.cat(parts, dim=1).double().numpy())


def _flows(
    table: NDArray[np.float64], says: NDArray[np.float64], spans: dict[str, slice]
) -> tuple[Flow, ...]:
    """What part of the attention of each kind of input falls on which; nobody looks who is silent."""
    kinds = {kind: np.zeros(table.shape[-1], dtype=bool) for kind in GROUPS.values()}
    for group, span in spans.items():
        kinds[GROUPS[group]][span] = True
    found = []
    for looking, is_looking in kinds.items():
        weight = says * is_looking
        if not weight.any():
            continue
        row = (weight[:, :, None] * table).sum(axis=(0, 1)) / weight.sum()
        found += [
            Flow(looking, seen, float(row[is_seen].sum()))
            for seen, is_seen in kinds.items()
            if is_seen.any()
        ]
    return tuple(found)


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


def _maps_of_hiding(
    model: LlnmModel, views: tuple[View, ...], lost: dict[str, NDArray[np.float64]]
) -> tuple[SaliencyMap, ...]:
    """Log-odds that are lost with each place, those of location and texture added."""
    found = []
    for place, view in enumerate(views):
        total = np.zeros(view.read().grey.shape)
        for group, losses in lost.items():
            # One picture stands for both views, so that it loses what both lose.
            own = losses[place] if len(views) == 2 else losses.sum(axis=0)
            for region, loss in zip(_regions(model, view, group), own, strict=True):
                total[region] += loss
        found.append(_drawn(view, "hiding", np.maximum(total, 0)))
    return tuple(found) if lost else ()


def _maps_of_attention(
    model: LlnmModel,
    views: tuple[View, ...],
    received: NDArray[np.float64],
    spans: dict[str, slice],
) -> tuple[SaliencyMap, ...]:
    """Share of the attention of one view on each pixel, through the patches that show it."""
    found = []
    for place, view in enumerate(views):
        total = np.zeros(view.read().grey.shape)
        for group in (one for one in HIDDEN if one in spans):
            own = received[place, spans[group]]
            for region, weight in zip(_regions(model, view, group), own, strict=True):
                total[region] += weight / max(total[region].size, 1)
        if total.any():
            found.append(_drawn(view, "attention", total))
    return tuple(found)


def _regions(model: LlnmModel, view: View, group: str) -> list[tuple[slice, slice]]:
    what = ("parts of the picture", model.config.patches, group)
    return view.made(what, lambda item: seen_at(group, item, model.config))


def _drawn(view: View, kind: str, total: NDArray[np.float64]) -> SaliencyMap:
    most = float(total.max())
    drawn = np.asarray(total / (most or 1.0), dtype=np.float32)
    return SaliencyMap(view.image_id, kind, drawn, most)
