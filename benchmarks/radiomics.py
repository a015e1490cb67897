"""How fast are radiomics beside our peers, and are the numbers the same?

``python -m benchmarks.radiomics`` measures and writes RADIOMICS.md: noise and speckle, the same
pictures and masks for every tool, every tool in an environment of its own (made once, under
``benchmarks/.environments``). Pictures hold grey levels, so that no tool's binning enters.
``python -m benchmarks.radiomics --device cuda`` measures a graphics card against the processor
and writes radiomics_cuda.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

FOLDER = Path(__file__).resolve().parent
ENVIRONMENTS = FOLDER / ".environments"
RESULTS = FOLDER / "radiomics.json"
ON_CARD = FOLDER / "radiomics_cuda.json"

#: What pip is told, line by line. PyRadiomics has no wheel for this Python, and its source asks
#: for NumPy before it is installed: it is built without isolation, with NumPy 1.
INSTALLS = {
    "pyradiomics": (
        "numpy==1.26.4 setuptools<81 wheel cython versioneer PyWavelets<1.9 SimpleITK==2.5.7 six "
        "pykwalify",
        "--no-build-isolation pyradiomics==3.0.1",
    ),
    "nyxus": ("nyxus==0.11.0",),
    "mirp": ("mirp==2.7.0",),
}

#: Side, and greys of noise that share a level; 0 for speckle.
PICTURES = {
    "noise, 256 x 256, 11 levels": (256, 25),
    "noise, 256 x 256, 256 levels": (256, 1),
    "speckle, ellipse in 64 x 64, some 25 levels": (64, 0),
}


def pictures(side: int, width: int, number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Grey levels from 1 inside the mask, with a border; and the mask."""
    random = np.random.default_rng(seed)
    shape = (number, side + 8, side + 8)
    if width:
        grey = random.integers(0, 256, shape) // width
        mask = np.pad(np.ones((side, side), dtype=bool), 4)
    else:
        blurred = gaussian_filter(random.normal(size=shape), (0, 1.5, 1.5))
        grey = np.clip(90 + 30 * blurred / blurred.std(), 0, 255) // 8
        y, x = np.mgrid[: side + 8, : side + 8] - (side + 8) // 2
        mask = (y / side * 2) ** 2 + (x / side * 8 / 3) ** 2 < 1
    lowest = np.where(mask, grey, 255).min((1, 2), keepdims=True)
    return np.where(mask, grey - lowest + 1, 1).astype(np.float32), mask


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, which is made where it is not there."""
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for line in INSTALLS[name]:
            command = [str(python), "-m", "pip", "install", "--quiet", *line.split()]
            subprocess.run(command, check=True)
        (folder / "made").touch()
    return python


def timed(python: Path | str, script: Path, *arguments: str) -> dict[str, Any]:
    """What a script printed on its last line."""
    done = subprocess.run(
        [str(python), "-W", "ignore", str(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(FOLDER.parent), "OMP_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise SystemExit(f"{script.name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def ours(path: Path, device: str, repeats: int) -> dict[str, Any]:
    """What we measure on the pictures of a file."""
    return timed(
        sys.executable, FOLDER / "ours" / "radiomics_features.py", str(path), device, str(repeats)
    )


def stored(folder: str, side: int, width: int, number: int, seed: int) -> Path:
    """A file of pictures."""
    grey, mask = pictures(side, width, number, seed)
    path = Path(folder) / f"{side}_{width}_{number}.npz"
    np.savez(path, grey=grey, mask=mask)
    return path


def differences(mine: list[dict[str, float]], theirs: list[dict[str, float]]) -> dict[str, float]:
    """Largest relative difference of each feature that both name."""
    found: dict[str, float] = {}
    for ours_row, row in zip(mine, theirs, strict=False):
        for name, value in row.items():
            if name in ours_row:
                scale = max(abs(value), abs(ours_row[name]), 1e-9)
                apart = abs(value - ours_row[name]) / scale
                found[name] = max(found.get(name, 0.0), math.inf if apart != apart else apart)
    return found


def race() -> list[dict[str, Any]]:
    """Ours and every peer, on the same pictures in one run."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (side, width) in PICTURES.items():
            path = stored(folder, side, width, 16 if width else 128, seed=1)
            mine = ours(path, "cpu", 5)
            peers = {}
            for peer in INSTALLS:
                script = FOLDER / "peers" / f"{peer}_features.py"
                found = timed(python_of(peer), script, str(path), "2" if width else "6")
                apart = differences(mine["values"], found.pop("values"))
                peers[peer] = found | {"differences": apart}
                print(name, peer, f"{found['cpu'] / mine['cpu']:.0f} times ours")
            again = ours(path, "cpu", 5)
            best = {key: min(mine[key], again[key]) for key in ("seconds", "cpu")}
            results.append({"pictures": name, "ours": best, "peers": peers})
    return results


def on_card() -> dict[str, Any]:
    """ROI per second on a graphics card, and how far its numbers are from the processor's."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (side, width) in PICTURES.items():
            many = stored(folder, side, width, 512 if width else 4096, seed=1)
            few = stored(folder, side, width, 16, seed=2)
            there = ours(many, "cuda", 3)
            apart = differences(ours(few, "cpu", 1)["values"], ours(few, "cuda", 1)["values"])
            rows.append(
                {
                    "pictures": name,
                    "machine": there["machine"],
                    "roi_per_second": 1 / there["seconds"],
                    "largest_difference": max(apart.values()),
                }
            )
            print(rows[-1])
    return {"rows": rows}


def report(results: list[dict[str, Any]]) -> str:
    """The ratios and the agreement, in words and figures."""
    lines = [
        "# Radiomics beside our peers",
        "",
        "Written by `python -m benchmarks.radiomics`. All classes (first-order, shape, GLCM, GLRLM,",
        "GLSZM, GLDM, NGTDM) of one picture; processor seconds of one core per region, the best of",
        f"all repeats, one run. Python {platform.python_version()}, {platform.system()}.",
        "",
        "| regions | ours | PyRadiomics 3.0.1 | Nyxus 0.11.0 | MIRP 2.7.0 |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        mine = result["ours"]["cpu"]
        cells = [f"{1 / mine:,.0f}/s"]
        for peer in INSTALLS:
            cpu = result["peers"][peer]["cpu"]
            cells.append(f"{1 / cpu:,.2f}/s: {cpu / mine:,.0f}×")
        lines.append(f"| {result['pictures']} | {' | '.join(cells)} |")
    lines += ["", "Same pictures, same grey levels, feature by feature (relative difference):", ""]
    for peer in INSTALLS:
        apart: dict[str, float] = {}
        for result in results:
            for name, value in result["peers"][peer]["differences"].items():
                apart[name] = max(apart.get(name, 0.0), value)
        same = [value for value in apart.values() if value <= 1e-6]
        other = sorted(name.removeprefix("original_") for name, v in apart.items() if v > 1e-6)
        lines.append(
            f"- {peer}: {len(same)} of {len(apart)} features within 1e-6"
            + (f" (largest {max(same):.0e})" if same else "")
            + (f"; apart: {', '.join(other)}." if other else ".")
        )
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    if parser.parse_args().device == "cuda":
        ON_CARD.write_text(json.dumps(on_card(), indent=1) + "\n", encoding="utf-8")
        return
    results = race()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    path = FOLDER / "RADIOMICS.md"
    words = path.read_text(encoding="utf-8") if path.exists() else ""
    notes = words[words.find("## What the differences are") :] if "## What" in words else ""
    path.write_text(report(results) + ("\n" + notes if notes else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
