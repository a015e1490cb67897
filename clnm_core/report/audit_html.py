"""Can these predictions be believed? The whole audit in one file, for printing and mailing.

The file needs nothing from outside, and runs nothing. Every word that comes from the data
(title, columns, groups, reasons) is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from clnm_core.report.answers import audit_answer, subgroups_answer
from clnm_core.report.audit_figures import (
    calibration_figure,
    decision_figure,
    pr_figure,
    roc_figure,
)
from clnm_core.report.gap_words import column_words
from clnm_core.report.references import references
from clnm_core.report.sheet import Marked, escaped, paragraph, section, sheet, table
from clnm_core.report.svg import whisker
from clnm_core.report.wording import (
    count_text,
    estimate_text,
    interval,
    interval_text,
    number,
    percent,
    percent_interval,
    reason,
    threshold_text,
    unit_of,
    value_text,
)
from clnm_core.stats.audit import Audit
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.subgroups import GAP, NOT_ENOUGH, Gap, GroupResult
from clnm_core.stats.uncertainty import Estimate

FOREST = ("auc", "sensitivity")
"""Measures that are drawn for every group."""

MOST_ROWS_NAMED = 200
"""Row numbers named for one reason; more are counted."""

LABELS = {metric.name: metric.label for metric in METRICS}


def audit_html(audit: Audit, *, title: str, labels: Mapping[str, str] | None = None) -> str:
    """The report of an audit as one self-contained HTML file.

    Parameters
    ----------
    audit : Audit
        From :func:`clnm_core.stats.audit.audit`.
    title : str
        What was audited: the name of the file or model; any text.
    labels : mapping of str to str, optional
        What a reader sees for a column that groups were made by; its name where not given.

    Returns
    -------
    str
        The text of the file. It holds: the sentence that answers, findings, every measure
        with interval and method, ROC, precision-recall, calibration and decision curves, the
        groups with a forest plot, the gaps with their verdicts, rows set aside, and methods.

    """
    return sheet(
        f"Audit of {title}", _parts(audit, title, labels or {}), foot=(f"Audit of {title}.",)
    )


def _parts(audit: Audit, title: str, labels: Mapping[str, str]) -> Iterator[str]:
    yield f"<h1>Audit of {escaped(title)}</h1>"
    yield paragraph(audit_answer(audit), "answer")
    yield paragraph(
        f"{count_text(audit.n, 'case')}, {audit.events:,} with the outcome "
        f"({percent(audit.events / audit.n, audit.n)}); "
        f"a case is positive when its risk is at or above {threshold_text(audit.threshold)}.",
        "muted",
    )
    yield section("Findings", _findings(audit))
    yield section("Measures", _measures(audit))
    yield section(
        "Curves",
        '<div class="figures">',
        roc_figure(audit),
        pr_figure(audit),
        calibration_figure(audit),
        decision_figure(audit),
        "</div>",
    )
    yield section("Calibration by bins", _bins(audit))
    if audit.groups:
        yield section(
            "Groups",
            paragraph(subgroups_answer(audit.groups, audit.gaps, labels=labels)),
            _groups(audit, labels),
        )
    if audit.gaps:
        yield section("Gaps between groups", _gaps(audit, labels))
    if audit.excluded:
        yield section("Rows set aside", _excluded(audit))
    yield section("Methods", *_methods(audit))


def _findings(audit: Audit) -> str:
    if not audit.findings:
        return paragraph("Nothing to warn of was found by the checks of this audit.")
    rows = [
        (
            finding.code,
            Marked(f'<span class="{escaped(finding.severity)}">{escaped(finding.severity)}</span>'),
            finding.message,
        )
        for finding in audit.findings
    ]
    return table(("Code", "Severity", "Finding"), rows)


def _measures(audit: Audit) -> str:
    rows = []
    for metric in METRICS:
        estimate = audit.overall[metric.name]
        unit = unit_of(metric.name)
        if estimate.is_estimable:
            value = value_text(estimate, unit, n=audit.n, decimals=3)
            ends = interval_text(estimate, unit, n=audit.n, decimals=3)
            rows.append((metric.label, value, ends, estimate.method))
        else:
            rows.append((metric.label, "–", "–", reason(estimate)))
    level = percent(audit.overall["auc"].level)
    head = ("Measure", "Value", f"{level} interval", "Method of the interval")
    return table(head, rows, numbers=frozenset({1, 2}))


def _bins(audit: Audit) -> str:
    rows = [
        (
            f"{row['n']:,}",
            f"{row['events']:,}",
            percent(row["mean_risk"], audit.n),
            percent(row["observed"], audit.n),
            percent_interval(row["low"], row["high"], audit.n),
        )
        for row in audit.calibration.to_dict("records")
    ]
    head = ("Cases", "With the outcome", "Mean risk", "Observed", "Interval (%)")
    return table(head, rows, numbers=frozenset(range(5)))


def _groups(audit: Audit, labels: Mapping[str, str]) -> str:
    spans = {metric: _span(audit, metric) for metric in FOREST}
    head = ["Group", "Cases", "With the outcome"]
    for metric, (low, high) in spans.items():
        head += [LABELS[metric], f"{low:.1f} to {high:.1f}"]
    whole = ("All cases", f"{audit.n:,}", f"{audit.events:,}")
    rows: list[tuple[object, ...]] = [
        (*whole, *_forest_cells(audit, audit.overall, audit.n, spans))
    ]
    for column in dict.fromkeys(group.column for group in audit.groups):
        members = [group for group in audit.groups if group.column == column]
        for group in sorted(members, key=_by_area):
            flags = f" ({', '.join(group.flags)})" if group.flags else ""
            name = f"{column_words(column, labels)}: {group.level}{flags}"
            drawn = _forest_cells(audit, group.metrics, group.n, spans)
            rows.append((name, f"{group.n:,}", f"{group.events:,}", *drawn))
    return table(head, rows, numbers=frozenset({1, 2}))


def _forest_cells(
    audit: Audit,
    metrics: Mapping[str, Estimate],
    n: int,
    spans: Mapping[str, tuple[float, float]],
) -> tuple[object, ...]:
    """Words and drawing of each measure, one row."""
    cells: list[object] = []
    for name, across in spans.items():
        estimate = metrics[name]
        cells.append(estimate_text(estimate, unit_of(name), n=n, decimals=3))
        row = (estimate.value, estimate.low, estimate.high)
        drawn = whisker(*row, across=across, reference=audit.overall[name].value)
        cells.append(Marked(drawn) if estimate.is_estimable else "")
    return tuple(cells)


def _span(audit: Audit, metric: str) -> tuple[float, float]:
    """From the lowest to the highest end of any interval, in steps of 0.1 inside 0-1."""
    drawn = [audit.overall[metric], *(group.metrics[metric] for group in audit.groups)]
    ends = [end for e in drawn for end in (e.value, e.low, e.high) if math.isfinite(end)]
    low, high = math.floor(10 * min(ends, default=0)), math.ceil(10 * max(ends, default=1))
    return low / 10, (high if high > low else low + 1) / 10


def _by_area(group: GroupResult) -> tuple[bool, float]:
    """Highest AUC first; groups without one last, in their order."""
    area = group.metrics["auc"]
    return not area.is_estimable, -area.value if area.is_estimable else 0.0


def _gaps(audit: Audit, labels: Mapping[str, str]) -> str:
    order = {GAP: 0, NOT_ENOUGH: 1}
    rows = [
        (
            LABELS.get(gap.metric, gap.metric),
            f"{column_words(gap.column, labels)}: {gap.level}",
            gap.reference,
            *_difference(gap),
            Marked(f"<b>{escaped(gap.verdict)}</b>") if gap.verdict == GAP else gap.verdict,
        )
        for gap in sorted(audit.gaps, key=lambda gap: order.get(gap.verdict, 2))
    ]
    head = ("Measure", "Group", "Against", "Difference", "Interval", "Verdict")
    return table(head, rows, numbers=frozenset({3, 4}))


def _difference(gap: Gap) -> tuple[str, str]:
    if gap.value != gap.value:
        return "–", "–"
    return number(gap.value, 3), interval(gap.low, gap.high, decimals=3)


def _excluded(audit: Audit) -> str:
    reasons: dict[str, list[str]] = {}
    for row in audit.excluded:
        reasons.setdefault(str(row["reason"]), []).append(str(row["row"]))
    rows = []
    for why, places in reasons.items():
        more = len(places) - MOST_ROWS_NAMED
        named = ", ".join(places[:MOST_ROWS_NAMED])
        rows.append((f"{len(places):,}", why, f"{named} and {more:,} more" if more > 0 else named))
    return table(("Rows", "Reason", "Row numbers"), rows, numbers=frozenset({0}))


def _methods(audit: Audit) -> Iterator[str]:
    used = " ".join(audit.methods) + " ".join(e.method for e in audit.overall.values())
    yield from (paragraph(line) for line in audit.methods)
    named = {
        "DeLong 1988": "DeLong" in used,
        "Obuchowski 1997": "Obuchowski" in used,
        "Wilson 1927": "Wilson" in used,
        "Cox 1958": "calibration" in used,
        "Austin 2014": len(audit.calibration_curve) > 0,
        "Austin 2019": audit.overall["ici"].is_estimable,
        "Brier 1950": True,
        "Vickers 2006": True,
        "Zou 2008": bool(audit.gaps),
    }
    lines = references(" ".join(name for name, is_used in named.items() if is_used))
    yield f"<ul>{''.join(f'<li class=muted>{escaped(line)}</li>' for line in lines)}</ul>"
