"""Does every bad upload get a sentence from a real server, and does its memory come back?

``python -m benchmarks.bad_uploads`` makes a small store with a trained model, serves it, and gives
it every file of ``tests/bad_files.py`` through a browser, reading what the page says of each:
pictures on the Predict page, fields and reports as a table of one case on the same page, outlines
in one import at the end. Each round is a visit of its own; the first loads what is loaded once.
``--every N`` gives the later rounds every Nth file only, the same ones each time, for a machine
that is busy. It writes ``bad_uploads.json`` and ``BAD_UPLOADS.md`` beside this file.

Resident memory is that of the server, after the visit has ended and been forgotten and the server
has collected garbage and given freed pages back, as it does once a minute. The processes that read
files are counted apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.ours.served import Served, children, memory_mib, served
from benchmarks.ours.uploading import PICTURE, TABLE, Said, imported, said_of, visit, wait_for
from clnm_core.jobs.training import train
from tests.bad_files import BASE_PICTURE, READ, BadFile, bad_files
from tests.ensure_chromium import find_chromium
from tests.small_store import NECK, build_small_store

HERE = Path(__file__).resolve().parent

ALLOWED_MIB = 8.0
"""From the end of the first round after the warm-up to the end of the last."""

FORGET_S = 5
"""Seconds after which the server forgets a visit that has ended; two minutes outside this test."""

COLLECT_S = 66
"""Longer than the pause between two collections of the server."""

_OUTLINE_ENDINGS = {
    ".nii": "_mask.nii", ".nii.gz": "_mask.nii.gz", ".nifti": "_mask.nii", ".nrrd": "_mask.nrrd",
    ".png": "_mask.png", ".rt": "_rtstruct.dcm", ".dcm": "_rtstruct.dcm", ".seg": "_seg.dcm",
}  # fmt: skip

_EMPTY = "png of nothing"
"""An import takes a black mask for what it says: that nothing is outlined."""


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # what pydicom says of files that are wrong on purpose
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), every=options.every, rounds=options.rounds)
    (HERE / "bad_uploads.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "BAD_UPLOADS.md").write_text(in_words(found), encoding="utf-8")
    print(in_words(found))


def measured(folder: Path, *, every: int, rounds: int) -> dict[str, Any]:
    """What was said of every file, and memory after every round, in MiB."""
    store, log = folder / "store", folder / "server.log"
    build_small_store(store)
    train(store, "clinical", NECK, outcome="lateral", device="cpu")
    # Made before the first figure, so that making them does not count.
    made = [(one, one.data) for one in bad_files()]
    outlines = [(one, data) for one, data in made if one.kind == "outline"]
    others = [(one, data) for one, data in made if one.kind != "outline"]
    setting = f"--server.disconnectedSessionTTL={FORGET_S}"
    said: dict[str, Said] = {}
    with served(store, setting, log=log) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        ends = [_memory(server)]
        for number in range(rounds):
            began, cpu = time.perf_counter(), _cpu_seconds(server.pid)
            given = others[:: every if number else 1]
            again = _round(browser, server.url, given)
            for id, words in again.items():
                if said.setdefault(id, words) != words:
                    raise RuntimeError(f"{id} was answered otherwise in round {number + 1}.")
            _forgotten(browser, server.url)
            ends.append(
                _memory(server)
                | {"uploads": len(given), "seconds": round(time.perf_counter() - began)}
                | {"cpu_seconds": round(_cpu_seconds(server.pid) - cpu)}
            )
            print(ends[-1], flush=True)
        refused = _outlines(browser, server.url, outlines)
        _forgotten(browser, server.url)
        last = _memory(server)
        browser.close()
    warm = [one["server_mib"] for one in ends[2:]]
    growth = warm[-1] - warm[0]
    trend = float(np.polyfit(range(len(warm)), warm, 1)[0]) if len(warm) > 1 else 0.0
    return {
        "files": len(made),
        "every": every,
        "rounds": ends,
        "after_outlines": last,
        "growth_mib": round(growth, 1),
        "trend_mib_per_round": round(trend, 1),
        "allowed_mib": ALLOWED_MIB,
        "is_within": growth <= ALLOWED_MIB,
        "wrong": [
            *(one.id for one, _ in others if not _is_right(one, said[f"{one.kind}: {one.id}"])),
            *(
                one.id
                for one, _ in outlines
                if one.id != _EMPTY and (one.expected == READ) == (one.id in refused)
            ),
        ],
        "words_in_log": _words_in(log),
        "said": {
            **{id: words.refused or words.read for id, words in said.items()},
            **{f"outline: {one.id}": refused.get(one.id, "read") for one, _ in outlines},
        },
    }


def _round(browser: Browser, url: str, files: Sequence[tuple[BadFile, bytes]]) -> dict[str, Said]:
    """Give every file in one visit; what the page said, by kind and name."""
    page = visit(browser, f"{url}/predict?cohort={NECK}&outcome=lateral", PICTURE)
    said = {}
    for one, data in files:
        if one.kind == "picture":
            said[f"picture: {one.id}"] = said_of(page, PICTURE, one.name, data)
    page.get_by_text("Many cases").click()
    wait_for(page, TABLE)
    for one, data in files:
        if one.kind != "picture":
            said[f"{one.kind}: {one.id}"] = said_of(page, TABLE, "case.csv", _table(one, data))
    page.context.close()
    return said


def _table(one: BadFile, data: bytes) -> bytes:
    """A form or a report as a table of one case; a form that assigns nothing is given as it is."""
    if one.kind == "report":
        column, value = b"report_text", data
    else:
        column, equals, value = data.partition(b" = ")
        if not equals or b"\n" in data.strip():
            return data
    quoted = b'"' + value.strip(b"'\"").replace(b'"', b'""') + b'"'
    head = b"case,capsule_distance_mm," + column.strip(b'"')
    return head + b"\r\n1,4," + quoted + b"\r\n"


def _outlines(
    browser: Browser, url: str, outlines: Sequence[tuple[BadFile, bytes]]
) -> dict[str, str]:
    """Import every outline with a picture of its own; why those were left out that were."""
    files, ids = [], {}
    for number, (one, data) in enumerate(outlines):
        ending = "".join(Path(one.name).suffixes)
        name = f"case-{number:02d}"
        ids[name + _OUTLINE_ENDINGS[ending]] = one.id
        files += [(f"{name}.dcm", BASE_PICTURE), (name + _OUTLINE_ENDINGS[ending], data)]
    page = browser.new_context().new_page()
    rows = imported(page, f"{url}/import", files)
    page.context.close()
    return {ids[row["Value"]]: row["Rule"] for row in rows if row["Value"] in ids}


def _is_right(one: BadFile, said: Said) -> bool:
    """It was answered, or refused in a sentence; a picture as it deserves."""
    if one.kind != "picture":  # a table takes what a form does not: the row is set aside
        return bool(said.read) or said.is_sentence
    return bool(said.read) if one.expected == READ else said.is_sentence


def _forgotten(browser: Browser, url: str) -> None:
    """Wait until the server has let go of the visits that have ended."""
    time.sleep(FORGET_S + 1)
    page = browser.new_context().new_page()  # the end of a visit is when others are let go
    page.goto(f"{url}/methods")
    page.wait_for_selector(".st-key-footer")
    page.context.close()
    time.sleep(COLLECT_S)


def _memory(server: Served) -> dict[str, Any]:
    readers = [memory_mib(one) for one in children(server.pid)]
    return {
        "server_mib": round(memory_mib(server.pid), 1),
        "readers": len(readers),
        "readers_mib": round(sum(readers), 1),
    }


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _words_in(log: Path) -> list[str]:
    """Lines of the server's log but those of its start."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        line for line in lines if line.strip() and "://" not in line and "You can now" not in line
    ]


def in_words(found: dict[str, Any]) -> str:
    """The figures as a page."""
    ends = found["rounds"]
    rows = [
        f"| {f'round {place}' if place else 'ready, no visit yet'} | {end.get('uploads', '')} | "
        f"{end['server_mib']:,.1f} | "
        f"{end['server_mib'] - ends[place - 1]['server_mib']:+,.1f} | "
        f"{end['readers_mib']:,.1f} ({end['readers']}) | {end.get('seconds', '')} | "
        f"{end.get('cpu_seconds', '')} |"
        if place
        else f"| ready, no visit yet | | {end['server_mib']:,.1f} | | "
        f"{end['readers_mib']:,.1f} ({end['readers']}) | | |"
        for place, end in enumerate(ends)
    ]
    verdict = "within" if found["is_within"] else "**beyond**"
    wrong = found["wrong"]
    kinds = {kind: sum(id.startswith(f"{kind}:") for id in found["said"]) for kind in ("picture", "form", "report", "outline")}  # fmt: skip
    return "\n".join(
        [
            "# Bad uploads on a server, and its memory",
            "",
            "Written by `python -m benchmarks.bad_uploads`. Every one of the "
            f"{found['files']} files of `tests/bad_files.py` was uploaded",
            f"to a running server in a browser, and what the page said was read: {kinds['picture']} "
            f"pictures, {kinds['form']} forms and",
            f"{kinds['report']} reports (as tables of one case), {kinds['outline']} outlines (in one import). "
            f"{'Each got a sentence or an answer.' if not wrong else f'**{len(wrong)} did not get what they deserve:** ' + ', '.join(wrong) + '.'}",
            f"The server wrote {len(found['words_in_log']) or 'nothing'}"
            f"{' lines' if found['words_in_log'] else ''} to its log after its start. What was said of each is in `bad_uploads.json`.",
            "",
            "| after | uploads | server, MiB | change | readers, MiB | seconds | CPU seconds |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Every round is a visit of its own, and memory is taken when the visit has been forgotten "
            "and garbage",
            "collected. The first round loads what is loaded once: libraries, the network that proposes "
            "outlines, the",
            f"model; it gives all files, the others every {found['every']}. "
            if found["every"] > 1
            else "model. ",
            "From the first round after that to the last the server "
            f"{'grew' if found['growth_mib'] > 0 else 'shrank'} by {abs(found['growth_mib']):.1f} MiB, "
            f"{verdict} the {found['allowed_mib']:g} MiB",
            f"allowed; the trend is {found['trend_mib_per_round']:+.1f} MiB a round. After the import of the "
            f"outlines it was {found['after_outlines']['server_mib']:,.1f} MiB.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
