"""Does the map of a model look at the capsule? Its maps of many cases, measured zone by zone.

Cases are drawn at random among those of a split that the model has judged, with and without the
outcome in their own shares, and each is explained as the Predict page would explain it. Of every
picture the first map is taken: the one that is shown. What is finished is kept every few cases, so
that a job that was stopped goes on where it was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.progress import Progress
from clnm_core.errors import EmptyCohortError, ImageError, JobError, ModelError, UnfitCaseError
from clnm_core.explain.map_zones import GLAND_ZONES, NODE_ZONES, map_shares, zones_of
from clnm_core.features.items import Item
from clnm_core.imaging.geometry import capsule_distance_mm
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.store_cases import cases_of, digest_of
from clnm_core.store.modelling import load_model
from clnm_core.store.saliency_tables import (
    SIZES,
    Asked,
    SaliencyTable,
    read_saliency,
    write_saliency,
)
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import lacks
from clnm_core.systems.protocol import Model

DISTANCE = "capsule_distance_mm"

NO_MAP = "The model gave no map of it."

_READ = 0.02
_KEPT_EVERY_S = 10.0
_TRIED = 5
"""Cases without any map after which the model is taken to have none."""


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``saliency``: ``cohort``, ``model``, ``split`` and ``most`` cases.

    Raises
    ------
    UnknownCohortError, UnknownModelError, ModelError
        If there is no such cohort or model, or it gives no maps.
    EmptyCohortError
        If it has judged no case of the split that has all its pictures.
    JobError
        If another number of cases is asked for than may be.
    JobCancelled
        If it was asked to stop.

    """
    cohort, name = str(parameters.get("cohort", "")), str(parameters.get("model", ""))
    split, most = str(parameters.get("split") or ""), parameters.get("most") or 200
    if most not in SIZES:
        raise JobError(f"The maps of {_listed()} cases can be measured; got {str(most)[:20]}.")
    progress(0.0, f"Reading cohort {cohort}")
    model, record = load_model(root, name, cohort=cohort)
    if not model.inputs.views:
        raise ModelError(f"{name} reads no pictures, so it has no map. Choose a model that does.")
    with Warehouse.open(root) as warehouse:
        version = warehouse.version
        judged = evaluation(warehouse, CohortQuery(cohort, record.outcome, split), name)
    every = cases_of(
        root,
        cohort,
        actor=actor,
        progress=lambda share, step: progress(_READ, f"Measuring pictures: {step}"),
        is_cancelled=is_cancelled,
    )
    cases, y_true = drawn_cases(every, judged, model, most=int(most), seed=0)
    asked = Asked(cohort, record.manifest["digest"], split, int(most))
    table = _Measuring(root, asked, model, cases, y_true, version).run(progress, is_cancelled)
    progress(1.0, f"{len(table.rows):,} maps of {len(cases):,} cases measured")
    return {
        **{"cohort": cohort, "model": name, "split": split, "cases": len(cases)},
        **{"maps": len(table.rows), "set_aside": sum(table.facts["set_aside"].values())},
    }


def drawn_cases(
    every: Cases, judged: pd.DataFrame, model: Model, *, most: int, seed: int
) -> tuple[Cases, NDArray[np.bool_]]:
    """Cases to look at, in the order of the cohort, and their outcomes.

    Parameters
    ----------
    every : Cases
        Of the cohort.
    judged : pandas.DataFrame
        ``case_id, y_true`` of those that may be drawn.
    model : Model
        A case that lacks what it reads is not drawn.
    most : int
        All are taken where there are no more. Of more, each outcome has its share, and at least
        one case where it has any.
    seed : int

    Raises
    ------
    EmptyCohortError
        If none can be drawn.

    """
    truth = dict(zip(judged["case_id"], judged["y_true"], strict=True))
    is_fit = (lacks(every, model.inputs) == "") & every.frame["case_id"].isin(truth)
    places = np.flatnonzero(is_fit.to_numpy())
    if not len(places):
        raise EmptyCohortError(
            "No case of this split that the model has judged has the pictures and outlines that it "
            "reads. Choose another split."
        )
    has = np.array([bool(truth[name]) for name in every.frame["case_id"].iloc[places]])
    if len(places) > most:
        random = np.random.default_rng(seed)
        events = int(np.clip(round(most * has.mean()), min(1, has.sum()), most - (not has.all())))
        chosen = [
            random.permutation(np.flatnonzero(has == state))[:count]
            for state, count in ((True, events), (False, most - events))
        ]
        kept = np.sort(np.concatenate(chosen))
        places, has = places[kept], has[kept]
    return every.only(places), has


def zones_for(cases: Cases) -> tuple[str, ...]:
    """Zones around a gland where any picture has one outlined, else around the lesion alone.

    With a gland, pictures without one are set aside.
    """
    views = (view for name in cases.frame["case_id"] for view in cases.views_of(name))
    return GLAND_ZONES if any(view.has_gland for view in views) else NODE_ZONES


@dataclass(eq=False, slots=True)
class _Measuring:
    """One job at work."""

    root: Path
    asked: Asked
    model: Model
    cases: Cases
    y_true: NDArray[np.bool_]
    version: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    done: list[str] = field(default_factory=list)

    def run(self, progress: Progress, is_cancelled: Callable[[], bool]) -> SaliencyTable:
        """Measure what is not measured yet, and keep the whole."""
        digest = digest_of(self.cases)
        standing = read_saliency(self.root, self.asked)
        if standing is not None and standing.facts["cases"] == digest:
            return standing
        self._take_up(digest)
        zones = zones_for(self.cases)
        kept = time.monotonic()
        for place, name in enumerate(self.cases.frame["case_id"]):
            if name in self.done:
                continue
            if is_cancelled():
                self._keep(digest, zones, is_draft=True)
                raise JobCancelled(
                    f"Stopped as asked after {len(self.done):,} of {len(self.cases):,} cases, which "
                    "are kept."
                )
            self._look_at(place, zones)
            self.done.append(name)
            if len(self.done) == _TRIED and not self.rows and set(self.aside) == {NO_MAP}:
                raise ModelError(
                    "This model gives no map of its pictures, so it cannot be told where it looks."
                )
            if time.monotonic() - kept > _KEPT_EVERY_S:
                self._keep(digest, zones, is_draft=True)
                kept = time.monotonic()
            share = _READ + (1 - _READ) * len(self.done) / len(self.cases)
            progress(min(share, 0.99), f"{len(self.done):,} of {len(self.cases):,} cases")
        return self._keep(digest, zones, is_draft=False)

    def _take_up(self, digest: str) -> None:
        """Go on from a draft of the very same cases."""
        draft = read_saliency(self.root, self.asked, is_draft=True)
        if draft is None or draft.facts["cases"] != digest:
            return
        self.rows = [{str(n): v for n, v in row.items()} for row in draft.rows.to_dict("records")]
        self.aside, self.done = Counter(draft.facts["set_aside"]), list(draft.facts["done"])

    def _look_at(self, place: int, zones: tuple[str, ...]) -> None:
        case = self.cases.only([place])
        row = case.frame.iloc[0]
        try:
            maps = self.model.explain(case)
        except UnfitCaseError as error:
            self.aside[str(error)] += 1
            return
        found = 0
        for view in self.cases.views_of(row["case_id"]):
            one = maps.map_of(view.image_id)
            if one is None:
                continue
            found += 1
            item = view.read()
            try:
                shares = map_shares(one.values, zones_of(item, zones))
            except ImageError as error:
                self.aside[str(error)] += 1
                continue
            distance, source = _distance(row, item, zones)
            self.rows.append(
                {
                    **{"case_id": row["case_id"], "patient_id": row["patient_id"]},
                    **{"image_id": view.image_id, "view": view.view, "kind": one.kind},
                    **{"y_true": bool(self.y_true[place]), "distance_mm": distance},
                    **{"distance_from": source, **shares},
                }
            )
        if not found:
            self.aside[NO_MAP] += 1

    def _keep(self, digest: str, zones: tuple[str, ...], *, is_draft: bool) -> SaliencyTable:
        facts = {
            **{"cases": digest, "store_version": self.version, "zones": list(zones)},
            **{"kind": self.rows[0]["kind"] if self.rows else "", "done": self.done},
            **{"set_aside": dict(self.aside), "most": self.asked.most},
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        table = SaliencyTable(facts, pd.DataFrame(self.rows))
        write_saliency(self.root, self.asked, table, is_draft=is_draft)
        return table


def _distance(row: pd.Series, item: Item, zones: tuple[str, ...]) -> tuple[float, str]:
    """Distance to the capsule as it is recorded, else as it is measured on the picture."""
    recorded = float(row[DISTANCE]) if DISTANCE in row.index else float("nan")
    if np.isfinite(recorded):
        return recorded, "recorded"
    if zones != GLAND_ZONES or item.lesion is None or item.gland is None or not item.spacing_mm:
        return float("nan"), ""
    try:
        return capsule_distance_mm(item.lesion, item.gland, item.spacing_mm), "measured"
    except ImageError:
        return float("nan"), ""


def _listed() -> str:
    return f"{', '.join(str(one) for one in SIZES[:-1])} or {SIZES[-1]}"
