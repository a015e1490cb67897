"""Which extractor measures what was asked for?

An extractor may be large and is never sent between processes. A :class:`Recipe` is: a few words
from which each process makes its own extractor, once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from clnm_core.errors import FeatureError
from clnm_core.features.items import Extractor

KINDS = ("radiomics", "deep", "morphology")

BACKBONE = "resnet18"
"""The network of deep features where none is named."""

MAKERS = {
    "radiomics": f"{__name__}:radiomics",
    "deep": f"{__name__}:deep",
    "morphology": f"{__name__}:morphology",
}
"""Kind: the module and function that make its extractor from plain values."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an extractor is made: the module and function, and its arguments as JSON."""

    kind: str
    maker: str
    arguments: str


def recipe_of(
    kind: str,
    *,
    backbone: str | None = None,
    checkpoint: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Recipe:
    """The recipe of an extractor.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    backbone : str, optional
        Name of a network in timm; only of ``deep``, by default :data:`BACKBONE`.
    checkpoint : str, optional
        File with its weights; only of ``deep``.
    settings : mapping, optional
        Of the kind's own settings, those that differ from the defaults; plain values.

    Raises
    ------
    FeatureError
        If the kind is not known, or does not have what is given.

    """
    if kind not in MAKERS:
        raise FeatureError(
            f"There are no features {kind[:40]!r}. Choose one of {', '.join(KINDS)}."
        )
    arguments: dict[str, Any] = dict(settings or {})
    if kind == "deep":
        arguments |= {"backbone": backbone or BACKBONE}
        arguments |= {"checkpoint": checkpoint} if checkpoint else {}
    elif backbone or checkpoint:
        given = "a backbone" if backbone else "a checkpoint"
        raise FeatureError(f"Only deep features have {given}; {kind} has none. Leave it out.")
    try:
        text = json.dumps(arguments, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError):
        raise FeatureError(
            "The settings of features must be numbers, words and lists of them."
        ) from None
    return Recipe(kind, MAKERS[kind], text)


def of_the_picture_itself(recipe: Recipe) -> Recipe:
    """The recipe of radiomics without those of filtered copies; their values are the same."""
    arguments = {**json.loads(recipe.arguments), "image_types": ["original"]}
    return Recipe(recipe.kind, recipe.maker, json.dumps(arguments, sort_keys=True))


@lru_cache(maxsize=4)
def made(recipe: Recipe) -> Extractor:
    """The extractor of a recipe, made once per process.

    Raises
    ------
    FeatureError
        If a setting cannot be used, or weights cannot be loaded.

    """
    module, name = recipe.maker.split(":")
    maker = getattr(import_module(module), name)
    try:
        extractor: Extractor = maker(**json.loads(recipe.arguments))
    except (TypeError, ValueError) as error:
        raise FeatureError(f"The settings of {recipe.kind} cannot be used: {error}") from error
    return extractor


def extractor_of(
    kind: str,
    *,
    backbone: str | None = None,
    checkpoint: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Extractor:
    """The extractor of a kind; parameters and errors as of :func:`recipe_of` and :func:`made`."""
    return made(recipe_of(kind, backbone=backbone, checkpoint=checkpoint, settings=settings))


def radiomics(**settings: Any) -> Extractor:
    """Make the extractor of radiomics; lists are taken for the tuples that its settings hold."""
    from clnm_core.features.radiomics.extractor import RadiomicsExtractor
    from clnm_core.features.radiomics.settings import Settings

    held: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in settings.items()}
    return RadiomicsExtractor(Settings(**held))


def deep(*, backbone: str, checkpoint: str | None = None, **settings: Any) -> Extractor:
    """Make the extractor of deep features, with its weights.

    Raises
    ------
    FeatureError
        If there is no such network or file.

    """
    if checkpoint and not Path(checkpoint).is_file():
        raise FeatureError(
            f"There is no file {Path(checkpoint).name!r} with weights where it was said to be. "
            "Give the path of the checkpoint on this machine."
        )
    from clnm_core.features.deep import DeepExtractor

    file = Path(checkpoint) if checkpoint else None
    return DeepExtractor(backbone=backbone, checkpoint=file, **settings)


def morphology(**settings: Any) -> Extractor:
    """Make the extractor of morphology."""
    from clnm_core.features.morphology import MorphologyExtractor

    return MorphologyExtractor(**settings)
