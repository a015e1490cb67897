"""In what are the pictures of a case unlike those of the cases that taught the model?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TAIL = 0.01
"""Share of the training cases beyond which a value is unusual."""

FEWEST = 20
"""Training cases or pictures below which nothing can be called far from them."""

_SLACK = 0.01
"""By which share a size may lie outside the training range before it counts as outside."""

_KINDS = {"US": "ultrasound", "CT": "CT"}


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a case can be unlike the training cases.

    Parameters
    ----------
    name : str
    label : str
        What was looked at, for a reader.
    value : str
        Of this case.
    usual : str
        Of the training cases.
    is_unusual : bool
    sentence : str
        Empty where nothing is unusual, and where the model's own doubts say it.

    """

    name: str
    label: str
    value: str
    usual: str
    is_unusual: bool = False
    sentence: str = ""

    @classmethod
    def of(cls, name: str, label: str, value: str, usual: str, sentence: str = "") -> Check:
        """A check that found something unusual where there is a sentence about it."""
        return cls(name, label, value, usual, bool(sentence), sentence)


def picture_checks(facts: pd.DataFrame, usual: pd.DataFrame) -> tuple[Check, ...]:
    """Compare the pictures of one case with training pictures.

    Maker and size in mm are compared where they are known of both. A size is unusual outside the
    training range, a grey beyond 99 of 100 training pictures.

    Parameters
    ----------
    facts, usual : pandas.DataFrame
        :data:`~clnm_core.explain.picture_facts.PICTURE_COLUMNS`, of the case and of training cases;
        at least one row each.

    Returns
    -------
    tuple of Check
        By name: ``modality``, ``manufacturer``, ``views``, ``spacing`` (``spacing_unknown`` where
        it is not known), ``size``, ``lesion``, ``brightness``, ``contrast``.

    """
    return (
        _modality(facts, usual),
        _manufacturer(facts, usual),
        _views(facts, usual),
        _spacing(facts, usual),
        _size(facts, usual),
        _lesion(facts, usual),
        _grey(facts, usual, "brightness", "mean_grey", ("darker", "brighter")),
        _grey(facts, usual, "contrast", "sd_grey", ("flatter", "richer in contrast")),
    )


def _modality(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    here, seen = _words(facts["modality"]), _words(usual["modality"])
    new = sorted({*here} - {*seen}) if seen else []
    sentence = f"The picture is {_kinds(new)}; all training pictures are {_kinds(seen)}."
    return Check.of(
        "modality", "Kind of picture", _kinds(here), _kinds(seen), sentence if new else ""
    )


def _manufacturer(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    here, seen = _words(facts["manufacturer"]), _words(usual["manufacturer"])
    new = sorted({*here} - {*seen}) if seen else []
    known = int((usual["manufacturer"] != "").sum())
    makers = ", ".join(seen) or "not recorded"
    if 0 < known < len(usual):
        makers += f" (recorded for {known:,} of {len(usual):,} pictures)"
    sentence = f"The device was made by {', '.join(new)}; those of training pictures by {makers}."
    return Check.of(
        "manufacturer",
        "Maker of the device",
        ", ".join(here) or "not recorded",
        makers,
        sentence if new else "",
    )


def _views(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    """Whether there are fewer pictures than every training case had."""
    counts = usual.groupby("case_id").size()
    least, most, here = int(counts.min()), int(counts.max()), len(facts)
    span = str(least) if least == most else f"{least}–{most}"
    there = "There is 1 picture" if here == 1 else f"There are {here} pictures"
    has = f"{least} pictures" if least == most else f"at least {least} pictures"
    sentence = f"{there} of this case; every training case had {has}." if here < least else ""
    return Check.of("views", "Number of pictures", str(here), span, sentence)


def _spacing(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    here, known = facts["spacing_mm"].dropna(), usual["spacing_mm"].dropna()
    label, span = "Distance between pixels", _range(known, 3, " mm")
    if len(here) < len(facts):
        was_always_known = len(known) == len(usual)
        sentence = (
            "How far apart the pixels lie is not known; it was known of every training picture."
        )
        return Check.of(
            "spacing_unknown", label, "not known", span, sentence if was_always_known else ""
        )
    odd = _outside(here, known)
    sentence = "" if odd is None else f"The pixels lie {odd:.3f} mm apart; in training {span}."
    return Check.of("spacing", label, _range(here, 3, " mm"), span, sentence)


def _size(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    is_odd = _is_outside(facts["rows"], usual["rows"]) | _is_outside(
        facts["columns"], usual["columns"]
    )
    shown = facts[is_odd].iloc[0] if is_odd.any() else facts.iloc[0]
    value = f"{shown['columns']:.0f} × {shown['rows']:.0f}"
    span = f"{_range(usual['columns'], 0, '')} × {_range(usual['rows'], 0, '')}"
    sentence = f"The picture has {value} pixels; training pictures have {span}."
    return Check.of("size", "Pixels", value, span, sentence if is_odd.any() else "")


def _lesion(facts: pd.DataFrame, usual: pd.DataFrame) -> Check:
    here, known = facts["lesion_mm"].dropna(), usual["lesion_mm"].dropna()
    span, odd = _range(known, 1, " mm"), _outside(here, known)
    sentence = "" if odd is None else f"The outline is {odd:.1f} mm long; in training {span}."
    return Check.of("lesion", "Length of the outline", _range(here, 1, " mm"), span, sentence)


def _grey(
    facts: pd.DataFrame, usual: pd.DataFrame, name: str, column: str, words: tuple[str, str]
) -> Check:
    known = usual[column].to_numpy()
    span = f"{np.quantile(known, TAIL):.0f}–{np.quantile(known, 1 - TAIL):.0f}"
    picture = "The picture" if len(facts) == 1 else "A picture of this case"
    sentence = ""
    for value in facts[column] if len(known) >= FEWEST else ():
        for as_far, word in zip((known <= value, known >= value), words, strict=True):
            if as_far.mean() < TAIL:
                sentence = f"{picture} is {word} than 99 of 100 training pictures."
    return Check.of(name, name.capitalize(), _range(facts[column], 0, ""), span, sentence)


def _range(values: pd.Series, decimals: int, unit: str) -> str:
    """Smallest and largest of some numbers, one where they are printed alike."""
    if values.empty:
        return "not known"
    low, high = (f"{value:.{decimals}f}" for value in (values.min(), values.max()))
    return f"{low}{unit}" if low == high else f"{low}–{high}{unit}"


def _is_outside(values: pd.Series, usual: pd.Series) -> NDArray[np.bool_]:
    """Which values lie outside the range of the others; none where there are no others."""
    low, high = usual.min() * (1 - _SLACK), usual.max() * (1 + _SLACK)
    return ((values < low) | (values > high)).to_numpy(dtype=bool)


def _outside(values: pd.Series, usual: pd.Series) -> float | None:
    odd = values[_is_outside(values, usual)]
    return None if odd.empty else float(odd.iloc[0])


def _words(values: pd.Series) -> list[str]:
    return sorted({str(value) for value in values if value})


def _kinds(words: list[str]) -> str:
    return ", ".join(_KINDS.get(word, "of another kind") for word in words) or "not recorded"
