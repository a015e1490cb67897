"""``import``: import a cohort table, with images if there are any."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_bytes, show_progress, write_text
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.publishing import import_table
from clnm_core.store.ingest.reading import Table, read_table
from clnm_core.store.places import default_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("table", help="csv with any delimiter and encoding, tsv, xlsx or parquet")
    parser.add_argument(
        "--cohort", required=True, help="name: lower-case letters, digits and hyphens"
    )
    parser.add_argument(
        "--mapping", metavar="MAP.toml", help="what the columns mean (default: proposed)"
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="folder with the images that the table names"
    )
    parser.add_argument("--sheet", help="sheet of a workbook")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the header, from 1")
    parser.add_argument("--replace", action="store_true", help="replace a cohort of that name")
    parser.add_argument(
        "--append", action="store_true", help="add the rows to a cohort of that name"
    )
    parser.add_argument("--dry-run", action="store_true", help="report and change nothing")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Check and publish; returns the contract of ``import --json``."""
    data = read_bytes(options.table)
    name = Path(options.table).name
    table = read_table(data, name, sheet=options.sheet, header=options.header)
    if options.mapping:
        mapping = Mapping.from_toml(read_bytes(options.mapping).decode("utf-8", "replace"))
    else:
        mapping = _propose(table, options)
    return import_table(
        options.store,
        table,
        mapping,
        images_dir=options.images,
        replace=options.replace,
        append=options.append,
        dry_run=options.dry_run,
        progress=show_progress,
    ).to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [f"{result['cohort']}: {result['rows']:,} rows, {result['patients']:,} patients"]
    for name, count in result["outcomes"].items():
        known = count["true"] + count["false"]
        share = f", {count['true'] / known:.2%} of those known" if known else ""
        lines.append(
            f"  {name}: {count['true']} yes, {count['false']} no, {count['unknown']} unknown{share}"
        )
    return "\n".join(lines)


def _propose(table: Table, options: argparse.Namespace) -> Mapping:
    """Propose a mapping, say what it is unsure of, and write it beside the work."""
    proposal = propose(table, options.cohort)
    for doubt in proposal.unsure:
        sys.stderr.write(f"unsure: {doubt}\n")
    if not options.dry_run:
        place = f"{options.cohort}.mapping.toml"
        write_text(proposal.mapping.to_toml(), place)
        sys.stderr.write(
            f"The proposed mapping was written to {place}. Correct it and import with --mapping.\n"
        )
    return proposal.mapping
