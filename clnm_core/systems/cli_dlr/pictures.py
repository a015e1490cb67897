"""What is measured on the pictures of a case?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.errors import TrainingError
from clnm_core.features.choice import Recipe, made, of_the_picture_itself, recipe_of
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import with_fit_pictures
from clnm_core.systems.protocol import Inputs

PICTURES = Inputs((), views=("any",), modality="US", structures=("lesion",))
"""What a case must have for its score."""

_PLAIN = "original_"
"""How the radiomics of the picture itself begin; those of its filtered copies do not."""


def recipes_of(config: Mapping[str, Any]) -> tuple[Recipe, ...]:
    """How the pictures are measured.

    Raises
    ------
    TrainingError
        If nothing is to be measured.

    """
    found = []
    if config["deep"]:
        found.append(
            recipe_of("deep", backbone=config["backbone"], checkpoint=config["checkpoint"])
        )
    if config["radiomics"]:
        found.append(recipe_of("radiomics"))
    if not found:
        raise TrainingError(
            "Cli-DLR needs deep features, radiomics or both. Switch on one of the settings 'deep' "
            "and 'radiomics', or set 'images' to never."
        )
    return tuple(found)


def measured(cases: Cases, recipes: tuple[Recipe, ...]) -> pd.DataFrame:
    """One row per case, one column per feature, the mean over its pictures.

    Radiomics are those of the picture itself: filtered copies (wavelet, Laplacian of Gaussian)
    multiply the features by seven and mostly say the same again.

    Raises
    ------
    UnfitCaseError
        If a case has no ultrasound picture with the lesion outlined.

    """
    known = with_fit_pictures(cases, PICTURES)
    tables = []
    for recipe in recipes:
        if recipe.kind == "radiomics":
            table = known.features(recipe, enough=of_the_picture_itself(recipe))
            table = table[[name for name in table.columns if str(name).startswith(_PLAIN)]]
        else:
            table = known.features(recipe)
        tables.append(table)
    return pd.concat(tables, axis=1)


def flat(case: Cases) -> int:
    """How many pictures of the one case show a single grey level."""
    found = with_fit_pictures(case, PICTURES)
    views = found.views_of(str(case.frame["case_id"].iloc[0]))
    return sum(view.made("is flat", lambda item: bool(np.ptp(item.grey) == 0)) for view in views)


def weights_of(recipes: tuple[Recipe, ...]) -> str:
    """Digest of the network's weights; empty where no network measures.

    Pretrained weights may be at hand on one machine and not on another: the same recipe would
    then give other features.
    """
    found = [str(made(one).settings["weights_digest"]) for one in recipes if one.kind == "deep"]
    return found[0] if found else ""
