"""How long does a clinician wait from an upload to the full answer?

``python -m benchmarks.one_case STORE`` opens the Predict page of the demo in a browser, uploads
ultrasound files of patients that no cohort has, one after the other, and takes the time from each
upload until the whole answer stands: outlines proposed, measured, every model asked, explained,
similar cases found. The first uploads load the models and are not counted. It writes
``one_case.json`` and ``ONE_CASE.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.ours.served import memory_mib, served
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.fresh import fresh
from tests.ensure_chromium import find_chromium
from tests.us_file import ultrasound_of

HERE = Path(__file__).resolve().parent

UPLOADS, WARM = 50, 3
SEED = 4_000
"""Of the patients who are uploaded."""

BUDGET_S = 1.5

_PAGE = "predict?cohort=demo-ptc-us&outcome=lateral"
_ANSWERED = """before => {
    const done = document.querySelector('.st-key-case_answer_done');
    const app = document.querySelector('[data-testid=stApp]');
    return done && done.innerText !== before
        && app.getAttribute('data-test-script-state') === 'notRunning';
}"""


def files(n: int) -> list[bytes]:
    """Calibrated ultrasound files, one transverse view of each of some new patients."""
    cohort = fresh("demo-ptc-us", n, seed=SEED)
    pictures = [pictures_of(cohort, number, seed=SEED)[0] for number in range(n)]
    return [ultrasound_of(one.pixels, (one.spacing_mm, one.spacing_mm)) for one in pictures]


def waited(page: Page, data: bytes, number: int) -> float:
    """Seconds from an upload to the whole answer."""
    done = page.locator(".st-key-case_answer_done")
    before = done.inner_text() if done.count() else ""
    upload = {"name": f"case-{number}.dcm", "mimeType": "application/dicom", "buffer": data}
    field = page.locator(".st-key-case_image input[type=file]")
    began = time.perf_counter()
    field.set_input_files([upload])  # type: ignore[list-item]
    page.wait_for_function(_ANSWERED, arg=before, timeout=120_000)
    return time.perf_counter() - began


def measure(store: Path) -> dict[str, Any]:
    """Every wait in seconds, and the memory of the server before the first and after the last."""
    data = files(WARM + UPLOADS)
    with served(store) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/{_PAGE}")
        page.wait_for_selector(".st-key-case_image input[type=file]", state="attached")
        waits, memory = [], 0.0
        for number, one in enumerate(data):
            if number == WARM:
                memory = memory_mib(server.pid)
            waits.append(waited(page, one, number))
        found = {
            "first_s": waits[0],
            "waits_s": waits[WARM:],
            "mib_before": memory,
            "mib_after": memory_mib(server.pid),
        }
        browser.close()
    return found


def report(found: dict[str, Any]) -> str:
    """The page, in Markdown."""
    waits = np.array(found["waits_s"])
    p95 = float(np.quantile(waits, 0.95))
    return "\n".join(
        [
            "# From an upload to the full answer",
            "",
            "Written by `python -m benchmarks.one_case`. One picture of each of "
            f"{len(waits)} patients that",
            "no cohort has, uploaded to the Predict page of `demo-ptc-us` in a browser, models warm,",
            "2 cores: the outlines are proposed and measured, every model of the lateral neck is",
            "asked and explained, similar cases are found.",
            "",
            "| | seconds |",
            "|---|---|",
            f"| median | {np.median(waits):.2f} |",
            f"| 95th percentile | {p95:.2f} (budget {BUDGET_S}: "
            f"{'kept' if p95 <= BUDGET_S else '**missed**'}) |",
            f"| longest | {waits.max():.2f} |",
            f"| the first of all, which loads the models | {found['first_s']:.1f} |",
            "",
            f"Memory of the server: {found['mib_before']:.0f} MiB before, "
            f"{found['mib_after']:.0f} MiB after.",
            "",
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    found = measure(parser.parse_args().store)
    (HERE / "one_case.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "ONE_CASE.md").write_text(report(found), encoding="utf-8")
    print(report(found))


if __name__ == "__main__":
    main()
