"""What does the ultrasound of a patient with thyroid carcinoma show?

Shares and spreads are chosen to look like a surgical cohort; none is copied from a paper.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.synth.cohort import words
from clnm_core.synth.effects import probability

DEEPEST_GLAND_MM = 31.0
"""No simulated lobe is thicker than about this, which bounds how deep a nodule can lie."""


def thyroid_findings(n: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Findings of ``n`` thyroid patients, complete, one nodule each.

    Distances and diameters are rounded to 0.1 mm. A distance of 0 means that the nodule
    touches the capsule; ``third`` is missing in the isthmus. ``texture`` is the trait that
    only the picture shows.
    """
    lobe = words(rng, n, {"right": 0.5, "left": 0.44, "isthmus": 0.06})
    is_isthmus = lobe == "isthmus"
    diameter = np.clip(rng.lognormal(np.log(10.5), 0.5, n), 3.0, 42.0)
    diameter = np.where(is_isthmus, np.minimum(diameter, 14.0), diameter).round(1)
    is_taller = rng.random(n) < 0.32
    distance = _capsule_distance(diameter, is_isthmus, is_taller, rng)
    touches = distance == 0
    margin = words(rng, n, {"smooth": 0.34, "ill_defined": 0.26, "irregular": 0.4})
    margin = np.where(touches & (rng.random(n) < 0.3), "extrathyroidal", margin)
    extension = (margin == "extrathyroidal") | (rng.random(n) < np.where(touches, 0.2, 0.01))
    composition = words(rng, n, {"solid": 0.86, "mixed": 0.12, "spongiform": 0.02})
    echogenicity = words(
        rng,
        n,
        {"markedly_hypoechoic": 0.3, "hypoechoic": 0.54, "isoechoic": 0.13, "hyperechoic": 0.03},
    )
    calcification = words(rng, n, {"none": 0.44, "micro": 0.41, "macro": 0.11, "rim": 0.04})
    nodes = probability(-1.6 + 1.5 * np.exp(-distance / 3) + 0.5 * np.log2(diameter / 10))
    return pd.DataFrame(
        {
            "age_years": np.clip(rng.normal(43, 12.5, n), 18, 84).round(0),
            "sex": words(rng, n, {"female": 0.75, "male": 0.25}),
            "max_diameter_mm": diameter,
            "capsule_distance_mm": distance,
            "lobe": lobe,
            "third": pd.Series(words(rng, n, {"upper": 0.27, "middle": 0.43, "lower": 0.3})).mask(
                is_isthmus
            ),
            "multifocal": rng.random(n) < 0.3,
            "taller_than_wide": is_taller,
            "echogenicity": echogenicity,
            "margin": margin,
            "composition": composition,
            "calcification": calcification,
            "vascularity": words(
                rng, n, {"none": 0.36, "peripheral": 0.27, "central": 0.17, "mixed": 0.2}
            ),
            "ti_rads": acr_level(composition, echogenicity, is_taller, margin, calcification),
            "extrathyroidal_extension": extension,
            "hashimoto": rng.random(n) < 0.22,
            "braf_v600e": rng.random(n) < 0.7,
            "us_reported_nodes": rng.random(n) < nodes,
            "texture": rng.normal(0, 1, n),
        }
    )


def _capsule_distance(
    diameter: NDArray[np.float64],
    is_isthmus: NDArray[np.bool_],
    is_taller: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Distances in mm: one in six touches, the others lie as deep as the gland allows."""
    height = np.where(is_taller, 1.0, 0.78) * diameter
    room = np.maximum((DEEPEST_GLAND_MM - height) / 2, 0.3)
    room = np.where(is_isthmus, np.minimum(room, 2.5), room)
    drawn = rng.gamma(1.7, 2.7, len(diameter))
    fitted = np.where(drawn < room, drawn, room * rng.uniform(0.3, 1.0, len(diameter)))
    return np.where(rng.random(len(diameter)) < 0.17, 0.0, np.maximum(fitted.round(1), 0.1))


def acr_level(
    composition: NDArray[np.object_],
    echogenicity: NDArray[np.object_],
    is_taller: NDArray[np.bool_],
    margin: NDArray[np.object_],
    calcification: NDArray[np.object_],
) -> NDArray[np.object_]:
    """ACR TI-RADS level "1" to "5" from the points of the five findings.

    A single point, which the chart leaves open, counts as level 2.

    References
    ----------
    .. [1] Tessler FN et al. J Am Coll Radiol 2017;14:587-595.
       doi:10.1016/j.jacr.2017.01.046

    Examples
    --------
    >>> acr_level(np.array(["solid"]), np.array(["hypoechoic"]), np.array([False]),
    ...           np.array(["smooth"]), np.array(["micro"])).tolist()
    ['5']

    """
    points = (
        _points(composition, {"mixed": 1, "solid": 2})
        + _points(
            echogenicity,
            {"hyperechoic": 1, "isoechoic": 1, "hypoechoic": 2, "markedly_hypoechoic": 3},
        )
        + 3 * is_taller
        + _points(margin, {"irregular": 2, "extrathyroidal": 3})
        + _points(calcification, {"macro": 1, "rim": 2, "micro": 3})
    )
    level = np.searchsorted([1, 3, 4, 7], points, side="right") + 1
    return level.astype(str).astype(object)


def _points(values: NDArray[np.object_], worth: dict[str, int]) -> NDArray[np.int64]:
    total = np.zeros(len(values), dtype=np.int64)
    for word, point in worth.items():
        total += point * (values == word)
    return total
