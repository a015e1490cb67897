"""What would dividing images instead of patients have promised of CT CAD on the demo?

``python -m benchmarks.leak FOLDER --networks densenet121 densenet169`` learns from the training and
validation nodes of the demo cohort with the settings of the product, as a training with
``split = "image"`` does beside the model, and writes ``leak.json`` and ``LEAK.md`` beside this file.
FOLDER keeps pictures, checkpoints and what is finished, so that a run that was stopped goes on.

A second run, with ``--marked``, is of the same nodes after every picture was given a faint pattern
that is its patient's own, as a scanner setting or a way of cropping would be: a leak that is there.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawn_cases import cohort_cases
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.ct_cad.fitting import cropped
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.leak import shown_leak
from clnm_core.systems.ct_cad.leaked import Both, Leak
from clnm_core.systems.ct_cad.settings import DEFAULTS, ON_CPU, chosen
from clnm_core.systems.run import Run

HERE = Path(__file__).resolve().parent
COHORT, OUTCOME = "demo-ct-nodes", "metastatic"

MARK = 40.0
"""Grey levels of a patient's own pattern, of 255; the noise of the pictures has about 18."""


def measured(folder: Path, network: str, *, seed: int, is_marked: bool) -> dict[str, Any]:
    """The leak of one network on the cohort of a seed; taken from the folder where it is there."""
    name = f"leak-{network}-{seed}{'-marked' if is_marked else ''}"
    file = folder / "results" / f"{name}.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        found = _measure(folder, network, seed, is_marked, folder / "checkpoints" / name)
        file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return result


def _measure(
    folder: Path, network: str, seed: int, is_marked: bool, checkpoints: Path
) -> dict[str, Any]:
    _, cases = cohort_cases(folder, COHORT, seed=seed)
    cases = marked(cases) if is_marked else cases
    split = cases.frame["split"].to_numpy()
    training, validation = cases.only(split == "train"), cases.only(split == "validation")
    settings = chosen({**DEFAULTS, "networks": [network]}, device="cpu")
    began = time.process_time()
    learned = cropped(
        training,
        validation,
        outcome=OUTCOME,
        chosen=settings,
        size=settings.sizes[network],
        run=Run(),
    )
    patient = np.concatenate([training.patient, training.patient.max() + 1 + validation.patient])
    leak = shown_leak(
        learned,
        patient,
        name=network,
        chosen=settings,
        seed=seed,
        run=Run(_printed(network), checkpoints=checkpoints),
    )
    return {
        **{"network": network, "cohort": COHORT, "seed": seed, "is_marked": is_marked},
        "cpu_seconds": round(time.process_time() - began, 1),
        "leak": leak.to_dict(),
    }


def marked(cases: Cases) -> Cases:
    """The same cases, every picture with a pattern that is its patient's own."""
    code = dict(zip(cases.frame["case_id"], cases.patient, strict=True))
    return dataclasses.replace(
        cases,
        views={
            case: tuple(
                dataclasses.replace(view, read=functools.partial(_marked, view, int(code[case])))
                for view in cases.views_of(case)
            )
            for case in cases.frame["case_id"]
        },
    )


def _marked(view: View, patient: int) -> Item:
    item = view.read()
    rows, columns = np.indices(item.grey.shape)
    random = np.random.default_rng([patient, 77])
    turn, phase = random.uniform(0, np.pi), random.uniform(0, 2 * np.pi)
    length = random.uniform(4, 16)  # pixels
    along = rows * np.sin(turn) + columns * np.cos(turn)
    pattern = MARK * np.sin(2 * np.pi * along / length + phase)
    grey = np.clip(item.grey + pattern, 0, 255).astype(np.float32)
    return dataclasses.replace(item, grey=grey)


def _printed(network: str) -> Any:
    def progress(share: float, step: str) -> None:
        print(f"{network} {share:6.1%} {step}", flush=True)

    return progress


def page(results: list[dict[str, Any]]) -> str:
    """The page, in Markdown."""
    lines = [
        "# What dividing images would have promised",
        "",
        "Written by `python -m benchmarks.leak`; every number is in `leak.json`. CT CAD on the nodes of",
        "the demo with its usual settings. Networks learn from one half of the cases and judge the other;",
        "once cases are halved, as images are, and once patients. Both ways judge the same cases, after",
        "learning from as many. AUROC with 95 % intervals by patient, differences paired (Obuchowski",
        "1997); they hold for other patients, not for other first weights. No network of this page is",
        "in any model.",
        "",
        "| pictures | network | seed | cases | images divided | patients divided | difference | CPU s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in results:
        held = Leak.from_dict(row["leak"]).held_out
        lines.append(f"| {_what(row)} | {_cells(row, held)} | {row['cpu_seconds']:.0f} |")
    lines += [
        "",
        "The same networks on patients from whom none learned: what a gain would have to show too, were",
        "it no leak.",
        "",
        "| pictures | network | seed | cases | images divided | patients divided | difference |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results:
        lines.append(f"| {_what(row)} | {_cells(row, Leak.from_dict(row['leak']).new)} |")
    lines += ["", "In the words that a training gives:", ""]
    lines += [f"- {_what(row)}: {Leak.from_dict(row['leak']).sentence}" for row in results]
    lines += [
        "",
        "The generator draws every node by itself: nothing in a picture of the demo tells whose it is,",
        "beyond a trait that the nodes of a patient share in their risk and that no picture shows. So",
        "there is nothing to leak, and what is measured here is whether one is found where there is none.",
        "On real CT one scanner, one contrast phase and one neck are in all nodes of a patient.",
    ]
    return "\n".join([*lines, ""])


def _what(row: dict[str, Any]) -> str:
    return "with a mark of the patient" if row["is_marked"] else "of the demo"


def _cells(row: dict[str, Any], both: Both) -> str:
    areas = (f"{a.value:.3f} ({a.low:.3f}-{a.high:.3f})" for a in (both.by_image, both.by_patient))
    gap = both.difference
    return " | ".join(
        [
            KINDS[row["network"]].label,
            str(row["seed"]),
            f"{both.cases} of {both.patients} patients",
            *areas,
            f"{gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})",
        ]
    )


def main() -> None:
    """Measure what was asked for, then write everything that is finished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--networks", nargs="*", choices=KINDS, default=list(ON_CPU))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--marked", action="store_true")
    options = parser.parse_args()
    for network in options.networks:
        found = measured(options.folder, network, seed=options.seed, is_marked=options.marked)
        print(Leak.from_dict(found["leak"]).sentence, flush=True)
    files = sorted((options.folder / "results").glob("leak-*.json"))
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    results.sort(key=lambda row: (row["is_marked"], row["network"], row["seed"]))
    (HERE / "leak.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "LEAK.md").write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
