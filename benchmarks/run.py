"""How fast are we beside our peers? ``python -m benchmarks.run`` measures and writes README.md.

Every tool runs in a process and an environment of its own (made once, under
``benchmarks/.environments``), on the same table, one after the other on the same machine.
Times are wall clock without imports and without reading the table; ours first, then theirs.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ENVIRONMENTS = FOLDER / ".environments"
RESULTS = FOLDER / "peers.json"


@dataclass(frozen=True, slots=True)
class Race:
    """One job, done by us and by a peer on tables of the same rows."""

    name: str
    rows: int
    ours: str  #: script in ``ours/``
    ours_does: str
    peer: str  #: what is installed; empty where our own environment has it
    script: str  #: script in ``peers/``; empty where no peer does the job
    peer_does: str
    budget: float | None = None  #: seconds that DESIGN allows us


RACES = (
    Race(
        "Audit by group",
        29_615,
        "groups",
        "18 measures overall and in 8 groups, gaps, curves, 1,000 resamples",
        "fairlearn==0.15.0",
        "fairlearn_groups",
        "AUC alone in 8 groups, 1,000 resamples",
        1.5,
    ),
    Race(
        "Audit by group, large",
        1_000_000,
        "groups",
        "the same at 1,000,000 cases",
        "",
        "",
        "not feasible",
        30.0,
    ),
    Race(
        "Measures with intervals",
        29_615,
        "measures",
        "18 measures of one model, each with its interval",
        "",
        "loops",
        "scikit-learn and statsmodels in a loop: 4 measures, 1,000 resamples",
    ),
    Race(
        "Decision curve",
        100_000,
        "curve",
        "3 models, 99 thresholds, bands of 1,000 resamples",
        "dcurves==1.1.7",
        "dcurves_curve",
        "3 models, 99 thresholds, no bands",
        1.0,
    ),
    Race(
        "Table 1",
        100_000,
        "table_one",
        "20 columns by outcome, tests and SMD",
        "tableone==0.9.6",
        "tableone_table",
        "20 columns by outcome, tests and SMD",
        0.3,
    ),
    Race(
        "Performance page",
        100_000,
        "first_paint",
        "browser to first charts on a server that has just started",
        "explainerdashboard==0.5.8",
        "explainerdashboard_page",
        "build of the dashboard, nothing drawn yet",
        2.0,
    ),
)


def python_of(requirement: str) -> str:
    """The interpreter of a peer's environment, which is made where it is not there."""
    if not requirement:
        return sys.executable
    folder = ENVIRONMENTS / requirement.split("==")[0]
    if not (folder / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement]
        subprocess.run(pip, check=True)
        (folder / "made").touch()
    return str(folder / "bin" / "python")


def timed(python: str, script: Path, table: Path) -> dict[str, Any]:
    """What a script printed on its last line."""
    done = subprocess.run(
        [python, "-W", "ignore", str(script), str(table)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(FOLDER.parent)},
    )
    if done.returncode:
        raise SystemExit(f"{script.name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def run() -> list[dict[str, Any]]:
    """Every race: ours and theirs, in one run."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for race in RACES:
            table = Path(folder) / f"{race.rows}.csv"
            if not table.exists():
                command = [sys.executable, str(FOLDER / "table.py"), str(race.rows), str(table)]
                subprocess.run(command, check=True)
            ours = timed(sys.executable, FOLDER / "ours" / f"{race.ours}.py", table)
            theirs = None
            if race.script:
                script = FOLDER / "peers" / f"{race.script}.py"
                theirs = timed(python_of(race.peer), script, table)
            results.append({"race": race.name, "rows": race.rows, "ours": ours, "peer": theirs})
            print(race.name, f"{ours['seconds']:.3g} s", theirs and f"{theirs['seconds']:.3g} s")
    return results


def readme(results: list[dict[str, Any]]) -> str:
    """The table of ratios, in words and figures."""
    lines = [
        "# How fast, and beside whom",
        "",
        "Written by `python -m benchmarks.run` (six minutes, and some to make an environment for",
        f"each peer). One run on {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.system()}; wall clock without imports.",
        "",
        "| job | rows | ours | budget | peer | ratio |",
        "|---|---|---|---|---|---|",
    ]
    by_name = {race.name: race for race in RACES}
    for result in results:
        race, ours, theirs = by_name[result["race"]], result["ours"], result["peer"]
        mine = f"{_seconds(ours)}: {race.ours_does}"
        budget = f"{race.budget:g} s" if race.budget else "–"
        peer = (
            f"{race.peer.split('==')[0] or 'by hand'} {_seconds(theirs)}: {race.peer_does}"
            if theirs
            else race.peer_does
        )
        ratio = f"{theirs['seconds'] / ours['seconds']:,.0f}×" if theirs else "–"
        lines.append(f"| {race.name} | {race.rows:,} | {mine} | {budget} | {peer} | {ratio} |")
    return "\n".join([*lines, "", *_agreement(results), ""])


def _seconds(found: dict[str, Any]) -> str:
    memory = f", {found['peak_mib']:,.0f} MiB" if "peak_mib" in found else ""
    return f"{found['seconds']:.3g} s{memory}"


def _agreement(results: list[dict[str, Any]]) -> list[str]:
    """Where both give the same number, how far they are apart."""
    by_name = {result["race"]: result for result in results}
    groups, curve = by_name["Audit by group"], by_name["Decision curve"]
    measures = by_name["Measures with intervals"]
    points = max(
        abs(groups["ours"]["value"][name][0] - theirs[0])
        for name, theirs in groups["peer"]["value"].items()
    )
    ends = max(
        abs(groups["ours"]["value"][name][place] - theirs[place])
        for name, theirs in groups["peer"]["value"].items()
        for place in (1, 2)
    )
    loops = max(
        abs(a - b)
        for name, theirs in measures["peer"]["value"].items()
        for a, b in zip(measures["ours"]["value"][name], theirs, strict=True)
    )
    return [
        "Speed without the right values is worth nothing. In the same run:",
        "",
        f"- AUC by group: largest difference from fairlearn {points:.1e}; ends of the intervals "
        f"(DeLong against its percentile bootstrap) within {ends:.4f}.",
        f"- Intervals of AUC, average precision, Brier score and calibration slope: within "
        f"{loops:.4f} of the hand-written bootstrap.",
        f"- Net benefit at 0.30: difference from dcurves "
        f"{abs(curve['ours']['value'] - curve['peer']['value']):.1e}.",
        "",
        "How often intervals hold the truth: [COVERAGE.md](COVERAGE.md), of two models "
        "[PAIRED.md](PAIRED.md), of readers [READERS.md](READERS.md); how often prediction sets do: "
        "[CONFORMAL.md](CONFORMAL.md).",
        "Planted problems, found and falsely alarmed: [PLANTED.md](PLANTED.md). A file of a "
        "million rows on every page: [LARGE_FILE.md](LARGE_FILE.md).",
        "Radiomics beside PyRadiomics, MIRP and Nyxus: [RADIOMICS.md](RADIOMICS.md). Deep features "
        "beside timm: [DEEP_FEATURES.md](DEEP_FEATURES.md).",
        "A cohort measured, and a killed worker: [EXTRACTION.md](EXTRACTION.md). Proposed outlines: "
        "[SEGMENTATION.md](SEGMENTATION.md).",
        "How near the systems come to the best possible model: [SYSTEMS.md](SYSTEMS.md). "
        "What dividing images instead of patients would promise: [LEAK.md](LEAK.md).",
        "From an upload to the full answer: [ONE_CASE.md](ONE_CASE.md). Bad uploads, and the memory "
        "they leave: [BAD_UPLOADS.md](BAD_UPLOADS.md).",
    ]


if __name__ == "__main__":
    found = run()
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (FOLDER / "README.md").write_text(readme(found), encoding="utf-8")
