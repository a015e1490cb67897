"""Is this case unlike the cases that taught the model, and in what?

Every check compares with training cases alone. What a model looks at itself and says in its
doubts is not said twice: the model's own sentence wins, because it tells what becomes of the value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clnm_core.explain.picture_facts import picture_facts
from clnm_core.explain.reference import Reference, is_unknown, mean_nearest
from clnm_core.explain.unlike_pictures import FEWEST, TAIL, Check, picture_checks
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import with_fit_pictures
from clnm_core.systems.protocol import Model

__all__ = ["Check", "checks"]

_SAID: Mapping[str, Collection[str]] = {
    "clinical": ("missing",),
    "cli-dlr": ("missing",),
    "score-model": ("missing",),
    "llnm-net": ("missing", "views"),
    "ct-cad": ("spacing_unknown",),
}
"""What the doubts of each system say on exactly the same grounds: no second sentence."""

_LOOKED_AT: Mapping[str, Collection[str]] = {"ct-cad": ("brightness", "contrast")}
"""What a system looks at more closely itself: in the field around the node, not in all."""


def checks(
    case: Cases,
    model: Model,
    reference: Reference | None,
    *,
    leave_out: Collection[str] = (),
    row: NDArray[np.floating] | None = None,
) -> tuple[Check, ...]:
    """Compare the one case with the cases that taught the model.

    Parameters
    ----------
    case : Cases
        The one case, with all that the model reads.
    model : Model
    reference : Reference or None
        Of that model; nothing is checked without one.
    leave_out : collection of str
        Cases of the same patient, which do not tell how far other patients are.
    row : numpy.ndarray of float, shape (numbers,), optional
        The model's numbers of the case, where they are known already.

    Raises
    ------
    UnfitCaseError
        If the case lacks a picture or an outline that the model reads.

    """
    if reference is None:
        return ()
    found: list[Check] = []
    if model.inputs.views:
        name = str(case.frame["case_id"].iloc[0])
        facts = picture_facts(name, with_fit_pictures(case, model.inputs).views_of(name))
        usual = reference.training_pictures
        usual = usual[~usual["case_id"].isin(set(leave_out))]
        if len(facts) and len(usual):
            found += picture_checks(facts, usual)
    if model.inputs.columns or model.inputs.reads_report:
        found.append(_missing(case, model, reference))
    numbers = model.embedding(case)[0] if row is None else row
    found.append(_distance(numbers, reference, leave_out))
    said, looked_at = (table.get(model.system, ()) for table in (_SAID, _LOOKED_AT))
    return tuple(
        replace(one, sentence="") if one.name in said else one
        for one in found
        if one.name not in looked_at
    )


def _missing(case: Cases, model: Model, reference: Reference) -> Check:
    row = case.frame.iloc[[0]]
    labels = {column.name: column.label for column in model.inputs.columns}
    if model.inputs.reads_report:
        labels["report_text"] = "Report"
    unknown = [name for name in labels if name not in row or is_unknown(row[name]).iloc[0]]
    new = [labels[name] for name in unknown if name in reference.always_known]
    verb = "is" if len(new) == 1 else "are"
    return Check.of(
        "missing",
        "What is recorded",
        f"{len(unknown)} of {len(labels)} unknown" if unknown else "all known",
        f"{len(reference.always_known)} of {len(labels)} always known",
        f"{', '.join(new)} {verb} unknown here but always known in training." if new else "",
    )


def _distance(row: NDArray[np.floating], reference: Reference, leave_out: Collection[str]) -> Check:
    """How far the case is from its nearest training cases, beside how far those are.

    Judged by the mean distance to the nearest ones: it needs no shape of the cloud of training
    cases, which are clumps of findings more than one ball.
    """
    name, label = "distance", "Distance from training cases, to the model"
    own = reference.own_distance[np.isfinite(reference.own_distance)]
    left_out = set(leave_out)
    stays = np.array([one not in left_out for one in reference.case_ids], dtype=bool)
    others = reference.embedding[reference.is_training & stays]
    if len(own) < FEWEST or not len(others) or not np.isfinite(row).all():
        return Check(name, label, "cannot be said", f"too few training cases ({len(own):,})")
    value = mean_nearest(others, row)
    sentence = (
        "To the model, this case lies farther from its training cases than 99 of 100 of them lie "
        "from each other: the risk is an extrapolation."
    )
    return Check.of(
        name,
        label,
        f"{value:.2f}",
        f"up to {np.quantile(own, 1 - TAIL):.2f}",
        sentence if (own >= value).mean() < TAIL else "",
    )
