"""How do the groups of an audit compare, on paper: forest, differences, tests, calibration?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from clnm_core.report import figure_methods
from clnm_core.report.answers import subgroups_answer
from clnm_core.report.gap_words import cases_text, column_words
from clnm_core.report.group_calibration import GroupCurve, group_calibration_figures
from clnm_core.report.sheet import Marked, escaped, paragraph, section, table
from clnm_core.report.svg import whisker
from clnm_core.report.wording import (
    estimate_text,
    interval,
    lower_first,
    number,
    p_text,
    unit_of,
)
from clnm_core.stats.audit import Audit
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.subgroups import GAP, NOT_ENOUGH, GroupResult
from clnm_core.stats.uncertainty import Estimate

FOREST = ("auc", "sensitivity")
"""Measures that are drawn for every group."""

LABELS = {metric.name: metric.label for metric in METRICS}


def group_sections(
    audit: Audit, labels: Mapping[str, str], curves: Iterable[GroupCurve] = ()
) -> Iterator[str]:
    """Sections about groups; none where the audit has no groups.

    Parameters
    ----------
    audit : Audit
    labels : mapping of str to str
        What a reader sees for a column.
    curves : iterable of GroupCurve
        Calibration of the groups, where it was computed.

    """
    if audit.groups:
        yield section(
            "Groups",
            paragraph(subgroups_answer(audit.groups, audit.gaps, labels=labels)),
            _groups(audit, labels),
            paragraph(figure_methods.forest_methods(audit), "methods"),
        )
    for column, drawn in group_calibration_figures(curves, labels).items():
        yield section(
            f"Calibration by {lower_first(column)}",
            paragraph(
                "On the dashed diagonal the risks are right in that group; above it they are too "
                "low, below it too high."
            ),
            f'<div class="smalls">{"".join(drawn)}</div>',
            paragraph(figure_methods.group_calibration_methods(audit), "methods"),
            kind="together",
        )
    if audit.gaps:
        yield section(
            "Gaps between groups",
            _gaps(audit, labels),
            paragraph(figure_methods.gap_methods(audit), "methods"),
        )
    if audit.group_tests:
        yield section("Groups as a whole", _tests(audit, labels))


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
    return table(head, rows, numbers=frozenset({1, 2, 3, 5}))


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
    has_ratio = any(math.isfinite(gap.ratio) for gap in audit.gaps)
    has_needed = any(gap.n_needed is not None for gap in audit.gaps)
    has_p = any(math.isfinite(gap.p_adjusted) for gap in audit.gaps)
    rows = []
    for gap in sorted(audit.gaps, key=lambda gap: order.get(gap.verdict, 2)):
        row: list[object] = [
            LABELS.get(gap.metric, gap.metric),
            f"{column_words(gap.column, labels)}: {gap.level} against {gap.reference}",
            _with_interval(gap.value, gap.low, gap.high, decimals=3),
        ]
        if has_ratio:
            row.append(_with_interval(gap.ratio, gap.ratio_low, gap.ratio_high))
        if has_p:
            row.append(_p(gap.p_adjusted))
        strong = "b" if gap.verdict == GAP else "span"
        row.append(Marked(f'<{strong} class="kept">{escaped(gap.verdict)}</{strong}>'))
        if has_needed:
            row.append("–" if gap.n_needed is None else cases_text(gap.n_needed).split()[0])
        rows.append(row)
    head = ["Measure", "Groups", "Difference"]
    head += ["Ratio"] * has_ratio + ["Adjusted p"] * has_p
    numbers = frozenset(range(2, len(head))) | {len(head) + 1}
    return table([*head, "Verdict", *["Cases needed"] * has_needed], rows, numbers=numbers)


def _with_interval(value: float, low: float, high: float, *, decimals: int = 2) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{number(value, decimals)} ({interval(low, high, decimals=decimals)})"


def _p(p: float) -> str:
    return "–" if math.isnan(p) else p_text(p).removeprefix("p ")


def _tests(audit: Audit, labels: Mapping[str, str]) -> str:
    rows = [
        (
            column_words(test.column, labels),
            test.of,
            "–" if math.isnan(test.statistic) else number(test.statistic, 1),
            "–" if math.isnan(test.statistic) else str(test.df),
            _p(test.p),
            test.method,
        )
        for test in audit.group_tests
    ]
    head = ("Column", "Alike in", "Chi-squared", "Degrees of freedom", "p", "Test")
    return table(head, rows, numbers=frozenset({2, 3, 4}))
