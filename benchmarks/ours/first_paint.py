"""The Performance page in a browser, first visit to a server that has just started."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pandas as pd
from playwright.sync_api import sync_playwright

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from tests.ensure_chromium import find_chromium

ROOT = Path(__file__).resolve().parents[2]
CHARTS = 2
"""Charts that must be on the page before the clock stops."""


def build(store: Path, data: pd.DataFrame) -> None:
    """A store with one cohort, one outcome and one model."""
    cases = pd.DataFrame(
        {
            "case_id": [f"case-{n:07d}" for n in range(len(data))],
            "patient_id": [f"patient-{n:07d}" for n in range(len(data))],
            "outcome": data["y_true"] == 1,
            "group": data["group"],
        }
    )
    registry = Registry(
        [
            Column("outcome", "Outcome", Kind.FLAG, Role.OUTCOME),
            Column("group", "Centre", Kind.CATEGORY),
        ]
    )
    risks = cases[["case_id"]].assign(split="external", risk=data["risk"])

    def fill(con: object) -> None:
        create_cohort(con, "benchmark", registry, title="Benchmark")  # type: ignore[arg-type]
        insert(con, "benchmark", "cases", cases)  # type: ignore[arg-type]
        put_model(con, ModelRecord("model", "benchmark", "outcome", "imported"))  # type: ignore[arg-type]
        replace_predictions(con, "benchmark", "model", risks)  # type: ignore[arg-type]

    publish(store, fill, action="benchmark", detail={})


def resident_mib(pid: int) -> float:
    """Memory of a process that is in use, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(store: Path, chromium: str | None) -> dict[str, float]:
    """Seconds to the first charts, and the largest memory of the server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")),
            *(f"--server.port={port}", "--server.headless=true"),
        ],
        env=os.environ | {"CLNM_STORE": str(store)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        started = time.perf_counter()
        while True:
            try:
                urllib.request.urlopen(f"{url}/api/ready", timeout=5)  # noqa: S310
                break
            except OSError:
                time.sleep(0.05)
        ready = time.perf_counter() - started
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            start = time.perf_counter()
            page.goto(f"{url}/performance")
            page.wait_for_function(
                f"() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= {CHARTS}",
                timeout=120_000,
            )
            seconds = time.perf_counter() - start
            browser.close()
        return {"seconds": seconds, "ready": ready, "peak_mib": resident_mib(server.pid)}
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "store"
        build(place, pd.read_csv(sys.argv[1]))
        print(json.dumps({**measure(place, find_chromium()), "value": CHARTS}))
