"""What has been measured on the images, in words?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from clnm_core.report.wording import count_text, interval, joined, lower_first, number

KIND_WORDS = {
    "radiomics": "Radiomics",
    "deep": "Deep features",
    "morphology": "Morphology",
}
"""Kind of features: what a reader sees."""


def nothing_measured(images: int, outlined: int) -> str:
    """The answer where no features were extracted yet.

    Examples
    --------
    >>> nothing_measured(0, 0)
    'This cohort has no images, so nothing can be measured on them.'
    >>> nothing_measured(40, 38)
    'Nothing has been measured yet on the 40 images of this cohort; 38 of them have an outline of the lesion.'

    """
    if not images:
        return "This cohort has no images, so nothing can be measured on them."
    return (
        f"Nothing has been measured yet on the {count_text(images, 'image')} of this cohort; "
        f"{outlined:,} of them have an outline of the lesion."
    )


def features_answer(
    kind: str, *, features: int, images: int, cases: int, set_aside: int, best: pd.Series | None
) -> str:
    """What one set of features holds, and which of them separates best alone.

    Parameters
    ----------
    kind : str
        A key of :data:`KIND_WORDS`.
    features, images, cases, set_aside : int
        Columns; images measured; selected cases that have any; images that could not be used.
    best : pandas.Series, optional
        First row of a ranking: ``feature, auc, low, high, n``.

    """
    aside = f" {count_text(set_aside, 'image')} could not be used." if set_aside else ""
    said = (
        f"{KIND_WORDS[kind]}: {count_text(features, 'feature')} of {count_text(images, 'image')}, "
        f"averaged over the images of a case; {count_text(cases, 'selected case')} "
        f"{'has' if cases == 1 else 'have'} any.{aside}"
    )
    if best is None or best["auc"] != best["auc"]:
        return said
    side = "higher" if best["auc"] >= 0.5 else "lower"
    return (
        f"{said} {best['feature']} separates best alone: AUC {number(best['auc'])} "
        f"({interval(best['low'], best['high'])}, DeLong), {side} in cases with the outcome."
    )


def reasons_in_words(counted: Mapping[str, int]) -> str:
    """Why images could not be used, the most frequent reason first.

    Examples
    --------
    >>> reasons_in_words({"It has no outline.": 12, "It is black.": 1})
    '12 images: it has no outline. 1 image: it is black.'

    """
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return " ".join(
        f"{count_text(n, 'image')}: {lower_first(reason.rstrip('.'))}." for reason, n in ordered
    )


def weights_warning(settings: Mapping[str, Any]) -> str:
    """What to know about the weights of a network; empty where there is nothing.

    Examples
    --------
    >>> weights_warning({"weights": "random, seed 0: no pretrained weights"})
    'The network had no pretrained weights: its features are those of a random network.'
    >>> weights_warning({})
    ''

    """
    if str(settings.get("weights", "")).startswith("random"):
        return "The network had no pretrained weights: its features are those of a random network."
    return ""


def repeatability_words(rows: pd.DataFrame, least: float) -> str:
    """How many features are repeatable.

    Examples
    --------
    >>> repeatability_words(pd.DataFrame({"icc": [0.9, 0.5, float("nan")]}), 0.8)
    '1 of 2 features keeps its value when the outline is redrawn: ICC 0.80 or more.'

    """
    known = rows["icc"].dropna()
    if known.empty:
        return "Repeatability could not be judged for any feature."
    enough = int((known >= least).sum())
    keeps = "keeps its value" if enough == 1 else "keep their value"
    return (
        f"{enough:,} of {count_text(len(known), 'feature')} {keeps} when the outline is redrawn: "
        f"ICC {number(least)} or more."
    )


def features_methods(kind: str, settings: Mapping[str, Any], *, view: str) -> str:
    """How what the Features page shows was made."""
    standard = " (definitions: Zwanenburg 2020)" if kind == "radiomics" else ""
    parts = [f"{KIND_WORDS.get(kind, kind)}{standard}: {settings_in_words(settings)}"]
    parts.append("Images of one case averaged; cases in which a feature is missing left out of it")
    if view == "ranking":
        parts.append(
            "AUC of each feature alone with DeLong 1988 intervals (Obuchowski 1997 where a patient "
            "has several cases); p from the same variance, q Benjamini 1995. A look at the data, "
            "not a selection: features of a model are chosen inside its training fold"
        )
    if view == "correlation":
        parts.append("Spearman 1904; order by average linkage of 1 - |rho|")
    if view == "map":
        parts.append("PCA, or UMAP (McInnes 2018), of standardised features, seed 0")
    if view == "repeatability":
        parts.append(
            "ICC(2,1) over outlines eroded, dilated and shifted (Shrout 1979): "
            "repeatability without a second reader"
        )
    return ". ".join(parts) + "."


def settings_in_words(settings: Mapping[str, Any]) -> str:
    """How features were measured, in a line; long settings are left to the table.

    Examples
    --------
    >>> settings_in_words({"bin_width": 8.0, "classes": ["glcm", "glrlm"]})
    'bin width 8, classes glcm and glrlm'

    """
    said = [
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in settings.items()
        if isinstance(value, str | int | float | list) and len(str(value)) <= 160
    ]
    return ", ".join(said) or "default settings"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return joined([_plain(one) for one in value])
    return f"{value:g}" if isinstance(value, float) else str(value)
