"""What is written down of a training beside the model itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from clnm_core.stats.uncertainty import Estimate, plain_number
from clnm_core.systems.judging import Judged
from clnm_core.systems.protocol import Epoch
from clnm_core.systems.training import TrainedSystem


def manifest_facts(trained: TrainedSystem, names: Mapping[str, str]) -> dict[str, Any]:
    """What the manifest says of a training, whoever runs it."""
    facts = {
        f"{part}_{what}": number
        for part in ("training", "validation")
        for what, number in asdict(getattr(trained, part)).items()
    }
    return facts | {
        "config": trained.config,
        "seed": trained.seed,
        "set_aside": sum(trained.set_aside.values()),
        "set_aside_reasons": [
            {"reason": reason, "cases": number} for reason, number in trained.set_aside.items()
        ],
        "threshold": trained.threshold,
        "threshold_from": trained.threshold_from,
        "metrics": _plain(trained.metrics),
        "candidates": [tried_facts(one, names[one.name]) for one in trained.candidates],
        "notes": list(trained.notes),
    }


def history_facts(history: Sequence[Epoch]) -> list[dict[str, Any]]:
    """Every epoch: ``network, number, loss, validation_auc, seconds``; NaN is None."""
    numbers = ("loss", "validation_auc", "seconds")
    return [
        asdict(epoch) | {name: plain_number(getattr(epoch, name)) for name in numbers}
        for epoch in history
    ]


def tried_facts(one: Judged, model: str) -> dict[str, Any]:
    """What is said of something that was tried; ``model`` is the name of its risks."""
    return {
        "name": one.name,
        "label": one.label,
        "model": model,
        "threshold": one.threshold,
        "threshold_from": one.threshold_from,
        "facts": one.facts,
        "metrics": _plain(one.metrics),
    }


def _plain(metrics: Mapping[str, Mapping[str, Estimate]]) -> dict[str, Any]:
    return {
        split: {name: estimate.to_dict() for name, estimate in estimates.items()}
        for split, estimates in metrics.items()
    }
