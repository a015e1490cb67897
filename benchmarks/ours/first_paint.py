"""The Performance page in a browser, first visit to a server that has just started."""

import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import sync_playwright

from benchmarks.ours.served import memory_mib, served
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from tests.ensure_chromium import find_chromium

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


def measure(store: Path, chromium: str | None) -> dict[str, float]:
    """Seconds to the first charts, and the largest memory of the server."""
    with served(store) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        page.goto(f"{server.url}/performance")
        page.wait_for_function(
            f"() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= {CHARTS}",
            timeout=120_000,
        )
        seconds = time.perf_counter() - start
        browser.close()
        return {
            "seconds": seconds,
            "ready": server.ready,
            "peak_mib": memory_mib(server.pid, peak=True),
        }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "store"
        build(place, pd.read_csv(sys.argv[1]))
        print(json.dumps({**measure(place, find_chromium()), "value": CHARTS}))
