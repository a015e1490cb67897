"""``predictions``: add the predictions of a model made elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_bytes
from clnm_core.store.ingest.publishing import import_predictions
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.places import default_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("table", help="csv, tsv, xlsx or parquet")
    parser.add_argument("--cohort", required=True)
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument(
        "--case",
        required=True,
        metavar="COL",
        help="column that names the case, as in the cohort's table",
    )
    parser.add_argument(
        "--risk", required=True, metavar="COL", help="column with the predicted probability"
    )
    parser.add_argument(
        "--split", metavar="COL", help="split column (default: the cohort's own splits)"
    )
    parser.add_argument(
        "--outcome", help="outcome that the model predicts (default: the first one recorded)"
    )
    parser.add_argument("--sheet", help="sheet of a workbook")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the header, from 1")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Check and publish; returns how many rows were matched."""
    table = read_table(
        read_bytes(options.table),
        Path(options.table).name,
        sheet=options.sheet,
        header=options.header,
    )
    return import_predictions(
        options.store,
        table,
        cohort=options.cohort,
        model=options.model,
        case_column=options.case,
        risk_column=options.risk,
        split_column=options.split,
        outcome=options.outcome,
    ).to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    return (
        f"{result['rows']:,} risks of {result['model']} added to {result['cohort']}, "
        f"store version {result['version']}."
    )
