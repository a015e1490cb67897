"""Which cases, with which pictures, are the systems trained and judged on?

Pictures of a draw are kept in a folder as plain arrays, memory-mapped, so that each is drawn once
however many systems read it; their features likewise, one file per recipe. Of the radiomics only
those of the unfiltered picture are measured: the systems read no others.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from clnm_core.features.choice import Recipe, made, recipe_of
from clnm_core.features.items import Item
from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.fresh import fresh, fresh_seed
from clnm_core.synth.node_patients import ct_nodes
from clnm_core.synth.salivary_patients import msgc
from clnm_core.synth.thyroid_patients import SIZES, cli_dlr, ptc_us
from clnm_core.systems.cases import Cases, View

COHORTS: dict[str, Callable[[int], SyntheticCohort]] = {
    "demo-ptc-us": lambda seed: ptc_us(SIZES["small"], seed=seed),
    "demo-cli-dlr": lambda seed: cli_dlr(seed=seed),
    "demo-ct-nodes": lambda seed: ct_nodes(seed=seed),
    "demo-msgc": lambda seed: msgc(seed=seed),
}
FRESH = 2_000
"""Cases on which a system is judged."""

_PROCESSES = os.cpu_count() or 1
_UNFILTERED = recipe_of("radiomics", settings={"image_types": ["original"]})


def cohort_cases(folder: Path, name: str, *, seed: int) -> tuple[SyntheticCohort, Cases]:
    """A demo cohort of a seed, with its pictures."""
    cohort = COHORTS[name](seed)
    return cohort, _with_pictures(folder / f"{name}-{seed}", cohort, seed)


def fresh_cases(
    folder: Path, name: str, *, seed: int, n: int = FRESH
) -> tuple[SyntheticCohort, Cases]:
    """Fresh cases that belong to the cohort of a seed, with their pictures."""
    cohort = fresh(name, n, seed=seed)
    return cohort, _with_pictures(folder / f"{name}-{seed}-fresh-{n}", cohort, fresh_seed(seed))


def _with_pictures(folder: Path, cohort: SyntheticCohort, seed: int) -> Cases:
    if not (folder / "done").exists():
        _draw(folder, cohort, seed)
    index = json.loads((folder / "done").read_text(encoding="utf-8"))
    stacks = {
        view: tuple(
            np.load(folder / f"{view}-{part}.npy", mmap_mode="r")
            for part in ("grey", "lesion", "gland")
        )
        for view in index["views"]
    }
    views = {
        str(case): tuple(_view(str(case), row, view, index, stacks[view]) for view in stacks)
        for row, case in enumerate(cohort.cases["case_id"])
    }
    return Cases(
        cohort.cases.reset_index(drop=True),
        cohort.registry,
        views,
        functools.partial(_measured, folder),
    )


def _view(case: str, row: int, view: str, index: dict, stacks: tuple[np.ndarray, ...]) -> View:
    def read() -> Item:
        grey, lesion, gland = (stack[row] for stack in stacks)
        shape = grey.shape
        masks = [
            np.unpackbits(bits, count=grey.size).reshape(shape).astype(bool)
            for bits in (lesion, gland)
        ]
        spacing = index["spacing"][view][row]
        return Item(
            grey.astype(np.float32),
            masks[0],
            masks[1] if index["has_gland"] else None,
            (spacing, spacing),
        )

    return View(f"{case}-{view}", view, index["modality"], True, index["has_gland"], read)


def _draw(folder: Path, cohort: SyntheticCohort, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Parallel(n_jobs=_PROCESSES, batch_size=16)(
        delayed(_one)(cohort, number, seed) for number in range(len(cohort.cases))
    )
    views = [picture[0] for picture in drawn[0]]
    for place, view in enumerate(views):
        for part, name in enumerate(("grey", "lesion", "gland"), start=1):
            np.save(folder / f"{view}-{name}.npy", np.stack([case[place][part] for case in drawn]))
    index = {
        "views": views,
        "modality": drawn[0][0][5],
        "has_gland": bool(drawn[0][0][3].any()),
        "spacing": {view: [case[place][4] for case in drawn] for place, view in enumerate(views)},
    }
    (folder / "done").write_text(json.dumps(index), encoding="utf-8")


def _one(cohort: SyntheticCohort, number: int, seed: int) -> list[tuple]:
    found = []
    for picture in pictures_of(cohort, number, seed=seed):
        lesion = picture.masks.get("nodule", picture.masks.get("node"))
        gland = picture.masks.get("gland", np.zeros_like(lesion))
        found.append(
            (
                picture.view,
                picture.pixels,
                np.packbits(lesion),
                np.packbits(gland),
                picture.spacing_mm,
                picture.modality.value,
            )
        )
    return found


def _measured(folder: Path, recipe: Recipe, cases: Cases) -> pd.DataFrame:
    """The kept features of these cases; measured and kept for the whole draw the first time."""
    key = hashlib.sha256(f"{recipe.maker}{recipe.arguments}".encode()).hexdigest()[:16]
    file = folder / f"{recipe.kind}-{key}.parquet"
    if not file.exists():
        raise FileNotFoundError(f"{file}: measure the whole draw first, with measure_all.")
    table = pd.read_parquet(file)
    return table[table["case_id"].isin(set(cases.frame["case_id"]))]


def measure_all(folder: Path, cases: Cases, recipe: Recipe) -> None:
    """Measure and keep the features of a whole draw; nothing is done where they are there."""
    part: functools.partial = cases.measure  # type: ignore[assignment]
    place = part.args[0]
    key = hashlib.sha256(f"{recipe.maker}{recipe.arguments}".encode()).hexdigest()[:16]
    file = place / f"{recipe.kind}-{key}.parquet"
    if file.exists():
        return
    names = list(cases.frame["case_id"])
    parcels = [names[start : start + 64] for start in range(0, len(names), 64)]
    parts = Parallel(n_jobs=_PROCESSES)(
        delayed(_extracted)(place.name, folder, recipe, parcel) for parcel in parcels
    )
    pd.concat(parts, ignore_index=True).to_parquet(file)


def _extracted(draw: str, folder: Path, recipe: Recipe, names: list[str]) -> pd.DataFrame:
    import torch

    torch.set_num_threads(1)
    cases = _cases_of(draw, folder)
    views = [(name, view) for name in names for view in cases.views_of(name)]
    extractor = made(_UNFILTERED if recipe == recipe_of("radiomics") else recipe)
    found = extractor.extract([view.read() for _, view in views])
    table = pd.DataFrame(found.values.astype(np.float32), columns=list(found.names))
    table.insert(0, "view", [view.view for _, view in views])
    table.insert(0, "case_id", [name for name, _ in views])
    table.insert(0, "image_id", [view.image_id for _, view in views])
    return table


@functools.lru_cache(maxsize=4)
def _cases_of(draw: str, folder: Path) -> Cases:
    name, _, rest = draw.partition("-fresh-")
    name, _, seed = name.rpartition("-")
    if rest:
        return fresh_cases(folder, name, seed=int(seed), n=int(rest))[1]
    return cohort_cases(folder, name, seed=int(seed))[1]
