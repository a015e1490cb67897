"""How does what models say of a recorded case now stand beside what was published of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clnm_core.report.wording import joined, percent, upper_first
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING

_TAUGHT = (TRAINING, CROSS_VALIDATED)


@dataclass(frozen=True, slots=True)
class Published:
    """What is in the store of one model and one case.

    Parameters
    ----------
    model : str
        As a reader sees it.
    risk : float
        In [0, 1].
    split : str
        As the store writes it: ``train``, ``cross-validated``, ``validation``, ``test``, ...
    split_label : str
        As a reader sees it.

    """

    model: str
    risk: float
    split: str
    split_label: str


def published_words(published: Sequence[Published]) -> str:
    """The risks that were published for the case, and which models have seen it.

    Examples
    --------
    >>> published_words([Published("clinical", 0.31, "cross-validated", "cross-validated")])
    'Published for this case: 31 % by clinical (cross-validated). It taught clinical, so the risk \
above is that of a model that has seen this case; a published risk that was cross-validated is not.'
    >>> published_words([])
    'No risk of these models was published for this case.'

    """
    if not published:
        return "No risk of these models was published for this case."
    given = [f"{percent(one.risk)} by {one.model} ({one.split_label})" for one in published]
    said = f"Published for this case: {joined(given)}."
    taught = [one for one in published if one.split in _TAUGHT]
    if not taught:
        return f"{said} It taught none of them."
    names = joined([one.model for one in taught])
    if len(taught) == 1:
        said += f" It taught {names}, so the risk above is that of a model that has seen this case"
    else:
        said += (
            f" It taught {names}, so the risks above are those of models that have seen this case"
        )
    if any(one.split == CROSS_VALIDATED for one in taught):
        said += "; a published risk that was cross-validated is not"
    return f"{said}."


def asked_words(models: Sequence[str]) -> str:
    """What asking will do, before it is done."""
    names = joined([upper_first(name) for name in models])
    return (
        f"{names} can judge this case as it stands, with reasons, doubts and similar cases. "
        "Loading takes some seconds the first time."
    )
