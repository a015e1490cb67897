"""How do the pictures on the page become pictures that a model can read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.case import picture_view
from clnm_core.systems.cases import View
from clnm_core.systems.protocol import Inputs
from clnm_core.ui.outline_upload import Outlined


def picture_names(n: int) -> list[str]:
    """The names of the pictures of a case, in their order: what maps are named by."""
    return [f"picture-{number}" for number in range(1, n + 1)]


def views_of(pictures: Sequence[Outlined], inputs: Inputs) -> tuple[View, ...]:
    """The pictures as a model takes them; one that does not say what it is, is what is asked for."""
    named = zip(picture_names(len(pictures)), pictures, strict=True)
    return tuple(
        picture_view(name, one.image, one.masks, view=one.view, modality=inputs.modality)
        for name, one in named
    )


def findings_alone(model: Any, system: str, values: Mapping[str, Any]) -> Estimate | None:
    """The risk from findings without the picture, where a model has such a part of its own.

    Parameters
    ----------
    model : Model
        Of that very system.
    system : str
    values : mapping
        Of the form, by column.

    """
    if system != "cli-dlr" or model.parts is None:
        return None
    found: Estimate = model.parts.clinical.case_risk(values)
    return found
