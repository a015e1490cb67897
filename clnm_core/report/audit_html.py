"""Can these predictions be believed? The whole audit in one file, for printing and mailing.

The file needs nothing from outside, and runs nothing. Every word that comes from the data
(title, columns, groups, reasons) is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from clnm_core.report import figure_methods
from clnm_core.report.answers import audit_answer
from clnm_core.report.audit_figures import (
    calibration_figure,
    decision_figure,
    pr_figure,
    roc_figure,
)
from clnm_core.report.audit_groups import group_sections
from clnm_core.report.checklist_html import OWN_WORDS, checklist_section
from clnm_core.report.checklists import CHECKLISTS
from clnm_core.report.checklists.answer import Answers
from clnm_core.report.checklists.audit_facts import audit_facts
from clnm_core.report.checklists.filled import Filled, fill
from clnm_core.report.group_calibration import GroupCurve
from clnm_core.report.references import references
from clnm_core.report.sheet import Marked, escaped, paragraph, section, sheet, table
from clnm_core.report.wording import (
    count_text,
    interval_text,
    percent,
    percent_interval,
    reason,
    threshold_text,
    unit_of,
    upper_first,
    value_text,
)
from clnm_core.stats.audit import Audit
from clnm_core.stats.metrics import METRICS

MOST_ROWS_NAMED = 200
"""Row numbers named for one reason; more are counted."""

LABELS = {metric.name: metric.label for metric in METRICS}


def audit_html(
    audit: Audit,
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    curves: Sequence[GroupCurve] = (),
    answers: Answers | None = None,
    about: str = "",
) -> str:
    """The report of an audit as one self-contained HTML file.

    Parameters
    ----------
    audit : Audit
        From :func:`clnm_core.stats.audit.audit`.
    title : str
        What was audited: the name of the file or model; any text.
    labels : mapping of str to str, optional
        What a reader sees for a column that groups were made by; its name where not given.
    curves : sequence of GroupCurve
        Calibration of the groups
        (:func:`~clnm_core.report.group_calibration.calibration_of_groups`).
    answers : mapping of str to Answer, optional
        What else is known for the checklists; what the audit itself says where not given.
    about : str
        Which cases these are, and from where; stands under the title and in the foot.

    Returns
    -------
    str
        The text of the file. It holds: the sentence that answers, findings, every measure
        with interval and method, ROC, precision-recall, calibration and decision curves, the
        groups with a forest plot, their calibration and the gaps with their verdicts, rows
        set aside, methods to copy with their references, and the filled checklists.

    """
    known = audit_facts(audit) | dict(answers or {})
    source = "this audit" if answers is None else "the store"
    return sheet(
        f"Audit of {title}",
        chain(
            _parts(audit, title, labels or {}, curves, about),
            _checklists([fill(found, known, source=source) for found in CHECKLISTS.values()]),
        ),
        foot=(f"Audit of {title}.", about) if about else (f"Audit of {title}.",),
    )


def _parts(
    audit: Audit,
    title: str,
    labels: Mapping[str, str],
    curves: Sequence[GroupCurve],
    about: str,
) -> Iterator[str]:
    yield f"<h1>Audit of {escaped(title)}</h1>"
    if about:
        yield paragraph(about, "muted")
    yield paragraph(audit_answer(audit), "answer")
    yield paragraph(
        f"{count_text(audit.n, 'case')}, {audit.events:,} with the outcome "
        f"({percent(audit.events / audit.n, audit.n)}); "
        f"a case is positive when its risk is at or above {threshold_text(audit.threshold)}.",
        "muted",
    )
    yield section("Findings", _findings(audit))
    yield section("Measures", _measures(audit), kind="together")
    yield section(
        "Curves",
        '<div class="figures">',
        roc_figure(audit),
        pr_figure(audit),
        calibration_figure(audit),
        decision_figure(audit),
        "</div>",
    )
    yield section("Calibration by bins", _bins(audit), kind="together")
    yield from group_sections(audit, labels, curves)
    if audit.excluded:
        yield section("Rows set aside", _excluded(audit))
    yield section("Methods", *_methods(audit, has_curves=bool(curves)))


def _checklists(filled: Sequence[Filled]) -> Iterator[str]:
    yield section(
        "Checklists",
        paragraph(f"{OWN_WORDS} What only the authors know is open."),
        kind="new-page",
    )
    yield from (checklist_section(found, is_first=found is filled[0]) for found in filled)


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
    for name, estimate in audit.overall.items():
        label = LABELS.get(name) or upper_first(name.replace("_", " "))
        unit = unit_of(name)
        if estimate.is_estimable:
            value = value_text(estimate, unit, n=audit.n, decimals=3)
            ends = interval_text(estimate, unit, n=audit.n, decimals=3)
            rows.append((label, value, ends, estimate.method))
        else:
            rows.append((label, "–", "–", reason(estimate)))
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


def _methods(audit: Audit, *, has_curves: bool) -> Iterator[str]:
    """One paragraph to copy, and the full citations of all that it names."""
    made = [
        figure_methods.roc_methods(audit),
        figure_methods.pr_methods(audit),
        figure_methods.calibration_methods(audit),
        figure_methods.decision_methods(audit),
    ]
    if audit.groups:
        made.append(figure_methods.forest_methods(audit))
    if has_curves:
        made.append(figure_methods.group_calibration_methods(audit))
    if audit.gaps:
        made.append(figure_methods.gap_methods(audit))
    text = " ".join([*audit.methods, *made, "ICI: Austin 2019. Brier score: Brier 1950."])
    yield paragraph(text, "methods whole")
    lines = references(text)
    yield f"<ul>{''.join(f'<li class=muted>{escaped(line)}</li>' for line in lines)}</ul>"
