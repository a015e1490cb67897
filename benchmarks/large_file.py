"""Does every audit page take a file of any size? ``python -m benchmarks.large_file``.

Opens an uploaded table of 12, 29,615 and 1,000,000 rows on every audit page, in the app
itself without a browser, and writes LARGE_FILE.md: seconds of the first visit and of a
change of the threshold, and the largest memory of the process.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from benchmarks.table import table

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
SIZES = (12, 29_615, 1_000_000)
PAGES = ("performance", "compare", "subgroups", "slices", "location", "readers", "failures")
MOST_S = 600


def upload(rows: int) -> bytes:
    """Outcome, risks of two models and what the pages ask for, as CSV."""
    data = table(rows)
    return (
        pd.DataFrame(
            {
                "case": [f"c{number}" for number in range(rows)],
                "lateral": data["y_true"],
                "risk": data["risk"],
                "risk_2": data["risk_2"],
                "centre": data["group"],
                "sex": data["level_0"].map({"low": "female", "middle": "male", "high": "male"}),
                "capsule_distance_mm": (data["number_9"].abs() + 0.1).round(1),
                "split": data["level_1"].map({"low": "validation"}).fillna("external"),
            }
        )
        .to_csv(index=False)
        .encode()
    )


def seconds(app: AppTest) -> float:
    """How long a run of the app takes; its errors are errors here."""
    start = time.perf_counter()
    app.run(timeout=MOST_S)
    problems = [*(str(e.value) for e in app.exception), *(str(e.value) for e in app.error)]
    if problems:
        raise SystemExit(f"{app._script_path}: {problems}")  # noqa: SLF001
    return time.perf_counter() - start


def visits(rows: int) -> list[dict[str, object]]:
    """Seconds of every page for one size."""
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=MOST_S)
    app.run()
    app.switch_page(str(ROOT / "pages" / "audit_file.py")).run()
    app.file_uploader(key="audit_upload").upload("risks.csv", io.BytesIO(upload(rows)).getvalue())
    found: list[dict[str, object]] = [{"page": "audit a file", "first": seconds(app)}]
    app.button(key="audit_open").click()
    found.append({"page": "opening it everywhere", "first": seconds(app)})
    for page in PAGES:
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        row: dict[str, object] = {"page": page, "first": seconds(app)}
        sliders = [slider for slider in app.slider if slider.key == "threshold"]
        if sliders:
            sliders[0].set_value(0.4)
            row["threshold"] = seconds(app)
        found.append(row)
    return found


def rows_of(size: int) -> str:
    """The part of the table for one size, measured in this process."""
    lines = [
        f"| {size:,} | {row['page']} | {row['first']:.2f} | "
        + (f"{row['threshold']:.2f} |" if "threshold" in row else "– |")
        for row in visits(size)
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join([*lines, f"| {size:,} | largest memory | {peak:,.0f} MiB | |"])


def main() -> None:
    """Measure every size, each in a process of its own, and write the table."""
    parts = []
    for size in SIZES:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.large_file", str(size)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        parts.append(done.stdout.strip())
        print(parts[-1])
    head = (
        "# An uploaded file on every audit page",
        "",
        "Written by `python -m benchmarks.large_file`: seconds of the server for the first visit of",
        "a page and for a change of its threshold, on the store of the demo.",
        "",
        "| rows | page | first visit, s | threshold, s |",
        "|---|---|---|---|",
    )
    (FOLDER / "LARGE_FILE.md").write_text("\n".join([*head, *parts, ""]), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(rows_of(int(sys.argv[1])))
    else:
        main()
