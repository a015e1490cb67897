"""Which cases lack a picture or an outline that a system or a model reads?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import UnfitCaseError
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.protocol import Inputs, System

_WORDS = {"US": "ultrasound picture", "CT": "CT picture"}
_KINDS = {"US": "ultrasound", "CT": "CT"}
_DEMANDS: tuple[Inputs | None, ...] = (
    None,
    Inputs((), views=("any",)),
    Inputs((), views=("any",), structures=("lesion",)),
    Inputs((), views=("any",), structures=("lesion", "gland")),
)


def lack(views: Sequence[View], inputs: Inputs) -> str:
    """What the pictures of one case lack, as a sentence; empty where they lack nothing.

    One picture that has all is enough. A picture whose view is not known counts as any.

    Examples
    --------
    >>> lack((), Inputs((), views=("any",), modality="US"))
    'It has no ultrasound picture.'
    >>> lack((View("a", "axial", "CT", True, False, lambda: None),), Inputs((), ("any",), "US"))
    'It has no ultrasound picture; what it has is CT.'

    """
    if not inputs.views:
        return ""
    picture = _WORDS.get(inputs.modality, "picture")
    left = [one for one in views if inputs.modality in ("", one.modality)]
    if not left:
        kinds = " and ".join(sorted({_KINDS.get(one.modality, "of another kind") for one in views}))
        return f"It has no {picture}{f'; what it has is {kinds}' if kinds else ''}."
    left = [one for one in left if "any" in inputs.views or one.view in ("", *inputs.views)]
    if not left:
        return f"It has no {picture} in the view {' or '.join(inputs.views)}."
    for structure in inputs.structures:
        left = [one for one in left if getattr(one, f"has_{structure}")]
        if not left:
            return f"None of its pictures has the {structure} outlined."
    return ""


def lacks(cases: Cases, inputs: Inputs) -> pd.Series:
    """What each case lacks, as sentences in the order of the cases; empty where nothing."""
    return pd.Series(
        [lack(cases.views_of(name), inputs) for name in cases.frame["case_id"]], dtype=object
    )


def with_fit_pictures(cases: Cases, inputs: Inputs) -> Cases:
    """The same cases with only those pictures that have all that is read."""
    views = {
        name: tuple(one for one in found if not lack((one,), inputs))
        for name, found in cases.views.items()
    }
    return replace(cases, views={name: found for name, found in views.items() if found})


def learnable(
    system: System,
    cases: Cases,
    usable: NDArray[np.bool_],
    *,
    outcome: str,
    config: Mapping[str, Any],
) -> tuple[pd.Series, tuple[str, ...]]:
    """Which cases a system accepts, asked with the mildest demand on pictures first.

    Cases that lack a picture are set aside rather than all refused: first none is, then those
    without a picture, without a lesion outlined, without a gland outlined.

    Parameters
    ----------
    system : System
    cases : Cases
    usable : numpy.ndarray of bool, shape (cases,)
        Cases that may be shown to the system: outcome known, for training or validation.
    outcome : str
    config : mapping
        Every setting.

    Returns
    -------
    tuple
        What each case lacks, as sentences (empty where nothing), and what the system said.

    Raises
    ------
    ClnmError
        As the system says of the cases that are left.

    """
    first: UnfitCaseError | None = None
    for demand in _DEMANDS:
        reasons = pd.Series("", index=range(len(cases)), dtype=object)
        if demand is not None:
            reasons = lacks(cases, demand)
        left = usable & (reasons == "").to_numpy()
        if not left.any():
            break
        try:
            said = system.require(cases.only(left), outcome=outcome, config=config)
        except UnfitCaseError as error:
            first = first or error
        else:
            return reasons, tuple(said)
    if first is None:
        raise UnfitCaseError("No case is left that could be learned from. Choose a larger cohort.")
    raise first
