"""How long does it take to measure a cohort? ``python -m benchmarks.extraction --store FOLDER``.

Works on a copy of a store with the demo cohorts, by the command line as a person would. Extracts
the radiomics and the embeddings of the demo ultrasound cohort; compares the digests of the three
backends on a smaller cohort; kills a worker half-way and counts what the next one repeats. Writes
EXTRACTION.md. ``--device cuda`` measures a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from clnm_core.jobs import queue
from clnm_core.store.places import StorePaths, default_store

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
LARGE, SMALL = "demo-ptc-us", "demo-msgc"
BACKBONE = "resnet18"
MOST_S = 3600


@dataclass(frozen=True)
class Run:
    """What one extraction said and cost."""

    said: dict
    wall_s: float
    cpu_s: float
    longest_silence_s: float


def extract(store: Path, cohort: str, features: str, *more: str) -> Run:
    """One extraction in a process of its own; CPU seconds are those of all its processes."""
    command = [sys.executable, "-m", "clnm_core", "extract", "--cohort", cohort]
    command += ["--features", features, "--store", str(store), *more]
    result = store.with_name("result.json")
    before, start = os.times(), time.perf_counter()
    last, silence = start, 0.0
    with subprocess.Popen(
        [*command, "--json", str(result)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        lines = []
        for line in process.stderr:
            lines.append(line)
            now = time.perf_counter()
            silence, last = max(silence, now - last), now
        code = process.wait(MOST_S)
    wall, after = time.perf_counter() - start, os.times()
    if code:
        raise SystemExit(f"{' '.join(command)}: {''.join(lines[-3:])}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Run(json.loads(result.read_text()), wall, cpu, silence)


def forget(store: Path) -> None:
    """Remove every finished shard and table."""
    shutil.rmtree(StorePaths(store).features, ignore_errors=True)


def shards(store: Path) -> int:
    """How many are finished."""
    return len(list(StorePaths(store).shards.glob("*.shard")))


def killed_half_way(store: Path, device: str) -> str:
    """Kill a worker with SIGKILL when half of the shards are there; the next one goes on."""
    forget(store)
    whole = extract(store, SMALL, "radiomics", "--device", device)
    all_shards = whole.said["shards"]["computed"]
    forget(store)
    parameters = {"cohort": SMALL, "features": "radiomics", "device": device}
    job = queue.submit(store, "extract", parameters, title="Radiomics")
    command = [sys.executable, "-m", "clnm_core", "worker", "--until-idle", "--store", str(store)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as worker:
        while shards(store) < all_shards / 2:
            time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    time.sleep(3)  # its processes notice that it has died, and end
    kept = {path: path.stat().st_mtime_ns for path in StorePaths(store).shards.glob("*.shard")}
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    wall = time.perf_counter() - start
    again = sum(path.stat().st_mtime_ns != at for path, at in kept.items())
    result = queue.job(store, job.id).result
    same = "the same digest" if result["digest"] == whole.said["digest"] else "ANOTHER DIGEST"
    return (
        f"A worker was killed (SIGKILL) with {len(kept)} of {all_shards} parts finished. The next "
        f"one repeated {again} of them, computed the other {all_shards - len(kept)} in "
        f"{wall:.1f} s and came to {same} as a run that nobody disturbed."
    )


def of_cohort(store: Path, device: str) -> tuple[list[str], float, float]:
    """Rows of the table of the large cohort; wall and CPU seconds of both extractions."""
    forget(store)
    rows, wall, cpu = [], 0.0, 0.0
    for features, more in (("radiomics", ()), ("deep", ("--backbone", BACKBONE))):
        for label in ("first run", "again"):
            run = extract(store, LARGE, features, "--device", device, *more)
            said = run.said
            rows.append(
                f"| {said['name']} | {label} | {said['rows']:,} | {said['columns']:,} | "
                f"{run.wall_s:.1f} | {run.cpu_s:.1f} | {said['rows'] / run.wall_s:.0f} | "
                f"{run.longest_silence_s:.1f} | {said['shards']['computed']} / "
                f"{said['shards']['reused']} | `{said['digest'][:12]}` |"
            )
            if label == "first run":
                wall, cpu = wall + run.wall_s, cpu + run.cpu_s
    return rows, wall, cpu


def of_backends(store: Path, device: str) -> list[str]:
    """Rows of the table of backends."""
    rows = []
    for backend in ("loky", "dask", "ray"):
        forget(store)
        run = extract(store, SMALL, "radiomics", "--device", device, "--backend", backend)
        rows.append(
            f"| {backend} | {run.wall_s:.1f} | {run.cpu_s:.1f} | `{run.said['digest'][:16]}` |"
        )
    return rows


def machine(device: str) -> str:
    """Cores, load and software, in a line."""
    import torch

    gpu = f", {torch.cuda.get_device_name()}" if device == "cuda" else ""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} cores{gpu}; load of the machine at the start {load}; Python "
        f"{platform.python_version()}, torch {torch.__version__}; device {device}"
    )


def main() -> None:
    """Measure, and write EXTRACTION.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, default=default_store())
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--out", type=Path, default=FOLDER / "EXTRACTION.md")
    options = parser.parse_args()
    where = machine(options.device)
    with tempfile.TemporaryDirectory(prefix="clnm-extraction-") as folder:
        store = Path(folder) / "store"
        shutil.copytree(options.store, store)
        rows, wall, cpu = of_cohort(store, options.device)
        killed = killed_half_way(store, options.device)
        backends = of_backends(store, options.device)
    options.out.write_text(
        "\n".join(
            [
                "# Extraction: how long a cohort takes, and what a killed worker costs",
                "",
                f"Written by `python -m benchmarks.extraction`. {where}.",
                "",
                f"`extract` on `{LARGE}`, by the command line, interpreter and imports included. "
                "CPU seconds are those of all processes together; the longest silence is the "
                "longest time between two lines of progress.",
                "",
                "| features | | images | columns | wall s | CPU s | images/s | longest silence s "
                "| parts computed / reused | digest |",
                "|---|---|---|---|---|---|---|---|---|---|",
                *rows,
                "",
                f"Both together: {wall:.0f} s of wall time and {cpu:.0f} CPU seconds, which two "
                f"idle cores would spend in about {cpu / 2:.0f} s; the budget is 180 s.",
                "",
                f"Radiomics of `{SMALL}` on the backends: the digest is that of the file of the "
                "table. The processes of ray are not children of the command, so their CPU seconds "
                "are not counted.",
                "",
                "| backend | wall s | CPU s | digest |",
                "|---|---|---|---|",
                *backends,
                "",
                killed,
                "",
            ]
        )
    )


if __name__ == "__main__":
    main()
