"""``score``: judge many cases in one go, from a table, from pictures or from both."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.cli.interrupts import interruptible, shown
from clnm_core.cli.output import read_bytes, write_text
from clnm_core.errors import InputError
from clnm_core.jobs.pace import Pace
from clnm_core.report.spreadsheet import csv_text
from clnm_core.store.ingest.case_batch import batch_of, columns_of
from clnm_core.store.ingest.case_files import in_folder, matched
from clnm_core.store.ingest.case_rows import CaseRows, read_cases
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.modelling import load_model
from clnm_core.store.places import default_store
from clnm_core.systems.scoring import Judge, score

_LISTED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("table", nargs="?", metavar="TABLE", help="csv, tsv, xlsx or parquet")
    parser.add_argument(
        "--images",
        metavar="DIR",
        help="folder of pictures named by case: CASE.png, CASE_transverse.dcm; outlines as "
        "CASE_nodule.png, CASE_gland.png",
    )
    parser.add_argument(
        "--model",
        required=True,
        action="append",
        metavar="NAME",
        help="model to ask, and again for another one",
    )
    parser.add_argument("--cohort", help="cohort of the models, where several have one so called")
    parser.add_argument("--sheet", help="sheet of a workbook")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the header, from 1")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument("--out", metavar="CSV", help="write the risks as CSV; - is standard output")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Judge; returns the cases with their risks, the rows set aside and what was said."""
    if not options.table and not options.images:
        raise InputError("score needs a TABLE, --images DIR or both. See score --help.")
    names = list(dict.fromkeys(options.model))
    judges = []
    for name in names:
        model, record = load_model(options.store, name, cohort=options.cohort)
        judges.append(Judge(name, model, float(record.manifest["threshold"])))
    inputs = [judge.model.inputs for judge in judges]
    rows = _rows(options, judges) if options.table else None
    files = None
    if options.images:
        known = (*rows.frame["case_id"], *rows.aside.values()) if rows else ()
        files = matched(in_folder(Path(options.images)), known)
    batch = batch_of(inputs, rows, files)
    with interruptible() as is_cancelled:
        table = score(judges, batch, progress=shown(Pace()), is_cancelled=is_cancelled)
    is_shown = options.out == "-" and not options.json  # then it is all that is printed
    if options.out and not is_shown:
        write_text(csv_text(table), options.out)
    result = {
        "models": [{"name": one.name, "threshold": one.threshold} for one in judges],
        "cases": [_plain(row) for row in table.to_dict("records")],
        "judged": {one.name: int(table[f"{one.name}_risk"].notna().sum()) for one in judges},
        "set_aside": _aside(rows) if rows else [],
        "files_left_out": [
            {"file": name, "reason": why} for name, why in (files.aside if files else ())
        ],
        "columns": rows.sources if rows else {},
        "notes": [*(rows.notes if rows else ()), *(files.notes if files else ())],
    }
    if is_shown:
        sys.stderr.write("\n".join(_lines(result)) + "\n")
        return {"csv": csv_text(table)}
    return result


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people, or the table where that was asked for on standard output."""
    if "csv" in result:
        return str(result["csv"]).removesuffix("\n")
    return "\n".join(_lines(result))


def _lines(result: dict[str, Any]) -> list[str]:
    total = len(result["cases"])
    lines = [
        f"{one['name']}: {result['judged'][one['name']]:,} of {total:,} cases judged, threshold "
        f"{one['threshold']:.2f}"
        for one in result["models"]
    ]
    aside = result["set_aside"]
    lines += [
        f"set aside: row {one['row']}, {one['column']}, {one['value']!r}: {one['rule']}"
        for one in aside[:_LISTED]
    ]
    if len(aside) > _LISTED:
        lines.append(f"set aside: {len(aside) - _LISTED:,} cells more; --json has them all")
    lines += [f"left out: {one['file']}: {one['reason']}" for one in result["files_left_out"]]
    lines += [f"note: {note}" for note in result["notes"]]
    return [*lines, "For research. Not a medical device."]


def _aside(rows: CaseRows) -> list[dict[str, Any]]:
    """Every cell that sets its row aside, with the case of the row."""
    return [{"case": rows.aside[one.row]} | one.to_dict() for one in rows.issues]


def _rows(options: argparse.Namespace, judges: list[Judge]) -> CaseRows:
    inputs = [judge.model.inputs for judge in judges]
    table = read_table(
        read_bytes(options.table),
        Path(options.table).name,
        sheet=options.sheet,
        header=options.header,
    )
    reads_report = any(one.reads_report for one in inputs)
    return read_cases(table, columns_of(inputs), reads_report=reads_report)


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """One row as JSON can say it; what is missing is ``None``."""
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
