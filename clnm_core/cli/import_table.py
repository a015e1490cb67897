"""``import``: import a cohort table, with images if there are any."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_bytes, show_progress, write_json
from clnm_core.report.wording import count_text
from clnm_core.store.ingest.import_report import ImportRefusedError
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.picture_files import folder_table
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.publishing import import_table
from clnm_core.store.ingest.reading import Table, read_table
from clnm_core.store.places import default_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "table",
        help="csv with any delimiter and encoding, tsv, xlsx or parquet; or a folder of images",
    )
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
    parser.add_argument(
        "--images-reviewed",
        action="store_true",
        help="a person has looked at these pictures; no text in them names a patient",
    )
    parser.add_argument(
        "--skip-refused",
        action="store_true",
        help="import without the image files that cannot be read",
    )
    parser.add_argument("--dry-run", action="store_true", help="report and change nothing")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Check and publish; returns the contract of ``import --json``.

    A refused table leaves the same report, with what is wrong, before the error is said.
    """
    table, mapping, images = _read(options)
    try:
        report = import_table(
            options.store,
            table,
            mapping,
            images_dir=images,
            replace=options.replace,
            append=options.append,
            dry_run=options.dry_run,
            images_reviewed=options.images_reviewed,
            skip_refused=options.skip_refused,
            progress=show_progress,
        )
    except ImportRefusedError as error:
        refused = error.report.to_dict()
        if options.json:
            write_json(refused, options.json)
        else:
            sys.stdout.write(_issue_table(refused["issues"]))
            sys.stdout.writelines(f"{note}\n" for note in refused["notes"])
        raise
    return report.to_dict()


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [f"{result['cohort']}: {result['rows']:,} rows, {result['patients']:,} patients"]
    for name, count in result["outcomes"].items():
        known = count["true"] + count["false"]
        share = f", {count['true'] / known:.2%} of those known" if known else ""
        lines.append(
            f"  {name}: {count['true']} yes, {count['false']} no, {count['unknown']} unknown{share}"
        )
    if result["duplicates"]:
        lines.append(f"  {len(result['duplicates'])} rows say the same as another and are kept")
    lines += [f"  {line}" for line in _image_lines(result["images"])]
    lines += [f"  {note}" for note in result["notes"]]
    if result["refused"] and not result["issues"]:
        lines.append(_issue_table(result["refused"]))
    if result["issues"]:
        lines.append(_issue_table(result["issues"]))
    return "\n".join(lines)


def _read(options: argparse.Namespace) -> tuple[Table, Mapping, Path | None]:
    """The table, what it means, and the folder of its images."""
    place = Path(options.table)
    given = (
        Mapping.from_toml(read_bytes(options.mapping).decode("utf-8", "replace"))
        if options.mapping
        else None
    )
    if place.is_dir():
        table, images = folder_table(place), options.images or place
    else:
        chosen = {"sheet": options.sheet, "header": options.header}
        reading = (given.reading if given else {}) | {
            name: value for name, value in chosen.items() if value is not None
        }
        table, images = read_table(read_bytes(options.table), place.name, **reading), options.images
    mapping = given or _propose(table, options)
    return table, replace(mapping, cohort=options.cohort), images


def _propose(table: Table, options: argparse.Namespace) -> Mapping:
    """Propose a mapping, say what it is unsure of, and write it to the working directory."""
    proposal = propose(table, options.cohort)
    for doubt in proposal.unsure:
        sys.stderr.write(f"unsure: {doubt}\n")
    place = Path(f"{options.cohort}.mapping.toml")
    if options.dry_run:
        return proposal.mapping
    if place.exists():
        sys.stderr.write(f"note: {place} is there already and was left as it is.\n")
        return proposal.mapping
    try:
        place.write_text(proposal.mapping.to_toml(), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(
            f"note: the proposed mapping cannot be written to {place}: {error.strerror}.\n"
        )
        return proposal.mapping
    sys.stderr.write(
        f"note: the proposed mapping is in {place}. Correct it and import with --mapping.\n"
    )
    return proposal.mapping


def _image_lines(images: dict[str, int]) -> list[str]:
    """How many images came, and which of them a person must see to."""
    if not any(images.values()):
        return []
    lines = [f"{count_text(images['stored'], 'image')} in the cohort"]
    if images["waiting"]:
        lines.append(
            f"{count_text(images['waiting'], 'image')} to look at on the Import page: text in them "
            "may name a patient"
        )
    if images["refused"]:
        lines.append(f"{count_text(images['refused'], 'image file')} that cannot be read")
    return lines


def _issue_table(issues: list[dict[str, Any]]) -> str:
    """What is wrong, one line per cell: row, column, value, rule."""
    lines = ["row\tcolumn\tvalue\trule"]
    lines += [
        "\t".join(str(issue[key]) for key in ("row", "column", "value", "rule")) for issue in issues
    ]
    return "\n".join(lines) + "\n"
