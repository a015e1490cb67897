"""``audit``: audit predictions, from a file or from the store."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.cli.output import read_bytes, write_text
from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import InputError
from clnm_core.report.audit_html import audit_html
from clnm_core.report.group_calibration import calibration_of_groups
from clnm_core.report.model_report import audit_model, model_html
from clnm_core.report.wording import count_text
from clnm_core.stats.audit import audit
from clnm_core.stats.gaps import MARGINS, margins_of
from clnm_core.stats.subgroups import FEWEST
from clnm_core.store.ingest.predictions_table import read_predictions
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.places import default_store
from clnm_core.store.warehouse import Warehouse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", nargs="?", help="table of predictions: csv, tsv, xlsx or parquet")
    parser.add_argument(
        "--outcome",
        metavar="COL",
        help="outcome column; COL=LEVEL names the level that counts as positive",
    )
    parser.add_argument("--risk", metavar="COL", help="column with the predicted probability")
    parser.add_argument(
        "--id", metavar="COL", help="column that names the case; duplicates are refused"
    )
    parser.add_argument(
        "--patient",
        metavar="COL",
        help="column that names the patient; resampling keeps patients together",
    )
    parser.add_argument("--split", help="FILE: split column; --cohort: the split to audit")
    parser.add_argument("--by", metavar="COL,COL", default="", help="columns to group by")
    parser.add_argument("--sheet", help="sheet of a workbook")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the header, from 1")
    parser.add_argument("--cohort", help="audit a model of this cohort from the store")
    parser.add_argument("--model")
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument(
        "--threshold", type=float, metavar="X", help="positive when risk >= X (default 0.5)"
    )
    parser.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N", help="resamples (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--margin",
        type=float,
        default=MARGINS["auc"],
        metavar="X",
        help="difference between groups, in AUC and rates, that does not matter; four times as "
        "much in observed per expected (default: %(default)s)",
    )
    parser.add_argument(
        "--fewest",
        type=int,
        default=FEWEST,
        metavar="N",
        help="groups with fewer cases are listed and not scored (default: %(default)s)",
    )
    parser.add_argument(
        "--drop-invalid", action="store_true", help="set invalid rows aside and count them"
    )
    parser.add_argument("--html", metavar="PATH", help="write a self-contained report")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Audit, write the report where asked for; returns the contract of ``audit --json``."""
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise InputError(f"--threshold must lie between 0 and 1; got {options.threshold:g}.")
    if not 1 <= options.bootstrap <= 100_000:
        raise InputError(f"--bootstrap must lie between 1 and 100,000; got {options.bootstrap}.")
    if not 0 < options.margin < 1:
        raise InputError(f"--margin must lie between 0 and 1; got {options.margin:g}.")
    if options.fewest < 1:
        raise InputError(f"--fewest must be at least 1; got {options.fewest}.")
    return _from_file(options) if options.file else _from_store(options)


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    lines = [
        f"{count_text(result['n'], 'case')}, {result['events']:,} with the outcome; "
        f"{len(result['excluded'])} rows set aside; threshold {result['threshold']:g}"
    ]
    for name, metric in result["overall"].items():
        if metric["value"] is None:
            lines.append(f"  {name:24} {metric['method']}")
        else:
            low, high = (
                f"{metric[key]:.3f}" if metric[key] is not None else "-" for key in ("low", "high")
            )
            lines.append(f"  {name:24} {metric['value']:.3f}  ({low}–{high})  {metric['method']}")
    lines += [
        f"{finding['code']} {finding['severity']}: {finding['message']}"
        for finding in result["findings"]
    ]
    return "\n".join(lines)


def _from_file(options: argparse.Namespace) -> dict[str, Any]:
    if not options.outcome or not options.risk:
        raise InputError("Auditing a file needs --outcome COL and --risk COL.")
    table = read_table(
        read_bytes(options.file),
        Path(options.file).name,
        sheet=options.sheet,
        header=options.header,
    )
    given = read_predictions(
        table,
        outcome=options.outcome,
        risk=options.risk,
        id=options.id,
        patient=options.patient,
        split=options.split,
        by=_names(options.by),
        drop_invalid=options.drop_invalid,
    )
    found = audit(
        given.predictions,
        groups=given.groups if options.by else None,
        split=given.split,
        threshold=options.threshold,
        bootstrap=options.bootstrap,
        seed=options.seed,
        margins=margins_of(options.margin),
        fewest=options.fewest,
        excluded=given.excluded,
    )
    if options.html:
        curves = (
            calibration_of_groups(given.predictions, given.groups, fewest=options.fewest)
            if options.by
            else ()
        )
        page = audit_html(found, title=Path(options.file).name, curves=curves)
        write_text(page, options.html)
    return found.to_dict()


def _from_store(options: argparse.Namespace) -> dict[str, Any]:
    if not options.cohort or not options.model:
        raise InputError("Give a FILE to audit, or --cohort NAME and --model NAME.")
    with Warehouse.open(options.store) as warehouse:
        model = warehouse.model(options.cohort, options.model)
        query = CohortQuery(options.cohort, options.outcome or model.outcome, options.split or "")
        audited = audit_model(
            warehouse,
            query,
            options.model,
            columns=_names(options.by),
            threshold=options.threshold,
            bootstrap=options.bootstrap,
            seed=options.seed,
            margins=margins_of(options.margin),
            fewest=options.fewest,
        )
        if options.html:
            write_text(model_html(warehouse, query, options.model, audited), options.html)
    return audited.found.to_dict()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
