"""Which of the published network's parts are there, and how large are they?

Two sizes: ``paper`` is the network as published; ``small`` (the default) is one of the same kind
for some hundreds of patients and two processor cores. Every ablation of the paper is a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from clnm_core.errors import TrainingError

SMALL: dict[str, Any] = {
    "patches": "statistics",
    "width": 32,
    "heads": 2,
    "cross_blocks": 1,
    "self_blocks": 1,
    "text_layers": 0,
    "pool": "groups",
    "linear_skip": True,
    "dropout": 0.2,
    "attention_dropout": 0.0,
    "noise": 0.2,
    "word_dropout": 0.05,
    "members": 3,
    "epochs": 12,
    "batch": 32,
    "learning_rate": 5e-4,
    "weight_decay": 1.0,
    "patience": 5,
    "warmup_epochs": 2,
    "schedule": "cosine",
    "report_length": 40,
    "report_unit": "tokens",
}
PAPER: dict[str, Any] = {
    "patches": "pixels",
    "width": 768,
    "heads": 12,
    "cross_blocks": 4,
    "self_blocks": 12,
    "text_layers": 2,
    "pool": "mean",
    "linear_skip": False,
    "dropout": 0.3,
    "attention_dropout": 0.2,
    "noise": 0.0,
    "word_dropout": 0.0,
    "members": 1,
    "epochs": 50,
    "batch": 32,
    "learning_rate": 3e-5,
    "weight_decay": 0.01,
    "patience": 8,
    "warmup_epochs": 2,
    "schedule": "cosine",
    "report_length": 50,
    "report_unit": "characters",
}
_SIZES = {"small": SMALL, "paper": PAPER}

DEFAULTS: dict[str, Any] = {
    "size": "small",
    "location": "phi",
    "morphology": True,
    "report": True,
    "demographics": True,
    "fusion": "bidirectional",
    "stage_weight": 0.2,
    "bert_folder": "",
    **dict.fromkeys(SMALL),
}
"""Every setting; ``None`` stands for what the size says (:data:`SMALL`, :data:`PAPER`)."""

_WORDS = {
    "size": tuple(_SIZES),
    "location": ("phi", "raw", "none"),
    "fusion": ("bidirectional", "unidirectional"),
    "patches": ("statistics", "pixels"),
    "pool": ("groups", "mean"),
    "schedule": ("cosine", "constant"),
    "report_unit": ("tokens", "characters"),
}
_LEAST = {
    "width": 4,
    "heads": 1,
    "cross_blocks": 0,
    "self_blocks": 0,
    "text_layers": 0,
    "members": 1,
    "epochs": 1,
    "batch": 2,
    "patience": 0,
    "warmup_epochs": 0,
    "report_length": 1,
}
_MOST = {
    "width": 2048,
    "heads": 32,
    "cross_blocks": 24,
    "self_blocks": 48,
    "text_layers": 24,
    "members": 20,
    "epochs": 10_000,
    "batch": 4096,
    "report_length": 512,
}
_SHARES = ("dropout", "attention_dropout", "word_dropout")
_NOT_NEGATIVE = ("noise", "weight_decay", "stage_weight")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, each with its value.

    Parameters
    ----------
    size : {"small", "paper"}
        Where the values come from that were not chosen one by one.
    location : {"phi", "raw", "none"}
        What is painted into the location map: ``1 - d / d_max``, or d in mm; or no map.
    morphology, report, demographics : bool
        Texture, margin, echogenicity and shape; the report; age and sex. Each may be left out.
    fusion : {"bidirectional", "unidirectional"}
        Whether the report also looks at the pictures, or only they at the report.
    stage_weight : float
        Of the loss of the three risk stages, beside that of the outcome.
    bert_folder : str
        Place of a BERT that reads the report; empty for a reader that learns along.
    patches : {"statistics", "pixels"}
        What a patch shows the network: its local statistics, or its pixels.
    width, heads : int
    cross_blocks, self_blocks, text_layers : int
        Blocks between pictures and report; of all together; of the report alone.
    pool : {"groups", "mean"}
        The mean over the tokens of each input apart, or over all at once as in the paper.
    linear_skip : bool
        Whether the mean tokens also go past the blocks by a line, a ridge logistic regression that
        is fitted first and then stays: the blocks learn what it leaves (wide and deep, Cheng 2016,
        doi:10.1145/2988450.2988454).
    dropout, attention_dropout : float
        In [0, 1).
    noise : float
        Standard deviation of what is added in training to numbers whose own is 1; the same for all
        tokens of a group, which restrains the network as a ridge penalty would (Bishop 1995,
        doi:10.1162/neco.1995.7.1.108).
    word_dropout : float
        Share of the report's words that are made unknown in training.
    members : int
        Networks from different seeds, whose log-odds are averaged.
    epochs, batch, learning_rate, weight_decay, patience, warmup_epochs, schedule
        As in :class:`~clnm_core.systems.networks.task.Settings`.
    report_length : int
        How much of a report is read: the first so many of ``report_unit``.
    report_unit : {"tokens", "characters"}

    """

    size: str
    location: str
    morphology: bool
    report: bool
    demographics: bool
    fusion: str
    stage_weight: float
    bert_folder: str
    patches: str
    width: int
    heads: int
    cross_blocks: int
    self_blocks: int
    text_layers: int
    pool: str
    linear_skip: bool
    dropout: float
    attention_dropout: float
    noise: float
    word_dropout: float
    members: int
    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    patience: int
    warmup_epochs: int
    schedule: str
    report_length: int
    report_unit: str

    @property
    def has_pictures(self) -> bool:
        """Whether anything is read of the pictures."""
        return self.location != "none" or self.morphology

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def resolved(chosen: Mapping[str, Any]) -> Config:
    """The settings that were chosen, and those of the size for the rest.

    Raises
    ------
    TrainingError
        If there is no such setting, or a value cannot be used.

    Examples
    --------
    >>> resolved({}).width, resolved({"size": "paper"}).width, resolved({"width": 64}).width
    (32, 768, 64)

    """
    unknown = [name for name in chosen if name not in DEFAULTS]
    if unknown:
        raise TrainingError(
            f"llnm-net has no setting {str(unknown[0])[:40]!r}. Its settings are "
            f"{', '.join(DEFAULTS)}."
        )
    size = chosen.get("size") or "small"
    if size not in _SIZES:
        raise TrainingError("The setting 'size' of llnm-net must be small or paper. Correct it.")
    values = {**DEFAULTS, **_SIZES[size]}
    values |= {name: value for name, value in chosen.items() if value is not None}
    for name, value in values.items():
        _check(name, value)
    if values["width"] % values["heads"]:
        raise TrainingError("The setting 'width' of llnm-net must be a multiple of 'heads'.")
    config = Config(**values)
    if not (config.has_pictures or config.report or config.demographics):
        raise TrainingError(
            "Every input of llnm-net is left out, so there is nothing to learn from. Leave one in."
        )
    return config


def _check(name: str, value: Any) -> None:
    demand = ""
    if name in _WORDS:
        demand = "" if value in _WORDS[name] else f"one of {', '.join(_WORDS[name])}"
    elif isinstance(DEFAULTS[name], bool) or name == "linear_skip":
        demand = "" if isinstance(value, bool) else "true or false"
    elif name in _LEAST:
        least, most = _LEAST[name], _MOST.get(name, 10_000)
        is_fit = type(value) is int and least <= value <= most
        demand = "" if is_fit else f"a whole number from {least} to {most}"
    elif name == "bert_folder":
        demand = "" if isinstance(value, str) else "the place of a folder"
    elif type(value) not in (int, float) or not 0 <= value < float("inf"):
        demand = "a number, 0 or more"
    elif name in _SHARES and value >= 1:
        demand = "0 or more and below 1"
    elif name not in (*_SHARES, *_NOT_NEGATIVE) and value == 0:
        demand = "above 0"
    if demand:
        raise TrainingError(f"The setting {name!r} of llnm-net must be {demand}. Correct it.")
