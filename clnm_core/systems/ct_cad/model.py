"""What does one trained network say of a node on CT?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.errors import ModelError, UnfitCaseError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.ct_cad.activation import activation
from clnm_core.systems.ct_cad.augmenting import altered
from clnm_core.systems.ct_cad.kinds import KINDS, NAME
from clnm_core.systems.ct_cad.networks import OneAnswer
from clnm_core.systems.ct_cad.occlusion import occlusion
from clnm_core.systems.ct_cad.pictures import (
    MODALITY,
    border_of,
    crop,
    crops,
    fit_views,
    require_pictures,
    square_of,
)
from clnm_core.systems.ct_cad.ranges import Ranges
from clnm_core.systems.ct_cad.task import case_log_odds, pooled_features
from clnm_core.systems.explanation import Attributions, Explanation, SaliencyMap
from clnm_core.systems.painting import on_picture
from clnm_core.systems.protocol import Inputs, State

FEWEST_CELLS = 4
"""Cells a side below which a class activation map says too little about places."""

_CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False, slots=True)
class NodeModel:
    """One of the eight networks, trained and calibrated.

    Parameters
    ----------
    network : OneAnswer
        On the CPU, in evaluation mode.
    kind : str
        A key of :data:`~clnm_core.systems.ct_cad.kinds.KINDS`.
    outcome : str
    size : int
        Side of the input, in pixels.
    field_mm : float
    calibrator : Calibrator
    ranges : Ranges
    is_rounded : bool
        Whether weights are those of 16 bits.
    facts : dict
        What a reader should know of the training, as plain values.

    """

    network: OneAnswer
    kind: str
    outcome: str
    size: int
    field_mm: float
    calibrator: Calibrator
    ranges: Ranges
    is_rounded: bool
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def system(self) -> str:
        """Name of its system."""
        return NAME

    @property
    def inputs(self) -> Inputs:
        """CT with the node outlined; several pictures of a node are averaged."""
        return Inputs((), views=("any",), modality=MODALITY, structures=("lesion",))

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Calibrated probability of the outcome for each case, in [0, 1].

        Raises
        ------
        UnfitCaseError
            If a case has no CT picture with the node outlined.

        """
        if not len(cases):
            return np.zeros(0)
        seen = crops(cases, field_mm=self.field_mm, size=self.size)
        return self.calibrator.risk(
            expit(case_log_odds(self.network, seen, size=self.size, device=_CPU))
        )

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case; a single network knows no interval of it."""
        seen = crops(case, field_mm=self.field_mm, size=self.size)
        if seen.is_flat.all():
            raise UnfitCaseError(
                "The picture has a single grey around the node, so there is nothing to judge. "
                "Look at its window, or choose another picture."
            )
        risk = float(self.risk(case)[0])
        return Estimate(risk, math.nan, math.nan, 0.95, "no interval: one network")

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """Sentences about what makes the one case unlike the training cases."""
        require_pictures(case)
        return self.ranges.doubts(
            crops(case, field_mm=self.field_mm, size=self.size), size=self.size
        )

    def explain(self, case: Cases) -> Explanation:
        """Where the network looked, on each picture of the one case."""
        require_pictures(case)
        maps: list[SaliencyMap] = []
        notes: set[str] = set()
        views = fit_views(case, 0)
        for view in views:
            item = view.read()
            side = border_of(self.size)
            grey = crop(item, field_mm=self.field_mm, size=self.size)[None]
            picture = altered(grey, size=self.size, random=None)
            found = activation(self.network, self.kind, picture)
            cells, words, kind = found.cells, _ACTIVATION, "activation"
            if math.isnan(found.bias):
                words, kind = _GRADIENT, "gradient"
            if min(cells.shape) < FEWEST_CELLS:
                cells, words, kind = occlusion(self.network, picture), _OCCLUSION, "hiding"
            whole = square_of(item, field_mm=self.field_mm * (1 + 2 * side / self.size))
            drawn = on_picture(cells, _inner(whole, side / (self.size + 2 * side)), item.grey.shape)
            # The mean over cells makes the log-odds of a picture, the mean over pictures the case's.
            parts = len(views) * (cells.size if kind == "activation" else 1)
            most = math.nan if kind == "gradient" else max(float(cells.max()), 0.0) / parts
            maps.append(SaliencyMap(view.image_id, kind, drawn, most))
            notes.add(words)
        if not any(one.values.any() for one in maps):
            notes.add("Nothing in the picture spoke for metastasis.")
        return Explanation(maps=tuple(maps), notes=tuple(sorted(notes)))

    def attributions(self, cases: Cases) -> Attributions | None:
        """None: a network of pixels reads no variable."""
        return None

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """The network's last features, pooled over each picture, shape (cases, features).

        The mean over the pictures of a case, on the network's own scale: what its last layer is
        given. No training deviations are kept, so features differ in how much they vary.
        """
        if not len(cases):
            return np.zeros((0, self.network.net.num_features), dtype=np.float32)
        seen = crops(cases, field_mm=self.field_mm, size=self.size)
        return pooled_features(self.network, seen, size=self.size)

    def state(self) -> State:
        """The model as plain values; weights of more than one axis in 16 bits where rounded."""
        tensors = {}
        for name, value in self.network.state_dict().items():
            is_short = self.is_rounded and value.is_floating_point() and value.ndim > 1
            kept = value.half() if is_short else value
            tensors[name] = np.ascontiguousarray(kept.cpu().numpy())
        return State(
            tensors,
            {
                "system": NAME,
                "kind": self.kind,
                "outcome": self.outcome,
                "size": self.size,
                "field_mm": self.field_mm,
                "calibrator": self.calibrator.to_dict(),
                "ranges": self.ranges.to_dict(),
                "is_rounded": self.is_rounded,
                "training": self.facts,
            },
        )


_ACTIVATION = (
    "Class activation map: where the network's last features spoke for metastasis, 1 for most. "
    "It shows where the network looked, not why the node is as it is."
)
_GRADIENT = (
    "Grad-CAM: this network has hidden layers after its pictures, so its last features are weighted "
    "by gradients; the map does not add up to the answer."
)
_OCCLUSION = (
    "The network's input is too small for a class activation map, so the map shows where covering "
    "the picture takes most from the log-odds of metastasis."
)


def restored(state: State) -> NodeModel:
    """The model of a state.

    Raises
    ------
    ModelError
        If the state is not one of this system's.

    """
    facts: Mapping[str, Any] = state.facts
    kind = facts.get("kind")
    if facts.get("system") != NAME or not isinstance(kind, str) or kind not in KINDS:
        raise ModelError("These files hold no model of ct-cad. Choose the model that was saved.")
    network = OneAnswer(kind, mean=(0.0,) * 3, std=(1.0,) * 3, dropout=0.0)
    weights = {
        name: torch.from_numpy(np.array(value, copy=True)) for name, value in state.tensors.items()
    }
    try:
        network.load_state_dict(weights)
        return NodeModel(
            network.eval().requires_grad_(False),
            kind,
            str(facts["outcome"]),
            int(facts["size"]),
            float(facts["field_mm"]),
            Calibrator.from_dict(facts["calibrator"]),
            Ranges.from_dict(facts["ranges"]),
            bool(facts["is_rounded"]),
            dict(facts["training"]),
        )
    except (RuntimeError, KeyError, TypeError, ValueError):
        raise ModelError(
            f"The files do not fit {KINDS[kind].label}: they were changed, or written by another "
            "version. Train the model again."
        ) from None


def rounded(network: OneAnswer) -> OneAnswer:
    """The network with its weights of more than one axis as 16 bits hold them.

    Raises
    ------
    ModelError
        If a weight is too large for 16 bits.

    """
    weights = network.state_dict()
    for name, value in weights.items():
        if value.is_floating_point() and value.ndim > 1:
            weights[name] = value.half().float()
            if not bool(torch.isfinite(weights[name]).all()):
                raise ModelError(
                    "A weight of the network is too large for 16 bits. Train with the setting "
                    "'kept_as' at float32."
                )
    network.load_state_dict(weights)
    return network


def _inner(square: tuple[int, int, int, int], share: float) -> tuple[int, int, int, int]:
    """A square without its border, which is a share of it on each side."""
    top, left, bottom, right = square
    rows, columns = round((bottom - top) * share), round((right - left) * share)
    return top + rows, left + columns, bottom - rows, right - columns
