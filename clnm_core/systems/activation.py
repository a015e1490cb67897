"""Which places of the pictures make a score of deep features what it is?

A score is a weighted sum of features, and a deep feature is the mean over the cells of what the
network saw: so every cell adds its part to the score. That class activation map is exact, nothing
is approximated: over the cells of all pictures of a case it adds up to what deep features add to
the log-odds. Radiomics are of the whole lesion and have no place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.features.cells import Look
from clnm_core.features.choice import Recipe, made
from clnm_core.systems.cases import View
from clnm_core.systems.explanation import SaliencyMap
from clnm_core.systems.painting import on_picture
from clnm_core.systems.signature import Signature

if TYPE_CHECKING:
    from clnm_core.features.deep import DeepExtractor


@dataclass(frozen=True, eq=False, slots=True)
class Activation:
    """What the deep features of one case add, place by place.

    Parameters
    ----------
    maps : tuple of SaliencyMap
        One per picture that the network saw; none where it does not average over places.
    cells : tuple of numpy.ndarray of float64, each of shape (rows, columns)
        Log-odds that each cell of a map adds, those below 0 too.
    deep : float
        Log-odds that deep features add, against the mean of the training cases: the sum over the
        cells of all pictures.
    others : float
        Log-odds that the other features of the score add.

    """

    maps: tuple[SaliencyMap, ...]
    cells: tuple[NDArray[np.float64], ...]
    deep: float
    others: float


def looks_of(views: Sequence[View], recipe: Recipe) -> list[Look]:
    """What the network made of some pictures; views that remember are looked at once.

    They then know their features too, so that whoever asks for them later need not look again.
    """
    what = (recipe, "look")
    found = {id(view): view.memory[what] for view in views if view.memory and what in view.memory}
    open_ = [view for view in views if id(view) not in found]
    extractor = cast("DeepExtractor", made(recipe))
    for view, look in zip(open_, extractor.looks([one.read() for one in open_]), strict=True):
        found[id(view)] = look
        if view.memory is not None:
            view.memory[what] = look
            view.memory.setdefault(recipe, look.features)
    return [found[id(view)] for view in views]


def activation_of(
    views: Sequence[View],
    recipe: Recipe | None,
    signature: Signature,
    features: Callable[[], pd.DataFrame],
    *,
    slope: float,
) -> Activation:
    """The maps of one case.

    Parameters
    ----------
    views : sequence of View
        Its pictures, as they were measured for the score.
    recipe : Recipe or None
        Of its deep features; ``None`` where it has none.
    signature : Signature
        The score.
    features : callable
        Gives the features of the case, one row. It is called when the pictures were looked at, so
        that views that remember know their deep features already.
    slope : float
        Log-odds per unit of the score.

    """
    looks = looks_of(views, recipe) if recipe is not None else []
    known = made(recipe).names if recipe is not None else ()
    names = {name: place for place, name in enumerate(known)}
    table = features()
    is_deep = np.array([name in names for name in signature.names], dtype=bool)
    parts = slope * signature.weights * signature.standardised(table)[0]
    deep, others = float(parts[is_deep].sum()), float(parts[~is_deep].sum())
    if not is_deep.any():
        return Activation((), (), deep, others)
    places = [names[name] for name in signature.names if name in names]
    weights = slope * (signature.weights / signature.spread)[is_deep]
    measured = sum(bool(np.isfinite(look.features).all()) for look in looks)
    maps, drawn_from = [], []
    for view, look in zip(views, looks, strict=True):
        if look.cells is None or look.square is None:
            continue
        own = _summed(look.cells[places], weights, signature.centre[is_deep])
        cells = own / (own.size * measured)
        drawn = on_picture(cells, look.square, view.read().grey.shape)
        drawn_from.append(cells)
        most = max(float(cells.max()), 0.0)
        maps.append(SaliencyMap(view.image_id, "activation", drawn, most))
    return Activation(tuple(maps), tuple(drawn_from), deep, others)


def _summed(
    cells: NDArray[np.float32], weights: NDArray[np.float64], centre: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-odds that each cell stands for, of which the mean is taken, shape (rows, columns)."""
    beyond = cells.astype(np.float64) - centre[:, None, None]
    return np.asarray((weights[:, None, None] * beyond).sum(axis=0))


def in_words(found: Activation, score: str) -> str:
    """What the map is of, and what it cannot show.

    Parameters
    ----------
    found : Activation
    score : str
        Such as ``DLR score``.

    """
    if not found.maps:
        return (
            f"There is no map of the {score}: no deep feature that is averaged over places is in "
            "it, and other features have no place in the picture."
        )
    told = (
        f"Through the {score}, deep features add {found.deep:+.2f} to the log-odds against the "
        "training mean. The map divides them among places, and shows those that add; they add up "
        "with those that take away."
    )
    if found.others == 0:
        return told
    return f"{told} Radiomics add {found.others:+.2f}, and have no place in the picture."
